"""What is wrong with the looks of a figure: text cut off, text upon text, a legend upon data."""

from __future__ import annotations

from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

SLACK = 1.0  # points: letters have air around them


def flaws(figure: Figure) -> list[str]:
    """Each flaw in words; none in a good figure."""
    figure.draw_without_rendering()
    scale = figure.dpi / 72.0
    boxes = [(text.get_text(), text.get_window_extent()) for text in _texts(figure)]
    page = figure.bbox.padded(0.5 * scale)
    found = [f"cut: {name!r}" for name, box in boxes if not _holds(page, box)]
    shrunk = [(name, box.padded(-SLACK * scale)) for name, box in boxes]
    for (first, box), (second, other) in combinations(shrunk, 2):
        if box.overlaps(other):
            found.append(f"overlap: {first!r}, {second!r}")
    for ax in figure.axes:
        legend = ax.get_legend()
        if legend is not None and legend.get_window_extent().padded(-scale).overlaps(ax.bbox):
            found.append("legend upon data")
    return found


def _holds(page: Bbox, box: Bbox) -> bool:
    return page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 and box.y1 <= page.y1


def _texts(figure: Figure) -> list[Text]:
    """Every text that is drawn."""
    found = [text for text in figure.findobj(Text) if _shown(text)]
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            labels = {id(label) for tick in ticks for label in (tick.label1, tick.label2)}
            found = [text for text in found if id(text) not in labels]
            found += _labels(ax, axis)
    return found


def _labels(ax: Axes, axis: Axis) -> list[Text]:
    """Labels of the ticks in view."""
    if not axis.get_visible():
        return []
    axis.get_ticklabels()  # places them also where they are drawn without being kept
    low, high = sorted(axis.get_view_interval())
    room = 1e-9 * (high - low)
    return [
        label
        for tick in axis.get_major_ticks()
        if low - room <= tick.get_loc() <= high + room
        for label in (tick.label1, tick.label2)
        if _shown(label)
    ]


def _shown(text: Text) -> bool:
    return text.get_visible() and bool(text.get_text().strip())
