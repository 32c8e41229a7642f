"""Axes of pages look as matplotlib's own do, and make no ticks."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from capexrisk.report.plots.canvas import panels, styled
from capexrisk.report.plots.page_axes import PageAxes
from tests.unit.report.plots.gallery import DRAWN
from tests.unit.report.plots.pictures import OfMatplotlib
from tests.unit.report.synthetic import synthetic

# Quarters, years, bars, rows, turned names, a logarithmic scale.
LOOKED_AT = ("fan", "funding mix", "distribution", "causes", "joint failures", "survival")


def pixels(name: str, ax: Axes) -> np.ndarray:
    with styled():
        DRAWN[name](synthetic(failing=0.02), ax)
        figure = ax.figure
        assert isinstance(figure, Figure)
        figure.savefig(file := BytesIO(), format="rgba", dpi=60)
    return np.frombuffer(file.getvalue(), dtype=np.uint8)


def of_matplotlib() -> Axes:
    with styled():
        figure = Figure()
        FigureCanvasAgg(figure)
        return figure.subplots(subplot_kw={"axes_class": OfMatplotlib})


def of_page() -> Axes:
    with styled():
        return panels(1)[1][0]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_s_axes_look_as_matplotlib_s_own(name: str) -> None:
    np.testing.assert_array_equal(pixels(name, of_page()), pixels(name, of_matplotlib()))


def test_a_page_s_axes_make_no_ticks(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a tick was made")

    monkeypatch.setattr(Tick, "__init__", refuse)
    assert pixels("fan", of_page()).any()
    with pytest.raises(AssertionError, match="a tick was made"):
        pixels("fan", of_matplotlib())


def test_ticks_that_are_asked_for_are_there() -> None:
    ours, theirs = of_page(), of_matplotlib()
    for ax in (ours, theirs):
        ax.set_xticks([0.0, 1.0, 2.0], ["none", "one", "$two$"], parse_math=False)
        ax.tick_params(axis="x", labelrotation=90.0, length=0.0)
        ax.grid(visible=False)
    assert isinstance(ours, PageAxes) and ours.get_xlim() == theirs.get_xlim() == (0.0, 2.0)
    assert ours.xaxis.get_tick_params() == theirs.xaxis.get_tick_params()
    for kept, known in zip(ours.get_xticklabels(), theirs.get_xticklabels(), strict=True):
        assert kept.get_text() == known.get_text() and kept.get_rotation() == 90.0
    with pytest.raises(ValueError, match="by tick_params"):
        ours.set_xticks([0.0], ["none"], color="red")


@pytest.mark.parametrize("wish", [{"color": "red"}, {"right": True}])
def test_other_wishes_are_matplotlib_s(wish: dict[str, object]) -> None:
    drawn = []
    for ax in (of_page(), of_matplotlib()):
        with styled():
            ax.tick_params(axis="y", **wish)  # type: ignore[arg-type]
        drawn.append(pixels("fan", ax))
    np.testing.assert_array_equal(*drawn)
