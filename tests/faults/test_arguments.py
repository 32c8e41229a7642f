"""Numbers of any type, paths of any kind, copies, comparisons: what a user's Python hands over."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import capexrisk as cr
from capexrisk.archive.content import ComparedByContent
from capexrisk.errors import ArgumentError, RunDirectoryError, ScenarioError, UnknownName
from capexrisk.run.plan import RunPlan
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import uncertain

NAME = "funding_failure/Oracle"
INPUT = "issuers.Oracle.cash_usd_bn"
# Every whole number of the public functions, in a call that nothing else is wrong with.
WHOLE = {
    "simulate": {"paths": 64, "seed": 5, "n_jobs": 1, "outer": 0, "inner": 256},
    "path_outcomes": {"paths": 64, "seed": 5, "n_jobs": 1},
    "rare_event": {"max_paths": 4096, "seed": 5, "n_jobs": 1},
    "reverse": {"max_paths": 65_536, "seed": 5, "n_jobs": 1},
    "causes": {"points": 8, "orders": 2, "seed": 5, "n_jobs": 1},
    "solve": {"points": 8, "seed": 5, "n_jobs": 1},
    "sensitivity": {
        "outer": 256,
        "inner": 128,
        "singly": 1,
        "rounds": 0,
        "points": 1,
        "seed": 5,
        "n_jobs": 1,
    },
    "game": {"points": 2, "more_points": 2, "seed": 5, "n_jobs": 1},
    "phases": {"points": 2, "seed": 5, "n_jobs": 1},
    "budget_split": {"paths": 4096, "seed": 5},
    "replay": {"path": 0, "seed": 5},
    "Session": {"points": 8, "seed": 5, "n_jobs": 1},
    "new": {"quarters": 12},
    "explore": {"seed": 5, "height": 900},
}
OTHERS = {
    "path_outcomes": (["outside_funding"],),
    "rare_event": (NAME,),
    "reverse": (NAME,),
    "causes": (NAME,),
    "solve": (NAME,),
    "sensitivity": ([NAME],),
    "phases": ({INPUT: [1.0]},),
    "budget_split": ([NAME],),
    "Session": ([NAME],),
}
MORE = {"solve": {"equals": 0.1, "by": INPUT}, "new": {"market": "neutral"}}
CASES = [(name, argument) for name, arguments in WHOLE.items() for argument in arguments]


def ask(name: str, **changed: object) -> object:
    """A public function with its whole numbers, of which some are others."""
    scenario = () if name == "new" else (small_scenario(quarters=4),)
    numbers = {**WHOLE[name], **changed}
    return getattr(cr, name)(*scenario, *OTHERS.get(name, ()), **MORE.get(name, {}), **numbers)


def test_no_whole_number_of_the_public_functions_is_left_out():
    found = {
        (name, argument)
        for name in cr.__all__
        if name in WHOLE or inspect.isfunction(getattr(cr, name))
        for argument, parameter in inspect.signature(getattr(cr, name)).parameters.items()
        if str(parameter.annotation).partition(" |")[0] == "int"
    }
    of_results = {("backtest", "paths"), ("quarters", "paths")}
    assert found == set(CASES) | of_results


@pytest.mark.parametrize("bad", [True, 5.0, "5"], ids=repr)
@pytest.mark.parametrize(("name", "argument"), CASES)
def test_what_is_no_whole_number_is_refused_at_the_door(name, argument, bad):
    with pytest.raises(ArgumentError, match=r"^\w+: .* is not a whole number; give one$"):
        ask(name, **{argument: bad})


@pytest.mark.parametrize(
    ("argument", "bad"), [("seed", -1), ("seed", 2**64), ("height", -5), ("height", 10**6)]
)
def test_numbers_of_a_notebook_s_page_have_bounds(argument, bad):
    """Before anything of a page is loaded: a session would refuse them at the first question."""
    with pytest.raises(ArgumentError, match=rf"^{argument}: {bad} is out of range; give \d"):
        ask("explore", **{argument: bad})


@pytest.mark.parametrize("bad", [True, 5.0, "5"], ids=repr)
def test_so_is_it_of_results(results, bad):
    for function in (cr.quarters, lambda run, **how: cr.backtest(run, ["x"], **how)):
        with pytest.raises((ArgumentError, TypeError)) as refused:
            function(results, paths=bad)
        assert "; give" in str(refused.value)


@pytest.mark.parametrize("kind", [np.uint32, np.int64, np.uint64, np.array])
def test_whole_numbers_of_any_type_are_simulated_and_kept(tmp_path, kind):
    run = cr.simulate(
        small_scenario(quarters=4),
        paths=kind(64),
        seed=kind(5),
        n_jobs=kind(1),
        max_seconds=np.float32(100.0),
    )
    run.write(tmp_path / "run")
    again = cr.load_results(tmp_path / "run")
    assert again == run == cr.simulate(small_scenario(quarters=4), paths=64, seed=5)
    plan = RunPlan(paths=kind(64), seed=kind(5), outer=kind(32), inner=kind(128), jobs=kind(2))
    numbers = (plan.paths, plan.seed, plan.outer, plan.inner, plan.jobs)
    assert {type(number) for number in numbers} == {int}
    assert json.dumps(dataclasses.asdict(plan))


def test_seconds_are_a_number():
    for bad in ("1", True, [1.0]):
        with pytest.raises(ArgumentError, match=r"^max_seconds: .* is not a number; give one$"):
            RunPlan(paths=64, seed=0, max_seconds=bad)
    with pytest.raises(ArgumentError, match=r"^targets: 5 is no text; give NAME: rel 5%$"):
        RunPlan(paths=64, seed=0, targets=(5,))


@pytest.fixture(scope="module")
def results() -> cr.Results:
    return cr.simulate(small_scenario(quarters=4), paths=64, seed=5)


@pytest.mark.parametrize("kind", [str, Path])
def test_results_are_written_wherever_they_are_asked_to_be(results, tmp_path, kind):
    results.write(kind(tmp_path / "a" / "b"))
    assert cr.load_results(kind(tmp_path / "a" / "b")) == results
    (tmp_path / "file").write_text("x")
    with pytest.raises(
        RunDirectoryError, match=r"file: cannot be written \(File exists\); give another directory$"
    ):
        results.write(kind(tmp_path / "file"))
    with pytest.raises(TypeError, match=r"^directory: is of type int; give a path$"):
        results.write(5)


def test_results_are_equal_by_content(results):
    same = cr.simulate(small_scenario(quarters=4), paths=64, seed=5, n_jobs=1)
    other = cr.simulate(small_scenario(quarters=4), paths=64, seed=6)
    assert results == same and hash(results) == hash(same) and len({results, same}) == 1
    assert results != other and results != 5
    edited = results.summary.assign(value=results.summary["value"] + 1.0)
    assert dataclasses.replace(results, summary=edited) != results


def test_so_are_they_over_inputs():
    """How long it took is no part of a result."""
    one, same, other = (
        cr.simulate(uncertain(), paths=64, seed=seed, outer=32, inner=128) for seed in (5, 5, 6)
    )
    times = ({"simulation_seconds": seconds} for seconds in (1.0, 2.0))
    one, same = (
        dataclasses.replace(
            run,
            inputs=dataclasses.replace(
                run.inputs, record=run.inputs.record.model_copy(update=time)
            ),
        )
        for run, time in zip((one, same), times, strict=True)
    )
    assert one == same and hash(one) == hash(same)
    assert one.inputs == same.inputs and hash(one.inputs) == hash(same.inputs)
    assert one.inputs != other.inputs
    record = one.inputs.record.model_copy(update={"refused": ("a point",)})
    assert dataclasses.replace(one.inputs, record=record) != one.inputs


def test_everything_with_a_table_is_compared_so():
    """Those of a dataclass ask a table whether it is true, and raise."""
    with_tables = [
        getattr(cr, name)
        for name in cr.__all__
        if dataclasses.is_dataclass(getattr(cr, name))
        and any("DataFrame" in str(field.type) for field in dataclasses.fields(getattr(cr, name)))
    ]
    assert len(with_tables) >= 9
    for kind in with_tables:
        assert (issubclass(kind, ComparedByContent) and "__eq__" not in vars(kind)) or kind in (
            cr.Results,
            cr.InputResults,
        )
    found = cr.causes(small_scenario(quarters=4), "any_failure/system", points=64, orders=2)
    again = dataclasses.replace(found, table=found.table.copy())
    assert found == again and hash(found) == hash(again)
    assert found != dataclasses.replace(found, table=pd.DataFrame())


def test_a_scenario_is_hashable_and_its_copies_are_checked():
    scenario = small_scenario()
    assert hash(scenario) == hash(small_scenario()) and {scenario: 1}[small_scenario()] == 1
    assert hash(scenario.market) == hash(small_scenario().market)
    assert scenario.model_copy(update={"title": "Mine"}).title == "Mine"
    assert scenario.model_copy() == scenario.model_copy(update={"quarters": 7}) == scenario
    nonsense = scenario.market.model_copy(update={"tax": 7.0})
    for update, said in (
        ({"quarters": 400}, "small: quarters: 400 is above 80; give 80 or less"),
        ({"quartrs": 6}, "small: quartrs: not a known key; did you mean quarters?"),
        ({"market": nonsense}, "small: market.tax: 7.0 is above 1; give 1 or less"),
    ):
        with pytest.raises(ScenarioError) as refused:
            scenario.model_copy(update=update)
        assert str(refused.value) == said


def test_names_of_estimates_are_never_taken_for_none(results):
    """An int for a year, a misspelt issuer: an empty frame would look like an answer."""
    for wanted, said in (
        ({"period": 2026}, "there is no period 2026 here"),
        ({"issuer": "oracle"}, "did you mean Oracle"),
        ({"statistic": "p55"}, "did you mean p5"),
    ):
        with pytest.raises(cr.CapexriskError, match=said):
            results.estimates("free_cash_flow", **wanted)


def test_a_pivot_says_what_is_wrong(results):
    chances, flows = results.estimates("funding_failure"), results.estimates("free_cash_flow")
    pivot = results.pivot
    assert pivot(chances, columns="period").notna().all(axis=None)
    for rows, columns, error, said in (
        (chances, "perod", UnknownName, "rows: there is no column 'perod' here; did you mean"),
        (flows, "period", ArgumentError, "rows: several have the same issuer and period; give one"),
        (5, "period", TypeError, "rows: is of type int; give some rows of to_frame()"),
    ):
        with pytest.raises(error, match=rf"^{re.escape(said)}"):
            pivot(rows, columns=columns)
