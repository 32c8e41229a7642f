"""SVG is written as matplotlib writes it, and measured once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from capexrisk.report.plots import svg
from capexrisk.report.plots.canvas import panels, stamp, styled
from capexrisk.report.plots.svg import NOTHING, svg_text
from tests.unit.report.plots.gallery import DRAWN
from tests.unit.report.synthetic import synthetic


def of_page() -> Figure:
    return panels(1)[0]


def of_matplotlib() -> Figure:
    figure = Figure()
    FigureCanvasAgg(figure)
    figure.subplots()
    return figure


@pytest.mark.parametrize("make", [of_page, of_matplotlib])
def test_the_bytes_are_matplotlib_s(make: Callable[[], Figure]) -> None:
    with styled():
        figure = make()
        DRAWN["fan"](synthetic(), figure.axes[0])
        stamp(figure, "a stamp")
    dpi = figure.dpi
    ours = svg_text(figure, "a-name")
    with styled(), mpl.rc_context({"svg.hashsalt": "a-name"}):
        figure.savefig(file := BytesIO(), format="svg", metadata=NOTHING)
    assert ours == file.getvalue().decode()
    assert figure.dpi == dpi


def test_a_text_is_measured_in_one_figure_and_known_in_the_next() -> None:
    svg._size_of.cache_clear()
    for misses in (1, 1):
        with styled():
            figure = Figure()
            figure.text(0.5, 0.5, "the same", ha="center")
        svg_text(figure, "a-name")
        assert svg._size_of.cache_info().misses == misses
