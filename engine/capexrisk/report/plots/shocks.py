"""A shock on failing paths by quarter, beside the same shock on all paths."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from capexrisk.errors import ArgumentError, suggest
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.model.vocabulary import DRAWS
from capexrisk.report.content.reversed import event_words
from capexrisk.report.plots.canvas import BLUE, QUIET, RED, drawing, stamp_of
from capexrisk.report.plots.labels import head, label_quarters, number_axis
from capexrisk.report.plots.registry import plot_of
from capexrisk.study.reverse import Reverse

BAND = 0.2
NINETY = 1.6448536269514722  # between minus and plus this lie 90 % of a standard normal


@plot_of(Reverse)
def shocks(found: Reverse, name: str, issuer: str = SYSTEM, ax: Axes | None = None) -> Axes:
    """One shock by quarter: P5 to P95 of failing paths over that of all, mean, likeliest path.

    Parameters
    ----------
    found : Reverse
    name : str
        A draw that is made every quarter, such as "spread", "demand" or "own_cash_flow".
    issuer : str
        Whose; "system" for the market.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If there is no such draw.
    """
    table = found.shocks
    named = table[(table["name"] == name) & (table["quarter"] != "")]
    if named.empty:
        known = table.loc[table["quarter"] != "", "name"].unique()
        raise ArgumentError("name", f"there is no {name!r} by quarter; {suggest(name, known)}")
    own = named[named["issuer"] == issuer]
    if own.empty:
        known = named["issuer"].unique()
        raise ArgumentError("issuer", f"{issuer!r} has no {name!r}; {suggest(issuer, known)}")
    quarters = list(dict.fromkeys(own["quarter"]))
    by = own.set_index(["statistic", "quarter"])
    place = np.arange(len(quarters))

    def values(statistic: str, column: str = "value") -> np.ndarray:
        numbers: np.ndarray = by.loc[statistic].loc[quarters, column].to_numpy(dtype=float)
        return numbers

    with drawing(stamp_of(found.scenario, found.paths, found.seed), ax) as ax:
        ax.axhspan(-NINETY, NINETY, color=QUIET, alpha=BAND, lw=0, label="All paths, P5 to P95")
        label = "Failing paths, P5 to P95"
        ax.fill_between(place, values("p5"), values("p95"), color=BLUE, alpha=BAND, label=label)
        half = 0.5 * (values("mean", "ci_high") - values("mean", "ci_low"))
        ax.errorbar(place, values("mean"), half, color=BLUE, label="Their mean, 95 % interval")
        ax.plot(place, values("value"), color=RED, marker="D", ms=3, label="Likeliest path")
        label_quarters(ax, quarters)
        number_axis(ax.yaxis)
        ax.set_ylabel("standard deviations")
        what = next(draw.words for draw in DRAWS if draw.name == name)
        who = "" if issuer == SYSTEM else f", {issuer}"
        head(ax, event_words(found), f"Shock to {what}{who}", columns=2)
    return ax
