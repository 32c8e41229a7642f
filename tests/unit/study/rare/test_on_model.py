"""Rare events of a scenario: their names, their draws, their table."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.errors import EventError, UnknownName
from capexrisk.estimate.table import COLUMNS
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.kernel.sources import independent_source
from capexrisk.lowering import lower
from capexrisk.scenario import load_scenario
from capexrisk.study.rare.failure import find_event
from capexrisk.study.rare.on_model import limit_state, rare_event
from tests.cli.command import DEFAULT


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(DEFAULT)


@pytest.fixture(scope="module")
def lowered(scenario):
    return lower(scenario, "means")


@pytest.mark.parametrize(
    ("text", "name", "members", "failures", "quarters"),
    [
        ("funding_failure/Meta", "funding_failure/Meta/2028Q4", (3,), 1, 12),
        ("funding_failure/Meta/2026", "funding_failure/Meta/2026Q4", (3,), 1, 4),
        ("funding_failure/Meta/2027Q2", "funding_failure/Meta/2027Q2", (3,), 1, 6),
        ("funding_failure/Meta/horizon", "funding_failure/Meta/2028Q4", (3,), 1, 12),
        (
            "failure_with:Meta/Microsoft",
            "failure_with:Meta/Microsoft/horizon",
            (2, 3),
            2,
            12,
        ),
        ("any_failure/system/2026", "any_failure/system/2026Q4", tuple(range(6)), 1, 4),
        ("failures_at_least_3/system", "failures_at_least_3/system/2028Q4", tuple(range(6)), 3, 12),
        (
            "failures_at_least_2_without:CoreWeave/system",
            "failures_at_least_2_without:CoreWeave/system/2028Q4",
            tuple(range(5)),
            2,
            12,
        ),
    ],
)
def test_events_have_the_names_of_the_table(lowered, text, name, members, failures, quarters):
    event = find_event(text, lowered)
    assert event.name == name
    assert (event.members, event.failures, event.quarters) == (members, failures, quarters)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("funding_failur/Meta", "no metric 'funding_failur' here; did you mean funding_failure?"),
        ("funding_failure/Mta", "no issuer 'Mta' here; did you mean Meta?"),
        ("any_failure/Meta", "any_failure is of all issuers together; write any_failure/system"),
        ("failure_with:Meta/Meta", "no issuer 'Meta' here; give one of Alphabet"),
        ("failure_with:Meta/Oracle/2026", "no period '2026' here; give one of horizon"),
        ("", ": is not a name; write metric/issuer"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(lowered, text, message):
    with pytest.raises(UnknownName) as refused:
        find_event(text, lowered)
    assert message in str(refused.value)


def test_a_name_that_is_no_failure_is_refused(lowered):
    with pytest.raises(
        EventError, match="capex_cut is no failure of issuers; give funding_failure"
    ):
        find_event("capex_cut/Meta", lowered)


def test_the_distance_of_several(lowered):
    by_issuer = np.array(
        [[1.0, -1.0], [2.0, 5.0], [-3.0, 4.0], [0.5, -2.0], [9.0, 9.0], [8.0, 8.0]]
    )

    def distance(text: str) -> list[float]:
        return list(find_event(text, lowered).distance(by_issuer))

    assert distance("funding_failure/Microsoft") == [-3.0, 4.0]
    assert distance("failure_with:Meta/Microsoft") == [0.5, 4.0]
    assert distance("any_failure/system") == [-3.0, -2.0]
    assert distance("failures_at_least_2/system") == [0.5, -1.0]


def test_draws_of_a_kind_and_of_a_burst(lowered):
    event = find_event("funding_failure/Meta/2026", lowered)
    problem = limit_state(lowered, event, lambda draws: draws[:, 0])
    assert problem.dimensions == problem.kinds.size == 4 + 12 + 4 * (4 + 8 + 24)
    sizes = np.bincount(problem.kinds)
    assert {*sizes[:16]} == {1} and {*sizes[16:]} == {4}
    assert len(problem.bursts) == 4 and {burst.size for burst in problem.bursts} == {7}


@pytest.fixture(scope="module")
def often(scenario):
    """An event that counting sees as well."""
    return rare_event(scenario, "failures_at_least_3/system", seed=4, n_jobs=1, relative_error=0.2)


def test_workers_change_nothing(scenario, often):
    other = rare_event(scenario, "failures_at_least_3/system", seed=4, n_jobs=2, relative_error=0.2)
    assert other.found == often.found
    assert other.counted == often.counted


def test_the_count_is_that_of_a_plain_run(lowered, often):
    tally, kept = simulate_chunk(
        lowered.market,
        lowered.schedule,
        lowered.layout,
        source=independent_source(4),
        paths=often.found.paths,
        keep=[lowered.layout.first["failures"] + 11],
    )
    failures = kept[:, 0]
    assert often.counted.n == often.found.paths == int(tally.paths[0])
    assert often.counted.value == (failures >= 3).mean()


def test_it_agrees_with_a_count(often):
    """4.2269e-3 + 3.65e-4 of 1.7e8 paths fail three or more at a time; within 4.5 errors: 1e-5."""
    estimate = often.found.estimate
    assert abs(estimate.value - 4.592e-3) < 4.5 * estimate.standard_error
    assert estimate.standard_error <= 0.2 * estimate.value


def test_the_table(often):
    table = often.to_frame()
    assert list(table.columns) == list(COLUMNS)
    assert list(table["method"]) == ["importance", "plain"]
    assert {*table["metric"]} == {"failures_at_least_3"}
    assert {*table["n"]} == {often.found.paths}
    p, error = often.found.estimate[1:3]
    assert often.paths_to_count == pytest.approx(p * (1 - p) / error**2, rel=1e-12)
    assert repr(often).startswith("RareEvent(failures_at_least_3/system/2028Q4: 0.00")


@pytest.mark.parametrize(
    "argument",
    [{"method": "guess"}, {"relative_error": 0.0}, {"max_paths": 10}, {"seed": -1}],
    ids=str,
)
def test_arguments_out_of_range(scenario, argument):
    with pytest.raises(ValueError, match=next(iter(argument))):
        rare_event(scenario, "any_failure/system", **argument)
