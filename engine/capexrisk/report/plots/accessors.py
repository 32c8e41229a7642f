"""``results.plot`` and ``comparison.plot``: the plots of one run, and of several."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from matplotlib.axes import Axes

from capexrisk.archive.results import Results
from capexrisk.estimate.table import HORIZON, SYSTEM
from capexrisk.report import plots
from capexrisk.report.plots import overlaid
from capexrisk.report.plots.system import QUANTITIES
from capexrisk.report.writing.words import listed

MOST = 12  # names in a message


class Plotting:
    """Plots of a run: ``results.plot.fan("Amazon")``.

    Each returns its Axes, takes axes to draw on, and raises ValueError for an issuer or a year that
    the run does not have.

    Parameters
    ----------
    results : Results
    """

    def __init__(self, results: Results) -> None:
        self._results = results

    def fan(self, issuer: str, ax: Axes | None = None, *, by: str = "quarter") -> Axes:
        """Fan chart of an issuer's free cash flow by quarter or year, $bn."""
        _known(issuer, self._results.issuers, "issuer")
        return plots.fan(self._results, issuer, ax, by=by)

    def distribution(self, issuer: str, year: str | int, ax: Axes | None = None) -> Axes:
        """Histogram of an issuer's free cash flow over a year, $bn."""
        _known(issuer, self._results.issuers, "issuer")
        _known(str(year), self._results.years, "year")
        return plots.distribution(self._results, issuer, str(year), ax)

    def survival(self, ax: Axes | None = None) -> Axes:
        """Chance of funding failure by the end of each quarter, by issuer."""
        return plots.survival(self._results, ax)

    def causes(self, ax: Axes | None = None) -> Axes:
        """What funding failures come from, by issuer."""
        return plots.causes(self._results, ax)

    def joint_failures(self, ax: Axes | None = None) -> Axes:
        """Heat map of the probability that two issuers both fail."""
        return plots.joint_failures(self._results, ax)

    def conditional_failures(self, ax: Axes | None = None) -> Axes:
        """Heat map of the probability that one issuer fails if another does."""
        return plots.conditional_failures(self._results, ax)

    def funding_mix(self, issuer: str = SYSTEM, ax: Axes | None = None) -> Axes:
        """Mean outside funding by year and channel, $bn; of all issuers if none is named."""
        _known(issuer, [*self._results.issuers, SYSTEM], "issuer")
        return plots.funding_mix(self._results, issuer, ax)

    def exceedance(
        self,
        metric: str = "outside_funding",
        issuer: str = SYSTEM,
        period: str | int = HORIZON,
        ax: Axes | None = None,
    ) -> Axes:
        """Probability that an amount is worse than x, over x, on a logarithmic axis."""
        table = self._results.distributions
        _known(metric, list(table["metric"].unique()), "metric with a distribution")
        rows = table[table["metric"] == metric]
        _known(issuer, list(rows["issuer"].unique()), f"issuer with {metric}")
        rows = rows[rows["issuer"] == issuer]
        _known(str(period), list(rows["period"].unique()), f"period of {metric}")
        return plots.exceedance(self._results, metric, issuer, str(period), ax)

    def market(self, metric: str = "market_spread_bp", ax: Axes | None = None) -> Axes:
        """Fan chart of a quantity of the market by quarter."""
        _known(metric, list(QUANTITIES), "metric of the market")
        return plots.market(self._results, metric, ax)

    def regimes(self, ax: Axes | None = None) -> Axes:
        """Probability of each regime of the bond market by quarter."""
        return plots.regimes(self._results, ax)

    def group_profit(self, ax: Axes | None = None) -> Axes:
        """Profit of all issuers by year against the threshold of the scenario."""
        return plots.group_profit(self._results, ax)

    def waterfall(self, issuer: str, period: str | int, path: int, ax: Axes | None = None) -> Axes:
        """Where an issuer's need came from on one path, 0 to ``paths - 1``, $bn."""
        _known(issuer, self._results.issuers, "issuer")
        _known(str(period), [*self._results.quarters, *self._results.years], "quarter or year")
        return plots.waterfall(self._results, issuer, str(period), path, ax)

    def convergence(
        self,
        metric: str,
        issuer: str = SYSTEM,
        period: str | int = HORIZON,
        statistic: str = "probability",
        *,
        target: float | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """An estimate over the number of paths, with its band and a wanted standard error."""
        table = self._results.summary
        _known(metric, list(table["metric"].unique()), "metric")
        rows = table[table["metric"] == metric]
        _known(issuer, list(rows["issuer"].unique()), f"issuer with {metric}")
        rows = rows[rows["issuer"] == issuer]
        _known(str(period), list(rows["period"].unique()), f"period of {metric}")
        return plots.convergence(
            self._results, metric, issuer, str(period), statistic, target=target, ax=ax
        )


class Overlays:
    """Plots of several runs laid over each other: ``comparison.plot.failure("Oracle")``.

    Each returns its Axes and takes axes to draw on.

    Parameters
    ----------
    runs : mapping of str to Results
        Up to five, by name.
    """

    def __init__(self, runs: Mapping[str, Results]) -> None:
        self._runs = runs
        self._issuers = list(dict.fromkeys(i for run in runs.values() for i in run.issuers))

    def free_cash_flow(self, issuer: str, ax: Axes | None = None) -> Axes:
        """An issuer's free cash flow by year, $bn, its range in each run."""
        _known(issuer, self._issuers, "issuer")
        return overlaid.free_cash_flow(self._runs, issuer, ax)

    def failure(self, issuer: str, ax: Axes | None = None) -> Axes:
        """Chance of an issuer's funding failure by the end of each quarter, a curve a run."""
        _known(issuer, self._issuers, "issuer")
        return overlaid.failure(self._runs, issuer, ax)

    def market(self, metric: str = "market_spread_bp", ax: Axes | None = None) -> Axes:
        """A quantity of the market by quarter, in each run."""
        _known(metric, list(QUANTITIES), "quantity of the market")
        return overlaid.market(self._runs, metric, ax)


def _known(name: str, names: list[str], what: str) -> None:
    if name in names:
        return
    by_case = {known.casefold(): known for known in names}
    close = get_close_matches(name.casefold(), by_case, n=1, cutoff=0.65)
    hint = f"did you mean {by_case[close[0]]!r}?" if close else f"there are {listed(names, MOST)}"
    raise ValueError(f"{name!r} is no {what} here; {hint}")
