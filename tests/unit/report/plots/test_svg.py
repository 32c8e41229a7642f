"""SVG is written as matplotlib writes it, and measured once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from capexrisk.report.plots import svg
from capexrisk.report.plots.canvas import panels, stamp, styled
from capexrisk.report.plots.figures import Wanted, draw
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


# As a user may have it in a matplotlibrc; `text.usetex` would ask for a program that is not here.
OF_A_USER = {
    "axes.unicode_minus": False,
    "axes.xmargin": 0.3,
    "axes.prop_cycle": mpl.cycler(lw=[9]),
    "figure.autolayout": True,
    "figure.dpi": 37,
    "font.family": "serif",
    "font.size": 17,
    "lines.linewidth": 5.0,
    "legend.frameon": True,
    "path.sketch": (3.0, 90.0, 2.0),
    "savefig.bbox": "tight",
    "svg.fonttype": "path",
    "text.usetex": True,
    "xtick.direction": "in",
    "xtick.minor.visible": True,
    "ytick.right": True,
}


def test_a_page_s_figures_are_the_same_whatever_a_user_s_settings(tmp_path: Path) -> None:
    written = []
    for name, settings in (("mine", OF_A_USER), ("none", {})):
        (tmp_path / name).mkdir()
        with mpl.rc_context(settings):
            drawings = [
                draw(synthetic(), Wanted(one), tmp_path / name, png=True)
                for one in ("survival", "joint-failures")
            ]
        files = sorted((tmp_path / name / "figures").iterdir())
        written.append((drawings, [(file.name, file.read_bytes()) for file in files]))
    assert written[0] == written[1]
    assert len(written[0][1]) == 4


def test_a_user_s_own_axes_follow_the_user_s_settings() -> None:
    with mpl.rc_context({"font.size": 17, "font.family": "serif", "legend.fontsize": 15}):
        ax = DRAWN["fan"](synthetic(), Figure(figsize=(9, 6)).subplots())
    assert ax.texts[-1].get_fontsize() == 17
    legend = ax.get_legend()
    assert legend is not None
    assert {text.get_fontsize() for text in legend.get_texts()} == {15}
    assert ax.yaxis.label.get_fontfamily() == ["serif"]
