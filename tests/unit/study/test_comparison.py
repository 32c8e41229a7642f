"""Runs side by side: what is compared, with which error, in which order."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from matplotlib import pyplot as plt

import capexrisk
from capexrisk.archive.results import Results
from capexrisk.errors import ComparisonError
from capexrisk.report.content.changes import chance_line, headline_changes
from capexrisk.scenario import Scenario, scenario_from_case
from capexrisk.study.comparison import COLUMNS, compare
from capexrisk.study.simulation import simulate
from tests.unit.kernel.blocks import changed_case
from tests.unit.scenarios import ISSUERS, small_scenario

PATHS, SEED = 8_192, 3
START = "2026Q3"
OF_TWO = "errors are those of two runs, not of pairs"


def scenario(name: str = "small", **market: object) -> Scenario:
    """The small scenario with some figures of its market replaced."""
    case = small_scenario().model_case()
    case["market"]["regime0"] = int(case["market"]["regime0"])
    return scenario_from_case(changed_case(case, market=market), start=START, name=name)


def run(name: str = "small", seed: int = SEED, sampler: str = "sobol", **market: object) -> Results:
    return simulate(scenario(name, **market), paths=PATHS, seed=seed, sampler=sampler)


@pytest.fixture(scope="module")
def base() -> Results:
    return run()


@pytest.fixture(scope="module")
def dear() -> Results:
    """Bonds answer their supply twice as much."""
    return run("dear", premium_beta=2.0 * scenario().market.premium_beta)


def row(table, issuer="Oracle", period="2027", metric="free_cash_flow", statistic="mean"):
    wanted = {"issuer": issuer, "period": period, "metric": metric, "statistic": statistic}
    chosen = np.logical_and.reduce([table[key] == value for key, value in wanted.items()])
    assert chosen.sum() == 1
    return table[chosen].iloc[0]


def test_each_row_is_the_difference_of_two_estimates(base, dear):
    found = compare([base, dear])
    assert list(found.runs) == ["small", "dear"] and found.notes == ()
    assert tuple(found.table.columns) == COLUMNS and set(found.table["scenario"]) == {"dear"}
    assert len(found.table) == len(base.summary) == len(dear.summary)
    one = row(found.table)
    first, second = (
        r.estimates("free_cash_flow", issuer="Oracle", period="2027", statistic="mean").iloc[0]
        for r in (base, dear)
    )
    assert (one["base"], one["value"]) == (first["value"], second["value"])
    assert one["difference"] == pytest.approx(second["value"] - first["value"], rel=1e-9)
    assert one["ci_low"] < one["difference"] < one["ci_high"]
    apart = np.hypot(first["standard_error"], second["standard_error"])
    assert one["standard_error"] * one["gain"] == pytest.approx(apart, rel=1e-9)
    assert one["gain"] > 3.0  # on common random numbers


def test_what_changed_most_comes_first(base, dear):
    table = compare([base, dear]).table
    sure = (table["false_discovery_rate"] <= 0.05).to_numpy()
    assert 0 < sure.sum() < len(sure) and sure[: sure.sum()].all()
    for part in (table[sure], table[~sure]):
        change = part["change"].abs().to_numpy()
        known = change[~np.isnan(change)]
        assert (np.diff(known) <= 0.0).all() and np.isnan(change[known.size :]).all()
    one = row(table)
    cash = base.estimates("free_cash_flow", issuer="Oracle", period="2027")
    low, high = (cash.loc[cash["statistic"] == s, "value"].iloc[0] for s in ("p5", "p95"))
    assert one["change"] == pytest.approx(one["difference"] / (high - low))
    chance = row(table, period="2027Q4", metric="funding_failure", statistic="probability")
    assert chance["change"] == chance["difference"]


def test_a_bound_counts_as_what_was_observed(base, dear):
    """No hit is 0, not the bound; and the difference is not certain."""
    table = compare([base, dear]).table
    bounds = base.summary[base.summary["statistic"] == "upper_bound"]
    some = bounds.iloc[0]
    one = row(table, some["issuer"], some["period"], some["metric"], "probability")
    assert one["base"] == 0.0 and one["standard_error"] > 0.0


def test_errors_of_differences_are_those_that_happen(base, dear):
    """Over two seeds the differences differ by as much as they say, in the mean over all means.

    Means of a run depend on each other: a band of a factor of two is wide for two hundred of them.
    """
    premium = 2.0 * scenario().market.premium_beta
    other = [run(seed=SEED + 1), run("dear", seed=SEED + 1, premium_beta=premium)]
    first, second = (
        table[table["statistic"] == "mean"].set_index(["issuer", "period", "metric"])
        for table in (compare([base, dear]).table, compare(other).table)
    )
    apart = first["difference"] - second["difference"]
    off = apart / np.hypot(first["standard_error"], second["standard_error"])
    assert len(off.dropna()) > 150
    assert 0.5 < np.sqrt((off.dropna() ** 2).mean()) < 2.0


def test_equal_runs_do_not_differ(base):
    found = compare({"first": base, "again": base})
    assert (found.table["difference"].dropna() == 0.0).all()
    assert found.base == "first" and found.others == ["again"]


def test_names_that_come_again_are_numbered(base, dear):
    assert list(compare([base, dear, dear, dear]).runs) == ["small", "dear", "dear-2", "dear-3"]


def test_several_are_held_against_the_first(base, dear):
    found = compare([base, dear, run("calm", shock_rate=0.0)])
    assert set(found.table["scenario"]) == {"dear", "calm"}
    assert len(found.table) == 2 * len(base.summary)
    assert repr(found).startswith("Comparison(dear and calm with small:")


def test_other_issuers_and_horizons(base):
    """What both have is compared, and it is said what is not."""
    shorter = small_scenario(quarters=4, issuers=[*ISSUERS[:2]])
    found = compare([base, simulate(shorter, paths=PATHS, seed=SEED)])
    assert found.notes == (
        "issuers only in small, left out: CoreWeave",
        "quarters only in small, left out: 2027Q3, 2027Q4, 2028Q1",
        'figures of "system" are of other issuers in small-2 than in small',
        "figures over the whole horizon are left out: small-2 has another than small",
        f"small-2, small: other issuers or quarters, and so other points; {OF_TWO}",
    )
    assert not found.common_numbers and (found.table["gain"].dropna() == 1.0).all()
    assert set(found.table["issuer"]) == {"Amazon", "Oracle", "system"}
    assert "horizon" not in set(found.table["period"])
    assert "2026Q4" in set(found.table["period"])


def test_other_seeds_gain_nothing(base):
    found = compare([base, run(seed=SEED + 1)])
    assert found.notes == (f"small-2, small: another seed; {OF_TWO}",)
    means = found.table[found.table["statistic"] == "mean"]
    assert (means["gain"].dropna() == 1.0).all()
    off = (means["difference"] / means["standard_error"]).abs()
    assert (off.dropna() < 6.0).all()  # one in a million for each of some hundred means
    # One in twenty has an interval without 0: none of that is told as a change.
    assert headline_changes(found, "small-2") == []
    outside = ((found.table["ci_low"] > 0.0) | (found.table["ci_high"] < 0.0)).sum()
    assert chance_line(found, "small-2").startswith(f"{outside:,} of ") and outside > 0
    assert (found.table["false_discovery_rate"] <= 0.05).sum() == 0


def test_a_run_against_itself_owes_nothing_to_chance(base):
    found = compare([base, base])
    assert (found.table["difference"].dropna() == 0.0).all()
    said = "The same scenario on the same draws, so no figure differs at all"
    assert chance_line(found, "small-2") == said


def test_what_rests_on_few_paths_is_no_discovery(base):
    """A path more, in a condition that one path meets: no amount and no share of it is certain."""
    other = run(seed=SEED + 1)
    key = ("Oracle", "2027", "capex", "mean")
    for n, sure in ((1, False), (PATHS, True)):
        first, second = (_set(one, key, value, n) for one, value in ((base, 1.0), (other, 2.0)))
        one = row(compare([first, second]).table, metric="capex")
        assert (one["false_discovery_rate"] <= 0.05) == sure
    found = compare([base, other])
    certain = found.table["ci_low"] == found.table["ci_high"]
    assert certain.any() and (found.table.loc[certain, "difference"] == 0.0).all()
    tests = int((found.table["ci_low"] < found.table["ci_high"]).sum())
    assert f" of {tests:,} differences" in chance_line(found, "small-2")
    assert f"chance alone gives {round(0.05 * tests):,};" in chance_line(found, "small-2")


def _set(run: Results, key: tuple[str, ...], value: float, n: int) -> Results:
    """The run with one estimate that all of n paths give alike."""
    table = run.summary.copy()
    parts = ("issuer", "period", "metric", "statistic")
    here = np.logical_and.reduce([table[p] == of for p, of in zip(parts, key, strict=True)])
    table.loc[here, ["value", "standard_error", "ci_low", "ci_high"]] = [value, 0.0, value, value]
    return dataclasses.replace(run, summary=table.assign(n=table["n"].mask(here, n)))


def test_batches_of_independent_paths_make_pairs():
    """Nine of them; they keep no histograms, so quantiles have the errors of two runs."""
    first, second = (
        simulate(scenario(name, **market), paths=140_000, seed=SEED, sampler="plain")
        for name, market in (("small", {}), ("dear", {"premium_beta": 0.7}))
    )
    assert first.replicates.shape == (len(first.summary), 9)
    found = compare([first, second])
    assert found.notes == ()
    one = row(found.table)
    assert one["gain"] > 3.0
    assert one["difference"] == pytest.approx(one["value"] - one["base"], rel=1e-9)
    quantile = row(found.table, statistic="p5")
    assert quantile["gain"] == 1.0 and quantile["standard_error"] > 0.0
    assert quantile["difference"] == quantile["value"] - quantile["base"]


def test_few_independent_paths_have_the_errors_of_two_runs():
    first, second = run(sampler="plain"), run("dear", sampler="plain", premium_beta=0.7)
    found = compare([first, second])
    assert found.notes == (f"dear, small: too few batches of paths to tell an error; {OF_TWO}",)
    one = row(found.table)
    errors = [
        r.estimates("free_cash_flow", issuer="Oracle", period="2027", statistic="mean")
        .iloc[0]["standard_error"]
        for r in (first, second)
    ]  # fmt: skip
    assert one["standard_error"] == pytest.approx(np.hypot(*errors)) and one["gain"] == 1.0


def test_runs_without_distributions():
    first, second = (
        simulate(scenario(name), paths=PATHS, seed=seed, collect="means")
        for name, seed in (("small", SEED), ("other", SEED + 1))
    )
    table = compare([first, second]).table
    assert row(table)["difference"] != 0.0 and np.isnan(row(table)["change"])


@pytest.mark.parametrize(
    ("options", "words"),
    [({"sampler": "plain"}, "another sampler"), ({"paths": 4 * PATHS}, "another number of paths")],
)
def test_runs_that_do_not_share_their_numbers(base, options, words):
    other = simulate(scenario(), **{"paths": PATHS, "seed": SEED, **options})
    found = compare([base, other])
    assert found.notes == (f"small-2, small: {words}; {OF_TWO}",)
    assert (found.table["gain"].dropna() == 1.0).all()


def test_too_few_paths_tell_no_error(base, dear):
    """Means that a run has no error for have none in a difference, not a certain one."""
    table = compare([base, dear]).table
    means = base.summary[(base.summary["statistic"] == "mean")]
    rare = means[means["standard_error"].isna()]
    assert len(rare) > 0
    for one in rare.head(20).itertuples():
        found = row(table, one.issuer, one.period, one.metric, "mean")
        assert np.isnan(found["standard_error"]) and np.isnan(found["ci_low"])


def spoilt(run: Results, key: tuple[str, ...], by_net: np.ndarray, n: int) -> Results:
    """The run with other numbers of its nets, and of paths, in one row."""
    table = run.summary
    parts = ("issuer", "period", "metric", "statistic")
    here = np.logical_and.reduce([table[p] == value for p, value in zip(parts, key, strict=True)])
    replicates = run.replicates.copy()
    replicates[here] += by_net
    return dataclasses.replace(
        run, replicates=replicates, summary=table.assign(n=table["n"].mask(here, n))
    )


def test_a_difference_that_rests_on_few_nets_has_no_error(base):
    """Of fewer than eight that differ the spread tells nothing; none at all is no difference."""
    key = ("Oracle", "2027", "capex", "mean")
    for differing, known in ((0, True), (7, False), (8, True), (32, True)):
        by_net = np.where(np.arange(32) < differing, 0.5 + 0.1 * np.arange(32), 0.0)
        other = spoilt(base, key, by_net, n=PATHS)
        error = row(compare([base, other]).table, metric="capex")["standard_error"]
        assert np.isnan(error) != known


def test_the_smaller_of_two_conditions_says_what_a_path_weighs(base):
    """Equal shares of 640 and 8,192 paths: a path more is a twentieth of a net's 20."""
    key = ("Oracle", "2027", "negative_fcf_given_survival", "probability")
    found = compare([base, spoilt(base, key, np.zeros(32), n=640)]).table
    one = row(found, metric=key[2], statistic="probability")
    assert one["difference"] == 0.0
    assert one["standard_error"] == pytest.approx(32 / 640 / np.sqrt(32 * 31), rel=1e-12)


def test_a_point_mass_is_not_known_better_than_its_cell(base, dear):
    """A quantile that a histogram does not resolve: the interval of a run spans the cell."""
    spoilt = base.summary.copy()
    here = (spoilt["metric"] == "free_cash_flow") & (spoilt["statistic"] == "p5")
    spoilt.loc[here, "ci_low"] -= 3.0
    found = compare({"a": dataclasses.replace(base, summary=spoilt), "b": dear}).table
    usual = compare([base, dear]).table
    mine, theirs = (row(t, statistic="p5") for t in (found, usual))
    assert mine["ci_high"] >= mine["difference"] + 3.0 > theirs["ci_high"]


def test_nothing_to_compare(base):
    with pytest.raises(ComparisonError, match="1 run is nothing to compare; give two or more"):
        compare([base])
    strangers = base.summary.assign(issuer="X", period="1999")
    other = dataclasses.replace(base, summary=strangers)
    with pytest.raises(ComparisonError, match="b: shares no issuer and no period with a"):
        compare({"a": base, "b": other})


def test_public_names():
    assert capexrisk.compare is compare


def test_overlaid_plots(base, dear):
    """``comparison.plot`` draws all runs; a wrong name gets the right one."""
    plots = compare([base, dear]).plot
    assert len(plots.failure("Oracle").get_lines()) >= 2
    assert "Oracle" in plots.free_cash_flow("Oracle").get_title()
    assert plots.market("utilisation").get_ylabel()
    with pytest.raises(ValueError, match="'oracel': no such issuer; did you mean Oracle"):
        plots.failure("oracel")
    with pytest.raises(ValueError, match="'spread': no such metric of the market"):
        plots.market("spread")
    plt.close("all")
