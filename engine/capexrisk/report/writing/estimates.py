"""The tidy table, looked up by name instead of searched."""

from __future__ import annotations

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import HORIZON, SYSTEM
from capexrisk.estimate.names import Name
from capexrisk.model.vocabulary import CAUSES
from capexrisk.report.writing.spread import Spread

# Of survivors: a failed issuer has no cash flow, which is no good news.
FREE_CASH_FLOW = "free_cash_flow_while_alive"
NEGATIVE = "negative_fcf_given_survival"


def threshold_of(results: Results, metric: str) -> float:
    """The scenario's threshold for a metric, $bn.

    Raises
    ------
    KeyError
        If it has none for this metric.
    """
    thresholds = results.manifest.scenario.thresholds
    return {
        "group_profit": thresholds.group_profit_usd_bn_per_year,
        "outside_funding": thresholds.outside_funding_usd_bn,
    }[metric]


class Estimates:
    """Estimates of a run by issuer, period, metric and statistic.

    Parameters
    ----------
    results : Results
    """

    def __init__(self, results: Results) -> None:
        self._lookup = results.lookup
        self._inputs = results.inputs
        self._quarters = results.quarters

    def has(self, metric: str, issuer: str, period: str, statistic: str = "probability") -> bool:
        """Whether the table gives this: no probability where the event cannot happen."""
        return Name(issuer, period, metric, statistic) in self._lookup

    def probability(self, metric: str, issuer: str = SYSTEM, period: str = HORIZON) -> Estimate:
        """A probability; its statistic says whether it is a bound.

        Raises
        ------
        KeyError
            If the table has no such row.
        """
        return self._lookup[Name(issuer, period, metric, "probability")]

    def amount(
        self, metric: str, issuer: str = SYSTEM, period: str = HORIZON, statistic: str = "mean"
    ) -> Estimate:
        """A mean, a quantile ("p5") or a cash flow at risk ("cfar95").

        Raises
        ------
        KeyError
            If the table has no such row.
        """
        return self._lookup[Name(issuer, period, metric, statistic)]

    def spread(
        self,
        metric: str,
        issuer: str = SYSTEM,
        period: str = HORIZON,
        statistic: str = "probability",
    ) -> Spread | None:
        """An estimate over the inputs; None if the run does not tell it."""
        name = Name(issuer, period, metric, statistic)
        if self._inputs is None or name not in self._inputs.predictive:
            return None
        low, high, median = (self._inputs.over(name, level) for level in ("p5", "p95", "p50"))
        return Spread(low, high, median, self._inputs.predictive[name])

    def predictive(
        self,
        metric: str,
        issuer: str = SYSTEM,
        period: str = HORIZON,
        statistic: str = "probability",
    ) -> Estimate | None:
        """An estimate over inputs and paths together; None if the run does not tell it."""
        if self._inputs is None:
            return None
        return self._inputs.predictive.get(Name(issuer, period, metric, statistic))

    def failed_before(self, issuer: str, period: str) -> Estimate | None:
        """Chance that an issuer has failed before a quarter or a year begins; None of the first."""
        starts = self._quarters if period in self._quarters else [q[:4] for q in self._quarters]
        first = starts.index(period if period in self._quarters else period[:4])
        if first == 0:
            return None
        return self.probability("funding_failure", issuer, self._quarters[first - 1])

    def main_causes(self, issuer: str) -> list[tuple[str, Estimate]]:
        """The commonest cause of an issuer's failure and its share; nothing if it never fails.

        The second one too, where the intervals of the two overlap: which of them is commoner
        cannot be told then.
        """
        metric = "funding_failure_by_{}_given_funding_failure"
        shares = {cause: self.probability(metric.format(cause), issuer) for cause in CAUSES}
        seen = [(cause, share) for cause, share in shares.items() if share.hits]
        two = sorted(seen, key=lambda one: -one[1].hits)[:2]
        return [one for one in two if one[1].ci_high >= two[0][1].ci_low]


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
    estimates, last = Estimates(results), results.quarters[-1]
    hits = {i: estimates.probability("funding_failure", i, last).hits for i in results.issuers}
    chosen = sorted(results.issuers, key=lambda issuer: -hits[issuer])[:most]
    return [issuer for issuer in results.issuers if issuer in chosen]
