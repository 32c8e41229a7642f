"""Failing paths by quarter, beside all paths: their shocks, and the states these lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from capexrisk.errors import ArgumentError, suggest
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.model.vocabulary import DRAWS
from capexrisk.report.content.reversed import SCALES, STATE_WORDS, event_words
from capexrisk.report.plots.canvas import BLUE, QUIET, RED, drawing, stamp_of
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import label_quarters, number_axis
from capexrisk.report.plots.registry import plot_of
from capexrisk.report.writing.words import in_a_sentence

if TYPE_CHECKING:
    from capexrisk.study.reverse import Reverse

BAND = 0.2
NINETY = 1.6448536269514722  # between minus and plus this lie 90 % of a standard normal


@plot_of("capexrisk.study.reverse.Reverse")
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
        head(ax, f"Shock to {what}{who}", event_words(found), columns=2)
    return ax


@plot_of("capexrisk.study.reverse.Reverse")
def states(found: Reverse, name: str, issuer: str = SYSTEM, ax: Axes | None = None) -> Axes:
    """A state by quarter: mean and P5 to P95 of failing paths, over those of all paths.

    Parameters
    ----------
    found : Reverse
    name : str
        Of the market "market_spread", "shut", "utilisation" or "demand"; of an issuer of the event
        "operating_cash_flow", "capex", "free_cash_flow", "cash" or "debt".
    issuer : str
        Whose; "system" for the market.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ArgumentError
        If there is no such state.
    """
    table = found.states
    named = table[table["issuer"] == issuer]
    if named.empty:
        known = table["issuer"].unique()
        raise ArgumentError("issuer", f"{issuer!r} is not told of; {suggest(issuer, known)}")
    own = named[named["name"] == name]
    if own.empty:
        known = named["name"].unique()
        raise ArgumentError("name", f"{issuer} has no {name!r}; {suggest(name, known)}")
    quarters = list(dict.fromkeys(own["quarter"]))
    place, scale = np.arange(len(quarters)), SCALES.get(name, 1.0)
    words = STATE_WORDS[name]
    with drawing(stamp_of(found.scenario, found.paths, found.seed), ax) as ax:
        for whose, colour in (("all", QUIET), ("failing", BLUE)):
            by = own[own["whose"] == whose].set_index(["statistic", "quarter"])["value"] * scale
            low, mean, high = (by[level].reindex(quarters) for level in ("p5", "mean", "p95"))
            ax.fill_between(place, low, high, color=colour, alpha=BAND, lw=0)
            ax.plot(place, mean, color=colour, lw=1.8, label=f"{whose.capitalize()} paths")
        label_quarters(ax, quarters)
        number_axis(ax.yaxis)
        ax.set_ylabel(words)
        who = "" if issuer == SYSTEM else f"{issuer}: "
        title = f"{who}{in_a_sentence(words)}" if who else words
        head(ax, title, f"{event_words(found)}; mean, and P5 to P95", columns=2)
    return ax
