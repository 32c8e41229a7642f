"""Axes of the figures that pages and files show: their ticks are drawn, and kept nowhere.

Matplotlib keeps five artists for each tick, and copies their properties from one tick to the next,
so that a program may change every one. Nobody holds these figures in hand, and the ticks took a
third of the time that a report's figures take. A program that asks for them still gets them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, Final, Literal, cast

import numpy as np
from matplotlib import rcParams
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis, Tick, XAxis, YAxis
from matplotlib.backend_bases import RendererBase
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.markers import TICKDOWN, TICKLEFT
from matplotlib.offsetbox import OffsetBox
from matplotlib.patches import Patch, Rectangle, StepPatch
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import Bbox, Transform
from numpy.typing import ArrayLike, NDArray

__all__ = ["PageAxes"]

# How ticks may be asked to look; with any other wish, or with minor ticks, matplotlib draws them.
WISHES: Final = {"gridOn", "labelfontfamily", "length", "rotation"}
CLOSE: Final = 1e-10  # of an axis: how far beyond its end a tick is still on it


class _PageAxis(Axis):
    """An axis that draws all grid lines as one, all marks as one, and its labels one by one."""

    horizontal: bool
    side: str  # of the axes, where it stands
    other_side: str
    mark: Any

    def draw(self, renderer: RendererBase) -> None:
        """Draw grid lines, marks, labels, and the name of the axis."""
        if not self.get_visible():
            return
        wishes = self.get_tick_params()
        places = np.asarray(self.get_majorticklocs(), dtype=float)
        labels = self.get_major_formatter().format_ticks(list(places))
        if not self._is_plain(wishes):
            Axis.set_clip_path(self, self.axes.patch)  # now there are ticks that take it over
            super().draw(renderer)
            return
        renderer.open_group(type(self).__name__)
        shown = self._on_axis(places)
        length = float(wishes.get("length", self._style("major.size")))
        self._draw_lines(renderer, places[shown], length, grid=wishes["gridOn"])
        text = self._tick_text(length, wishes)
        boxes = []
        for place, label in zip(places[shown], np.array(labels, dtype=object)[shown], strict=True):
            text.set_text(label)
            text.set_position(self._point(place, 0.0))
            text.draw(renderer)
            if self.label.get_text():
                boxes.append(text.get_window_extent(renderer))
        self._draw_name(renderer, boxes, length)
        renderer.close_group(type(self).__name__)
        self.stale = False

    def set_ticks(
        self,
        ticks: ArrayLike,
        labels: Iterable[str] | None = None,
        *,
        minor: bool = False,
        **properties: Any,
    ) -> list[Tick]:
        """Place the ticks, and name them; the view is widened to show them all.

        Names are never parsed as mathematical notation; they have no other properties.
        """
        if minor or properties.keys() - {"parse_math"}:
            raise ValueError("ticks of a page: give major ones; their look by tick_params")
        places = np.asarray(ticks, dtype=float).tolist()
        if places:
            self.set_view_interval(min(places), max(places))
        self.set_major_locator(FixedLocator(places))
        if labels is not None:
            named = dict(zip(places, labels, strict=True))
            self.set_major_formatter(FuncFormatter(lambda place, _: named.get(place, "")))
        return []

    def set_tick_params(self, which: str = "major", reset: bool = False, **wishes: Any) -> None:
        """Keep what ticks shall look like; a tick is made when somebody asks for it."""
        for one in ("major", "minor") if which == "both" else (which,):
            kept = {} if reset else self.get_tick_params(one)
            super().set_tick_params(which=one, reset=True, **{**kept, **wishes})

    def set_clip_path(self, path: Any, transform: Transform | None = None) -> None:
        """Clip to a path, without making ticks that take it over."""
        Artist.set_clip_path(self, path, transform)

    def _is_plain(self, wishes: dict[str, Any]) -> bool:
        on, off = ({name, f"label{name}"} for name in (self.side, self.other_side))
        return (
            isinstance(self.get_minor_locator(), NullLocator)
            and not self.get_major_formatter().get_offset()
            and self.get_label_position() == self.side
            and wishes.keys() <= WISHES | on | off
            and all(wishes[name] for name in on)
            and not any(wishes[name] for name in off)
        )

    def _style(self, name: str) -> Any:
        return cast("dict[str, Any]", rcParams)[f"{'x' if self.horizontal else 'y'}tick.{name}"]

    def _on_axis(self, places: NDArray[np.float64]) -> NDArray[np.bool_]:
        transform = self.get_transform().transform
        low, high = np.sort(transform(np.asarray(self.get_view_interval(), dtype=float)))
        room = CLOSE * (high - low)
        at = transform(places)
        inside: NDArray[np.bool_] = (at > low - room) & (at < high + room)
        return inside

    def _point(self, along: Any, across: Any) -> tuple[Any, Any]:
        """A point by its place on the axis and across it."""
        return (along, across) if self.horizontal else (across, along)

    def _transform_of(self, which: Literal["grid", "tick1"]) -> Transform:
        axes = self.axes
        of = axes.get_xaxis_transform if self.horizontal else axes.get_yaxis_transform
        return of(which=which)

    def _draw_lines(
        self, renderer: RendererBase, places: NDArray[np.float64], length: float, *, grid: bool
    ) -> None:
        if grid:
            along = np.column_stack([places, places, np.full_like(places, np.nan)]).ravel()
            lines = Line2D(
                *self._point(along, np.tile([0.0, 1.0, np.nan], places.size)),
                color=rcParams["grid.color"],
                linewidth=rcParams["grid.linewidth"],
                linestyle=rcParams["grid.linestyle"],
                transform=self._transform_of("grid"),
            )
            self._draw_one(renderer, lines, clipped=True)
        if length:
            marks = Line2D(
                *self._point(places, np.zeros_like(places)),
                color=self._style("color"),
                linestyle="none",
                marker=self.mark,
                markersize=length,
                markeredgewidth=self._style("major.width"),
                transform=self._transform_of("tick1"),
            )
            self._draw_one(renderer, marks)

    def _draw_one(self, renderer: RendererBase, line: Line2D, *, clipped: bool = False) -> None:
        line.set_figure(self.axes.figure)
        if clipped:
            line.set_clip_path(self.axes.patch)
        line.draw(renderer)

    def _tick_text(self, length: float, wishes: dict[str, Any]) -> Text:
        """The text of a tick, which becomes that of the next."""
        axes, pad = self.axes, length + self._style("major.pad")
        transform, upright, across = (
            axes.get_xaxis_text1_transform(pad)
            if self.horizontal
            else axes.get_yaxis_text1_transform(pad)
        )
        text = Text(
            color=self._style("color"),
            fontsize=self._style("labelsize"),
            fontfamily=wishes.get("labelfontfamily"),
            rotation=wishes.get("rotation"),
            verticalalignment=upright,
            horizontalalignment=across,
            transform=transform,
            parse_math=False,
        )
        text.set_figure(axes.figure)
        return text

    def _draw_name(self, renderer: RendererBase, labels: list[Bbox], length: float) -> None:
        """Draw the name of the axis, beyond its marks and labels."""
        if not self.label.get_text():
            return
        point, across = self.axes.figure.dpi / 72.0, 1 if self.horizontal else 0
        beside = [box.min[across] for box in labels]
        edge = min([self.axes.bbox.min[across] - point * length, *beside])
        kept = self._point(*self.label.get_position())[0]
        self.label.set_position(self._point(kept, edge - point * self.labelpad))
        self.label.draw(renderer)


class _PageXAxis(_PageAxis, XAxis):
    horizontal, side, other_side, mark = True, "bottom", "top", TICKDOWN


class _PageYAxis(_PageAxis, YAxis):
    horizontal, side, other_side, mark = False, "left", "right", TICKLEFT


@contextmanager
def _measured_once(legend: Legend | None) -> Iterator[None]:
    """Keep the sizes of the boxes that a legend is packed of; each asks all those inside it."""
    boxes = [] if legend is None else legend.findobj(OffsetBox)
    for box in boxes:
        box.get_bbox = cache(box.get_bbox)  # type: ignore[method-assign]
    try:
        yield
    finally:
        for box in boxes:
            del box.get_bbox


class PageAxes(Axes):
    """Axes whose ticks are drawn and not kept, and whose legend measures its texts once."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw all that is on the axes."""
        with _measured_once(self.get_legend()):
            super().draw(renderer)

    def add_patch(self, p: Patch) -> Patch:
        """Add a patch; bars and histograms end at their corners, other shapes anywhere."""
        if p.is_transform_set() or not isinstance(p, Rectangle | StepPatch):
            return super().add_patch(p)
        self.add_artist(p)
        corners = p.get_corners() if isinstance(p, Rectangle) else p.get_path().vertices
        if np.ptp(corners, axis=0).any():  # one of no size counts for no limit
            self.update_datalim(corners)
        return p

    def _init_axis(self) -> None:
        """Make the two axes, in the way that matplotlib's gallery does it for other kinds."""
        self.xaxis, self.yaxis = _PageXAxis(self, clear=False), _PageYAxis(self, clear=False)
        for axis in (self.xaxis, self.yaxis):
            for side in (axis.side, axis.other_side):
                self.spines[side].register_axis(axis)
