"""Plots on axes that a user made: in any layout, on any scale, in the user's style."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from unittest.mock import patch

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation

from capexrisk.archive.results import Results
from capexrisk.report.plots import heads
from capexrisk.report.plots.failure import survival
from capexrisk.report.plots.labels import BESIDE, spread_apart
from capexrisk.report.plots.over_inputs import over_inputs
from capexrisk.report.plots.tails import exceedance
from tests.unit.report.plots.gallery import DRAWN, run_for
from tests.unit.report.plots.layout import flaws
from tests.unit.report.plots.pictures import REPLAY, OfMatplotlib
from tests.unit.report.synthetic import replayed, synthetic
from tests.unit.report.synthetic_inputs import over_made_up_inputs

WIDE = (11.0, 8.0)
ALONE = (
    *("fan", "market", "group profit", "regimes", "funding mix", "causes", "convergence"),
    *("joint failures", "waterfall", "over inputs", "survival", "distribution"),
)
TOGETHER = ("waterfall", "causes", "joint failures", "survival")
WORDY = ("fan", "funding mix", "group profit", "conditional failures")
LEAST = 0.05  # of the area of the figure: what one plot of four has for its data


made_up = cache(synthetic)


def plot(name: str, ax: Axes, run: Results | None = None) -> Axes:
    with patch(REPLAY, replayed):
        return DRAWN[name](run_for(name, run or made_up()), ax)


@pytest.mark.parametrize("name", ALONE)
def test_a_plot_has_no_flaw_on_plain_axes(name: str) -> None:
    figure = Figure()
    plot(name, figure.subplots())
    assert flaws(figure) == []


@pytest.mark.parametrize(
    ("name", "size", "each"), [("causes", (6.4, 4.8), 4), ("fan", (0.5, 0.5), 1)]
)
def test_a_share_of_its_place_is_left_for_the_data(
    name: str, size: tuple[float, float], each: int
) -> None:
    figure = Figure(figsize=size)
    ax = figure.subplots(each, each, squeeze=False)[each - 1, each - 1]
    whole = ax.get_position()
    left = plot(name, ax).get_position()
    assert (left.size >= heads.LEAST * whole.size - 1e-9).all()
    assert (left.min >= whole.min - 1e-9).all()
    assert (left.max <= whole.max + 1e-9).all()


def test_letters_of_any_size_have_room() -> None:
    with mpl.rc_context({"font.size": 14.0, "legend.labelspacing": 1.0, "legend.borderpad": 1.0}):
        figure = Figure(figsize=WIDE)
        plot("group profit", figure.subplots())
        assert flaws(figure) == []


def test_titles_beside_long_names_end_where_the_figure_does() -> None:
    names = [f"Nebulous Compute Holdings of Cumulus ({number})" for number in (1, 2)]
    figure = Figure()
    _, ax = figure.subplots(1, 2)
    plot("conditional failures", ax, synthetic(names, quarters=2, failing=0.5))
    assert flaws(figure) == []


def test_a_place_that_a_user_gave_is_kept() -> None:
    figure = Figure()
    ax = figure.add_axes((0.3, 0.3, 0.4, 0.4))
    plot("fan", ax)
    assert ax.get_position().bounds == pytest.approx((0.3, 0.3, 0.4, 0.4))


def grid(figure: Figure) -> Iterable[Axes]:
    return figure.subplots(2, 2).flat


def subfigures(figure: Figure) -> Iterable[Axes]:
    return (each.subplots() for each in figure.subfigures(2, 2).flat)


def mosaic(figure: Figure) -> Iterable[Axes]:
    return figure.subplot_mosaic("AAB;CDD").values()


@pytest.mark.parametrize(
    ("make", "names"), [(grid, TOGETHER), (subfigures, WORDY), (mosaic, ("fan", *TOGETHER[1:]))]
)
def test_plots_beside_each_other_leave_each_other_room(
    make: Callable[[Figure], Iterable[Axes]], names: tuple[str, ...]
) -> None:
    figure = Figure(figsize=WIDE, layout="constrained")
    for name, ax in zip(names, make(figure), strict=True):
        plot(name, ax)
    assert flaws(figure) == []
    sizes = [ax.bbox.size / figure.bbox.size for ax in figure.axes]
    assert min(np.prod(sizes, axis=1)) > LEAST


def test_what_is_above_axes_takes_no_room_beside_them() -> None:
    figure = Figure(layout="constrained")
    upper, lower = figure.subplots(2)
    plot("group profit", upper)
    lower.set_yticks([0.5], ["a name that leaves either axes half their width"])
    figure.draw_without_rendering()
    assert upper.bbox.width < 0.6 * figure.bbox.width
    assert upper.bbox.x1 > 0.97 * figure.bbox.width


def test_letters_above_narrow_axes_are_smaller_unless_their_size_was_given() -> None:
    figure = Figure(layout="constrained")
    for name, ax in zip(
        ("regimes", "utilisation", "bond share", "convergence"), grid(figure), strict=True
    ):
        plot(name, ax)
    assert flaws(figure) == []
    with mpl.rc_context({"legend.fontsize": 9.0}):
        given = plot("regimes", Figure().subplots(1, 3)[0])
    sizes = [ax.get_legend().get_texts()[0].get_fontsize() for ax in (figure.axes[0], given)]
    assert sizes[0] < 7.5 and sizes[1] == 9.0


def test_the_ends_of_curves_keep_their_names_on_another_scale() -> None:
    ax = survival(made_up(), Figure().subplots())
    assert ax.get_yscale() == "log"
    for scale in ("log", "linear"):
        ax.set_yscale(scale)
        ax.set_xlim(0.0, 20.0)
        names = [text for text in ax.texts if isinstance(text, Annotation)]
        ends = [line.get_xydata()[-1] for line in ax.lines]  # type: ignore[index]
        np.testing.assert_array_equal([text.xy for text in names], ends)
        away = [text.xyann for text in names]  # no end is near another
        np.testing.assert_allclose(away, [(BESIDE, 0.0)] * len(ends), atol=1e-6)


def test_names_of_curves_that_end_at_the_foot_are_moved_up() -> None:
    heights = spread_apart(np.array([0.5, 0.0, 0.2, 9.0]), 1.0)
    np.testing.assert_allclose(heights, [2.0, 0.0, 1.0, 9.0])


@pytest.mark.parametrize("draw", [survival, exceedance, over_inputs])
def test_only_a_page_says_of_an_axis_that_it_is_logarithmic(draw: Callable[..., Axes]) -> None:
    results = over_made_up_inputs(made_up())
    said = {}
    for kind in (Axes, OfMatplotlib):
        ax = draw(results, ax=Figure().subplots(subplot_kw={"axes_class": kind}))
        assert "log" in (ax.get_xscale(), ax.get_yscale())
        said[kind] = "log scale" in ax.get_xlabel() + ax.get_ylabel()
    assert said == {Axes: False, OfMatplotlib: True}


def test_quarters_of_narrow_axes_are_named_by_their_years() -> None:
    wide, narrow = (Figure(figsize=(width, 4.0)).subplots() for width in (6.0, 2.5))
    labels = [
        [label.get_text() for label in plot("market", ax).get_xticklabels()]
        for ax in (wide, narrow)
    ]
    assert len(labels[0]) == 10
    assert labels[1] == ["Q1\n2027", "Q1\n2028"]
