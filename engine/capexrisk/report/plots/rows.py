"""Bars in rows, a name beside each: the frame that all figures of them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties

from capexrisk.estimate.independent import Estimate
from capexrisk.report.plots.canvas import INK
from capexrisk.report.plots.labels import letters, number_axis
from capexrisk.report.plots.page_axes import PageAxes

ROW: Final = 0.27  # height of a row, inches
AROUND: Final = 1.5  # height of title, legend, axis and stamp, inches
BAR: Final = 0.55  # of a row
BELOW_HEAD: Final = 0.7  # of the height of a user's axes: what is left for the rows, about
LEADING: Final = 1.2  # height of a line of letters, of their size
WHISKERS: Final[dict[str, Any]] = {"fmt": "none", "ecolor": INK, "elinewidth": 0.8}


def height_of(rows: int) -> float:
    """Height of a figure by its number of rows, inches."""
    return AROUND + ROW * rows


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Name the rows from the top down, numbered from 0; the other axis has the numbers.

    A name is never parsed as mathematical notation.
    """
    ax.set_yticks(np.arange(len(names)), names, parse_math=False)
    if not isinstance(ax, PageAxes):
        size = FontProperties(size=rcParams["ytick.labelsize"]).get_size_in_points()
        lines = max((name.count("\n") + 1 for name in names), default=1)
        ax.tick_params(axis="y", labelsize=min(size, _tallest(ax, len(names)) / lines))
    ax.set_ylim(len(names) - 0.5, -0.5)
    number_axis(ax.xaxis)
    ax.minorticks_off()
    ax.grid(visible=False, axis="y")


def row_letters(ax: Axes, rows: int, of_page: float) -> float:
    """As `letters`, of a number beside a bar: no taller than its row on a user's axes."""
    size = letters(ax, of_page)
    return size if isinstance(ax, PageAxes) else min(size, _tallest(ax, rows))


def _tallest(ax: Axes, rows: int) -> float:
    """The largest letters that a row has room for, points."""
    height = 72.0 * ax.bbox.height / ax.figure.dpi
    return BELOW_HEAD * height / (LEADING * max(rows, 1))


def half_widths(estimates: Sequence[Estimate], scale: float) -> np.ndarray:
    """How far each 95 % interval reaches below and above its value, (2, rows); 0 where unknown."""
    value, low, high = (
        scale * np.array([getattr(one, part) for one in estimates])
        for part in ("value", "ci_low", "ci_high")
    )
    return np.nan_to_num(np.maximum([value - low, high - value], 0.0))
