"""Titles, a line below them and legends, above the data of a page's axes and of a user's."""

from __future__ import annotations

import textwrap
from functools import partial
from math import ceil
from typing import Final

import numpy as np
from matplotlib import rc_context, rcParams
from matplotlib.axes import Axes
from matplotlib.gridspec import GridSpec
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, Transform, blended_transform_factory
from numpy.typing import NDArray

from capexrisk.report.plots.canvas import QUIET
from capexrisk.report.plots.labels import narrowing, shifted
from capexrisk.report.plots.page_axes import PageAxes

GAP: Final = 6.0  # between the data and what is above them, points
LEGEND_ROW: Final = 12.0  # points
LINE: Final = 10.5  # of the text below a title, points
WIDEST: Final = 64  # letters of that text in the narrowest figure of a page
EDGE: Final = 0.015  # of the figure's width: left edge of titles that begin at the figure's edge
LETTERS: Final = 0.95  # of those that fit on average: some lines have wider ones
AIR: Final = 2.0  # around all that belongs to a user's axes, points
MOST: Final = 0.3  # of the height of axes: a legend above them, if its letters stay legible
SMALLEST_KEY: Final = 5.0  # its letters, points
NARROWER: Final = 0.85  # of their width: what a layout engine may leave of axes
TALL: Final = 0.85  # of the height of its place in the grid: the name of an axis
SHELF: Final = "_shelf"  # label of what holds titles up
LEAST: Final = 0.3  # of their place in the grid: what is left of axes, however much is around


def head(
    ax: Axes, text: str, below: str = "", *, columns: int = 0, from_figure: bool = False
) -> None:
    """Write the title, a line below it and a legend below that, all above the data.

    A name is never parsed as mathematical notation. A page knows the sizes of its letters; on
    other axes they are measured, since they follow the user's style, and relative sizes of letters
    are smaller where axes are narrow. There, all is broken to the width of the axes, only its
    height counts where matplotlib lays out the figure, and the title is the axes' own: `set_title`
    writes another in its place.

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
    up = foot + LINE * len(lines)
    # With y given, matplotlib does not look for room at every drawing.
    title = ax.set_title(text, loc="left", y=1.0, x=edge, pad=up, parse_math=False)
    title.set_transform(along + shifted(ax, up=up))
    if lines:
        _note(ax, "\n".join(lines), edge, along + shifted(ax, up=foot))


def _head_of_user(ax: Axes, text: str, below: str, columns: int, *, from_names: bool) -> None:
    point = ax.figure.dpi / 72.0
    tallest = MOST * ax.bbox.height
    _take_room(ax)
    names, marks = ax.yaxis.get_tightbbox(), ax.xaxis.get_tightbbox()
    beside = max(0.0, ax.bbox.x0 - names.x0) / point if from_names and names else 0.0
    # A user's style may have ticks above the axes.
    up = 0.0 if marks is None else max(0.0, marks.y1 - ax.bbox.y1) / point
    along = ax.transAxes + shifted(ax, -beside, up)
    cell = _cell(ax)
    widest, highest = np.multiply(ax.figure.bbox.size, 1.0 if cell is None else cell.size)
    _broken(ax.yaxis.label, TALL * highest)
    room = min(ax.bbox.width + point * beside, widest - 2.0 * point * AIR)
    size = narrowing(ax, beside) * rcParams["font.size"]
    with rc_context({"font.size": size}):
        foot = GAP
        sure = room if ax.figure.get_layout_engine() is None else NARROWER * room
        legend = _fitting_legend(ax, columns, sure, tallest, min(1.0, SMALLEST_KEY / size), along)
        if legend is not None:
            legend.set_in_layout(False)
            foot = GAP / 2.0 + (legend.get_window_extent().y1 - ax.bbox.y1) / point - up
        if below:
            note = _note(ax, below, 0.0, along + shifted(ax, up=foot), va="bottom")
            note.set_in_layout(False)
            foot += _broken(note, room) / point
        _broken(_title_of_user(ax, text, beside, up + foot - GAP / 2.0), room)
    _take_room(ax)


def _fitting_legend(
    ax: Axes, columns: int, width: float, height: float, least: float, along: Transform
) -> Legend | None:
    """The legend in as many columns as leave its letters largest; at least of this part."""
    found = (0.0, 0)
    for count in range(1, columns + 1):
        legend = _legend(ax, count, 0.0, along)
        if legend is None:
            return None
        box = legend.get_window_extent()
        if count == 1 or box.width * least <= width:  # too wide is worse than too tall
            found = max(found, (min(1.0, width / box.width, height / box.height), count))
    size = max(least, found[0]) * rcParams["font.size"]
    with rc_context({"font.size": size}):
        return _legend(ax, found[1], 0.0, along) if columns else None


def _title_of_user(ax: Axes, text: str, beside: float, up: float) -> Text:
    """Write the title of the axes, so that one that a user sets takes its place, and its room.

    Matplotlib puts titles above whatever axes there are inside the axes: an empty one, which is
    the axes once more but raised, keeps them above legend and note. Titles at the right stay, as
    letters of panels stand there.
    """
    for before in [each for each in ax.child_axes if each.get_label() == SHELF]:
        before.remove()
    raised = ax.transAxes + shifted(ax, up=up)
    shelf = ax.inset_axes((0.0, 0.0, 1.0, 1.0), transform=raised, label=SHELF)
    shelf.set_axis_off()
    shelf.set(xticks=[], yticks=[])
    sides = [ax.set_title("", loc="left"), ax.set_title("", loc="center")]
    # No name is mathematical notation, but what a user writes there later may be.
    title = ax.set_title(text.replace("$", r"\$"), ha="left")
    to_left = Affine2D().translate(-title.get_position()[0], 0.0) + ax.transAxes
    title.set_transform(to_left + shifted(ax, -beside, rcParams["axes.titlepad"]))
    for other in sides:
        if other is not title:
            other.add_callback(partial(_give_way, title))
    return title


def _give_way(title: Text, other: Text) -> None:
    """Take a title away where another one is written in its place."""
    if other.get_text():
        title.set_text("")


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


def _note(ax: Axes, text: str, edge: float, at: Transform, va: str = "baseline") -> Text:
    return ax.text(
        edge, 1.0, text, transform=at, color=QUIET, linespacing=1.15, parse_math=False, va=va
    )


def _broken(text: Text, room: float) -> float:
    """Break a text into lines as wide as the room, pixels; return its height, pixels."""
    whole = text.get_text()
    length = max(text.get_window_extent().size)  # a name beside an axis stands upright
    if length > room > 0.0:
        text.set_text(textwrap.fill(whole, max(1, int(LETTERS * len(whole) * room / length))))
    return float(text.get_window_extent().height)


def _take_room(ax: Axes) -> None:
    """Make a user's axes smaller, so that what is around them fits where they stand in a grid.

    A colour bar takes room as well. A layout engine makes it, and a place given by hand is kept.
    """
    figure, cell = ax.figure, _cell(ax)
    if cell is None or figure.get_layout_engine() is not None:
        return
    around = ax.get_tightbbox(for_layout_only=True)
    if around is None:  # of axes that are hidden
        return
    around = around.padded(AIR * figure.dpi / 72.0)
    around = around.transformed(figure.transSubfigure.inverted())
    place, over = np.array(ax.get_position().extents), np.subtract(around.extents, cell.extents)
    whole = ax.get_subplotspec().get_position(figure)  # type: ignore[arg-type,union-attr]
    least = LEAST * np.subtract(whole.max, whole.min)  # not of `place`: this is called twice
    low = np.minimum(place[:2] + np.maximum(-over[:2], 0.0), place[2:] - least)
    high = place[2:] - np.maximum(over[2:], 0.0)
    ax.set_position(Bbox([low, np.maximum(high, low + least)]))
    ax.set_in_layout(True)  # a layout engine that is set later may place them again


def _cell(ax: Axes) -> Bbox | None:
    """What axes have of their figure, which is 1 wide and high; None unless they are in a grid."""
    spec = ax.get_subplotspec()
    grid = None if spec is None else spec.get_gridspec()
    if spec is None or not isinstance(grid, GridSpec):  # a grid inside a grid is another kind
        return None
    edges = grid.get_grid_positions(ax.figure)  # type: ignore[arg-type]  # a part of one as well
    bottoms, tops, lefts, rights = map(np.ravel, edges)
    rows, columns = spec.rowspan, spec.colspan
    return Bbox.from_extents(
        _border(rights, lefts, columns.start, (0.0, 1.0)),
        _border(bottoms, tops, rows.stop, (1.0, 0.0)),
        _border(rights, lefts, columns.stop, (0.0, 1.0)),
        _border(bottoms, tops, rows.start, (1.0, 0.0)),
    )


def _border(
    ends: NDArray[np.float64], starts: NDArray[np.float64], at: int, of: tuple[float, float]
) -> float:
    """Where a cell of a grid ends: at an edge of the figure, or midway to the next axes."""
    if at in (0, len(starts)):
        return of[at > 0]
    return 0.5 * float(ends[at - 1] + starts[at])
