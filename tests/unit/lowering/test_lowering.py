"""What is copied is what it was; what is written down is written for every input."""

from __future__ import annotations

import math
import pickle
from random import Random

import numpy as np
import pytest

from capexrisk.errors import ScenarioError
from capexrisk.lowering import columns, lower, with_inputs
from capexrisk.model.parameters import Issuer, Market, Scheduled
from capexrisk.numeric.table_reader import Row, table_of
from capexrisk.scenario import inputs
from capexrisk.scenario.issuer import NEVER
from capexrisk.scenario.opening import OF_NUMBERS
from tests.unit.inputs import another
from tests.unit.three_issuers import three_issuers

SCENARIO = three_issuers()
LOWERED = lower(SCENARIO)
# Of a year in a scenario, of a quarter in the core.
OF_A_QUARTER = {
    "dividends",
    "buybacks",
    "investments",
    "depreciation_amortisation",
    "depreciation_other",
}
# Times the share of capex that can be cut, or that the issuer pays for itself.
WITH_OWN_SHARES = {"discipline", "cash_cover"}


def test_a_field_with_the_name_of_a_parameter_has_its_value():
    """So no logarithm and no quarter's step hides behind the name of something else."""
    parameters = SCENARIO.parameters["market"]
    shared = [field for field in Market._fields if field in parameters]
    assert len(shared) > 25
    for field in shared:
        expected = parameters[field]
        expected = tuple(expected) if isinstance(expected, list) else expected
        assert getattr(LOWERED.market, field) == expected, field


@pytest.mark.parametrize("number", range(len(SCENARIO.issuers)))
def test_an_issuers_field_with_the_name_of_a_parameter_has_its_value(number):
    issuer = Issuer(*LOWERED.schedule.issuers[number])
    parameters = SCENARIO.parameters["issuers"][number]
    shared = {field for field in Issuer._fields if field in parameters}
    assert {*OF_A_QUARTER, *WITH_OWN_SHARES} < shared
    for field in shared - WITH_OWN_SHARES:
        expected = parameters[field] * (0.25 if field in OF_A_QUARTER else 1.0)
        if field == "fall_leverage" and expected == NEVER:
            expected = math.inf
        assert getattr(issuer, field) == expected, field


def test_the_cash_that_is_aimed_at_is_no_less_than_the_least():
    changed = with_inputs(LOWERED, {"issuers.Oracle.cash_min_usd_bn": 90.0})
    assert Issuer(*changed.schedule.issuers[1]).cash_target == 90.0
    assert Issuer(*LOWERED.schedule.issuers[1]).cash_target == 12.87


def test_rows_have_as_many_numbers_as_compiled_code_reads():
    """It reads them without a check."""
    assert table_of(LOWERED.market).shape == (1, Row(Market).size)
    assert LOWERED.schedule.issuers.shape[1] == Row(Issuer).size
    assert LOWERED.schedule.events.shape[1] == Row(Scheduled).size


def test_every_number_of_the_market_is_a_float():
    """The compiled core has one signature."""
    for field, value in LOWERED.market._asdict().items():
        assert {type(number) for number in numbers_of(value)} == {float}, field


def numbers_of(value):
    """A number, or those of a tuple, however deep."""
    return [n for part in value for n in numbers_of(part)] if isinstance(value, tuple) else [value]


@pytest.mark.parametrize("given", inputs(SCENARIO), ids=lambda given: given.path)
def test_every_input_reaches_the_core(given):
    if given.value == "":
        pytest.skip("an event without a size")
    random, changed = Random(given.path), None
    for _ in range(100):  # until one is not refused for what it must agree with
        try:
            changed = with_inputs(LOWERED, {given.path: another(given, random)})
        except ScenarioError:
            continue
        if differs(changed, LOWERED):
            return
    assert changed is not None
    pytest.fail("whatever its value, the core takes the same numbers")


def differs(one, other) -> bool:
    if one.market != other.market:
        return True
    pairs = zip(one.schedule, other.schedule, strict=True)
    return any(not np.array_equal(a, b) for a, b in pairs)


def test_what_is_sent_to_a_worker_is_all_but_the_scenario():
    lowered = lower(three_issuers())
    sent = pickle.dumps(lowered)
    assert len(sent) < len(pickle.dumps(lowered.scenario))
    found = pickle.loads(sent)
    assert found.market == lowered.market and found.layout == lowered.layout
    for mine, theirs in zip(found.schedule, lowered.schedule, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_sums_are_the_same_in_every_python():
    """`sum` of ten tenths is 0.9999999999999999 before Python 3.12, and 1 from it on."""
    tenths = [0.1] * 10
    assert columns.total(tenths) == OF_NUMBERS.total(tenths) == 1.0
    assert (columns.total([np.array([0.1, 0.2]), *tenths[1:]]) == [1.0, 1.1]).all()
