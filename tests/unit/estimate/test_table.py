"""The tidy table: complete, consistent with itself, and never a number without its error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from capexrisk.estimate.lookup import Lookup
from capexrisk.estimate.metrics import HORIZON, METRICS, SYSTEM
from capexrisk.estimate.names import Name
from capexrisk.estimate.table import COLUMNS, EstimateTable
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import lower
from capexrisk.model.vocabulary import CAUSES, CAUSES_OF_CUTS, CHANNELS, FLOWS
from capexrisk.run.execute import execute
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import scenario_from_case
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import ISSUERS, reference_case, small_scenario

KEY = ["issuer", "period", "metric", "statistic"]
PROBABILITIES = ("probability", "upper_bound", "lower_bound")
WITH_BUYBACKS = {"Oracle"}
MAY_FALL = {"Oracle"}
BY_QUARTER = tuple(metric.name for metric in METRICS if metric.estimator == "by date")
# Sums of means of the same paths: rounding of additions, relative to the largest part.
ROUNDING = 1e-12


@pytest.fixture(scope="module")
def summary(results) -> pd.DataFrame:
    return results.summary


def value(summary: pd.DataFrame, *key: str) -> float:
    """The one value of (issuer, period, metric, statistic)."""
    rows = summary[(summary[KEY] == list(key)).all(axis=1)]
    assert len(rows) == 1, key
    return float(rows["value"].iloc[0])


def hits(summary: pd.DataFrame, issuer: str, period: str, metric: str) -> int:
    """The count behind a probability, whether it is given as such or as a bound."""
    wanted = [issuer, period, metric]
    rows = summary[(summary[KEY[:3]] == wanted).all(axis=1)]
    assert len(rows) == 1, wanted
    statistic, share, n = rows.iloc[0][["statistic", "value", "n"]]
    known = {"upper_bound": 0, "lower_bound": n}
    return int(known.get(statistic, round(share * n)))


def hits_by_quarter(summary: pd.DataFrame, results, issuer: str, metric: str) -> np.ndarray:
    return np.array([hits(summary, issuer, quarter, metric) for quarter in results.quarters])


def test_columns_have_their_names_and_types(summary):
    assert tuple(summary.columns) == COLUMNS
    assert all(pd.api.types.is_float_dtype(summary[name]) for name in COLUMNS[4:8])
    assert pd.api.types.is_integer_dtype(summary["n"])


def test_every_row_says_how_its_paths_were_sampled(summary, sampler):
    assert COLUMNS[-1] == "method"
    assert set(summary["method"]) == {sampler}


@pytest.mark.parametrize(
    ("start", "quarters"),
    [("2026Q3", 7), ("2026Q1", 4), ("2026Q4", 1), ("2026Q4", 2), ("2026Q1", 5), ("2026Q2", 1)],
)
@pytest.mark.parametrize("issuers", [ISSUERS, ("Oracle",)], ids=["three", "one"])
def test_every_key_is_there_once(start, quarters, issuers, sampler):
    """Also where a year is one quarter long, and so has a quarter's label."""
    scenario = small_scenario(quarters, issuers, start)
    results = simulate(scenario, paths=256, seed=1, sampler=sampler)
    assert not results.summary.duplicated(KEY).any()
    cells = results.distributions
    assert not cells.duplicated(["issuer", "period", "metric", "lower"]).any()
    assert_cells_count_the_paths(results)


def assert_cells_count_the_paths(results):
    counts = results.distributions.groupby(KEY[:3])["count"].sum()
    rows = results.summary[results.summary["statistic"] == "p50"].set_index(KEY[:3])
    assert (counts == rows["n"][counts.index]).all()


def test_a_year_of_one_quarter_has_all_that_a_year_has():
    results = simulate(small_scenario(2, ["Oracle"], "2026Q4"), paths=2000, seed=1)
    assert results.years == ["2026Q4", "2027Q1"]
    for metric in ("operating_cash_flow", "capex", "profit", "free_cash_flow"):
        rows = results.estimates(metric, issuer="Oracle", period="2026Q4")
        assert {"mean", "p5", "p25", "p50", "p75", "p95"} <= set(rows["statistic"])


def test_rows_are_of_known_issuers_and_periods(summary, results):
    assert set(summary["issuer"]) == {SYSTEM, *ISSUERS}
    assert set(summary["period"]) == {HORIZON, *results.quarters, *results.years}
    assert results.years == ["2026Q3-Q4", "2027", "2028Q1"]


def test_n_is_the_paths_except_where_a_condition_cuts_them(summary, results):
    conditional = summary["metric"].str.contains("_given_|_while_alive")
    assert (summary.loc[~conditional, "n"] == results.paths).all()
    assert (summary.loc[conditional, "n"] <= results.paths).all()
    assert (summary.loc[conditional, "n"] < results.paths).any()


def test_a_mean_of_fewer_than_ten_paths_has_no_interval(scenario, sampler):
    """An equity sale that no path needs costs 0 as far as the paths can tell, not 0 ± 0."""
    summary = simulate(scenario, paths=4096, seed=1, sampler=sampler).summary
    rare = summary[(summary["statistic"] == "mean") & summary["standard_error"].isna()]
    assert set(rare["metric"].str.split("_").str[0]) <= {
        *("raised", "capex", "buybacks", "outside", "prepayments", "investments", "final"),
        "finance",
    }
    assert (rare["value"] == 0.0).any() and (rare["value"] > 0.0).any()
    assert rare[["ci_low", "ci_high"]].isna().all(axis=None)
    means = summary[summary["metric"].isin(["free_cash_flow", "operating_cash_flow"])]
    assert means["standard_error"].notna().all()


def test_every_value_lies_in_its_interval_and_has_an_error(summary):
    rare = (summary["statistic"] == "mean") & summary["standard_error"].isna()
    known = summary[(summary["n"] > 0) & ~rare]
    assert (known["ci_low"] <= known["value"]).all()
    assert (known["value"] <= known["ci_high"]).all()
    bounds = known["statistic"].isin(["upper_bound", "lower_bound"])
    assert known.loc[bounds, "standard_error"].isna().all()
    assert (known.loc[~bounds, "standard_error"] >= 0.0).all()
    unknown = summary[summary["n"] == 0]
    assert unknown[["value", "standard_error", "ci_low", "ci_high"]].isna().all(axis=None)
    assert unknown["metric"].str.contains("_given_").all()


def test_probabilities_are_between_0_and_1_and_never_either(summary):
    rows = summary[summary["statistic"].isin(PROBABILITIES) & (summary["n"] > 0)]
    assert ((rows["ci_low"] >= 0.0) & (rows["ci_high"] <= 1.0)).all()
    assert ((rows["value"] > 0.0) & (rows["value"] < 1.0)).all()


def test_no_hits_are_told_as_a_bound(summary):
    """Both kinds occur in this run: nobody fails in the first quarter, all quarters have flows."""
    upper = summary[summary["statistic"] == "upper_bound"]
    assert (upper["value"] == upper["ci_high"]).all() and (upper["ci_low"] == 0.0).all()
    np.testing.assert_allclose(upper["value"], 1 - 0.025 ** (1 / upper["n"]), rtol=1e-9)
    lower = summary[summary["statistic"] == "lower_bound"]
    assert (lower["value"] == lower["ci_low"]).all() and (lower["ci_high"] == 1.0).all()
    first = summary[(summary["metric"] == "funding_failure") & (summary["period"] == "2026Q3")]
    amazon = first[first["issuer"] == "Amazon"]
    assert amazon["statistic"].tolist() == ["upper_bound"]


@pytest.mark.parametrize("metric", BY_QUARTER)
def test_what_has_happened_never_unhappens(summary, results, metric):
    for issuer in ISSUERS:
        if metric == "no_buyback" and issuer not in WITH_BUYBACKS:
            continue
        if metric == "fall_to_high_yield" and issuer not in MAY_FALL:
            continue
        counts = hits_by_quarter(summary, results, issuer, metric)
        assert (np.diff(counts) >= 0).all() and counts.size == 7


def test_cash_that_stays_where_it_was_is_reported_exactly(summary, results):
    """Oracle's cash never falls below that of the start on many paths: a mass inside a cell."""
    issuers = results.manifest.scenario.model_case()["issuers"]
    (target,) = (issuer["cash"] for issuer in issuers if issuer["name"] == "Oracle")
    rows = summary[(summary["issuer"] == "Oracle") & (summary["metric"] == "lowest_cash")]
    upper = rows[rows["statistic"] == "p95"].iloc[0]
    assert (upper["value"], upper["ci_low"], upper["ci_high"]) == (target, target, target)


def test_what_cannot_happen_has_no_row(summary):
    """A bound of 0.002 % on what is impossible would be noise."""
    found = summary[summary["metric"] == "no_buyback"]["issuer"].unique()
    assert set(found) == WITH_BUYBACKS
    assert set(summary[summary["metric"] == "fall_to_high_yield"]["issuer"]) == MAY_FALL
    of_cuts = summary["metric"].str.startswith("capex_cut_by_")
    assert of_cuts.any() and not summary["metric"][of_cuts].str.contains("_run").any()


def test_anchor_and_failures_of_the_system_never_unhappen(summary, results):
    metrics = ["any_failure", "failures_at_least_2", "failures_at_least_3"]
    metrics += ["any_failure_without:CoreWeave", "failures_at_least_2_without:CoreWeave"]
    for metric in metrics:
        assert (np.diff(hits_by_quarter(summary, results, SYSTEM, metric)) >= 0).all()


def test_quantiles_rise_with_their_level(summary):
    quantiles = summary[summary["statistic"].isin(["p5", "p25", "p50", "p75", "p95"])]
    table = quantiles.pivot_table(
        index=["issuer", "period", "metric"], columns="statistic", values="value"
    )
    assert not table.isna().any(axis=None)
    ordered = table[["p5", "p25", "p50", "p75", "p95"]].to_numpy()
    assert (np.diff(ordered, axis=1) >= 0.0).all()


def test_cash_flow_at_risk_is_the_mean_less_the_quantile(summary):
    at_risk = summary[summary["statistic"] == "cfar95"]
    assert set(at_risk["metric"]) == {"free_cash_flow", "free_cash_flow_while_alive"}
    assert len(at_risk) == 2 * len(ISSUERS) * 9  # seven quarters, three years, one label shared
    for row in at_risk.itertuples():
        key = (row.issuer, row.period, row.metric)
        difference = value(summary, *key, "mean") - value(summary, *key, "p5")
        assert row.value == pytest.approx(difference, rel=1e-12)


def test_outside_funding_is_the_same_by_issuer_by_channel_and_in_all(summary):
    total = value(summary, SYSTEM, HORIZON, "outside_funding", "mean")
    by_issuer = [value(summary, i, HORIZON, "outside_funding", "mean") for i in ISSUERS]
    assert sum(by_issuer) == pytest.approx(total, rel=ROUNDING)
    by_channel = [value(summary, SYSTEM, HORIZON, f"raised_{c}", "mean") for c in CHANNELS]
    assert sum(by_channel) == pytest.approx(total, rel=ROUNDING)
    for issuer, raised in zip(ISSUERS, by_issuer, strict=True):
        own = [value(summary, issuer, HORIZON, f"raised_{c}", "mean") for c in CHANNELS]
        assert sum(own) == pytest.approx(raised, rel=ROUNDING)
    assert total > 10.0


def test_flows_by_year_sum_to_the_horizon(summary, results):
    for issuer in ISSUERS:
        for flow in FLOWS:
            metric = f"raised_{flow}" if flow in CHANNELS else f"{flow}_amount"
            parts = [value(summary, issuer, year, metric, "mean") for year in results.years]
            total = value(summary, issuer, HORIZON, metric, "mean")
            assert sum(parts) == pytest.approx(total, rel=ROUNDING, abs=1e-12)


@pytest.mark.parametrize("metric", ["free_cash_flow", "operating_cash_flow", "capex", "profit"])
def test_quarters_sum_to_years(summary, results, metric):
    for issuer in ISSUERS:
        by_quarter = [value(summary, issuer, q, metric, "mean") for q in results.quarters]
        sums = [sum(by_quarter[:2]), sum(by_quarter[2:6]), by_quarter[6]]
        size = np.abs(by_quarter).max()
        for year, expected in zip(results.years, sums, strict=True):
            found = value(summary, issuer, year, metric, "mean")
            assert found == pytest.approx(expected, abs=1e-11 * size)


def test_profits_of_all_are_the_group_s(summary, results):
    for year in results.years:
        own = [value(summary, issuer, year, "profit", "mean") for issuer in ISSUERS]
        group = value(summary, SYSTEM, year, "group_profit", "mean")
        assert sum(own) == pytest.approx(group, rel=1e-11)


@pytest.mark.parametrize(
    ("event", "causes"), [("funding_failure", CAUSES), ("capex_cut", CAUSES_OF_CUTS)]
)
def test_causes_sum_to_their_event(summary, results, event, causes):
    for issuer in ISSUERS:
        happened = hits(summary, issuer, results.quarters[-1], event)
        by_cause = [hits(summary, issuer, HORIZON, f"{event}_by_{cause}") for cause in causes]
        assert sum(by_cause) == happened
        for cause, count in zip(causes, by_cause, strict=True):
            metric = f"{event}_by_{cause}_given_{event}"
            share = summary[(summary["issuer"] == issuer) & (summary["metric"] == metric)]
            assert share["n"].item() == happened
            if happened:
                assert hits(summary, issuer, HORIZON, metric) == count
            else:
                assert share["value"].isna().item()


def test_any_failure_is_at_least_the_likeliest_and_at_most_the_sum(summary, results):
    for quarter in results.quarters:
        own = [hits(summary, issuer, quarter, "funding_failure") for issuer in ISSUERS]
        at_least = [hits(summary, SYSTEM, quarter, "any_failure")]
        at_least += [hits(summary, SYSTEM, quarter, f"failures_at_least_{k}") for k in (2, 3)]
        assert max(own) <= at_least[0] <= sum(own)
        assert (np.diff(at_least) <= 0).all()
        assert sum(at_least) == sum(own)  # the mean number of failures, both ways


def test_the_expected_number_of_failures_is_the_sum_of_their_chances(summary, results):
    for quarter in results.quarters:
        expected = value(summary, "system", quarter, "expected_failures", "mean")
        failed = [hits(summary, one, quarter, "funding_failure") for one in ISSUERS]
        assert expected == pytest.approx(sum(failed) / results.paths, rel=1e-12)
    row = summary[(summary["metric"] == "expected_failures")].iloc[-1]
    assert row["ci_low"] < row["value"] < row["ci_high"]


def test_failures_without_the_smallest(summary, results):
    """CoreWeave has the least market value."""
    for quarter in results.quarters:
        own = [hits(summary, issuer, quarter, "funding_failure") for issuer in ISSUERS[:2]]
        at_least = [
            hits(summary, SYSTEM, quarter, f"{metric}_without:CoreWeave")
            for metric in ("any_failure", "failures_at_least_2")
        ]
        assert sum(at_least) == sum(own)


def test_joint_failures(summary, results):
    last = results.quarters[-1]
    alone = {issuer: hits(summary, issuer, last, "funding_failure") for issuer in ISSUERS}
    for first in ISSUERS:
        for second in ISSUERS:
            if first == second:
                own = summary[summary["issuer"] == first]["metric"]
                assert f"failure_with:{first}" not in set(own)
                continue
            both = hits(summary, first, HORIZON, f"failure_with:{second}")
            assert both == hits(summary, second, HORIZON, f"failure_with:{first}")
            assert both <= min(alone[first], alone[second])
            given = summary[
                (summary["issuer"] == first)
                & (summary["metric"] == f"failure_given_failure_of:{second}")
            ]
            assert given["n"].item() == alone[second]
            if alone[second]:
                metric = f"failure_given_failure_of:{second}"
                assert hits(summary, first, HORIZON, metric) == both
    assert alone["CoreWeave"] > 0  # or nothing was tested


def test_regimes_share_every_quarter(summary):
    """Their chances add up to 1 on every path, to rounding."""
    regimes = [f"regime_{regime}" for regime in ("open", "stressed", "shut")]
    rows = summary[summary["metric"].isin(regimes)]
    assert (rows["statistic"] == "probability").all()
    np.testing.assert_allclose(rows.groupby("period")["value"].sum(), 1.0, rtol=1e-12)


def test_a_regime_that_cannot_be_left_and_a_anchor_that_stays(sampler):
    """All paths say 0, or all say 1: bounds, as for events of which none is seen."""
    case = reference_case(3, ["Oracle"])
    case["market"] |= {"hazard": [[0.0] * 3 for _ in range(3)], "anchor_hazard": 0.0}
    results = simulate(scenario_from_case(case, start="2026Q1"), paths=64, sampler=sampler)
    table = results.summary.set_index(["metric", "period"])
    for quarter in results.quarters:
        for metric in ("regime_stressed", "regime_shut", "anchor_lost"):
            assert table.loc[(metric, quarter), "statistic"] == "upper_bound"
        assert table.loc[("regime_open", quarter), "statistic"] == "lower_bound"


def test_negative_years(summary, results):
    """Negative, or failed, or either; and given survival, the survivors are the rest."""
    for issuer in ISSUERS:
        for year in results.years:
            negative = hits(summary, issuer, year, "negative_fcf")
            either = hits(summary, issuer, year, "negative_fcf_or_failed")
            rows = summary[
                (summary["issuer"] == issuer)
                & (summary["period"] == year)
                & (summary["metric"] == "negative_fcf_given_survival")
            ]
            survivors = rows["n"].item()
            survived = hits(summary, issuer, year, "negative_fcf_given_survival")
            assert max(negative, results.paths - survivors) <= either
            assert either == survived + results.paths - survivors


def test_failures_by_the_year_s_end_are_those_who_did_not_survive(summary, results):
    ends = {"2026Q3-Q4": "2026Q4", "2027": "2027Q4", "2028Q1": "2028Q1"}
    for issuer in ISSUERS:
        for year, quarter in ends.items():
            rows = summary[
                (summary["issuer"] == issuer)
                & (summary["period"] == year)
                & (summary["metric"] == "negative_fcf_given_survival")
            ]
            failed = hits(summary, issuer, quarter, "funding_failure")
            assert rows["n"].item() == results.paths - failed


def test_thresholds_agree_with_the_quantiles(summary, results, sampler):
    """P(outside funding above the mark) against the distribution at the mark, by its cells."""
    above = hits(summary, SYSTEM, HORIZON, "outside_funding_above_threshold")
    case = reference_case(7, ISSUERS)
    case["thresholds"] = {
        "group_profit": 60.0,
        "outside_funding": value(summary, SYSTEM, HORIZON, "outside_funding", "p75"),
    }
    scenario = scenario_from_case(case, start="2026Q3")
    moved = simulate(scenario, paths=results.paths, seed=4, sampler=sampler).summary
    share = hits(moved, SYSTEM, HORIZON, "outside_funding_above_threshold") / results.paths
    assert share == pytest.approx(0.25, abs=2e-3)  # interpolation inside a cell of some 2 %
    assert above < 0.25 * results.paths


def test_distributions(results):
    cells = results.distributions
    assert tuple(cells.columns) == ("issuer", "period", "metric", "lower", "upper", "count")
    groups = cells.groupby(["issuer", "period", "metric"])
    assert_cells_count_the_paths(results)
    assert (cells["count"] > 0).all()
    zero = cells[cells["lower"] == cells["upper"]]
    assert (zero["lower"] == 0.0).all() and not zero.empty
    rest = cells[cells["lower"] != cells["upper"]]
    width = (rest["upper"] - rest["lower"]) / np.minimum(rest["lower"].abs(), rest["upper"].abs())
    assert (width <= 1 / 64 + 1e-12).all()
    assert all(group["lower"].is_monotonic_increasing for _, group in groups)


def test_everything_with_quantiles_has_a_distribution_and_the_other_way_round(results):
    quantiles = results.summary[results.summary["statistic"] == "p50"]
    keys = set(quantiles[KEY[:3]].itertuples(index=False, name=None))
    cells = results.distributions[KEY[:3]].drop_duplicates()
    assert keys == set(cells.itertuples(index=False, name=None))


def test_one_issuer_alone():
    """No joint failures, no system without its smallest; the rest is all there."""
    summary = simulate(small_scenario(7, ["CoreWeave"]), paths=3000, seed=4).summary
    assert set(summary["issuer"]) == {SYSTEM, "CoreWeave"}
    assert not summary["metric"].str.contains(":").any()
    assert "any_failure" in set(summary["metric"])
    last = "2028Q1"
    assert hits(summary, SYSTEM, last, "any_failure") == hits(
        summary, "CoreWeave", last, "funding_failure"
    )


def test_one_quarter_and_one_path():
    scenario = small_scenario(1, ["Oracle", "CoreWeave"], "2026Q3")
    summary = simulate(scenario, paths=1, seed=1, sampler="plain").summary
    assert set(summary["period"]) == {HORIZON, "2026Q3"}
    assert (summary.loc[~summary["metric"].str.contains("_given_"), "n"] == 1).all()
    bounds = summary[summary["statistic"].isin(PROBABILITIES) & (summary["n"] == 1)]
    assert set(bounds["statistic"]) == {"upper_bound", "lower_bound"}
    means = summary[summary["statistic"] == "mean"]
    assert means["value"].notna().all() and means["standard_error"].isna().all()


def test_one_quarter_and_one_point_a_net():
    """The fewest paths of nets: 32, whose means are known as far as 32 numbers tell."""
    scenario = small_scenario(1, ["Oracle", "CoreWeave"], "2026Q3")
    summary = simulate(scenario, paths=1, seed=1).summary
    assert (summary.loc[~summary["metric"].str.contains("_given_"), "n"] == 32).all()
    means = summary[(summary["statistic"] == "mean") & (summary["metric"] == "free_cash_flow")]
    assert (means["standard_error"] > 0.0).all()
    rare = summary[summary["statistic"].isin(["upper_bound", "lower_bound"])]
    assert rare["standard_error"].isna().all() and not rare.empty


def test_errors_shrink_with_the_root_of_the_paths(scenario):
    """Of independent ones: sixteen times the paths, a quarter of the error; 6 % for its own."""
    few, many = (
        simulate(scenario, paths=paths, seed=4, sampler="plain").summary
        for paths in (1_250, 20_000)
    )
    both = few.merge(many, on=KEY, suffixes=("", "_many"))
    both = both[(both["statistic"] == "mean") & (both["metric"] == "operating_cash_flow")]
    ratio = (both["standard_error"] / both["standard_error_many"]).median()
    assert ratio == pytest.approx(4.0, rel=0.06)


def test_the_summary_of_totals_is_a_function_of_them(scenario, sampler):
    lowered = lower(scenario)
    totals = execute(lowered, RunPlan(paths=500, seed=2, sampler=sampler))
    first, again = (EstimateTable(totals, lowered) for _ in range(2))
    assert first.to_frame(sampler).equals(again.to_frame(sampler))
    np.testing.assert_array_equal(first.replicates(), again.replicates())


def test_an_estimate_alone_is_that_of_the_table(scenario, sampler):
    """Asked for in any order, each from a table of its own; a frame takes many amounts at once."""
    lowered = lower(scenario)
    totals = execute(lowered, RunPlan(paths=500, seed=2, sampler=sampler))
    table = EstimateTable(totals, lowered)
    table.to_frame(sampler)
    whole = dict(table)
    for name in list(table)[::-7]:
        some = EstimateTable(totals, lowered, [name.metric])
        assert set(some) == {one for one in table if one.metric == name.metric}
        alone = some[name]
        np.testing.assert_array_equal(alone.values, whole[name].values)
        np.testing.assert_array_equal(alone.estimate[1:], whole[name].estimate[1:])


def test_names_are_the_rows_and_cost_no_estimate(scenario, sampler, monkeypatch):
    lowered = lower(scenario)
    totals = execute(lowered, RunPlan(paths=500, seed=2, sampler=sampler))
    rows = Lookup(EstimateTable(totals, lowered).to_frame(sampler))
    with monkeypatch.context() as patch:
        patch.setattr(EstimateTable, "_compute", None)
        names = list(EstimateTable(totals, lowered))
    assert names == list(rows) and len(names) == len(set(names))
    assert names == list(EstimateTable(Totals(lowered.layout), lowered))


def test_there_is_no_estimate_of_a_name_that_is_no_row(scenario):
    lowered = lower(scenario)
    table = EstimateTable(Totals(lowered.layout), lowered)
    with pytest.raises(KeyError):
        table[Name("Oracle", "2027", "capex", "cfar95")]


def test_paths_beyond_what_a_cell_can_count_are_added_up_in_wider_numbers():
    """Cells of a net count in 32 bits; 10**12 paths do not fit. Here they count in 8."""
    lowered = lower(small_scenario())
    totals = execute(lowered, RunPlan(paths=1024, seed=1, jobs=1))
    table = EstimateTable(totals, lowered).to_frame("sobol")
    totals.histogram = totals.histogram.astype(np.uint8)
    pd.testing.assert_frame_equal(EstimateTable(totals, lowered).to_frame("sobol"), table)
