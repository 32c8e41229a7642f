"""Joint failures: heat maps of pairs of issuers."""

from __future__ import annotations

from itertools import product
from math import floor, nan

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize, PowerNorm
from matplotlib.figure import Figure
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import FEW
from capexrisk.report.plots.canvas import BLUE, INK, Margins, drawing, panels, stamp, styled
from capexrisk.report.plots.heads import head
from capexrisk.report.plots.labels import letters
from capexrisk.report.plots.registry import figure, plot
from capexrisk.report.writing.estimates import Estimates, likeliest_to_fail
from capexrisk.report.writing.numbers import one_digit, rounded_up
from capexrisk.report.writing.words import counted, told_apart

Floats = NDArray[np.float64]
MOST_PAIRED = 12  # issuers whose pairs can be read at the width of a phone
NONE = "–"
WIDE = 0.2  # of an interval: a chance that is told no better has no colour
DARK = 0.55  # of the scale; on darker cells letters are white
ROOT = 0.5  # colours go with the square root: small chances are seen, and large ones told apart
SHADES = ("#f4f8fb", "#7fb2d3", BLUE, "#00324f")
FEW_NAMES, SHORT = 8, 5  # issuers, and letters of a text, that leave room for larger ones
CELL = 0.27  # height of a row, inches
NAMES = 0.075  # height of a letter of a name that stands upright, inches


@plot()
def joint_failures(results: Results, ax: Axes | None = None) -> Axes:
    """Heat map of the probability that two issuers both fail within the horizon, %.

    On the diagonal the probability of the issuer's own failure. Colours go with the square root. A
    dash stands for a pair that fails on no path, "<" and the end of the 95 % interval where fewer
    than ten paths decide. Of many issuers the twelve likeliest to fail.

    Parameters
    ----------
    results : Results
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    shown = likeliest_to_fail(results, MOST_PAIRED)
    found = _joint(results, shown)
    chance = 100.0 * np.array([estimate.observed for estimate in found])
    chance = chance.reshape(len(shown), len(shown))
    norm = PowerNorm(ROOT, 0.0, float(np.nanmax(chance, initial=0.0)) or 1.0)
    text = [_of_pair(estimate) for estimate in found]
    with drawing(results, ax, height=height_of_pairs(shown, 1)) as ax:
        _draw_cells(ax, shown, np.where(chance > 0.0, chance, nan), text, norm)
        below = (
            f"diagonal: it fails itself; {NONE} on none of {counted(results.paths, 'path')}; "
            "< on fewer than ten, the end of the 95 % interval"
        )
        head(ax, "Both fail within the horizon, % of paths", below, from_figure=True)
    return ax


@plot()
def conditional_failures(results: Results, ax: Axes | None = None) -> Axes:
    """Heat map of the probability that the row's issuer fails, given that the column's does, %.

    A dash stands where the column's issuer fails on fewer than ten paths, too few to tell, "<" and
    the end of the 95 % interval where both do. A cell has no colour where that interval is wider
    than 20 points. On the diagonal there is nothing to ask. Of many issuers the twelve likeliest to
    fail.

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
    chance = 100.0 * np.array([e.observed if e and _is_told(e) else nan for e in found])
    chance = chance.reshape(len(shown), len(shown))
    text = [NONE if estimate is None else _whole(estimate) for estimate in found]
    text[:: len(shown) + 1] = [""] * len(shown)  # nothing is asked of an issuer and itself
    with drawing(results, ax, height=height_of_pairs(shown, 1)) as ax:
        _draw_cells(ax, shown, chance, text, Normalize(0.0, 100.0))
        below = (
            f"{NONE} and < where fewer than ten paths decide; no colour where the 95 % interval "
            "is wider than 20 points"
        )
        title = "Row fails, given that column fails, %"
        head(ax, title, below, from_figure=True)
    return ax


@figure(
    "joint-failures",
    section="together-tall",
    of="pair",
    says="Two heat maps: how likely any two issuers both fail, and one if the other does",
)
def pairs_of_failures(results: Results) -> Figure:
    """The page's figure: both maps under each other, with names below each."""
    shown = likeliest_to_fail(results, MOST_PAIRED)
    with styled():
        drawn, (upper, lower) = panels(2, height_of_pairs(shown, 2))
        joint_failures(results, upper)
        conditional_failures(results, lower)
        margins = Margins(bottom=72.0 * names_below(shown) + 14.0)
        margins.apply(drawn, rows=2, between=44.0 + 58.0 * names_below(shown))
        stamp(drawn, results)
    return drawn


def height_of_pairs(shown: list[str], maps: int) -> float:
    """Height of a figure by its number of maps, inches."""
    return 0.35 + maps * (0.7 + CELL * len(shown) + names_below(shown))


def names_below(shown: list[str]) -> float:
    """Room for the names under a map, inches."""
    return 0.12 + NAMES * max(map(len, told_apart(shown)))


def _joint(results: Results, shown: list[str]) -> list[Estimate]:
    """Row by row; on the diagonal the issuer's own failure."""
    estimates, last = Estimates(results), results.quarters[-1]
    return [
        estimates.probability("funding_failure", first, last)
        if first == second
        else estimates.probability(f"failure_with:{second}", first)
        for first, second in product(shown, repeat=2)
    ]


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


def _is_told(chance: Estimate) -> bool:
    """Whether paths tell it well enough for a colour."""
    return chance.ci_high - chance.ci_low <= WIDE


def _draw_cells(
    ax: Axes, shown: list[str], values: Floats, texts: list[str], norm: Normalize
) -> None:
    names = told_apart(shown)
    colours = _colours()
    # Not imshow, whose pixels would look coarse in a vector file.
    ax.pcolormesh(
        np.ma.masked_invalid(values), cmap=colours, norm=norm, edgecolors="white", linewidth=1.0
    )
    size = 7.0
    if len(shown) > FEW_NAMES:
        size = 5.6 if max(map(len, texts)) <= SHORT else 4.6
    for (i, j), text in zip(np.ndindex(values.shape), texts, strict=True):
        shade = 0.0 if np.isnan(values[i, j]) else float(norm(values[i, j]))
        colour = "white" if shade > DARK else INK
        ax.text(
            j + 0.5,
            i + 0.5,
            text,
            ha="center",
            va="center",
            color=colour,
            fontsize=letters(ax, size),
        )
    place = np.arange(len(shown)) + 0.5
    ax.set_ylim(len(shown), 0.0)
    ax.set_yticks(place, names, parse_math=False)
    ax.set_xticks(place, names, parse_math=False)
    ax.tick_params(length=0.0)
    ax.tick_params(axis="x", labelrotation=90.0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)


def _colours() -> Colormap:
    colours = LinearSegmentedColormap.from_list("capexrisk", SHADES)
    return colours.with_extremes(bad=mpl.colors.to_rgba("white"))


def _of_pair(estimate: Estimate) -> str:
    """A percentage with two digits; a dash for no path, the end of the interval for few."""
    if not estimate.observed:
        return NONE
    if estimate.hits < FEW:
        return _at_most(estimate)
    value = 100.0 * estimate.observed
    return f"{value:.{max(0, 1 + one_digit(value))}f}"


def _at_most(estimate: Estimate) -> str:
    """The upper end of the 95 % interval, where few paths decide, if any."""
    high = 100.0 * estimate.ci_high
    decimals = max(0, one_digit(high))
    text = f"{rounded_up(high, decimals):.{decimals}f}"
    return f"<{text.rstrip('0').rstrip('.') if decimals else text}"


def _whole(estimate: Estimate) -> str:
    """A percentage, without decimals from 10 to 99; a bound if few paths, or every path, hit."""
    value = 100.0 * estimate.value
    if estimate.hits < FEW:
        return _at_most(estimate)
    if estimate.is_bound:
        return f">{min(floor(value), 99)}"
    if value >= 99.5:  # not 100: it does not always fail
        return f"{floor(10.0 * value) / 10.0:.1f}"
    return f"{value:.0f}" if value >= 9.5 else f"{value:.{max(1, one_digit(value))}f}"
