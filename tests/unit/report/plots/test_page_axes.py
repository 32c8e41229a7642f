"""Axes of pages look as matplotlib's own do, and make no ticks."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from io import BytesIO

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.axis import Tick
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Patch, Rectangle, StepPatch
from matplotlib.transforms import IdentityTransform

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
        return pixels_of(ax)


def pixels_of(ax: Axes) -> np.ndarray:
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


def test_a_name_at_a_tick_is_never_mathematical() -> None:
    drawn = []
    for ax in (of_page(), of_matplotlib()):
        with styled():
            ax.set_xticks([0.0, 1.0], ["$a^2$", "none"], parse_math=False)
            drawn.append(pixels_of(ax))
    np.testing.assert_array_equal(*drawn)


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


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda ax: ax.yaxis.set_visible(False), id="no axis"),
        pytest.param(lambda ax: ax.tick_params(axis="y", left=False), id="no marks"),
        pytest.param(lambda ax: ax.tick_params(axis="y", labelleft=False), id="no labels"),
        pytest.param(lambda ax: ax.yaxis.set_label_position("right"), id="name at the right"),
        pytest.param(lambda ax: ax.minorticks_on(), id="minor ticks"),
        pytest.param(lambda ax: ax.set_ylim(1e9, 1e9 + 2.0), id="an offset"),
    ],
)
def test_an_axis_of_another_kind_is_matplotlib_s(ask: Callable[[Axes], object]) -> None:
    drawn = []
    for ax in (of_page(), of_matplotlib()):
        with styled():
            ax.plot([0.0, 1.0, 2.0], [0.0, 2.0, 1.0])
            ax.set_ylabel("a name")
            ax.tick_params(axis="y", length=3.0)
            plain = pixels_of(ax)
            ask(ax)
            drawn.append(pixels_of(ax))
        assert not np.array_equal(plain, drawn[-1])
    np.testing.assert_array_equal(*drawn)


def test_a_legend_is_measured_again_where_its_texts_have_changed() -> None:
    ax = of_page()
    ax.plot([0, 1], [0, 1], label="short")
    legend = ax.legend()
    ax.figure.draw_without_rendering()
    before = legend.get_window_extent().width
    legend.get_texts()[0].set_text("much longer than before")
    assert legend.get_window_extent().width > 2.0 * before


# One of no size is where a bar of nothing stands; a transform of its own is not that of data.
@pytest.mark.parametrize(
    "patches",
    [
        [Rectangle((0, 0), 1, 2), Rectangle((50, 70), 0, 0)],
        [Rectangle((3, 1), 1, 0), Rectangle((1, 1), 2, 4, angle=30)],
        [StepPatch([1, 5, 2], [0, 1, 2, 4]), Circle((9, 9), 3)],
        [Rectangle((0, 0), 1, 2), Rectangle((8, 8), 9, 9, transform=IdentityTransform())],
    ],
)
def test_patches_widen_the_limits_as_matplotlib_s_do(patches: list[Patch]) -> None:
    limits = []
    for ax in (of_page(), of_matplotlib()):
        for patch in patches:
            ax.add_patch(copy(patch))
        ax.autoscale_view()
        limits.append([*ax.get_xlim(), *ax.get_ylim()])
    assert limits[0] == limits[1]
