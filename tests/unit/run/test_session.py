"""A warm engine: the same numbers as a run, for as many changes as one asks, without a file."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from capexrisk.errors import (
    ArgumentError,
    KernelFault,
    RunStopped,
    ScenarioError,
    SessionClosed,
    UnknownName,
)
from capexrisk.estimate.names import resolve
from capexrisk.estimate.table import EstimateTable
from capexrisk.lowering import lower, with_inputs
from capexrisk.run.chunks import draws_of
from capexrisk.run.execute import execute
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.run.session import Session
from capexrisk.scenario import change_inputs
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import ISSUERS, small_scenario

POINTS, SEED = 128, 3
FIRST = ISSUERS[0]
MEANS = (f"funding_failure/{FIRST}", f"free_cash_flow/{FIRST}", "any_failure/system")
WITH_QUANTILES = (*MEANS, f"free_cash_flow/{FIRST}/2026/cfar95")
CHANGES = {f"issuers.{FIRST}.cash_usd_bn": 3.0, "market.tax": 0.3}


@pytest.fixture(scope="module", params=[MEANS, WITH_QUANTILES], ids=["means", "quantiles"])
def metrics(request):
    return request.param


@pytest.fixture(scope="module")
def session(metrics):
    with Session(small_scenario(), metrics, points=POINTS, seed=SEED, n_jobs=2) as warm:
        yield warm


def same(found, expected) -> bool:
    return found.estimate == expected.estimate and np.array_equal(found.values, expected.values)


def test_the_scenario_as_it_stands_is_that_of_a_run(session, metrics):
    results = simulate(small_scenario(), paths=REPLICATES * POINTS, seed=SEED)
    for name, found in session.estimate().items():
        assert found.estimate == results.estimate(name)


def test_a_changed_input_is_a_run_on_the_same_points(session, metrics):
    base = lower(small_scenario())
    plan = RunPlan(paths=REPLICATES * POINTS, seed=SEED)
    changed = with_inputs(base, CHANGES)
    totals = execute(changed, plan, draws=draws_of(base, plan))
    table = EstimateTable(totals, changed)
    for name, found in session.estimate(CHANGES).items():
        assert same(found, table[resolve(name, changed)])


def test_an_answer_does_not_depend_on_the_one_before(session):
    before = session.estimate()
    session.estimate(CHANGES)
    after = session.estimate()
    assert all(same(before[name], after[name]) for name in before)


def test_the_same_bits_for_any_number_of_threads(session, metrics):
    with Session(small_scenario(), metrics, points=POINTS, seed=SEED, n_jobs=1) as alone:
        one, two = alone.estimate(CHANGES), session.estimate(CHANGES)
    assert all(same(one[name], two[name]) for name in metrics)


def test_several_chunks_a_net(monkeypatch):
    with Session(small_scenario(), MEANS, points=POINTS, seed=SEED) as session:
        whole = session.estimate()
    monkeypatch.setattr("capexrisk.run.plan.CHUNK_POINTS", POINTS // 2)
    with Session(small_scenario(), MEANS, points=POINTS, seed=SEED) as session:
        halves = session.estimate()
    for name in MEANS:
        assert halves[name].estimate.value == pytest.approx(whole[name].estimate.value, rel=1e-12)


def test_the_first_points_are_those_of_a_smaller_session(session, metrics):
    def found(totals, lowered):
        table = EstimateTable(totals, lowered)
        return {name: table[resolve(name, lowered)] for name in metrics}

    few = POINTS // 4
    with Session(small_scenario(), metrics, points=few, seed=SEED) as small:
        expected = small.estimate(CHANGES)
    answer = session.read(found, CHANGES, points=few - 1)  # rounded up
    assert all(same(answer[name], expected[name]) for name in metrics)
    with pytest.raises(ArgumentError, match="points: 129 is out of range; give 1 to 128"):
        session.read(found, points=POINTS + 1)


def test_an_abandoned_answer_does_no_harm(session):
    before = session.estimate(CHANGES)
    answers = iter([False] * 3 + [True] * REPLICATES)
    with pytest.raises(RunStopped, match="nobody waits"):
        session.read(lambda totals, lowered: None, abandoned=lambda: next(answers))
    after = session.estimate(CHANGES)
    assert all(same(before[name], after[name]) for name in before)


def test_what_is_not_there_is_refused():
    with pytest.raises(UnknownName, match="did you mean funding_failure"):
        Session(small_scenario(), [f"funding_failur/{FIRST}"])


@pytest.mark.parametrize(
    ("metrics", "options", "said"),
    [
        (MEANS, {"points": 0}, "points: 0 is out of range"),
        (MEANS, {"points": 1.5}, "points: 1.5 is not a whole number"),
        (MEANS, {"points": 2**31 + 1}, "points: 2147483649 is out of range"),
        (MEANS, {"n_jobs": 0}, "n_jobs: 0 is out of range"),
        (MEANS, {"seed": -1}, "seed: -1 is out of range"),
        ((), {}, "metrics: .* is not a list of names"),
        (MEANS[0], {}, "metrics: .* is not a list of names"),
    ],
)
def test_misuse_is_refused_by_its_own_name(metrics, options, said):
    with pytest.raises(ArgumentError, match=said):
        Session(small_scenario(), metrics, **options)


def test_a_closed_session_says_so():
    with Session(small_scenario(), MEANS, points=POINTS, seed=SEED) as session:
        session.estimate()
    with pytest.raises(SessionClosed, match="make another"):
        session.estimate()


def test_closing_waits_for_the_answer_that_is_being_computed():
    session = Session(small_scenario(), MEANS, points=8 * POINTS, seed=SEED, n_jobs=1)
    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(session.estimate), threads.submit(session.estimate, CHANGES)]
        time.sleep(0.01)
        session.close()
    for answer in answers:
        assert answer.exception() is None or isinstance(answer.exception(), SessionClosed)


def test_another_scenario_is_read_on_the_same_points(session):
    name = resolve(MEANS[0], session.lowered())
    reads = (CHANGES, change_inputs(small_scenario(), CHANGES))
    changed, other = (
        session.read(lambda totals, lowered: EstimateTable(totals, lowered)[name], read)
        for read in reads
    )
    assert same(changed, other)
    later = small_scenario().model_copy(update={"start": "2027Q1"})
    with pytest.raises(ArgumentError, match="has other issuers or quarters than"):
        session.read(lambda totals, lowered: None, later)


def test_two_threads_get_the_answers_of_one(session, metrics):
    alone = [session.estimate(), session.estimate(CHANGES)]
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(session.estimate, [{}, CHANGES] * 4))
    for answer, expected in zip(found, alone * 4, strict=True):
        assert all(same(answer[name], expected[name]) for name in metrics)


def test_a_refused_change_leaves_the_session_as_it_was(session):
    before = session.estimate()
    with pytest.raises(ScenarioError, match="did you mean"):
        session.estimate({f"issuers.{FIRST}.cash_usd_bm": 3.0})
    with pytest.raises(ScenarioError, match=r"market\.tax"):
        session.estimate({"market.tax": 1.5})
    after = session.estimate()
    assert all(same(before[name], after[name]) for name in before)


def test_what_a_change_makes_impossible_is_refused():
    name = "no_buyback/Oracle"  # who has a programme
    with Session(small_scenario(), [name], points=POINTS, seed=SEED) as session:
        assert session.estimate()[name].estimate.n > 0
        with pytest.raises(UnknownName, match="no_buyback/Oracle"):
            session.estimate({"issuers.Oracle.buybacks_usd_bn_per_year": 0.0})


def test_broken_paths_are_refused(session, monkeypatch):
    def broken(totals, lowered):
        raise KernelFault("too many")

    monkeypatch.setattr("capexrisk.run.session.refuse_faulty", broken)
    with pytest.raises(KernelFault, match="too many"):
        session.estimate()
