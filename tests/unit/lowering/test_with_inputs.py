"""One input of a lowered scenario changed: to the bit what lowering the changed file makes."""

from __future__ import annotations

import pickle
from dataclasses import fields
from random import Random

import numpy as np
import pytest

from capexrisk.errors import ScenarioError
from capexrisk.lowering import LoweredScenario, lower, with_inputs
from capexrisk.scenario import inputs, load_scenario
from tests.unit.inputs import another
from tests.unit.three_issuers import EVENTS, three_issuers, write_file

SCENARIO = three_issuers()
VALUES = 3  # of each input


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_file(tmp_path_factory.mktemp("scenario"))


@pytest.fixture(scope="module")
def lowered(path):
    return lower(load_scenario(path))


def assert_same(one: LoweredScenario, other: LoweredScenario) -> None:
    """Field by field; numbers to the bit, the sign of a zero included."""
    for field in fields(LoweredScenario):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "schedule":
            for name, x, y in zip(a._fields, a, b, strict=True):
                assert type(x) is type(y), name
                assert (np.shape(x), np.asarray(x).dtype) == (np.shape(y), np.asarray(y).dtype)
                assert np.asarray(x).tobytes() == np.asarray(y).tobytes(), name
        elif field.name == "market":
            assert pickle.dumps(tuple(a)) == pickle.dumps(tuple(b))
        elif field.name == "scenario":
            assert a.parameters == b.parameters
        else:
            assert a == b, field.name


def overrides(given, value):
    """What `load_scenario` takes to the same end: it has no paths into events."""
    if given.table != "events":
        return {given.path: value}
    events = [dict(event) for event in EVENTS]
    for event in events:
        if f"{event['quarter']} {event['what']}" == given.key:
            event["regime" if "regime" in event else "size"] = value
    return {"events": events}


def read_and_lower(path, changes) -> LoweredScenario:
    return lower(load_scenario(path, changes))


def attempt(make, *arguments) -> LoweredScenario | tuple[str, str]:
    """What is made, or what is wrong with the value and how to mend it."""
    try:
        return make(*arguments)
    except ScenarioError as refused:
        return refused.value, refused.hint


@pytest.mark.parametrize("given", inputs(SCENARIO), ids=lambda given: given.path)
def test_as_if_the_changed_scenario_had_been_read_and_lowered(path, lowered, given):
    if given.value == "":
        pytest.skip("an event without a size")
    random = Random(given.path)
    accepted = 0
    for _ in range(VALUES):
        value = another(given, random)
        expected = attempt(read_and_lower, path, overrides(given, value))
        found = attempt(with_inputs, lowered, {given.path: value})
        if isinstance(expected, LoweredScenario):
            assert_same(found, expected)
            accepted += 1
        else:
            assert found == expected
    assert accepted


def test_several_at_once(path, lowered):
    random = Random(5)
    numbers = [given for given in inputs(SCENARIO) if isinstance(given.value, float)]
    changes = {given.path: given.value * (1.0 - 1e-3) for given in random.sample(numbers, 20)}
    changes = {path: value for path, value in changes.items() if not path.startswith("events")}
    changes |= {"market.regime0": "shut", "issuers.Amazon.capex_2026_usd_bn": 100}
    expected = lower(load_scenario(path, changes))
    assert_same(with_inputs(lowered, changes), expected)
    one_by_one = lowered
    for name, value in changes.items():
        one_by_one = with_inputs(one_by_one, {name: value})
    assert_same(one_by_one, expected)


def test_what_is_collected_stays(path):
    few = lower(load_scenario(path), "means")
    expected = lower(load_scenario(path, {"market.tax": 0.5}), "means")
    assert_same(with_inputs(few, {"market.tax": 0.5}), expected)


def test_there_and_back(lowered):
    there = with_inputs(lowered, {"issuers.Oracle.cash_usd_bn": 1.0})
    cash = lowered.scenario.issuers[1].cash_usd_bn
    back = with_inputs(there, {"issuers.Oracle.cash_usd_bn": cash})
    assert_same(back, lowered)
    assert_same(with_inputs(lowered, {}), lowered)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("market.tax", 2.0, "three: market.tax: 2.0 is above 1; give 1 or less"),
        ("market.tax", "much", "three: market.tax: 'much' is not a number; give a number"),
        ("issuers.Oracle.cash_usd_bn", float("nan"), "three: issuers.Oracle.cash_usd_bn: nan is"),
        ("issuers.Oracl.cash_usd_bn", 1.0, "three: issuers.Oracl.cash_usd_bn: no issuer is named"),
        ("market.taxes", 1.0, "three: market.taxes: not a known key; did you mean tax?"),
        ("quarters", 3, "three: quarters: is not an input; give"),
    ],
)
def test_refused_in_one_line(lowered, name, value, message):
    with pytest.raises(ScenarioError) as caught:
        with_inputs(lowered, {name: value})
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
