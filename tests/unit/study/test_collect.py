"""Collecting "means": fewer rows, and the same numbers in those that are left."""

from __future__ import annotations

import pandas as pd
import pytest

from capexrisk.archive.results import load_results
from capexrisk.estimate.metrics import HORIZON, METRICS, SYSTEM, flow_metric
from capexrisk.estimate.table import DISTRIBUTION_COLUMNS
from capexrisk.kernel.outcomes import CATALOGUE
from capexrisk.model.vocabulary import FLOWS
from capexrisk.run.plan import RunPlan
from capexrisk.study.simulation import simulate
from tests.unit.conftest import PATHS, RUN_PATHS
from tests.unit.manifests import changed

KEY = ["issuer", "period", "metric", "statistic"]
NUMBERS = ["value", "standard_error", "ci_low", "ci_high"]
PROBABILITIES = ("probability", "upper_bound", "lower_bound")
OF_QUARTERS = {"free_cash_flow", "operating_cash_flow", "capex", "profit"}
OF_QUARTERS |= {f"{name}_while_alive" for name in OF_QUARTERS}
OF_YEARS = {flow_metric(flow) for flow in FLOWS} | {f"{flow}_while_alive" for flow in FLOWS}
DETAIL = {quantity.name for quantity in CATALOGUE if quantity.detail}
OF_PATHS = {
    metric.name
    for metric in METRICS
    if "{" not in metric.name and DETAIL.issuperset(metric.quantities.values())
}
CAUSES = ("funding_failure_by_", "capex_cut_by_")
# Sums of the same paths from two entry points, in which the compiler may fuse other operations.
ROUNDING = 1e-12


@pytest.fixture(scope="module")
def means(scenario, sampler):
    return simulate(scenario, paths=PATHS, seed=4, sampler=sampler, collect="means")


def left_out(row, quarters, years) -> bool:
    """Whether a run that collects means has no such row."""
    in_quarter = row.period in quarters and row.period not in years
    return (
        (row.statistic not in PROBABILITIES and row.statistic != "mean")
        or (row.issuer != SYSTEM and row.metric in OF_QUARTERS and in_quarter)
        or (row.issuer != SYSTEM and row.metric in OF_YEARS and row.period != HORIZON)
        or row.metric in OF_PATHS
        or row.metric.startswith(CAUSES)
    )


def test_what_is_left_out(results, means):
    """Quantiles, cash flow at risk, issuers by quarter, flows by year, extremes, causes."""
    rows = results.summary[KEY]
    out = [left_out(row, results.quarters, results.years) for row in rows.itertuples()]
    expected = rows[[not is_out for is_out in out]]
    assert 0 < len(expected) < len(rows)
    assert not means.summary.duplicated(KEY).any()
    assert set(means.summary[KEY].itertuples(index=False, name=None)) == set(
        expected.itertuples(index=False, name=None)
    )


def test_there_is_no_row_of_what_is_not_collected(means):
    """Said of the table itself, not by comparison."""
    summary = means.summary
    assert set(summary["statistic"]) <= {"mean", *PROBABILITIES}
    assert OF_PATHS.isdisjoint(summary["metric"])
    assert not summary["metric"].str.startswith(CAUSES).any()
    amounts = summary[summary["metric"].isin(OF_QUARTERS) & (summary["issuer"] != SYSTEM)]
    assert set(amounts["period"]) == set(means.years)
    flows = summary[summary["metric"].isin(OF_YEARS)]
    assert set(flows["period"]) == {HORIZON}


def test_what_is_left_is_the_same(results, means):
    both = means.summary.merge(
        results.summary, on=KEY, suffixes=("", "_everything"), how="left", validate="one_to_one"
    )
    assert (both["n"] == both["n_everything"]).all()
    exact = both["statistic"].isin(PROBABILITIES)
    assert 0 < exact.sum() < len(both)
    for number in NUMBERS:
        found, expected = both[number], both[f"{number}_everything"].rename(number)
        pd.testing.assert_series_equal(found[exact], expected[exact], check_exact=True)
        pd.testing.assert_series_equal(found[~exact], expected[~exact], rtol=ROUNDING, atol=0.0)


def test_there_are_no_distributions(results, means):
    assert means.distributions.empty
    assert tuple(means.distributions.columns) == DISTRIBUTION_COLUMNS
    assert tuple(results.distributions.columns) == DISTRIBUTION_COLUMNS


@pytest.mark.parametrize("collect", ["nothing", "Figures", "", None, 1], ids=repr)
def test_anything_else_is_refused(scenario, collect):
    message = f"collect: {collect!r} is unknown; give one of everything, means"
    for refuse in (
        lambda: simulate(scenario, paths=1, collect=collect),
        lambda: RunPlan(paths=1, seed=0, collect=collect),
    ):
        with pytest.raises(ValueError) as caught:
            refuse()
        assert str(caught.value) == message


def test_round_trip(means, tmp_path):
    means.write(tmp_path)
    read = load_results(tmp_path)
    pd.testing.assert_frame_equal(read.summary, means.summary, check_exact=True)
    pd.testing.assert_frame_equal(read.distributions, means.distributions)
    assert changed(read, files={}).manifest == means.manifest


def test_the_manifest_says_what_was_collected(results, means, sampler):
    assert results.manifest.run.collect == "everything"
    assert means.manifest.run.collect == "means"
    assert means.paths == results.paths == RUN_PATHS[sampler]


def test_workers_change_no_bit(scenario, means, sampler):
    one, two = (
        simulate(scenario, paths=PATHS, seed=4, sampler=sampler, collect="means", n_jobs=jobs)
        for jobs in (1, 2)
    )
    pd.testing.assert_frame_equal(one.summary, two.summary, check_exact=True)
    pd.testing.assert_frame_equal(one.summary, means.summary, check_exact=True)
