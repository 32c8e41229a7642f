"""Answers beside the scenario as it stands; the newest question of a page next."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from capexrisk.estimate.names import resolve
from capexrisk.explorer.desk import LEAST, Desk, Overtaken
from capexrisk.explorer.figures import FAILURE
from capexrisk.explorer.subject import Subject
from capexrisk.explorer.telling import told
from capexrisk.explorer.view import read_view
from capexrisk.lowering import lower
from capexrisk.run.plan import REPLICATES
from capexrisk.run.session import Session
from capexrisk.study.simulation import simulate
from tests.unit.uncertain import uncertain

POINTS, SEED = 256, 3
QUERY = "issuer=Oracle&year=2027&group.cash+flow=0.1&market.tax=0.3"


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(uncertain())


@pytest.fixture(scope="module")
def desk(subject):
    made = Desk(subject, seed=SEED, points=POINTS)
    yield made
    made.close()


def ask(desk, query, *, fine, page="a"):
    return desk.answer(page, read_view(query, desk.subject), fine=fine)


def test_the_scenario_as_it_stands_is_that_of_a_run(desk):
    """To the bit: every figure of the page is in the summary of a run with as many paths."""
    results = simulate(desk.subject.scenario, paths=REPLICATES * POINTS, seed=SEED)
    answer = ask(desk, "", fine=True)
    assert answer.points == POINTS and answer.figures is answer.base
    for name, found in answer.figures.found.items():
        assert repr(found.estimate) == repr(results.lookup[name])


def test_a_moved_scenario_is_that_of_a_session(desk):
    answer = ask(desk, QUERY, fine=True)
    names = ["funding_failure/Oracle", "free_cash_flow_while_alive/Oracle/2027/p5"]
    with Session(desk.subject.scenario, names, points=POINTS, seed=SEED) as session:
        expected = session.estimate(answer.changes)
    lowered = lower(desk.subject.scenario)
    for text, one in expected.items():
        found = answer.figures.found[resolve(text, lowered)]
        assert found.estimate == one.estimate and np.array_equal(found.values, one.values)


def test_the_same_address_gives_the_same_bits(desk, subject):
    first = told(ask(desk, QUERY, fine=True), read_view(QUERY, subject), subject.scenario)
    ask(desk, "market.tax=0.1", fine=False)
    again = Desk(Subject(uncertain()), seed=SEED, points=POINTS)
    second = told(ask(again, QUERY, fine=True), read_view(QUERY, subject), subject.scenario)
    again.close()
    assert first == second


def test_differences_are_paired(desk, subject):
    view = read_view(QUERY, subject)
    answer = ask(desk, QUERY, fine=True)
    figures = told(answer, view, subject.scenario)["figures"]
    end = subject.scenario.quarter_labels()[-1]
    value, low, high, base, change, half = figures[f"{FAILURE}/Oracle/{end}"]
    assert change == pytest.approx(value - base, abs=1e-12)
    assert low < value < high and 0.0 < half < high - low  # narrower than without pairs


def test_a_histogram_holds_all_paths(desk, subject):
    view = read_view(QUERY, subject)
    answer = ask(desk, QUERY, fine=True)
    shown = told(answer, view, subject.scenario)["histogram"]
    assert sum(shown["shares"]) == pytest.approx(1.0)
    assert len(shown["edges"]) == len(shown["shares"]) + 1 == len(shown["half"]) + 1
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


def test_a_few_parts_are_those_of_all(desk):
    view = read_view(QUERY, desk.subject)
    whole = desk.answer("a", view, fine=True).figures.found
    some = desk.answer("a", view, fine=True, parts=("fan",)).figures.found
    assert 0 < len(some) < len(whole)
    assert all(repr(one.estimate) == repr(whole[name].estimate) for name, one in some.items())


def test_a_desk_of_few_points_answers_slowly_too(subject, monkeypatch):
    monkeypatch.setattr("capexrisk.explorer.desk.AIM", 0.0)
    few = Desk(subject, seed=SEED, points=16)
    for k in range(3):
        assert ask(few, f"market.tax=0.2{k}", fine=False).points == 16
    few.close()


def test_a_newer_question_of_the_same_page_overtakes(desk, monkeypatch):
    """One that is being computed stops, one that waits is dropped; another page's is answered."""
    go_on = Event()
    read = desk._session.read

    def slow(reader, changes, **options):
        go_on.wait(30.0)
        return read(reader, changes, **options)

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
        assert newest.result(30.0).changes == {"market.tax": 0.23}
        assert other.result(30.0).changes == {"market.tax": 0.24}


def asked(desk, threads, page, query, *, fine):
    """A question on its way: the desk knows that it is the newest of its page."""
    before = desk._newest.get(page)
    question = threads.submit(ask, desk, query, fine=fine, page=page)
    while desk._newest.get(page) is before:
        time.sleep(0.001)
    return question


def test_a_closed_desk_answers_nobody(subject):
    closed = Desk(subject, seed=SEED, points=1)
    closed.close()
    with pytest.raises(Overtaken):
        ask(closed, "", fine=False)
