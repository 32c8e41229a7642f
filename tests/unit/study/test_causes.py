"""Causes of failures: what coalitions say, however they are computed, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.errors import ArgumentError, EventError, UnknownName
from capexrisk.run.plan import REPLICATES
from capexrisk.run.session import Session
from capexrisk.scenario import change_inputs
from capexrisk.study.causes import causes
from capexrisk.study.mechanisms import MECHANISMS, acting, without
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import ISSUERS, small_scenario

EVENT = "funding_failure/CoreWeave"
POINTS, ORDERS, SEED = 64, 4, 3
MORE = 512  # points, where few fail
FEWER = ("anchor", "overspending", "run", "prefunding")  # switched off beforehand


@pytest.fixture(scope="module")
def scenario():
    return small_scenario()


@pytest.fixture(scope="module")
def found(scenario):
    """With more mechanisms than all coalitions are computed of."""
    return causes(scenario, EVENT, points=POINTS, orders=ORDERS, seed=SEED, n_jobs=2)


@pytest.fixture(scope="module")
def few(scenario):
    """A scenario in which few mechanisms act."""
    return without(scenario, [one for one in MECHANISMS if one.name in FEWER])


@pytest.fixture(scope="module")
def exhaustive(few):
    return causes(few, EVENT, points=POINTS, seed=SEED, n_jobs=2)


def shares(scenario, event=EVENT):
    with Session(scenario, [event], points=POINTS, seed=SEED, n_jobs=1) as session:
        return session.estimate()[event].values


def test_more_than_eight_are_sampled_and_fewer_are_not(found, exhaustive):
    assert len(found.mechanisms) > 8 and found.orders == ORDERS * REPLICATES
    assert len(exhaustive.mechanisms) <= 8 and exhaustive.orders == 0
    assert {one.name for one in exhaustive.off} >= set(FEWER)


@pytest.mark.parametrize("which", ["found", "exhaustive"])
def test_shapley_values_sum_to_the_whole(request, which):
    result = request.getfixturevalue(which)
    for event in result.events:
        chance = result.of("chance", event)["value"]
        whole = chance["all"] - chance["none"]
        assert result.of("shapley", event)["value"].sum() == pytest.approx(whole, abs=1e-13)
    assert result.of("chance")["value"]["all"] > result.of("chance")["value"]["none"]


def test_the_chance_and_what_is_prevented_are_those_of_sessions(scenario, found):
    """Points of a session are turned for its scenario, so only the unchanged one is the same."""
    everything = shares(scenario)
    run = simulate(scenario, paths=REPLICATES * POINTS, seed=SEED).estimate(EVENT)
    row = found.of("chance").loc["all"]
    assert tuple(row) == pytest.approx(run[1:], rel=1e-12)
    row = found.of("prevented").loc["race"]
    race = next(one for one in MECHANISMS if one.name == "race")
    with Session(scenario, [EVENT], points=POINTS, seed=SEED) as session:
        other = session.estimate(race.changes(scenario))[EVENT].values
    assert row["value"] == pytest.approx((everything - other).mean(), abs=1e-13)
    spread = (everything - other).std(ddof=1) / np.sqrt(REPLICATES)
    assert row["standard_error"] == pytest.approx(spread, rel=0.1)
    assert row["standard_error"] > spread


def test_the_same_bits_for_one_thread_and_two(scenario, found):
    alone = causes(scenario, EVENT, points=POINTS, orders=ORDERS, seed=SEED, n_jobs=1)
    assert alone.table.equals(found.table)


def test_of_one_mechanism_all_measures_agree(few):
    window = [one for one in acting(few) if one.name != "window"]
    result = causes(without(few, window), EVENT, points=MORE, seed=SEED)
    assert [one.name for one in result.mechanisms] == ["window"]
    values = [
        result.of(measure)["value"]["window"] for measure in ("shapley", "alone", "prevented")
    ]
    assert values[0] == values[1] == values[2]
    chance = result.of("chance")["value"]
    assert values[0] == pytest.approx(chance["all"] - chance["none"], abs=1e-15)


def test_a_mechanism_that_cannot_matter_causes_nothing(few):
    """Nobody owns capacity that could be idle: a floor of what it earns moves no path."""
    one = [m for m in acting(few) if m.name not in ("glut", "window")]
    nothing = change_inputs(
        without(few, one),
        {
            f"issuers.{name}.{key}": 0.0
            for name in ISSUERS
            for key in ("relative_yield",)
            if name != "Amazon"
        }
        | {f"market.{key}": 0.0 for key in ("fear_glut", "anchor_glut", "private_glut")}
        | {"market.glut_discipline_per_year": 0.0, "issuers.Amazon.contracted_share": 1.0},
    )
    result = causes(nothing, EVENT, points=MORE, seed=SEED)
    row = result.of("shapley").loc["glut"]
    assert row["value"] == 0.0 and 0.0 < row["standard_error"] < 0.01


def test_every_failure_comes_from_the_same_simulations(found):
    last = found.events[0].rpartition("/")[2]
    assert found.events == (
        f"{EVENT}/{last}",
        *(f"funding_failure/{name}/{last}" for name in ISSUERS if name != "CoreWeave"),
        f"any_failure/system/{last}",
        f"failures_at_least_2/system/{last}",
        f"failures_at_least_3/system/{last}",
    )
    any_failure = found.of("chance", "any_failure/system")["value"]
    assert (any_failure >= found.of("chance")["value"]).all()


def test_an_event_nobody_reaches(scenario):
    with pytest.raises(EventError, match=r"not seen on 2,048 paths, nor with any of 23 other sets"):
        causes(scenario, "funding_failure/Amazon/2026Q3", points=POINTS)


def test_too_few_points(scenario):
    with pytest.raises(ArgumentError, match=r"points: 1 a net see .* on \d of 32 paths.* give \d+"):
        causes(scenario, EVENT, points=1, seed=SEED)


@pytest.mark.parametrize(
    ("event", "options", "error", "message"),
    [
        ("free_cash_flow/Oracle/2027", {}, EventError, "is no failure of issuers"),
        ("funding_failure/Orakel", {}, UnknownName, "did you mean Oracle"),
        (EVENT, {"orders": 3}, ArgumentError, "orders: 3 is out of range; give an even number"),
        (EVENT, {"orders": 0}, ArgumentError, "orders: 0 is out of range"),
        (EVENT, {"points": 0}, ArgumentError, "points: 0 is out of range"),
    ],
)
def test_bad_input_is_refused_in_words(scenario, event, options, error, message):
    with pytest.raises(error, match=message):
        causes(scenario, event, **options)


def test_a_scenario_in_which_no_mechanism_acts_is_refused(scenario):
    with pytest.raises(ArgumentError, match="all mechanisms are off"):
        causes(without(scenario, MECHANISMS), EVENT)


def test_rows_are_asked_for_by_name(found):
    assert found.of("shapley", EVENT).equals(found.of("shapley"))
    with pytest.raises(UnknownName, match="no measure"):
        found.of("shaply")
    with pytest.raises(UnknownName, match="were not asked for"):
        found.of("shapley", "funding_failure/Meta")
