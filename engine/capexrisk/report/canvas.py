"""What every figure shares: style, colours, room, labels, the line that says whose figure it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import matplotlib.style
import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from capexrisk.report.numbers import MINUS
from capexrisk.report.words import counted, shortened
from capexrisk.run.results import Results

STYLE = Path(__file__).with_name("capexrisk.mplstyle")
INK = "#222222"
QUIET = "#666666"
# Okabe and Ito (2008): told apart with any kind of colour vision; without yellow, which fades in
# print.
BLUE = "#0072B2"
SKY = "#56B4E9"
GREEN = "#009E73"
ORANGE = "#E69F00"
RED = "#D55E00"
PINK = "#CC79A7"
LETTER = 4.9  # width of a digit of a tick label, points
MOST_QUARTER_LABELS = 12
MOST_YEAR_LABELS = 7


@dataclass(frozen=True)
class Margins:
    """Room around the axes of a figure, points."""

    top: float
    right: float = 12.0
    bottom: float = 38.0

    def apply(self, figure: Figure, *, rows: int = 1, between: float = 0.0) -> None:
        """Place the axes; the left margin is what their tick labels need.

        Matplotlib's own layout engines give the same, but measure every letter: half of the time
        of a run's figures.

        Parameters
        ----------
        figure : Figure
        rows : int
            Axes that stand under each other.
        between : float
            Room between them, points.
        """
        width, height = 72.0 * figure.get_size_inches()
        axes = figure.axes
        left = 20.0 + LETTER * max(len(label) for ax in axes for label in _tick_labels(ax))
        room = height - self.top - self.bottom - between * (rows - 1)
        figure.subplots_adjust(
            left=left / width,
            right=1.0 - self.right / width,
            bottom=self.bottom / height,
            top=1.0 - self.top / height,
            hspace=between * rows / room,
        )


def _tick_labels(ax: Axes) -> list[str]:
    low, high = ax.get_ylim()
    return [plain(tick) for tick in ax.get_yticks() if low <= tick <= high] or [""]


@contextmanager
def drawing(results: Results, ax: Axes | None) -> Iterator[Axes]:
    """The axes to draw on: the caller's as they are, or new ones in the project's style."""
    if ax is not None:
        yield ax
        return
    from matplotlib import pyplot as plt  # only here: it chooses a window system

    with matplotlib.style.context(STYLE):
        figure, ax = plt.subplots(layout="constrained")
        yield ax
        stamp(figure, results)


def stamp(figure: Figure | SubFigure, results: Results) -> None:
    """Say in the lower right corner whose figure it is: scenario, paths, seed."""
    scenario, run = results.manifest["scenario"]["name"], results.manifest["run"]
    line = f"{scenario} · {counted(results.paths, 'path')} · seed {run['seed']}"
    figure.supxlabel(line, x=0.99, ha="right", fontsize=6, color=QUIET)


def title(ax: Axes, text: str, below: str = "") -> None:
    """Title, and a line below it; a name in it is never taken for a formula."""
    ax.set_title(text, loc="left", pad=17.0 if below else 6.0, parse_math=False)
    if below:
        ax.annotate(
            below,
            (0.0, 1.0),
            (0.0, 6.0),
            xycoords="axes fraction",
            textcoords="offset points",
            color=QUIET,
            parse_math=False,
        )


def label_ends(
    ax: Axes, names: Sequence[str], values: Sequence[float], colours: Sequence[str]
) -> None:
    """Names to the right of the ends of curves, moved apart where they would touch."""
    line = 1.3 * rcParams["font.size"] / (72.0 * ax.get_window_extent().height / ax.figure.dpi)
    heights = ax.transAxes.inverted().transform(
        ax.transData.transform([(0.0, value) for value in values] or np.empty((0, 2)))
    )[:, 1]
    for name, height, colour in zip(names, spread_apart(heights, line), colours, strict=False):
        ax.text(
            1.01,
            height,
            shortened(name),
            transform=ax.transAxes,
            va="center",
            color=colour,
            parse_math=False,
        )


def spread_apart(heights: NDArray[np.float64], gap: float) -> NDArray[np.float64]:
    """Heights at least a gap apart and above 0, in their order, moved as little as a stack allows.

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


def legend_above(ax: Axes, columns: int) -> None:
    """A legend between title and axes, where there are no data."""
    handles, _ = ax.get_legend_handles_labels()
    rows = ceil(len(handles) / columns)
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.01), ncols=columns)
    ax.set_title(ax.get_title(loc="left"), loc="left", pad=6.0 + 12.0 * rows, parse_math=False)


def plain(value: float, _position: int | None = None) -> str:
    """A tick label with thousands separators and a true minus sign."""
    return f"{value:,.10g}".replace("-", MINUS)


PLAIN = FuncFormatter(plain)


def label_quarters(ax: Axes, quarters: Sequence[str]) -> None:
    """Quarters on the x axis, numbered from 0; only years where they would not fit."""
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
    """Calendar years on the x axis, numbered from 0; the quarters of a part below its year."""
    step = ceil(len(years) / MOST_YEAR_LABELS)
    labels = [f"{year[:4]}\n{year[4:]}".rstrip() for year in years[::step]]
    ax.set_xticks(range(0, len(years), step), labels)
