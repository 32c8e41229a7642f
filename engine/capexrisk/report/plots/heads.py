"""Titles, a line below them and legends, above the data of a page's axes and of a user's."""

from __future__ import annotations

import textwrap
from math import ceil
from typing import Final

import numpy as np
from matplotlib import rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox, Transform, blended_transform_factory
from numpy.typing import NDArray

from capexrisk.report.plots.canvas import QUIET
from capexrisk.report.plots.labels import shifted
from capexrisk.report.plots.page_axes import PageAxes

GAP: Final = 6.0  # between the data and what is above them, points
LEGEND_ROW: Final = 12.0  # points
LINE: Final = 10.5  # of the text below a title, points
WIDEST: Final = 64  # letters of that text in the narrowest figure of a page
EDGE: Final = 0.015  # of the figure's width: left edge of titles that begin at the figure's edge
LETTERS: Final = 0.95  # of those that fit on average: some lines have wider ones
AIR: Final = 2.0  # around all that belongs to a user's axes, points
EMS: Final = 25.0  # width of axes that have room for letters of the user's size, in such letters
SMALLEST: Final = 0.6  # of that size: letters above narrow axes
LEAST: Final = 0.3  # of their place in the grid: what is left of axes, however much is around


def head(
    ax: Axes, text: str, below: str = "", *, columns: int = 0, from_figure: bool = False
) -> None:
    """Write the title, a line below it and a legend below that, all above the data.

    A name is never parsed as mathematical notation. A page knows the sizes of its letters; on
    other axes they are measured, since they follow the user's style, and relative sizes of letters
    are smaller where axes are narrow. There, all is broken to the width of the axes, and only its
    height counts where matplotlib lays out the figure.

    Parameters
    ----------
    ax : Axes
    text : str
    below : str
        Broken into lines where it is too long.
    columns : int
        Of the legend, or fewer; 0 for none.
    from_figure : bool
        Begin at the left edge of the figure, or of a user's names, not of the axes: for axes with
        long names beside them.
    """
    if isinstance(ax, PageAxes):
        _head_of_page(ax, text, below, columns, from_figure)
    else:
        _head_of_user(ax, text, below, columns, from_names=from_figure)


def _head_of_page(ax: Axes, text: str, below: str, columns: int, from_figure: bool) -> None:
    edge, along = 0.0, ax.transAxes
    if from_figure:
        edge = EDGE
        along = blended_transform_factory(ax.figure.transSubfigure, ax.transAxes)
    legend = _legend(ax, columns, edge, along)
    rows = 0 if legend is None else ceil(len(legend.get_texts()) / columns)
    foot = GAP + LEGEND_ROW * rows
    lines = textwrap.wrap(below, WIDEST)
    _title(ax, text, edge, along, foot + LINE * len(lines))
    if lines:
        _note(ax, "\n".join(lines), edge, along + shifted(ax, up=foot))


def _head_of_user(ax: Axes, text: str, below: str, columns: int, *, from_names: bool) -> None:
    point = ax.figure.dpi / 72.0
    _take_room(ax)
    beside = 0.0
    if from_names:
        names = ax.yaxis.get_tightbbox()
        beside = 0.0 if names is None else max(0.0, (ax.bbox.x0 - names.x0) / point)
    along = ax.transAxes + shifted(ax, -beside)
    room = ax.bbox.width / point + beside
    size = rcParams["font.size"]
    narrow = min(1.0, max(SMALLEST, room / (EMS * size)))
    with rc_context({"font.size": narrow * size}):
        foot = GAP
        for fewer in range(columns, 0, -1):
            legend = _legend(ax, fewer, 0.0, along)
            if legend is None:
                break
            legend.set_in_layout(False)
            box = legend.get_window_extent()
            foot = GAP / 2.0 + (box.y1 - ax.bbox.y1) / point
            if box.width <= point * room:
                break
        note = _note(ax, below, 0.0, along + shifted(ax, up=foot), va="bottom")
        note.set_in_layout(False)
        height = _broken(note, room) / point if below else 0.0
        _broken(_title(ax, text, 0.0, along, foot + height, va="bottom"), room)
    _take_room(ax)


def _legend(ax: Axes, columns: int, edge: float, along: Transform) -> Legend | None:
    """The legend above the axes, if it has any entry."""
    handles, labels = ax.get_legend_handles_labels() if columns else ([], [])
    if not handles:
        return None
    legend = ax.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(edge, 1.01),
        bbox_transform=along,
        borderaxespad=0.0,
        ncols=columns,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend


def _title(
    ax: Axes, text: str, edge: float, along: Transform, up: float, va: str = "baseline"
) -> Text:
    # With y given, matplotlib does not look for room at every drawing.
    title = ax.set_title(text, loc="left", y=1.0, x=edge, pad=up, va=va, parse_math=False)
    title.set_transform(along + shifted(ax, up=up))
    return title


def _note(ax: Axes, text: str, edge: float, at: Transform, va: str = "baseline") -> Text:
    return ax.text(
        edge, 1.0, text, transform=at, color=QUIET, linespacing=1.15, parse_math=False, va=va
    )


def _broken(text: Text, room: float) -> float:
    """Break a text into lines as wide as the room, points; return its height, pixels."""
    whole = text.get_text()
    width = text.get_window_extent().width * 72.0 / text.figure.dpi
    if width > room > 0.0:
        text.set_text(textwrap.fill(whole, max(1, int(LETTERS * len(whole) * room / width))))
    return float(text.get_window_extent().height)


def _take_room(ax: Axes) -> None:
    """Make a user's axes smaller, so that what is around them fits where they stand in a grid.

    A colour bar takes room as well. A layout engine makes it, and a place given by hand is kept.
    """
    figure, spec = ax.figure, ax.get_subplotspec()
    if spec is None or figure.get_layout_engine() is not None:
        return
    grid = spec.get_gridspec()
    if not isinstance(grid, GridSpec):  # a grid inside a grid
        return
    edges = grid.get_grid_positions(figure)  # type: ignore[arg-type]  # a part of one as well
    bottoms, tops, lefts, rights = map(np.ravel, edges)
    rows, columns = spec.rowspan, spec.colspan
    cell = Bbox.from_extents(
        _border(rights, lefts, columns.start, (0.0, 1.0)),
        _border(bottoms, tops, rows.stop, (1.0, 0.0)),
        _border(rights, lefts, columns.stop, (0.0, 1.0)),
        _border(bottoms, tops, rows.start, (1.0, 0.0)),
    )
    around = ax.get_tightbbox(for_layout_only=True)
    if around is None:  # of axes that are hidden
        return
    around = around.padded(AIR * figure.dpi / 72.0)
    around = around.transformed(figure.transSubfigure.inverted())
    place, over = np.array(ax.get_position().extents), np.subtract(around.extents, cell.extents)
    whole = spec.get_position(figure)  # type: ignore[arg-type]  # a part of one as well
    least = LEAST * np.subtract(whole.max, whole.min)  # not of `place`: this is called twice
    low = np.minimum(place[:2] + np.maximum(-over[:2], 0.0), place[2:] - least)
    high = place[2:] - np.maximum(over[2:], 0.0)
    ax.set_position(Bbox([low, np.maximum(high, low + least)]))
    ax.set_in_layout(True)  # a layout engine that is set later may place them again


def _border(
    ends: NDArray[np.float64], starts: NDArray[np.float64], at: int, of: tuple[float, float]
) -> float:
    """Where a cell of a grid ends: at an edge of the figure, or midway to the next axes."""
    if at in (0, len(starts)):
        return of[at > 0]
    return 0.5 * float(ends[at - 1] + starts[at])
