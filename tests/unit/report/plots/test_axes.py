"""Axes say what their numbers are of, and small amounts keep their digits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.report.plots.cash_flow import distribution, distributions
from capexrisk.report.plots.failure import survival
from capexrisk.report.plots.funding import funding_mix
from capexrisk.report.plots.system import group_profit
from capexrisk.report.writing.estimates import FREE_CASH_FLOW
from capexrisk.report.writing.numbers import signed
from tests.unit.report.synthetic import SHARES, synthetic


def fresh() -> Axes:
    return Figure().subplots()


def smaller(results: Results, by: float) -> Results:
    """The same with amounts of another size."""
    columns = ["value", "standard_error", "ci_low", "ci_high"]
    amounts = ~results.summary["statistic"].isin(["probability", "upper_bound", "lower_bound"])
    summary = results.summary.copy()
    summary.loc[amounts, columns] *= by
    ends = {name: by * results.distributions[name] for name in ("lower", "upper")}
    return replace(results, summary=summary, distributions=results.distributions.assign(**ends))


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_bars_of_a_histogram_say_what_they_span() -> None:
    whole, small = synthetic(), smaller(synthetic(), 0.001)
    axes = [distribution(results, "Aster", "2027", fresh()) for results in (whole, small)]
    assert axes[0].get_ylabel() == "% of paths per $2.5bn"
    assert axes[1].get_ylabel() == "% of paths per $2.5m"
    # The same heights: a bar is the share of the paths in it, whatever the unit.
    tops = [max(patch.get_data().values) for ax in axes for patch in ax.patches]
    assert max(tops[: len(tops) // 2]) == pytest.approx(max(tops[len(tops) // 2 :]), rel=0.02)
    row = small.estimates(FREE_CASH_FLOW, issuer="Aster", period="2027", statistic="p5")
    assert f"P5 {signed(float(row['value'].iloc[0]), 3)}" in written(axes[1])


def test_one_grid_is_of_both_scales_of_a_histogram() -> None:
    ax = distribution(synthetic(), "Cumulus", "2028", fresh())
    right = [text for text in ax.texts if text.get_text() in ("0", "25", "50", "75", "100")]
    heights = [text.get_transform().transform(text.get_position())[1] for text in right]
    lines = ax.transData.transform([(0.0, tick) for tick in ax.get_yticks()])[:, 1]
    assert len(right) == 5
    np.testing.assert_allclose(heights, lines)


def test_years_of_one_scale_have_equal_bins() -> None:
    results = synthetic()
    alone = {distribution(results, "Cumulus", year, fresh()).get_ylabel() for year in results.years}
    beside = {ax.get_ylabel() for ax in distributions(results, "Cumulus").axes}
    assert len(alone) > len(beside) == 1


def test_a_small_firm_s_funding_has_three_digits() -> None:
    small = smaller(synthetic(), 0.001)
    row = small.estimates("raised_bonds", issuer="Aster", period="2027", statistic="mean")
    total = float(row["value"].iloc[0]) * sum(SHARES.values())
    assert f"{total:.3f}" in written(funding_mix(small, "Aster", fresh()))


def test_a_legend_lists_no_channel_without_a_bar() -> None:
    results = synthetic()
    nothing = (results.summary["issuer"] == "Aster") & (
        results.summary["metric"] == "raised_private"
    )
    summary = results.summary.assign(value=results.summary["value"].where(~nothing, 0.0))
    ax = funding_mix(replace(results, summary=summary), "Aster", fresh())
    labels = ax.get_legend_handles_labels()[1]
    assert "Private credit" not in labels and len(labels) == len(SHARES) - 1


def test_part_of_a_year_is_not_called_a_year_nor_held_against_its_threshold() -> None:
    part, whole = synthetic(start="2026Q3", quarters=10), synthetic(start="2026Q1", quarters=8)
    assert funding_mix(part, ax=fresh()).get_ylabel() == "Mean of all paths, $bn in the period"
    assert funding_mix(whole, ax=fresh()).get_ylabel() == "Mean of all paths, $bn a year"
    for results, chances in ((part, 2), (whole, 2)):
        assert len(written(group_profit(results, fresh()))) - 1 == chances


@pytest.mark.parametrize(("failing", "scale"), [(0.3, "linear"), (0.02, "log")])
def test_high_chances_stand_on_a_linear_axis(failing: float, scale: str) -> None:
    ax = survival(synthetic(("Aster",), failing=failing), fresh())
    assert ax.get_yscale() == scale
    low, high = ax.get_ylim()
    assert low < 100.0 * failing < high
