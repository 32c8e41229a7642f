"""Answers beside the scenario as it stands; the newest question of a page next."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Event

import numpy as np
import pytest

from capexrisk.estimate.intervals import student_half_width
from capexrisk.estimate.names import Name, resolve
from capexrisk.estimate.table import EstimateTable
from capexrisk.explorer.desk import LEAST, Desk, Overtaken
from capexrisk.explorer.figures import FAILURE, NEGATIVE, PARTS
from capexrisk.explorer.subject import Subject
from capexrisk.explorer.telling import differences, told
from capexrisk.explorer.view import read_view
from capexrisk.lowering import lower
from capexrisk.run.plan import REPLICATES
from capexrisk.run.session import Session
from capexrisk.scenario import change_events, change_inputs
from capexrisk.study.simulation import simulate
from tests.unit.uncertain import uncertain

POINTS, SEED = 256, 3
QUERY = "issuer=Oracle&year=2027&group.cash+flow=0.1&market.tax=0.3"


@cache
def the_subject() -> Subject:
    return Subject(uncertain())


@pytest.fixture(scope="module")
def subject() -> Subject:
    return the_subject()


@pytest.fixture(scope="module")
def desk(subject):
    made = Desk(subject.scenario, seed=SEED, points=POINTS)
    yield made
    made.close()


def changes(query):
    view = read_view(query, the_subject())
    return the_subject().changes(view.shares, view.values)


def ask(desk, query, *, fine, page="a", parts=PARTS):
    subject = the_subject()
    view = read_view(query, subject)
    moved = subject.moved(changes(query), view.events)
    moved = None if moved is subject.scenario else moved
    return desk.answer(page, view, moved, fine=fine, parts=parts)


def shown(answer, query=QUERY):
    scenario = the_subject().scenario
    return told(answer, read_view(query, the_subject()), scenario, scenario)


def test_the_scenario_as_it_stands_is_that_of_a_run(desk, subject):
    """To the bit: every figure of the page is in the summary of a run with as many paths."""
    results = simulate(subject.scenario, paths=REPLICATES * POINTS, seed=SEED)
    answer = ask(desk, "", fine=True)
    assert answer.points == POINTS and answer.figures is answer.base
    for name, found in answer.figures.found.items():
        assert repr(found.estimate) == repr(results.lookup[name])


def test_a_moved_scenario_is_that_of_a_session(desk, subject):
    answer = ask(desk, QUERY, fine=True)
    names = ["funding_failure/Oracle", "free_cash_flow_while_alive/Oracle/2027/p5"]
    with Session(subject.scenario, names, points=POINTS, seed=SEED) as session:
        expected = session.estimate(changes(QUERY))
    lowered = lower(subject.scenario)
    for text, one in expected.items():
        found = answer.figures.found[resolve(text, lowered)]
        assert found.estimate == one.estimate and np.array_equal(found.values, one.values)


def test_the_same_address_gives_the_same_bits(desk):
    first = shown(ask(desk, QUERY, fine=True))
    ask(desk, "market.tax=0.1", fine=False)
    again = Desk(uncertain(), seed=SEED, points=POINTS)
    second = shown(ask(again, QUERY, fine=True))
    again.close()
    assert first == second


def test_differences_are_paired(desk, subject):
    answer = ask(desk, QUERY, fine=True)
    name = Name("Oracle", subject.scenario.quarter_labels()[-1], FAILURE, "probability")
    value, low, high, base = shown(answer)["figures"][str(name)]
    change, half = differences(answer)[name]
    assert change == pytest.approx(value - base, abs=1e-12)
    assert low < value < high and 0.0 < half < high - low  # narrower than without pairs


def test_a_difference_names_both_years_where_another_was_the_likeliest(desk, subject):
    answer = ask(desk, QUERY, fine=True)
    (row,) = (row for row in shown(answer)["rows"] if row["issuer"] == "Oracle")
    assert row["year_before"] == "" or row["year_before"] != row["year"]
    found = dict(answer.base.found)
    for year in subject.scenario.calendar_years():
        name = Name("Oracle", year.label, NEGATIVE, "probability")
        value = 0.5 if year.label == row["year"] else 0.75
        estimate = found[name].estimate._replace(statistic="probability", value=value)
        found[name] = found[name]._replace(estimate=estimate)
    other = answer._replace(base=answer.base._replace(found=found))
    (row,) = (row for row in shown(other)["rows"] if row["issuer"] == "Oracle")
    assert row["year_before"] not in ("", row["year"])


def test_a_difference_under_a_condition_rests_on_the_paths_that_meet_it(desk):
    """One path more weighs as a comparison of runs has it, also where few paths count."""
    answer = ask(desk, QUERY, fine=True)
    few = 0
    for name, (_, half) in differences(answer).items():
        own, base = (figures.found[name].estimate for figures in (answer.figures, answer.base))
        paths = min(own.n, base.n)
        if name.statistic == "probability" and 0 < paths < REPLICATES * POINTS:
            least = student_half_width(REPLICATES) * REPLICATES / paths
            assert not half < 0.999 * least / np.sqrt(REPLICATES * (REPLICATES - 1))
            few += paths < REPLICATES * POINTS // 4
    assert few


def test_a_histogram_holds_all_paths(desk):
    answer = ask(desk, QUERY, fine=True)
    told = shown(answer)["histogram"]
    assert sum(told["shares"]) == pytest.approx(1.0)
    assert len(told["edges"]) == len(told["shares"]) + 1 == len(told["half"]) + 1
    assert np.array_equal(answer.figures.edges, answer.base.edges)


def test_few_points_while_the_hand_moves(desk, monkeypatch):
    monkeypatch.setattr("capexrisk.explorer.desk.AIM", 0.0)
    for k in range(4):
        answer = ask(desk, f"market.tax=0.2{k}", fine=False)
    assert answer.points == LEAST
    monkeypatch.setattr("capexrisk.explorer.desk.AIM", 1e9)
    for k in range(2):
        answer = ask(desk, f"market.tax=0.2{k}", fine=False)
    assert answer.points == 2 * LEAST


def test_a_scenario_laid_over_is_that_of_a_session(desk, subject):
    """On the points of the one below; an event that is added is one of the scenario."""
    event = {"quarter": "2027Q1", "what": "demand_shock", "size": 0.4}
    scenario = change_events(change_inputs(subject.scenario, {"market.tax": 0.3}), [event])
    query = "market.tax=0.3&event.new=demand_shock+2027Q1+0.4"
    answer = ask(desk, query, fine=True)
    name = resolve("utilisation/system/2027Q2", lower(subject.scenario))
    with Session(subject.scenario, [str(name)], points=POINTS, seed=SEED) as session:
        expected = session.read(lambda *read: EstimateTable(*read)[name], scenario)
    assert answer.figures.found[name].estimate == expected.estimate
    assert differences(answer)[name].value < -0.01  # of what is in use
    assert desk.answer("a", read_view("", subject), scenario, fine=True).moved


def test_a_few_parts_are_those_of_all(desk):
    whole = ask(desk, QUERY, fine=True).figures.found
    some = ask(desk, QUERY, fine=True, parts=("fan",)).figures.found
    assert 0 < len(some) < len(whole)
    assert all(repr(one.estimate) == repr(whole[name].estimate) for name, one in some.items())


def test_a_desk_of_few_points_answers_slowly_too(subject, monkeypatch):
    monkeypatch.setattr("capexrisk.explorer.desk.AIM", 0.0)
    few = Desk(subject.scenario, seed=SEED, points=16)
    for k in range(3):
        assert ask(few, f"market.tax=0.2{k}", fine=False).points == 16
    few.close()


def test_a_newer_question_of_the_same_page_overtakes(desk, monkeypatch):
    """One that is being computed stops, one that waits is dropped; another page's is answered."""
    go_on = Event()
    read = desk._session.read

    simulated = []

    def slow(reader, moved, **options):
        go_on.wait(30.0)
        if moved:
            simulated.append(moved.market.tax)
        return read(reader, moved, **options)

    monkeypatch.setattr(desk._session, "read", slow)
    with ThreadPoolExecutor(4) as threads:
        running = asked(desk, threads, "a", "market.tax=0.21", fine=True)
        waiting = asked(desk, threads, "a", "market.tax=0.22", fine=False)
        other = asked(desk, threads, "b", "market.tax=0.24", fine=False)
        newest = asked(desk, threads, "a", "market.tax=0.23", fine=False)
        go_on.set()
        for overtaken in (running, waiting):
            with pytest.raises(Overtaken):
                overtaken.result(30.0)
        assert newest.result(30.0).moved and other.result(30.0).moved
    assert simulated[0] == 0.21 and set(simulated[1:]) == {0.23, 0.24}


def asked(desk, threads, page, query, *, fine):
    """A question on its way: the desk knows that it is the newest of its page."""
    before = desk._newest.get(page)
    question = threads.submit(ask, desk, query, fine=fine, page=page)
    while desk._newest.get(page) is before:
        time.sleep(0.001)
    return question


def test_a_closed_desk_answers_nobody(subject):
    closed = Desk(subject.scenario, seed=SEED, points=1)
    closed.close()
    with pytest.raises(Overtaken):
        ask(closed, "", fine=False)
