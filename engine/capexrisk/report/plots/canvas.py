"""What every figure shares: style, colours, margins, and a stamp that names the run."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text

from capexrisk.archive.results import Results
from capexrisk.errors import ArgumentError
from capexrisk.report.plots.page_axes import PageAxes
from capexrisk.report.writing.words import counted, listed
from capexrisk.scenario import Scenario, Words, overrides_of

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
# By the names that the vocabulary of the model has for them.
PALETTE = {
    "blue": BLUE,
    "sky": SKY,
    "green": GREEN,
    "orange": ORANGE,
    "red": RED,
    "pink": PINK,
    "grey": QUIET,
    "black": INK,
}
OF_BACK_END = {"backend", "backend_fallback", "interactive"}
LETTER = 4.9  # width of a digit of a tick label, points
ROW = 13.0  # height of a line of text, points

Runs = Results | Mapping[str, Results]


@dataclass(frozen=True)
class Margins:
    """Margins of the axes, points; all but the right one are measured.

    Parameters
    ----------
    right : float
    bottom : float, optional
        In the place of what is measured.
    """

    right: float = 12.0
    bottom: float | None = None

    def apply(self, figure: Figure, *, rows: int = 1, between: float = 0.0) -> None:
        """Place the axes, with the margins that labels and title need.

        Matplotlib's own layout engines give the same, but measure every letter: with them the 27
        figures of six issuers take 3.8 s instead of 2.4 s.

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
        top = 5.0 + _height_of_title(axes[0])
        bottom = _bottom(axes[rows - 1]) if self.bottom is None else self.bottom
        room = height - top - bottom - between * (rows - 1)
        figure.subplots_adjust(
            right=1.0 - self.right / width,
            bottom=bottom / height,
            top=1.0 - top / height,
            hspace=between * rows / room,
        )
        # Which ticks there are depends on the height.
        figure.subplots_adjust(left=max(_left(ax) for ax in axes) / width)


def _left(ax: Axes) -> float:
    """Room for the tick labels, and for the axis' name where it has one."""
    low, high = sorted(ax.get_ylim())
    ticks = [tick for tick in ax.get_yticks() if low <= tick <= high]
    labels = ax.yaxis.get_major_formatter().format_ticks(ticks) or [""]
    longest = max(len(line) for label in labels for line in label.split("\n"))
    return (20.0 if ax.get_ylabel() else 9.0) + LETTER * longest


def _bottom(ax: Axes) -> float:
    """Room for the tick labels, the axis' name where it has one, and the stamp."""
    labels = ax.xaxis.get_major_formatter().format_ticks(list(ax.get_xticks()))
    lines = 1 + max((label.count("\n") for label in labels), default=0)
    return 17.0 + 10.0 * lines + (13.0 if ax.get_xlabel() else 0.0)


def _height_of_title(ax: Axes) -> float:
    """From the axes to the upper edge of their title, points."""
    text = ax.get_title(loc="left")
    titles = [a for a in ax.get_children() if isinstance(a, Text) and text and a.get_text() == text]
    top = max((title.get_window_extent().y1 for title in titles), default=ax.bbox.y1 + ROW)
    return float(top - ax.bbox.y1) * 72.0 / ax.figure.dpi


@cache
def _style() -> dict[Any, Any]:
    return dict(mpl.rc_params_from_file(STYLE, use_default_template=False))


@cache
def _page_style() -> dict[Any, Any]:
    """The project's style over matplotlib's defaults: all settings but those of the back end."""
    defaults = dict.items(mpl.rcParamsDefault)
    return {name: value for name, value in defaults if name not in OF_BACK_END} | _style()


@contextmanager
def styled(salt: str = "capexrisk") -> Iterator[None]:
    """Draw in the project's style, whatever a user's own settings are.

    Parameters
    ----------
    salt : str
        What identifiers inside an SVG are made from.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        # As matplotlib does when it leaves a context: all is valid, and to check it takes long.
        dict.update(mpl.rcParams, _page_style(), **{"svg.hashsalt": salt})
        # Said once by `give_letters`, not at every measure of a text.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


@contextmanager
def drawing(runs: Runs | str, ax: Axes | None, *, height: float | None = None) -> Iterator[Axes]:
    """The axes to draw on: the caller's as they are, or new ones in the project's style.

    Parameters
    ----------
    runs : Results, or mapping of str to Results, or str
        Whose figure it is; see `stamp`.
    ax : Axes or None
    height : float, optional
        Of a new figure, inches.

    Yields
    ------
    Axes

    Raises
    ------
    ArgumentError
        If `ax` is something else, such as an array of axes.
    """
    if ax is not None:
        if not isinstance(ax, Axes):
            raise ArgumentError("ax", f"{ax!r} is no Axes; give one, or none for a new figure")
        yield ax
        return
    from matplotlib import pyplot as plt  # only here: it chooses a back end

    # Before the style is set: a notebook's back end makes matplotlib interactive when it is loaded,
    # and leaving the style would undo that.
    plt.draw_if_interactive()  # type: ignore[no-untyped-call]
    with mpl.rc_context(_style()):  # all else, such as the resolution, is the user's
        figure, ax = plt.subplots(layout="constrained")
        if height is not None:
            figure.set_figheight(height)
        yield ax
        stamp(figure, runs)


def one_panel(
    runs: Runs | str, plot: Callable[..., Axes], margins: Margins, height: float | None = None
) -> Figure:
    """A figure of one plot, in the project's style.

    Without pyplot, as all that pages show: no global state, nothing to close, and safe beside a
    caller's own plots.

    Parameters
    ----------
    runs : Results, or mapping of str to Results, or str
        Whose figure it is; see `stamp`.
    plot : callable
        Draws runs on ``ax``.
    margins : Margins
    height : float, optional
        Inches.
    """
    with styled():
        figure, (ax,) = panels(1, height)
        margins.apply(figure)
        plot(runs, ax=ax)
        margins.apply(figure)
        stamp(figure, runs)
    return figure


def panels(rows: int, height: float | None = None) -> tuple[Figure, list[Axes]]:
    """A figure of axes under each other; its height in inches."""
    figure = Figure()
    FigureCanvasAgg(figure)
    if height is not None:
        figure.set_figheight(height)
    axes = figure.subplots(rows, squeeze=False, subplot_kw={"axes_class": PageAxes})
    return figure, list(axes[:, 0])


def words_for(runs: Runs) -> Words:
    """The words of a figure: the run's, of several runs the first one's."""
    return (runs if isinstance(runs, Results) else next(iter(runs.values()))).words


def stamp(figure: Figure | SubFigure, runs: Runs | str) -> None:
    """Name the run in the lower right corner: scenario, paths, seed; or write a line there."""
    if isinstance(runs, str):
        line = runs
    elif isinstance(runs, Results):
        line = stamp_of(runs.manifest.scenario, runs.paths, runs.manifest.run.seed)
    else:
        line = _of_several(list(runs.values()))
    figure.supxlabel(line, x=0.99, ha="right", fontsize=6, color=QUIET)


def stamp_of(scenario: Scenario, paths: int, seed: int) -> str:
    """The line that names a run."""
    changed = ", changed" if overrides_of(scenario) else ""
    return f"{scenario.name}{changed} · {counted(paths, 'path')} · seed {seed}"


def _of_several(runs: list[Results]) -> str:
    paths = listed([f"{paths:,}" for paths in dict.fromkeys(run.paths for run in runs)])
    seeds = listed([str(s) for s in dict.fromkeys(run.manifest.run.seed for run in runs)])
    return f"{counted(len(runs), 'run')} of {paths} paths · seed {seeds}"
