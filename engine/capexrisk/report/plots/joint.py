"""Joint failures: heat maps of pairs of issuers."""

from __future__ import annotations

from itertools import product
from math import ceil, floor, log10, nan

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import FEW
from capexrisk.report.plots.canvas import BLUE, INK, Margins, drawing, panels, stamp, styled
from capexrisk.report.plots.labels import head
from capexrisk.report.plots.registry import figure, plot
from capexrisk.report.writing.estimates import Estimates, likeliest_to_fail
from capexrisk.report.writing.words import counted, shortened

Floats = NDArray[np.float64]
MOST_PAIRED = 12  # issuers whose pairs can be read at the width of a phone
NONE = "–"
DARK = 0.55  # of the scale; on darker cells letters are white
DECADES = 5.0  # of the colour scale below the largest probability
SHADES = ("#f4f8fb", "#7fb2d3", BLUE, "#00324f")
CELL = 0.27  # height of a row, inches
NAMES = 0.075  # height of a letter of a name that stands upright, inches


@plot()
def joint_failures(results: Results, ax: Axes | None = None) -> Axes:
    """Heat map of the probability that two issuers both fail within the horizon, %.

    On the diagonal the probability of the issuer's own failure. Colours are logarithmic. A dash
    stands for a pair that fails on no path. Of many issuers the twelve likeliest to fail.

    Parameters
    ----------
    results : Results
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    shown = likeliest_to_fail(results, MOST_PAIRED)
    chance = 100.0 * _joint(results, shown)
    top = float(np.nanmax(chance, initial=0.0)) or 1.0
    low = max(100.0 / results.paths, top * 10.0**-DECADES)
    norm = LogNorm(min(low, 0.5 * top), top)
    text = [_digits(x, 1 if x * results.paths < 100.0 * FEW else 2) for x in chance.flat]
    with drawing(results, ax, height=height_of_pairs(shown, 1)) as ax:
        _draw_cells(ax, shown, np.where(chance > 0.0, chance, nan), text, norm)
        below = f"diagonal: it fails itself; {NONE} on none of {counted(results.paths, 'path')}"
        head(ax, "Both fail within the horizon, % of paths", below, from_figure=True)
    return ax


@plot()
def conditional_failures(results: Results, ax: Axes | None = None) -> Axes:
    """Heat map of the probability that the row's issuer fails, given that the column's does, %.

    A dash stands where the column's issuer fails on fewer than ten paths, too few to tell. Of
    many issuers the twelve likeliest to fail.

    Parameters
    ----------
    results : Results
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    shown = likeliest_to_fail(results, MOST_PAIRED)
    found = _conditional(results, shown)
    chance = 100.0 * np.array([nan if e is None else e.observed for e in found])
    chance = chance.reshape(len(shown), len(shown))
    text = [NONE if estimate is None else _whole(estimate) for estimate in found]
    with drawing(results, ax, height=height_of_pairs(shown, 1)) as ax:
        _draw_cells(ax, shown, chance, text, Normalize(0.0, 100.0))
        below = f"{NONE} where that of the column fails on fewer than ten paths"
        title = "Fails if that of the column does, %"
        head(ax, title, below, from_figure=True)
    return ax


@figure(
    "joint-failures",
    section="together",
    of="pair",
    says="Two heat maps: how likely any two issuers both fail, and one if the other does",
    order=2,
)
def pairs_of_failures(results: Results) -> Figure:
    """The page's figure: both maps under each other, with one row of names below them."""
    shown = likeliest_to_fail(results, MOST_PAIRED)
    with styled():
        drawn, (upper, lower) = panels(2, height_of_pairs(shown, 2))
        joint_failures(results, upper)
        conditional_failures(results, lower)
        upper.set_xticks([])
        margins = Margins(bottom=72.0 * names_below(shown) + 14.0)
        margins.apply(drawn, rows=2, between=44.0)
        stamp(drawn, results)
    return drawn


def height_of_pairs(shown: list[str], maps: int) -> float:
    """Height of a figure by its number of maps, inches."""
    return 0.35 + maps * (0.6 + CELL * len(shown)) + names_below(shown)


def names_below(shown: list[str]) -> float:
    """Room for the names under a map, inches."""
    return 0.12 + NAMES * max(len(shortened(issuer)) for issuer in shown)


def _joint(results: Results, shown: list[str]) -> Floats:
    estimates, last = Estimates(results), results.quarters[-1]
    found = np.zeros((len(shown), len(shown)))
    for i, first in enumerate(shown):
        for j, second in enumerate(shown):
            estimate = (
                estimates.probability("funding_failure", first, last)
                if i == j
                else estimates.probability(f"failure_with:{second}", first)
            )
            found[i, j] = estimate.observed
    return found


def _conditional(results: Results, shown: list[str]) -> list[Estimate | None]:
    """Row by row; None on the diagonal, and where too few paths decide."""
    estimates = Estimates(results)
    found: list[Estimate | None] = []
    for first, second in product(shown, repeat=2):
        estimate = None
        if first != second:
            estimate = estimates.probability(f"failure_given_failure_of:{second}", first)
        found.append(estimate if estimate is not None and estimate.n >= FEW else None)
    return found


def _draw_cells(
    ax: Axes, shown: list[str], values: Floats, texts: list[str], norm: Normalize
) -> None:
    names = [shortened(issuer) for issuer in shown]
    colours = _colours()
    # Not imshow, whose pixels would look coarse in a vector file.
    ax.pcolormesh(
        np.ma.masked_invalid(values), cmap=colours, norm=norm, edgecolors="white", linewidth=1.0
    )
    size = 7.0 if len(shown) <= 8 else 5.6
    for (i, j), text in zip(np.ndindex(values.shape), texts, strict=True):
        shade = 0.0 if np.isnan(values[i, j]) else float(norm(values[i, j]))
        colour = "white" if shade > DARK else INK
        ax.text(j + 0.5, i + 0.5, text, ha="center", va="center", color=colour, fontsize=size)
    place = np.arange(len(shown)) + 0.5
    ax.set_ylim(len(shown), 0.0)
    ax.set_yticks(place, names, parse_math=False)
    ax.set_xticks(place, names, rotation=90, parse_math=False)
    ax.tick_params(length=0.0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)


def _colours() -> Colormap:
    colours = LinearSegmentedColormap.from_list("capexrisk", SHADES)
    return colours.with_extremes(bad=mpl.colors.to_rgba("white"))


def _digits(value: float, digits: int) -> str:
    """A percentage with this many significant digits; a dash for zero."""
    if not value > 0.0:
        return NONE
    decimals = max(0, digits - 1 - floor(log10(value)))
    return f"{value:.{decimals}f}"


def _whole(estimate: Estimate) -> str:
    """A percentage, without decimals from 10 on; the bound if no path, or every path, hits."""
    value = 100.0 * estimate.value
    if estimate.is_bound and not estimate.observed:
        return f"<{ceil(value)}" if value >= 1.0 else "<1"
    if estimate.is_bound:
        return f">{min(floor(value), 99)}"
    return f"{value:.0f}" if value >= 9.5 else f"{value:.1f}"
