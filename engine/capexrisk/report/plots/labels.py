"""Titles, legends and labels, placed where they hide no data."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from math import ceil

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import Formatter, FuncFormatter
from matplotlib.transforms import ScaledTranslation, Transform, blended_transform_factory
from numpy.typing import NDArray

from capexrisk.report.plots.canvas import QUIET
from capexrisk.report.writing.numbers import MINUS, signed
from capexrisk.report.writing.words import told_apart

LEGEND_ROW = 12.0  # points
LINE = 10.5  # of the text below a title, points
WIDEST = 64  # letters of that text in the narrowest figure
EDGE = 0.015  # of the figure's width: left edge of titles that begin at the figure's edge
MOST_QUARTER_LABELS = 12
MOST_YEAR_LABELS = 7


def head(
    ax: Axes, text: str, below: str = "", *, columns: int = 0, from_figure: bool = False
) -> None:
    """Write the title, a line below it and a legend below that, all above the data.

    A name is never parsed as mathematical notation.

    Parameters
    ----------
    ax : Axes
    text : str
    below : str
        Broken into lines where it is too long.
    columns : int
        Of the legend; 0 for none.
    from_figure : bool
        Begin at the left edge of the figure, not of the axes: for axes with long names beside them.
    """
    edge, along = 0.0, ax.transAxes
    if from_figure:
        edge = EDGE
        along = blended_transform_factory(ax.figure.transSubfigure, ax.transAxes)
    rows = _legend_above(ax, columns, edge, along) if columns else 0
    lines = textwrap.wrap(below, WIDEST)
    foot = 6.0 + LEGEND_ROW * rows
    pad = foot + LINE * len(lines)
    # With y given, matplotlib does not look for room at every drawing.
    title = ax.set_title(text, loc="left", y=1.0, x=edge, pad=pad, parse_math=False)
    title.set_transform(along + shifted(ax, up=pad))
    if lines:
        ax.text(
            edge,
            1.0,
            "\n".join(lines),
            transform=along + shifted(ax, up=foot),
            color=QUIET,
            linespacing=1.15,
            parse_math=False,
        )


def shifted(ax: Axes, right: float = 0.0, up: float = 0.0) -> Transform:
    """A shift to the right and upwards, points."""
    return ScaledTranslation(right / 72.0, up / 72.0, ax.figure.dpi_scale_trans)


def _legend_above(ax: Axes, columns: int, edge: float, along: Transform) -> int:
    """Put the legend above the axes; return its number of rows."""
    handles, _ = ax.get_legend_handles_labels()
    if not handles:
        return 0
    legend = ax.legend(
        loc="lower left", bbox_to_anchor=(edge, 1.01), bbox_transform=along, ncols=columns
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    return ceil(len(handles) / columns)


def label_ends(
    ax: Axes, names: Sequence[str], values: Sequence[float], colours: Sequence[str]
) -> None:
    """Write names at the right ends of curves, moved apart where they would touch."""
    line = 1.3 * rcParams["font.size"] / (72.0 * ax.get_window_extent().height / ax.figure.dpi)
    heights = ax.transAxes.inverted().transform(
        ax.transData.transform([(0.0, value) for value in values] or np.empty((0, 2)))
    )[:, 1]
    for name, height, colour in zip(
        told_apart(names), spread_apart(heights, line), colours, strict=False
    ):
        ax.text(
            1.01,
            height,
            name,
            transform=ax.transAxes,
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


def label_quarters(ax: Axes, quarters: Sequence[str]) -> None:
    """Label the x axis with quarters, numbered from 0; with years where quarters do not fit."""
    if len(quarters) <= MOST_QUARTER_LABELS:
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
