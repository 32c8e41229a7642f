"""The pictures of all plots; ``python -m tests.unit.report.plots.pictures`` draws them anew.

Without letters, which differ from one machine to the next, on axes of a fixed place.
"""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from capexrisk.report.plots.canvas import styled
from capexrisk.report.plots.page_axes import PageAxes
from tests.unit.report.plots.gallery import DRAWN, run_for
from tests.unit.report.synthetic import replayed, synthetic

BASELINES = Path(__file__).parent / "baseline"
REPLAY = "capexrisk.study.replay.replay"
DPI = 60


class OfMatplotlib(PageAxes):
    """A page's axes, but drawn by matplotlib."""

    draw = Axes.draw
    add_patch = Axes.add_patch
    _init_axis = Axes._init_axis  # type: ignore[attr-defined]


def baseline(name: str) -> Path:
    """Where the picture of a plot is kept."""
    return BASELINES / f"{name.replace(' ', '-')}.png"


def draw(name: str, file: Path) -> None:
    """Draw a plot of the made-up run into a file."""
    with styled(), patch(REPLAY, replayed):
        figure = Figure(dpi=DPI)
        FigureCanvasAgg(figure)
        ax = figure.subplots(subplot_kw={"axes_class": OfMatplotlib})  # whose ticks can be hidden
        DRAWN[name](run_for(name, synthetic()), ax)
        for text in figure.findobj(Text):
            text.set_visible(False)
        figure.savefig(file, dpi=DPI, metadata={"Software": None})


def main() -> None:
    """Draw all of them; look at each before it is committed."""
    BASELINES.mkdir(exist_ok=True)
    for name in DRAWN:
        draw(name, baseline(name))


if __name__ == "__main__":
    main()
