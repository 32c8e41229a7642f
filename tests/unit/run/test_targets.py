"""Names of estimates, targets, and runs that stop at them."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.archive.manifest import TargetRecord
from capexrisk.archive.results import target_line
from capexrisk.errors import TargetError, UnknownName
from capexrisk.estimate.names import resolve
from capexrisk.lowering import lower
from capexrisk.run.plan import DEFAULT_MOST_PATHS, RunPlan, default_paths
from capexrisk.run.stopping import execute_until
from capexrisk.run.targets import parse_target
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario

LOOK = 2048


@pytest.fixture(scope="module")
def lowered(scenario):
    return lower(scenario)


@pytest.fixture
def early(monkeypatch):
    """Looks at 2,048, 4,096, ... paths: eight points of a net in a chunk."""
    from capexrisk.run import plan

    monkeypatch.setattr(plan, "CHUNK_POINTS", 64)
    monkeypatch.setattr(plan, "CHUNK_PATHS", 512)
    monkeypatch.setattr(plan, "FIRST_LOOK", LOOK)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("funding_failure/Oracle", "funding_failure/Oracle/2028Q1"),
        ("funding_failure/Oracle/2026", "funding_failure/Oracle/2026Q4"),
        ("funding_failure/Oracle/2027Q2", "funding_failure/Oracle/2027Q2"),
        (" negative_fcf / Amazon / 2027 ", "negative_fcf/Amazon/2027"),
        ("free_cash_flow/Amazon", "free_cash_flow/Amazon/2028Q1"),
        ("free_cash_flow/Amazon/2026", "free_cash_flow/Amazon/2026Q3-Q4"),
        ("raised_bonds/Oracle", "raised_bonds/Oracle/horizon"),
        ("free_cash_flow/Amazon/2027", "free_cash_flow/Amazon/2027"),
        ("free_cash_flow/Amazon/2027/p5", "free_cash_flow/Amazon/2027/p5"),
        ("free_cash_flow/Amazon/2027/cfar95", "free_cash_flow/Amazon/2027/cfar95"),
        ("outside_funding/system", "outside_funding/system/horizon"),
        ("failure_with:Oracle/Amazon", "failure_with:Oracle/Amazon/horizon"),
        ("failures_at_least_2/system", "failures_at_least_2/system/2028Q1"),
    ],
)
def test_what_a_name_means(lowered, text, name):
    assert str(resolve(text, lowered)) == name


@pytest.mark.parametrize("metric", ["free_cash_flow", "operating_cash_flow", "capex"])
@pytest.mark.parametrize(("quarters", "year"), [(8, "2027"), (7, "2027Q1-Q3")])
def test_of_a_year_and_its_last_quarter_the_year_is_meant(metric, quarters, year):
    lowered = lower(small_scenario(quarters, start="2026Q1"))
    assert resolve(f"{metric}/Oracle", lowered).period == year


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("funding_failur/Oracle", "metric 'funding_failur' here; did you mean funding_failure?"),
        ("funding_failure/Orakle", "issuer 'Orakle' here; did you mean Oracle?"),
        ("funding_failure/x", "issuer 'x' here; give one of Amazon, Oracle, CoreWeave"),
        ("negative_fcf/Oracle/1999", "period '1999' here; give one of 2026Q3-Q4, 2027, 2028Q1"),
        ("negative_fcf/Oracle/2027/p5", "statistic 'p5' here; give one of probability"),
        ("any_failure/Oracle", "any_failure is of all issuers together; write any_failure/system"),
        (
            "funding_failure",
            "funding_failure: is not a whole name; write whose it is, such as",
        ),
        ("a/b/c/d/e", "a/b/c/d/e: is not a name; write metric/issuer, or"),
    ],
)
def test_what_a_name_cannot_mean(lowered, text, said):
    with pytest.raises(UnknownName) as caught:
        resolve(text, lowered)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("funding_failure/Oracle: rel 5%", "funding_failure/Oracle/2028Q1: rel 5%"),
        ("funding_failure/Oracle:rel 0.05", "funding_failure/Oracle/2028Q1: rel 5%"),
        ("failure_with:Oracle/Amazon: abs 1e-4", "failure_with:Oracle/Amazon/horizon: abs 0.0001"),
    ],
)
def test_targets_are_read(lowered, text, written):
    assert str(parse_target(text, lowered)) == written


@pytest.mark.parametrize(
    "text",
    [
        "funding_failure/Oracle",
        "funding_failure/Oracle: 5%",
        "funding_failure/Oracle: rel",
        "funding_failure/Oracle: rel 0",
        "funding_failure/Oracle: rel -5%",
        "funding_failure/Oracle: rel nan",
        "funding_failure/Oracle: rel inf",
        "funding_failure/Oracle: rel five",
        "funding_failure/Oracle: abs 5%",
    ],
)
def test_targets_are_refused(lowered, text):
    with pytest.raises(TargetError, match="target '"):
        parse_target(text, lowered)


@pytest.mark.parametrize("sampler", ["sobol", "plain"])
def test_a_run_stops_at_the_first_look_that_reaches_all_targets(scenario, early, sampler):
    targets = ("funding_failure/CoreWeave: rel 4%", "negative_fcf/Oracle/2027: abs 0.01")
    found = simulate(scenario, seed=3, sampler=sampler, targets=targets, paths=10**6)
    assert [line.split(", ")[0] for line in found.targets] == [
        "funding_failure/CoreWeave/2028Q1: rel 4%: reached",
        "negative_fcf/Oracle/2027: abs 0.01: reached",
    ]
    assert found.paths > LOOK and np.log2(found.paths / LOOK) % 1 == 0

    def error(results):
        return results.estimates("funding_failure", issuer="CoreWeave", period="2028Q1").iloc[0]

    last = error(found)
    assert last["standard_error"] <= 0.04 * last["value"]
    # Half as many paths did not, and the run is that of as many paths without a target.
    half = error(simulate(scenario, seed=3, sampler=sampler, paths=found.paths // 2))
    assert half["standard_error"] > 0.04 * half["value"]
    whole = simulate(scenario, seed=3, sampler=sampler, paths=found.paths)
    assert whole.summary.equals(found.summary)


def test_a_run_stops_at_its_cap_and_says_what_is_missing(scenario, early):
    targets = ["funding_failure/CoreWeave: rel 1.5%"]
    found = simulate(scenario, seed=3, targets=targets, paths=LOOK)
    assert found.paths == LOOK
    (line,) = found.targets
    assert "not reached, " in line and " paths in all would be enough" in line
    record = found.manifest.run.targets[0]
    row = found.estimates("funding_failure", issuer="CoreWeave", period="2028Q1").iloc[0]
    needed = LOOK * (row["standard_error"] / (0.015 * row["value"])) ** 2
    assert record.paths_needed == pytest.approx(needed, rel=1e-3)


def test_a_run_stops_before_its_time_is_over(lowered, early, monkeypatch):
    clock = iter([0.0, 3.0, 6.0, 13.0])
    monkeypatch.setattr("capexrisk.run.stopping.time.perf_counter", lambda: next(clock))
    plan = RunPlan(
        paths=10**9, seed=1, targets=("funding_failure/CoreWeave: rel 2.5%",), max_seconds=25.0
    )
    totals, standings = execute_until(lowered, plan)
    # Twice six seconds are allowed, twice thirteen are not.
    assert totals.counted == 4 * LOOK and not standings[0].reached


def test_a_run_without_targets_stops_before_its_time_is_over(lowered, early, monkeypatch):
    clock = iter([0.0, 3.0, 6.0, 13.0])
    monkeypatch.setattr("capexrisk.run.stopping.time.perf_counter", lambda: next(clock))
    plan = RunPlan(paths=10**9, seed=1, max_seconds=25.0)
    totals, standings = execute_until(lowered, plan)
    assert totals.counted == 4 * LOOK and standings == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"paths": 10_000}, "paths at least, and 8,192 are allowed; allow more, or ask for less"),
        ({"paths": 10**9, "max_seconds": 1e-9}, " s are allowed; allow more, or ask for less"),
    ],
)
def test_what_is_out_of_reach_is_refused_after_one_look(scenario, early, asked, said):
    done: list[int] = []
    with pytest.raises(TargetError) as caught:
        simulate(
            scenario,
            targets=["funding_failure/CoreWeave: rel 0.1%"],
            progress=done.append,
            **asked,
        )
    assert said in str(caught.value)
    assert done[-1] == LOOK


def test_a_bad_target_is_refused_before_anything_runs(scenario):
    done: list[int] = []
    with pytest.raises(UnknownName):
        simulate(scenario, targets=["funding_failure/Nobody: rel 5%"], progress=done.append)
    assert not done


def test_no_hit_means_that_nobody_knows(early):
    """Amazon cannot fail within a quarter."""
    scenario = small_scenario(quarters=1, start="2026Q1")
    found = simulate(scenario, targets=["funding_failure/Amazon: rel 50%"], paths=LOOK)
    (line,) = found.targets
    assert line.startswith(
        "funding_failure/Amazon/2026Q1: rel 50%: not reached, its error is unknown"
    )
    assert line.endswith("try capexrisk rare")


def test_a_sentence_rounds_what_nobody_knows_better():
    record = TargetRecord(
        target="a/b: rel 5%",
        reached=False,
        value=0.25,
        standard_error=0.0254,
        paths_needed=1_234_567,
    )
    assert target_line(record, 1_000) == (
        "a/b: rel 5%: not reached, 0.25 with a standard error of 0.025 after 1,000 paths; "
        "about 1,200,000 paths in all would be enough"
    )


def test_a_forgotten_per_cent_is_told(lowered):
    with pytest.raises(TargetError, match="rel 2 is 200 % of the value; write rel 2% for 2 per"):
        parse_target("funding_failure/Oracle: rel 2", lowered)


def test_an_amount_that_is_always_zero_is_refused_after_a_look(early):
    scenario = small_scenario(quarters=1, start="2026Q1")
    with pytest.raises(TargetError, match="is 0 on all of 2,048 paths, so that the number"):
        simulate(scenario, targets="raised_revolver/Amazon: rel 5%", paths=10**6)


def test_defaults_and_no_time():
    assert default_paths(()) == 262_144 and default_paths(("x",)) == DEFAULT_MOST_PATHS
    with pytest.raises(ValueError, match="max_seconds: 0 is out of range; give more than 0"):
        RunPlan(paths=1, seed=0, targets=("x",), max_seconds=0.0)


def test_with_targets_paths_are_the_most():
    asked = [RunPlan(paths=n, seed=0, targets=("x",)).run_paths for n in (1, 64, 100_000)]
    assert asked == [32, 64, 65_536]
