"""The catalogue: every input is declared, and its bounds are those that are enforced."""

from __future__ import annotations

import math
import re

import pytest

from capexrisk.errors import ScenarioError
from capexrisk.scenario import Input, change_inputs, inputs
from capexrisk.scenario.case import inner_tables
from capexrisk.scenario.field import input_field_of
from capexrisk.scenario.issuer import Issuer
from capexrisk.scenario.market import Absorption, Access, Market, Thresholds
from tests.unit.three_issuers import three_issuers

SCENARIO = three_issuers()
INPUTS = inputs(SCENARIO)
TABLES = dict.fromkeys(given.table for given in INPUTS)
RECORDS = (Market, Access, Absorption, Thresholds, Issuer)
# The end of a key, and the unit that it stands for.
SUFFIXES = {
    "_usd_bn_per_year": "$bn a year",
    "_usd_bn": "$bn",
    "_per_sqrt_year": "per square root of a year",
    "_per_year": "a year",
    "_years": "years",
    "_quarters": "quarters",
    "_bp": "bp",
}
STEP = re.compile(r"Start|Draws|Once a path|Conventions|Run|Steps? [0-9]+(\.[0-9]+)?(, [0-9.]+)*")


@pytest.mark.parametrize("record", RECORDS)
def test_every_input_is_declared(record):
    own = [field for field in record.model_fields if field not in ("evidence", "name")]
    for field in own:
        if field in inner_tables(record):
            continue
        declared = input_field_of(record.model_fields[field])
        assert declared is not None and declared.meaning, field
        assert declared.meaning[0].isupper() and not declared.meaning.endswith("."), field
        assert declared.step or record is Thresholds, field
        assert not declared.step or STEP.fullmatch(declared.step), field
        ending = next((ending for ending in SUFFIXES if field.endswith(ending)), None)
        assert ending is None or declared.unit == SUFFIXES[ending], field


def test_an_input_has_all_that_a_slider_needs():
    found = {given.path: given for given in INPUTS}
    tax = found["market.tax"]
    assert (tax.step, tax.meaning, tax.unit) == ("Step 8", "Cash tax rate", "")
    assert (tax.bounds, tax.choices, tax.neutral) == ((0.0, 1.0), (), 0.0)
    lease = found["issuers.CoreWeave.finance_lease_share"]
    assert lease.bounds == (0.0, math.nextafter(1.0, 0.0))
    assert found["market.bond_market_growth_per_year"].bounds == (math.nextafter(-0.9, 1.0), 2.0)
    assert found["market.regime0"].choices == ("open", "stressed", "shut")
    assert found["market.regime0"].bounds is None
    capex = found["issuers.Amazon.capex_2026_usd_bn"]
    assert (capex.table, capex.key) == ("Amazon", "capex_2026_usd_bn")
    assert capex.bounds == (0.0, 1e8)
    assert found["issuers.CoreWeave.high_yield"].choices == (False, True)
    assert found["issuers.CoreWeave.high_yield"].bounds is None
    assert found["market.access.private"].bounds == (0.0, 1.0)
    assert found["events.2026Q2.demand_shock"].bounds[1] == math.nextafter(1.0, 0.0)


def test_every_path_is_there_once():
    assert len({given.path for given in INPUTS}) == len(INPUTS)


def with_first(value: object, number: float) -> object:
    """A list with another first number, a number as another one."""
    if not isinstance(value, tuple):
        return number
    return (with_first(value[0], number), *value[1:])


def refusal(path: str, value: object) -> str:
    try:
        change_inputs(SCENARIO, {path: value})
    except ScenarioError as error:
        return error.value
    return ""


@pytest.mark.parametrize("table", TABLES)
def test_bounds_are_those_that_are_enforced(table):
    for given in INPUTS:
        if given.table == table and given.bounds:
            assert_enforced(given)


def assert_enforced(given: Input) -> None:
    outside = r" is ((not )?(above|below) [-0-9]|negative|out of range|next to nothing)"
    for end, away in zip(given.bounds, (-math.inf, math.inf), strict=True):
        if isinstance(given.value, int):
            inside, beyond = int(end), int(end) + int(math.copysign(1, away))
        else:
            inside, beyond = end, math.nextafter(end, away)
        # At its end a number may be refused beside others, as fall_leverage above leverage_limit.
        kept = refusal(given.path, with_first(given.value, inside))
        assert not re.search(outside, kept), (given.path, inside)
        refused = refusal(given.path, with_first(given.value, beyond))
        assert re.search(outside, refused), (given.path, beyond)


@pytest.mark.parametrize("given", [one for one in INPUTS if one.choices], ids=lambda one: one.path)
def test_choices_are_those_that_are_taken(given):
    for choice in given.choices:
        change_inputs(SCENARIO, {given.path: choice})
    with pytest.raises(ScenarioError, match=r"'ajar' is not (known|true or false)"):
        change_inputs(SCENARIO, {given.path: "ajar"})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("market.oas0_bp", "Option-adjusted spread of the investment-grade index, bp."),
        ("market.absorb.bonds_usd_bn_per_year", "Investment-grade bonds, $bn a year."),
        ("issuers.Amazon.maturities_2027_usd_bn", "Debt falling due in a calendar year, $bn."),
        ("thresholds.outside_funding_usd_bn", "Outside funding over the horizon, $bn."),
        ("events.2026Q4.anchor_loss", "Loss of the anchor customer."),
    ],
)
def test_an_input_is_described(path, text):
    assert {given.path: given.text for given in INPUTS}[path] == text
