"""Bands of quantiles by quarter, boxes of quantiles by year."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.estimate.names import Name
from capexrisk.report.plots.canvas import BLUE, QUIET, RED

Floats = NDArray[np.float64]
PALE, MIDDLE = "#c5dcea", "#7fb2d3"
DASHED = (0, (3, 1.5))
DOTTED = (0, (1, 1.2))
NARROWEST = 0.05  # range of an axis, of its largest number
BOX = 0.56  # width of a year's box


def outer_band(
    results: Results, metric: str, issuer: str, periods: Sequence[str]
) -> tuple[Floats, Floats] | None:
    """P5 and P95 of an amount over inputs and paths together; None if the run does not tell them.

    Parameters
    ----------
    results : Results
    metric, issuer : str
    periods : sequence of str
    """
    if results.inputs is None:
        return None
    known = results.inputs.predictive
    names = [Name(issuer, period, metric, "p5") for period in periods]
    if any(name not in known for name in names):
        return None
    low = np.array([known[name].value for name in names])
    high = np.array([known[name._replace(statistic="p95")].value for name in names])
    return low, high


def statistics_of(
    results: Results, metric: str, issuer: str, periods: Sequence[str], scale: float = 1.0
) -> dict[str, Floats]:
    """Statistics of an amount, each as an array over the periods.

    Raises
    ------
    ValueError
        If the run has no such distributions, because it collected means only.
    """
    rows = results.estimates(metric, issuer=issuer)
    names = zip(rows["period"], rows["statistic"], strict=True)
    known = dict(zip(names, rows["value"].to_numpy(), strict=True))
    if any((period, "p5") not in known for period in periods):
        raise ValueError(
            f"{metric} of {issuer}: this run has no distribution of it by "
            f"{'year' if 'Q' not in periods[0] else 'quarter'}; "
            'run with collect="everything"'
        )
    return {
        str(name): scale * np.array([known.get((period, name), nan) for period in periods])
        for name in rows["statistic"].unique()
    }


def draw_bands(
    ax: Axes, line: dict[str, Floats], outer: tuple[Floats, Floats] | None = None
) -> None:
    """P5 to P95, P25 to P75, median and mean over the quarters, numbered from 0.

    `outer` is a wider band around them, P5 and P95 with the inputs drawn as well.
    """
    place = np.arange(line["p50"].size, dtype=float)
    if place.size == 1:  # a point has no band: it is drawn over its quarter
        place = np.array([-0.5, 0.5])
        line = {name: np.repeat(values, 2) for name, values in line.items()}
        outer = None if outer is None else (np.repeat(outer[0], 2), np.repeat(outer[1], 2))
    if outer is not None:
        ax.plot(place, outer[0], color=QUIET, lw=0.9, ls=DOTTED, label="P5, P95 with inputs")
        ax.plot(place, outer[1], color=QUIET, lw=0.9, ls=DOTTED)
    ax.fill_between(place, line["p5"], line["p95"], color=PALE, lw=0, label="P5–P95")
    ax.fill_between(place, line["p25"], line["p75"], color=MIDDLE, lw=0, label="P25–P75")
    ax.plot(place, line["p50"], color=BLUE, lw=1.6, label="Median")
    ax.plot(place, line["mean"], color=RED, lw=1.2, ls=DASHED, label="Mean")
    ax.margins(x=0.01)
    low, high = ax.get_ylim()
    least = NARROWEST * max(abs(low), abs(high))
    if high - low < least:  # a quantity that hardly moves should look flat
        middle = 0.5 * (low + high)
        ax.set_ylim(middle - 0.5 * least, middle + 0.5 * least)


def draw_boxes(ax: Axes, line: dict[str, Floats]) -> None:
    """The same over the years: a box each, since nothing lies between two years."""
    place = np.arange(line["p50"].size, dtype=float)
    for low, high, colour in (("p5", "p95", PALE), ("p25", "p75", MIDDLE)):
        label = f"{low.upper()}–{high.upper()}"
        bars = ax.bar(place, line[high] - line[low], BOX, line[low], color=colour, lw=0)
        bars.patches[0].set_label(label)  # where a legend lists it before the lines
        for bar in bars:
            bar.sticky_edges.y.clear()  # or the axis would end where the longest box does
    edges = place - 0.5 * BOX, place + 0.5 * BOX
    ax.hlines(line["p50"], *edges, color=BLUE, lw=1.8, label="Median")
    ax.hlines(line["mean"], *edges, color=RED, lw=1.4, ls=[DASHED], label="Mean")
    ax.set_xlim(-0.6, place.size - 0.4)
