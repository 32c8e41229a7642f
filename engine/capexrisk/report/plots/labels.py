"""Labels of curves and of axes, placed where they hide no data."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import Formatter, FuncFormatter
from matplotlib.transforms import ScaledTranslation, Transform
from numpy.typing import NDArray

from capexrisk.report.plots.page_axes import PageAxes
from capexrisk.report.writing.numbers import MINUS, signed
from capexrisk.report.writing.words import told_apart

BESIDE = 2.7  # a name to the right of its curve, points
MOST_QUARTER_LABELS = 12
QUARTER = 2.0  # width of a quarter's label with room around it, of the size of its letters
MOST_YEAR_LABELS = 7
PAGE = 8.0  # size of letters of a page, points
EMS = 25.0  # width of axes that have room for letters of the user's size, in such letters
SMALLEST = 0.6  # of that size: letters of narrow axes


def narrowing(ax: Axes, beside: float = 0.0) -> float:
    """Size of letters in relation to the user's: smaller where axes are narrow, a page's 1.

    Parameters
    ----------
    ax : Axes
    beside : float
        Room beside the axes that the letters have as well, points.
    """
    if isinstance(ax, PageAxes):
        return 1.0
    room = 72.0 * ax.bbox.width / ax.figure.dpi + beside
    return float(min(1.0, max(SMALLEST, room / (EMS * rcParams["font.size"]))))


def letters(ax: Axes, of_page: float) -> float:
    """Size of letters among the data, points: on a user's axes in proportion to the user's size.

    Parameters
    ----------
    ax : Axes
    of_page : float
        Their size on a page, points.
    """
    return of_page / PAGE * float(rcParams["font.size"]) * narrowing(ax)


def shifted(ax: Axes, right: float = 0.0, up: float = 0.0) -> Transform:
    """A shift to the right and upwards, points."""
    return ScaledTranslation(right / 72.0, up / 72.0, ax.figure.dpi_scale_trans)


def label_ends(
    ax: Axes,
    names: Sequence[str],
    ends: Sequence[tuple[float, float]],
    colours: Sequence[str],
) -> None:
    """Write names beside the right ends of curves, moved apart where they would touch.

    Each stays beside its end on another scale or in another view, and leaves with it.
    """
    point = ax.figure.dpi / 72.0
    places = ax.transData.transform(np.array(ends, dtype=float).reshape(-1, 2))[:, 1] / point
    foot = ax.bbox.y0 / point
    apart = foot + spread_apart(places - foot, 1.3 * rcParams["font.size"])
    for name, end, up, colour in zip(
        told_apart(names), ends, apart - places, colours, strict=False
    ):
        ax.annotate(
            name,
            end,
            (BESIDE, up),
            textcoords="offset points",
            va="center",
            color=colour,
            parse_math=False,
        )


def spread_apart(heights: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """Move heights apart by at least a gap and above 0; they keep their order.

    >>> spread_apart(np.array([0.5, 0.5, 0.9]), 0.1).round(3).tolist()
    [0.5, 0.4, 0.9]
    """
    order = np.argsort(-heights, kind="stable")
    placed = heights[order]
    for lower in range(1, placed.size):
        placed[lower] = min(placed[lower], placed[lower - 1] - gap)
    floor = 0.0
    for upper in range(placed.size - 1, -1, -1):
        placed[upper] = max(placed[upper], floor)
        floor = placed[upper] + gap
    result = np.empty_like(placed)
    result[order] = placed
    return result


def plain(value: float, _position: int | None = None) -> str:
    """A tick label with thousands separators and a true minus sign."""
    return f"{value:,.10g}".replace("-", MINUS)


class Aligned(Formatter):
    """Tick labels with thousands separators, all with the same number of decimals."""

    def __call__(self, value: float, position: int | None = None) -> str:
        """Label of a single number."""
        return plain(value, position)

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels of all ticks."""
        decimals = max((len(plain(value).partition(".")[2]) for value in values), default=0)
        return [signed(value, decimals) for value in values]


def number_axis(axis: Axis) -> None:
    """Label the ticks of an axis; on a logarithmic one each with its own decimals."""
    logarithmic = axis.get_scale() == "log"
    axis.set_major_formatter(FuncFormatter(plain) if logarithmic else Aligned())


def of_log_scale(ax: Axes, words: str) -> str:
    """The name of a logarithmic axis; only a page's says so, since a user may take another scale.

    Parameters
    ----------
    ax : Axes
    words : str
        What the axis shows.
    """
    return f"{words}, log scale" if isinstance(ax, PageAxes) else words


def label_quarters(ax: Axes, quarters: Sequence[str]) -> None:
    """Label the x axis with quarters, numbered from 0; with years where quarters do not fit."""
    size = FontProperties(size=rcParams["xtick.labelsize"]).get_size_in_points()
    wide = 72.0 * ax.bbox.width / ax.figure.dpi / (QUARTER * size)
    if len(quarters) <= min(MOST_QUARTER_LABELS, wide):
        places = range(len(quarters))
        labels = [
            f"{quarter[4:]}\n{quarter[:4]}" if place == 0 or quarter.endswith("Q1") else quarter[4:]
            for place, quarter in enumerate(quarters)
        ]
        ax.set_xticks(places, labels)
        return
    starts = [place for place, quarter in enumerate(quarters) if quarter.endswith("Q1")]
    starts = starts[:: ceil(len(starts) / MOST_YEAR_LABELS)]
    ax.set_xticks(starts, [f"Q1\n{quarters[place][:4]}" for place in starts])


def label_years(ax: Axes, years: Sequence[str]) -> None:
    """Label the x axis with calendar years, numbered from 0; part of a year names its quarters."""
    step = ceil(len(years) / MOST_YEAR_LABELS)
    labels = [f"{year[:4]}\n{year[4:]}".rstrip() for year in years[::step]]
    ax.set_xticks(range(0, len(years), step), labels)
