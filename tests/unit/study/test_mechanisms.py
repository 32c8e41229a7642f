"""Mechanisms: each is switched off by inputs of its own, and switched off it does nothing."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from capexrisk.lowering import lower
from capexrisk.scenario import load_scenario
from capexrisk.scenario.event import ScheduledEvent
from capexrisk.scenario.opening import start_of
from capexrisk.study.coalitions import Switchboard
from capexrisk.study.mechanisms import MECHANISMS, acting, without
from docs.causes import PAGE, page
from tests.cli.command import DEFAULT

EVENTS = (
    {"quarter": "2026Q3", "what": "market_regime", "regime": "shut"},
    {"quarter": "2026Q4", "what": "anchor_loss"},
    {"quarter": "2026Q4", "what": "demand_shock", "size": 0.3},
)


@pytest.fixture(scope="module")
def scenario():
    """The default scenario, with events of which two belong to a mechanism."""
    events = tuple(ScheduledEvent.model_validate(event) for event in EVENTS)
    return load_scenario(DEFAULT).model_copy(update={"events": events})


def test_the_page_lists_them():
    text = PAGE.read_text("utf-8")
    assert page(text) == text  # `make tables` prints it again


def named(name):
    return next(one for one in MECHANISMS if one.name == name)


def test_no_two_touch_the_same_input(scenario):
    for one, other in combinations(MECHANISMS, 2):
        assert not one.changes(scenario).keys() & other.changes(scenario).keys()
        assert not set(one.events) & set(other.events)


def test_all_act_in_the_default_scenario(scenario):
    assert acting(scenario) == MECHANISMS


@pytest.mark.parametrize("mechanism", MECHANISMS, ids=lambda one: one.name)
def test_what_is_off_does_not_act(scenario, mechanism):
    off = without(scenario, [mechanism])
    assert acting(off) == tuple(one for one in MECHANISMS if one is not mechanism)
    assert without(off, [mechanism]).parameters == off.parameters


@pytest.mark.parametrize("name", ["hyperscalers-2026", "telecom-2000"])
def test_without_a_glut_the_start_stays(name):
    """Capacity is scarce at one start, and idle at the other; without a glut it stays as it is."""
    scenario = load_scenario(DEFAULT.with_stem(name))
    off = without(scenario, [named("glut")])
    spot = start_of(scenario.parameters).spot
    assert (spot < 1.0) == (name == "telecom-2000")
    assert off.parameters["market"]["spot_floor"] == min(1.0, spot)
    assert start_of(off.parameters) == start_of(scenario.parameters)
    np.testing.assert_array_equal(lower(off).schedule.issuers, lower(scenario).schedule.issuers)


def test_names_may_have_spaces():
    """Level 3 is one of the telecom builders."""
    off = without(load_scenario(DEFAULT.with_stem("telecom-2000")), MECHANISMS)
    assert acting(off) == ()


def test_events_of_a_mechanism_are_left_out(scenario):
    kept = [event.what for event in without(scenario, [named("window")]).events]
    assert kept == ["anchor_loss", "demand_shock"]
    kept = [event.what for event in without(scenario, MECHANISMS).events]
    assert kept == ["demand_shock"]


def test_no_market_is_opened(scenario):
    """A market that absorbs nothing is none: rationing is off, it stays closed."""
    closed = without(scenario, []).model_copy()
    market = closed.market.model_copy(
        update={"absorb": closed.market.absorb.model_copy(update={"private_usd_bn_per_year": 0.0})}
    )
    off = without(closed.model_copy(update={"market": market}), [named("rationing")])
    assert off.market.absorb.private_usd_bn_per_year == 0.0
    assert off.market.absorb.secured_usd_bn_per_year == 1e8


def test_any_coalition_is_the_scenario_with_the_others_off(scenario):
    """To the bit, but for the units of histograms, which a coalition has none of."""
    board = Switchboard(scenario, MECHANISMS)
    for coalition in (0, 0b101, 0b11111111110, 0b10101010101, 0b11111111111):
        off = [one for i, one in enumerate(MECHANISMS) if not coalition >> i & 1]
        found, expected = board.lowered(coalition), lower(without(scenario, off), "means")
        assert found.market == expected.market
        for field in expected.schedule._fields:
            if field != "money_units":
                of_both = getattr(found.schedule, field), getattr(expected.schedule, field)
                assert np.array_equal(*of_both), field
