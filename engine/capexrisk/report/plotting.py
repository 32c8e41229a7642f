"""``results.plot``: the plots of one run."""

from __future__ import annotations

from difflib import get_close_matches

from matplotlib.axes import Axes

from capexrisk.report import plots
from capexrisk.run.results import Results
from capexrisk.run.summary import SYSTEM


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

    def fan(self, issuer: str, ax: Axes | None = None) -> Axes:
        """Fan chart of an issuer's free cash flow by quarter, $bn."""
        _known(issuer, self._results.issuers, "issuer")
        return plots.fan(self._results, issuer, ax)

    def distribution(self, issuer: str, year: str | int, ax: Axes | None = None) -> Axes:
        """Histogram of an issuer's free cash flow over a year, $bn."""
        _known(issuer, self._results.issuers, "issuer")
        _known(str(year), self._results.years, "year")
        return plots.distribution(self._results, issuer, str(year), ax)

    def survival(self, ax: Axes | None = None) -> Axes:
        """Chance of funding failure by the end of each quarter, by issuer."""
        return plots.survival(self._results, ax)

    def funding_mix(self, issuer: str = SYSTEM, ax: Axes | None = None) -> Axes:
        """Mean outside funding by year and channel, $bn; of all issuers if none is named."""
        _known(issuer, [*self._results.issuers, SYSTEM], "issuer")
        return plots.funding_mix(self._results, issuer, ax)


def _known(name: str, names: list[str], what: str) -> None:
    if name in names:
        return
    by_case = {known.casefold(): known for known in names}
    close = get_close_matches(name.casefold(), by_case, n=1)
    hint = f"did you mean {by_case[close[0]]!r}?" if close else f"there are {', '.join(names)}"
    raise ValueError(f"{name!r} is no {what} of this run; {hint}")
