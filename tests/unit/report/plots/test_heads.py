"""What is above a user's axes: the title is the user's to set, and all has room."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from unittest.mock import patch

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.cbook import is_math_text
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from capexrisk.report.plots.canvas import panels, styled
from capexrisk.report.plots.heads import NARROWER, SMALLEST_KEY, head
from capexrisk.report.plots.labels import SMALLEST, letters
from capexrisk.report.plots.rows import row_letters
from tests.unit.report.plots.gallery import DRAWN, run_for
from tests.unit.report.plots.layout import flaws
from tests.unit.report.plots.pictures import REPLAY
from tests.unit.report.synthetic import replayed, synthetic

made_up = cache(synthetic)
SIDES = ("left", "center", "right")
NUMBERED = (
    *("joint failures", "causes", "waterfall", "over inputs", "group profit", "distribution"),
    "funding mix",
)


def plot(name: str, ax: Axes | None) -> Axes:
    with patch(REPLAY, replayed):
        return DRAWN[name](run_for(name, made_up()), ax)


def titles(ax: Axes) -> list[str]:
    return [text for side in SIDES if (text := ax.get_title(loc=side))]


@pytest.fixture(params=[None, "constrained", "tight", "own"])
def place(request: pytest.FixtureRequest) -> Iterator[Axes | None]:
    yield None if request.param == "own" else Figure(layout=request.param).subplots()
    plt.close("all")


def test_a_user_s_title_takes_the_place_of_a_plot_s(place: Axes | None) -> None:
    ax = plot("fan", place)
    assert titles(ax) == ["Cumulus: free cash flow by quarter"]
    mine = ax.set_title("mine")
    assert flaws(ax.figure) == [] and titles(ax) == ["mine"]
    assert mine.get_window_extent().y0 > ax.get_legend().get_window_extent().y1


@pytest.mark.parametrize("side", ["left", "center"])
def test_a_title_in_its_place_is_the_only_one(side: str) -> None:
    ax = plot("survival", Figure().subplots())
    ax.set_title("mine", loc=side)
    assert flaws(ax.figure) == [] and titles(ax) == ["mine"]


def test_letters_of_panels_stay_at_the_right() -> None:
    before, after = Figure().subplots(ncols=2)
    before.set_title("(a)", loc="right")
    for ax in (before, plot("fan", after)):
        ax.set_title("(a)", loc="right")
    plot("fan", before)
    assert titles(before) == titles(after) == ["Cumulus: free cash flow by quarter", "(a)"]


def test_another_plot_on_the_same_axes_leaves_no_more_behind() -> None:
    ax = plot("fan", Figure().subplots())
    once = len(ax.child_axes)
    plot("fan", ax)
    assert len(ax.child_axes) == once > 0


@pytest.mark.parametrize("side", SIDES)
def test_a_plot_s_title_begins_where_its_note_does(side: str) -> None:
    with mpl.rc_context({"axes.titlelocation": side}):
        ax = plot("waterfall", Figure().subplots())
    title = next(text for text in ax.get_children() if _says(text, ax.get_title(loc=side)))
    note = next(text for text in ax.texts if "market" in text.get_text())
    starts = [text.get_window_extent().x0 for text in (title, note)]
    names = ax.yaxis.get_tightbbox()
    assert names is not None
    np.testing.assert_allclose(starts, names.x0, atol=1.0)


def _says(artist: object, text: str) -> bool:
    return isinstance(artist, Text) and bool(text) and artist.get_text() == text


def test_legend_and_note_keep_their_room_without_a_title() -> None:
    for layout in (None, "constrained"):
        ax = plot("funding mix", Figure(layout=layout).subplots())
        ax.set_title("")
        assert flaws(ax.figure) == []


def test_a_user_s_title_may_be_mathematical_and_a_name_never_is() -> None:
    ax = Figure().subplots()
    head(ax, "from $5bn to $6bn")
    assert not is_math_text(ax.get_title())
    assert ax.set_title("$x^2$").get_parse_math()


@pytest.mark.parametrize(
    ("name", "size"),
    [("funding mix", 10.0), ("funding mix", 16.0), ("causes", 16.0), ("waterfall", 16.0)],
)
def test_a_plot_of_four_has_more_data_than_legend(name: str, size: float) -> None:
    with mpl.rc_context({"font.size": size}):
        figure = Figure(figsize=(9.0, 7.0), layout="constrained")
        ax, *others = figure.subplots(2, 2).flat
        plot(name, ax)
        for other in others:
            other.set(xticks=[], yticks=[])
        assert flaws(figure) == []
    legend = ax.get_legend()
    assert legend is None or legend.get_window_extent().height < 0.7 * ax.bbox.height
    assert ax.bbox.height > 0.18 * figure.bbox.height


def test_a_small_cell_has_a_legend_and_data() -> None:
    figure = Figure(layout="constrained")
    cells = figure.subplot_mosaic("AAB;CDD")
    plot("causes", cells["B"])
    assert flaws(figure) == []
    legend = cells["B"].get_legend().get_window_extent()
    assert cells["B"].bbox.height > legend.height
    assert legend.width < figure.bbox.width / 3.0


def test_a_legend_is_sooner_too_tall_than_too_wide() -> None:
    ax = Figure(figsize=(2.4, 1.2)).subplots()
    room = ax.bbox.width
    legend = plot("funding mix", ax).get_legend()
    assert legend.get_window_extent().width < room
    assert legend.get_texts()[0].get_fontsize() == pytest.approx(SMALLEST_KEY)


def test_a_legend_between_other_axes_stays_between_them() -> None:
    with mpl.rc_context({"font.size": 20.0}):
        _, ax, right = Figure(figsize=(12.0, 5.0)).subplots(1, 3)
        border = 0.5 * (ax.bbox.x1 + right.bbox.x0)
        assert plot("group profit", ax).get_legend().get_window_extent().x1 < border


def test_a_legend_has_room_where_a_layout_makes_axes_narrower() -> None:
    narrow = {}
    for layout in (None, "constrained"):
        ax = Figure(figsize=(9.0, 7.0), layout=layout).subplots(2, 2)[0, 0]
        before = ax.bbox.width
        narrow[layout] = plot("funding mix", ax).get_legend().get_window_extent().width / before
    assert narrow["constrained"] <= NARROWER < narrow[None] <= 1.0


@pytest.mark.parametrize("name", NUMBERED)
def test_letters_among_the_data_follow_the_user_s_size(name: str) -> None:
    sizes = []
    for size in (8.0, 16.0):
        with mpl.rc_context({"font.size": size}):
            ax = plot(name, Figure(figsize=(14.0, 12.0)).subplots())
        sizes.append(np.array([text.get_fontsize() for text in ax.texts]))
    np.testing.assert_allclose(sizes[1], 2.0 * sizes[0])
    assert sizes[0].min() >= 7.0


def test_letters_among_the_data_are_smaller_where_axes_are_narrow_or_rows_low() -> None:
    with mpl.rc_context({"font.size": 16.0}):
        narrow = plot("joint failures", Figure(figsize=(3.0, 8.0)).subplots())
        low = plot("waterfall", Figure(figsize=(12.0, 3.0)).subplots())
    assert {text.get_fontsize() for text in narrow.texts} >= {14.0 * SMALLEST}
    low.figure.draw_without_rendering()
    beside = [label.get_window_extent() for label in low.get_yticklabels()]
    beside += [text.get_window_extent() for text in low.texts]
    rows = 72.0 * low.bbox.height / low.figure.dpi / len(low.get_yticks())
    assert max(label.get_fontsize() for label in low.get_yticklabels()) < rows
    assert np.mean([box.height for box in beside]) < 2.0 * rows


def test_letters_of_a_page_have_one_size() -> None:
    with styled():
        figure, (ax,) = panels(1)
        figure.subplots_adjust(left=0.7)
        assert letters(ax, 7.0) == row_letters(ax, 99, 7.0) == 7.0


@pytest.mark.parametrize("name", ["fan", "causes"])
def test_ticks_above_the_axes_stand_below_the_head(name: str) -> None:
    with mpl.rc_context({"xtick.labeltop": True, "xtick.top": True}):
        ax = plot(name, Figure().subplots())
        assert flaws(ax.figure) == []
        marks = ax.xaxis.get_tightbbox()
    assert marks is not None and marks.y1 > ax.bbox.y1 + 5.0
    assert ax.get_legend().get_window_extent().y0 > marks.y1


def test_the_name_of_an_axis_is_as_high_as_its_cell() -> None:
    with mpl.rc_context({"font.size": 16.0}):
        ax = plot("funding mix", Figure(figsize=(9.0, 7.0)).subplots(2, 2)[0, 0])
        assert ax.get_ylabel() == "Mean of all paths, $bn in\nthe period"
        alone = plot("funding mix", Figure(figsize=(9.0, 7.0)).subplots())
    assert "\n" not in alone.get_ylabel()


def test_hidden_axes_stay_where_they_are() -> None:
    ax = Figure().subplots()
    ax.set_visible(False)
    before = ax.get_position().bounds
    plot("causes", ax)
    assert ax.get_position().bounds == before


def test_axes_of_a_grid_inside_a_grid_stay_where_they_are() -> None:
    figure = Figure(figsize=(11.0, 8.0))
    inner = figure.add_gridspec(2, 2)[1, 1].subgridspec(2, 2)
    ax = figure.add_subplot(inner[1, 0])
    before = ax.get_position().bounds
    plot("causes", ax)
    assert ax.get_position().bounds == before


@pytest.mark.parametrize("draw", ["survival", "causes", "group profit"])
def test_a_plot_in_a_part_of_a_figure_stays_in_it(draw: str) -> None:
    figure = Figure(figsize=(11.0, 8.0))
    parts = figure.subfigures(1, 2)
    for part in parts:
        plot(draw, part.subplots())
    assert flaws(figure) == []
    for part in parts:
        drawn = Bbox.union([part.axes[0].get_tightbbox(), part.bbox])
        np.testing.assert_allclose(drawn.extents, part.bbox.extents, atol=1.0)


def test_a_layout_engine_may_place_axes_that_gave_way() -> None:
    figure = Figure()
    ax = plot("causes", figure.subplots())
    given_way = ax.get_position().bounds
    figure.set_layout_engine("constrained")
    figure.draw_without_rendering()
    assert ax.get_position().width > given_way[2] and flaws(figure) == []


def test_legend_and_note_take_no_room_beside_axes() -> None:
    ax = plot("causes", Figure().subplots())
    note = next(text for text in ax.texts if "the figure at" in text.get_text())
    assert not note.get_in_layout() and not ax.get_legend().get_in_layout()
