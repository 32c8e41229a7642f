"""Inputs changed without a file: what else stays, what happens to evidence, what is refused."""

from __future__ import annotations

import re
from math import inf, nextafter

import pytest

from capexrisk.errors import ScenarioError
from capexrisk.scenario import change_events, change_inputs, digest, inputs, load_scenario
from capexrisk.scenario.opening import opening_books, start_of
from tests.unit.three_issuers import three_issuers

SCENARIO = three_issuers()
CASH = "issuers.Oracle.cash_usd_bn"


def evidence(scenario):
    return {
        given.path: (given.confidence, given.source, given.address) for given in inputs(scenario)
    }


@pytest.mark.parametrize("table", ["market", "thresholds", "Amazon", "Oracle", "events"])
def test_an_input_set_to_what_it_is_loses_its_evidence_and_nothing_else(default_path, table):
    scenario = load_scenario(default_path.with_stem("deepseek-moment"))
    found = [given for given in inputs(scenario) if given.table == table]
    assert found
    for given in found:
        assert given.confidence
        again = change_inputs(scenario, {given.path: given.value})
        assert digest(again) == digest(scenario)
        assert evidence(again) == evidence(scenario) | {given.path: ("", "", "")}
        assert (again.name, again.title) == (scenario.name, scenario.title)


def test_a_change_may_bring_its_evidence():
    note = "assumed: half, https://example.org"
    path = "events.2026Q2.demand_shock"
    changed = change_inputs(SCENARIO, {CASH: 9.5, path: 0.5}, evidence=note)
    for one in inputs(changed):
        if one.path in (CASH, path):
            assert (one.confidence, one.source) == ("assumed", "half")
            assert one.address == "https://example.org"
    with pytest.raises(ScenarioError, match="is not a confidence; begin with one of"):
        change_inputs(SCENARIO, {CASH: 9.5}, evidence="surely: x")


def test_events_are_replaced_whole():
    event = SCENARIO.events[0]
    new = {"quarter": "2026Q4", "what": "anchor_loss"}
    both = change_events(SCENARIO, [event, new])
    assert both.events[0] is event and both.events[1].what == "anchor_loss"
    assert both.market is SCENARIO.market
    assert digest(change_events(both, SCENARIO.events)) == digest(SCENARIO) != digest(both)
    with pytest.raises(ScenarioError, match=r"events\[1\].quarter: '2126Q4' is not a quarter"):
        change_events(SCENARIO, [event, new | {"quarter": "2126Q4"}])


def test_what_is_not_changed_is_the_same_record():
    changed = change_inputs(SCENARIO, {CASH: 9.5})
    assert changed.market is SCENARIO.market
    same = [a is b for a, b in zip(changed.issuers, SCENARIO.issuers, strict=True)]
    assert same.count(False) == 1
    assert changed.issuers[same.index(False)].cash_usd_bn == 9.5
    assert SCENARIO.parameters["issuers"][same.index(False)]["cash"] != 9.5
    assert changed.parameters["issuers"][same.index(False)]["cash"] == 9.5


def test_a_copy_works_out_its_own_parameters():
    """A field cached on a frozen record would be copied with it."""
    market = SCENARIO.market.model_copy(update={"tax": 0.5})
    assert market.inputs["tax"] == 0.5
    copied = SCENARIO.model_copy(update={"market": market})
    assert copied.parameters["market"]["tax"] == 0.5
    assert (
        digest(copied) == digest(change_inputs(SCENARIO, {"market.tax": 0.5})) != digest(SCENARIO)
    )
    assert SCENARIO.model_copy() == SCENARIO


def test_several_at_once_are_one_after_another():
    changes = {CASH: 9.5, "market.tax": 0.3, "issuers.Oracle.spread_bp": 200, "market.scarcity": 1}
    one_by_one = SCENARIO
    for path, value in changes.items():
        one_by_one = change_inputs(one_by_one, {path: value})
    assert change_inputs(SCENARIO, changes) == one_by_one
    assert change_inputs(SCENARIO, {}) == SCENARIO


def test_values_that_must_agree_can_change_together():
    low, high = "issuers.Oracle.fall_leverage", "issuers.Oracle.leverage_limit"
    with pytest.raises(ScenarioError, match=r"fall_leverage: 90\.0 is not below leverage_limit"):
        change_inputs(SCENARIO, {low: 90.0})
    changed = change_inputs(SCENARIO, {low: 90.0, high: 91.0})
    assert changed.issuers[1].fall_leverage == 90.0


def test_a_grade_is_not_lost_at_the_start(default_path):
    """Who owes exactly what it may owe would fall with the first dollar: refused as well."""
    scenario = load_scenario(default_path)
    parameters = scenario.parameters
    oracle = next(i for i in parameters["issuers"] if i["name"] == "Oracle")
    owed = opening_books(oracle, parameters["market"], start_of(parameters)).gross_leverage
    path = "issuers.Oracle.fall_leverage"
    with pytest.raises(ScenarioError, match="is not above the leverage at the start"):
        change_inputs(scenario, {path: owed})
    change_inputs(scenario, {path: nextafter(owed, inf)})


def test_a_list_in_one_form_replaces_the_other():
    path, year = "issuers.Amazon.capex_plan_usd_bn", "issuers.Amazon.capex_2026_usd_bn"
    listed = change_inputs(SCENARIO, {path: list(range(1, 13))})
    assert listed.parameters["issuers"][0]["capex_plan"] == list(range(1, 13))
    assert "capex_2026_usd_bn" not in listed.issuers[0].inputs
    again = change_inputs(listed, {year: 120.0})
    assert "capex_plan_usd_bn" not in again.issuers[0].inputs
    assert sum(again.parameters["issuers"][0]["capex_plan"][:4]) == pytest.approx(120.0)


REFUSED = {
    "market.tax": (2, "market.tax: 2 is above 1; give 1 or less"),
    "market.acces.bonds": (2, "market.acces: not a known key; did you mean access?"),
    "market.access.bonds": (
        [1, 0.5, 2],
        "market.access.bonds[2]: 2 is above 1; give 1 or less",
    ),
    "issuers.Amazon.capex_2026_usd_bn": (
        -1.5,
        "issuers.Amazon.capex_2026_usd_bn: -1.5 is negative; give 0 or more",
    ),
    "issuers.Amazon.capex_2031_usd_bn": (
        1.5,
        "issuers.Amazon.capex_2027_usd_bn: missing; give every year from the start year on",
    ),
    "issuers.Oracel.cash_usd_bn": (
        1,
        "issuers.Oracel.cash_usd_bn: no issuer is named 'Oracel'; did you mean Oracle?",
    ),
    "issuers.Oracle.cash": (1, "issuers.Oracle.cash: not a known key; did you mean cash_usd_bn?"),
    "issuers.Oracle.name": ("x", "issuers.Oracle.name: is not an input; give "),
    "issuers.Oracle.evidence.cash_usd_bn": (
        "x",
        "issuers.Oracle.evidence.cash_usd_bn: is not an input; give ",
    ),
    "issuers.Oracle.capex_by_year_usd_bn": (
        {2026: 1.0},
        "issuers.Oracle.capex_by_year_usd_bn: is not an input; give ",
    ),
    "issuers.Oracle": ({}, "issuers.Oracle: is not an input; give "),
    "issuers": ({}, "issuers: is not an input; give "),
    "market": ({}, "market: is not an input; give "),
    "quarters": (8, "quarters: is not an input; give "),
    "events.2026Q2.demand_shock": (1.0, "events[0].size: 1 is out of range; give the share"),
    "events.2026Q4.spread_jump": (
        1.0,
        "events.2026Q4.spread_jump: is not an event of this scenario; give one of events.2026Q2.",
    ),
    "events": (1.0, "events: is not an event of this scenario; give one of "),
    "market..tax": (1.0, "'market..tax' is not a path of keys; join keys with dots"),
    "market.oas0_bp": (1e-300, "market.oas0_bp: 1e-300 is below 1e-06; give"),
    "market.fear_glut": (1e-300, "market.fear_glut: 1e-300 is next to nothing; give 0 or"),
    "market.correlation": ([[1.0]], "market.correlation[0]: has 1 value; give 5"),
}


@pytest.mark.parametrize("path", REFUSED)
def test_refused_in_one_line(path):
    value, message = REFUSED[path]
    with pytest.raises(ScenarioError) as caught:
        change_inputs(SCENARIO, {path: value})
    assert str(caught.value).startswith(f"three: {message}")
    assert str(caught.value).isprintable()


def test_a_scenario_without_events_names_none(default_path):
    with pytest.raises(ScenarioError, match=re.escape("add it to a file")):
        change_inputs(load_scenario(default_path), {"events.2026Q2.anchor_loss": 1})
