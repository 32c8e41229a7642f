"""The tidy table, looked up by name instead of searched."""

from __future__ import annotations

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.table import HORIZON, SYSTEM
from capexrisk.kernel.outcomes import CAUSES

PROBABILITY = ("probability", "upper_bound", "lower_bound")


class Estimates:
    """Estimates of a run by issuer, period, metric and statistic.

    Parameters
    ----------
    results : Results
    """

    def __init__(self, results: Results) -> None:
        self._found: dict[tuple[str, str, str, str], Estimate] = {}
        for issuer, period, metric, *estimate in results.summary.itertuples(index=False):
            found = Estimate(*estimate[:6])
            statistic = "probability" if found.statistic in PROBABILITY else found.statistic
            self._found[issuer, period, metric, statistic] = found

    def has(self, metric: str, issuer: str, period: str, statistic: str = "probability") -> bool:
        """Whether the table gives this: no probability where the event cannot happen."""
        return (issuer, period, metric, statistic) in self._found

    def probability(self, metric: str, issuer: str = SYSTEM, period: str = HORIZON) -> Estimate:
        """A probability; its statistic says whether it is a bound.

        Raises
        ------
        KeyError
            If the table has no such row.
        """
        return self._found[issuer, period, metric, "probability"]

    def amount(
        self, metric: str, issuer: str = SYSTEM, period: str = HORIZON, statistic: str = "mean"
    ) -> Estimate:
        """A mean, a quantile ("p5") or a cash flow at risk ("cfar95").

        Raises
        ------
        KeyError
            If the table has no such row.
        """
        return self._found[issuer, period, metric, statistic]

    def main_cause(self, issuer: str) -> tuple[str, Estimate] | None:
        """The commonest cause of an issuer's failure and its share; None if it never fails."""
        metric = "funding_failure_by_{}_given_funding_failure"
        shares = {cause: self.probability(metric.format(cause), issuer) for cause in CAUSES}
        cause = max(shares, key=lambda name: observed(shares[name]))
        return (cause, shares[cause]) if shares[cause].n else None


def observed(chance: Estimate) -> float:
    """Share of hits that was observed, also where the estimate is a bound; 0 without any trial."""
    if not chance.n or chance.statistic == "upper_bound":
        return 0.0
    return 1.0 if chance.statistic == "lower_bound" else chance.value


def last_quarters(results: Results) -> dict[str, str]:
    """Last quarter of each year inside the horizon."""
    return {
        year: max(quarter for quarter in results.quarters if quarter[:4] == year[:4])
        for year in results.years
    }


def end_of_horizon(results: Results) -> str:
    """The end of the horizon, as a year where a whole year ends there."""
    year = results.years[-1]
    last = last_quarters(results)[year]
    return year if last.endswith("Q4") and len(year) == len("2026") else last


def likeliest_to_fail(results: Results, most: int) -> list[str]:
    """The issuers with the highest probability of failure, in the scenario's order."""
    rows = results.estimates("funding_failure", period=results.quarters[-1])
    hits = {row.issuer: observed(Estimate(*row[3:9])) for row in rows.itertuples(index=False)}
    chosen = sorted(results.issuers, key=lambda issuer: -hits[issuer])[:most]
    return [issuer for issuer in results.issuers if issuer in chosen]
