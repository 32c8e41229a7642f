"""What the plots draw."""

from __future__ import annotations

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.report.plots.labels import spread_apart
from capexrisk.report.writing.numbers import money
from tests.unit.report.plots.gallery import GALLERY

SAID = "hyperscalers-2026 · 2,048 paths · seed 2"


def texts(ax: Axes) -> str:
    figure = ax.figure
    assert isinstance(figure, Figure)
    return " | ".join(artist.get_text() for artist in figure.findobj(mpl.text.Text))


def values(results: Results, metric: str, issuer: str, statistic: str) -> np.ndarray:
    rows = results.estimates(metric, issuer=issuer, statistic=statistic).set_index("period")
    return rows.loc[results.quarters, "value"].to_numpy()


@pytest.mark.parametrize("kind", list(GALLERY))
def test_a_plot_draws_on_the_axes_it_is_given(results: Results, kind: str) -> None:
    ax = Figure().subplots()
    assert GALLERY[kind](results, ax) is ax
    assert ax.has_data()


@pytest.mark.parametrize("kind", list(GALLERY))
def test_a_plot_touches_no_setting_and_says_its_run(results: Results, kind: str) -> None:
    before = dict(mpl.rcParams)
    ax = GALLERY[kind](results, None)
    assert dict(mpl.rcParams) == before
    assert before["svg.hashsalt"] != "capexrisk"  # importing the plots did not set it either
    assert plt.fignum_exists(ax.figure.number)  # pyplot's own, so that a notebook shows it
    said = "3 runs of 2,048 paths · seed 2" if kind.startswith("overlaid") else SAID
    assert said in texts(ax)


@pytest.mark.parametrize("kind", list(GALLERY))
def test_a_plot_takes_any_run(odd: Results, kind: str) -> None:
    ax = GALLERY[kind](odd, Figure().subplots())
    ax.figure.draw_without_rendering()


def test_the_fan_is_the_summary(results: Results) -> None:
    ax = results.plot.fan("Amazon", Figure().subplots())
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    for label, statistic in (("Median", "p50"), ("Mean", "mean")):
        expected = values(results, "free_cash_flow_while_alive", "Amazon", statistic)
        np.testing.assert_array_equal(drawn[label], expected)
    bands = [band for band in ax.collections if isinstance(band, FillBetweenPolyCollection)]
    for band, (low, high) in zip(bands, (("p5", "p95"), ("p25", "p75")), strict=True):
        heights = set(band.get_paths()[0].vertices[:, 1])
        for statistic in (low, high):
            assert (
                set(values(results, "free_cash_flow_while_alive", "Amazon", statistic)) <= heights
            )


def test_the_distribution_marks_what_the_summary_says(results: Results) -> None:
    ax = results.plot.distribution("Oracle", "2027", Figure().subplots())
    # To the digits of the table beside it, each by its own error.
    for label, statistic in (("P5", "p5"), ("mean", "mean"), ("CFaR", "cfar95")):
        found = results.estimate(f"free_cash_flow_while_alive/Oracle/2027/{statistic}")
        written, error = money(found).split(" ± ")
        assert f"{label} {written} |" in f"{texts(ax)} |" and float(error) > 0.0
    heights = ax.lines[-1].get_ydata()
    assert np.all(np.diff(heights) >= -1e-9)
    assert heights[-1] == pytest.approx(100.0, abs=0.3)  # but for the tail out of view


def test_the_scale_on_the_right_is_that_of_the_curve(results: Results) -> None:
    ax = results.plot.distribution("Oracle", "2027", Figure().subplots())
    curve = ax.lines[-1].get_transform()
    numbers = [text for text in ax.texts if text.get_text().isdecimal()]
    assert [text.get_text() for text in numbers] == ["0", "25", "50", "75", "100"]
    for text in numbers:
        _, height = text.get_transform().transform(text.get_position())
        assert height == pytest.approx(curve.transform((0.0, float(text.get_text())))[1])
    (name,) = (text for text in ax.texts if text.get_rotation() == 90.0)
    assert name.get_text() == "% of paths below"


def test_the_part_below_zero_has_a_colour_of_its_own(results: Results) -> None:
    ax = results.plot.distribution("Amazon", "2027", Figure().subplots())
    below, above = (patch for patch in ax.patches if hasattr(patch, "get_data"))
    assert below.get_facecolor() != above.get_facecolor()
    assert below.get_data().edges.max() <= 0.0 <= above.get_data().edges.min()
    rows = results.estimates("negative_fcf_given_survival", issuer="Amazon", period="2027")
    data = below.get_data()
    drawn = data.values.sum() / 100.0
    assert drawn == pytest.approx(rows["value"].iloc[0], abs=0.003)  # TAIL is out of view


def test_survival_curves_are_the_cumulative_failures(results: Results) -> None:
    ax = results.plot.survival(Figure().subplots())
    names = [text.get_text() for text in ax.texts if text.get_text() in results.issuers]
    rows = results.estimates("funding_failure", period=results.quarters[-1])
    assert names == rows.loc[rows["statistic"] == "probability", "issuer"].to_list()
    assert 0 < len(names) < len(results.issuers)  # some fail, some never do
    for name, line in zip(names, ax.lines, strict=True):
        rows = results.estimates("funding_failure", issuer=name, statistic="probability")
        expected = 100.0 * rows["value"].to_numpy()
        np.testing.assert_allclose(line.get_ydata(), np.repeat(expected, 2))
    assert "no failure of" in texts(ax)


def test_survival_shows_certain_failure_as_certain(odd: Results) -> None:
    ax = odd.plot.survival(Figure().subplots())
    everywhere = odd.estimates("funding_failure", statistic="lower_bound", period=odd.quarters[-1])
    for line in ax.lines[: len(everywhere)]:
        assert line.get_ydata()[-1] == 100.0


@pytest.mark.parametrize("issuer", ["Oracle", "system"])
def test_the_mix_adds_up(results: Results, issuer: str) -> None:
    ax = results.plot.funding_mix(issuer, Figure().subplots())
    raised = results.summary[results.summary["metric"].str.startswith("raised_")]
    own = raised["issuer"] == issuer if issuer != "system" else raised["issuer"] != "system"
    used = raised.loc[own & (raised["value"] != 0.0), "metric"].unique()
    assert len(ax.containers) == len(used)  # and not of a channel without a dollar
    height = sum(bar.get_height() for container in ax.containers for bar in container)
    for lower, upper in pairwise(ax.containers):  # each channel stands on the one before
        for below, above in zip(lower, upper, strict=True):
            assert above.get_y() == pytest.approx(below.get_y() + below.get_height())
    rows = results.estimates("outside_funding", issuer=issuer, period="horizon", statistic="mean")
    assert height == pytest.approx(rows["value"].iloc[0], rel=1e-9)  # the years make the horizon


def test_labels_are_moved_apart_and_stay_in_order() -> None:
    placed = spread_apart(np.array([0.5, 0.02, 0.51, 0.0, 0.01]), 0.1)
    assert np.all(np.diff(np.sort(placed)) >= 0.1 - 1e-12)
    assert placed.min() >= 0.0
    assert np.argsort(placed).tolist() == [3, 4, 1, 0, 2]
    np.testing.assert_array_equal(spread_apart(np.array([0.9, 0.1]), 0.1), [0.9, 0.1])
    assert spread_apart(np.array([]), 0.1).size == 0


def test_results_plot_names_what_it_does_not_know(results: Results) -> None:
    assert isinstance(results.plot.distribution("Amazon", 2027), Axes)
    with pytest.raises(ValueError, match="'amazn': no such issuer; did you mean Amazon"):
        results.plot.fan("amazn")
    with pytest.raises(ValueError, match="'2031': no such year; give one of 2026, 2027, 2"):
        results.plot.distribution("Amazon", "2031")
    with pytest.raises(ValueError, match="'2027Q4': no such year; did you mean 2027"):
        results.plot.distribution("Amazon", "2027Q4")
    with pytest.raises(ValueError, match="'xyz': no such issuer; give one of Alphabet, "):
        results.plot.funding_mix("xyz")


def test_axes_say_what_is_measured_and_in_what(results: Results) -> None:
    """Pictures are compared without their letters."""
    cash = results.plot.fan("Oracle")
    assert cash.get_ylabel() == "Free cash flow, $bn a quarter"
    assert results.plot.fan("Oracle", by="year").get_ylabel() == "Free cash flow, $bn a year"
    assert results.plot.distribution("Oracle", 2027).get_xlabel() == "Free cash flow, $bn"
    assert "above" in results.plot.exceedance().get_ylabel()
    assert (
        "below"
        in results.plot.exceedance("free_cash_flow_while_alive", "Oracle", "2027").get_ylabel()
    )
    assert "bp" in results.plot.market().get_ylabel()
    assert "$bn" in results.plot.group_profit().get_ylabel()
