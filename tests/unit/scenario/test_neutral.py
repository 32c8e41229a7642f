"""A parameter added with a neutral value leaves stored scenarios and digests as they were."""

from __future__ import annotations

import json

import pytest

from capexrisk.scenario import digest, inputs, load_scenario, scenario_from_case
from capexrisk.scenario.field import input_field
from capexrisk.scenario.files import load
from capexrisk.scenario.issuer import Issuer
from capexrisk.scenario.market import Access, Market, RegimeShares
from capexrisk.scenario.quantities import Factor, Share
from capexrisk.scenario.schema import Scenario


class WiderAccess(Access):
    imagined: RegimeShares = input_field("Step 10.2", "Imagined", neutral=(0.0, 0.0, 0.0))


class WiderMarket(Market):
    imagined_per_year: Factor = input_field("Step 9", "Imagined", unit="a year", neutral=0)
    access: WiderAccess


class WiderIssuer(Issuer):
    imagined_limit: Share = input_field("Step 10.2", "Imagined limit", neutral=0.5)


class WiderScenario(Scenario):
    """The schema with a parameter more in each kind of table."""

    market: WiderMarket
    issuers: tuple[WiderIssuer, ...]


NEW = ("market.imagined_per_year", "market.access.imagined", "issuers.Oracle.imagined_limit")


@pytest.fixture
def wider(monkeypatch):
    """From here on scenarios are read with the parameters that were added."""

    def begin() -> None:
        monkeypatch.setattr(load, "Scenario", WiderScenario)

    return begin


def test_what_was_stored_before_is_what_it_was(default_path, wider):
    before = load_scenario(default_path)
    stored, old_digest = json.dumps(before.model_case()), digest(before)
    wider()
    for again in (
        load_scenario(default_path),
        scenario_from_case(json.loads(stored), start=before.start),
    ):
        assert isinstance(again, WiderScenario)
        assert json.dumps(again.model_case()) == stored
        assert digest(again) == old_digest
        assert again.parameters["market"]["imagined"] == 0.0
        assert type(again.parameters["market"]["imagined"]) is float
        assert again.parameters["market"]["access"]["imagined"] == [0.0, 0.0, 0.0]
        assert again.parameters["issuers"][4]["imagined_limit"] == 0.5
    assert [one.path for one in inputs(load_scenario(default_path)) if one.path in NEW] == []


def test_the_neutral_value_given_is_the_neutral_value_left_out(default_path, wider):
    before = load_scenario(default_path)
    wider()
    given = load_scenario(default_path, dict(zip(NEW, (0.0, [0.0, 0.0, 0.0], 0.5), strict=True)))
    assert digest(given) == digest(before)
    assert given.model_case() == before.model_case()
    neutral = {one.path: one.neutral for one in inputs(given) if one.path in NEW}
    assert neutral == dict(zip(NEW, (0, (0.0, 0.0, 0.0), 0.5), strict=True))


@pytest.mark.parametrize(("path", "value"), [*zip(NEW, (1.0, [0, 0, 0.1], 0.0), strict=True)])
def test_any_other_value_counts_and_comes_back(default_path, wider, path, value):
    before = load_scenario(default_path)
    wider()
    changed = load_scenario(default_path, {path: value})
    assert digest(changed) != digest(before)
    again = scenario_from_case(json.loads(json.dumps(changed.model_case())), start=changed.start)
    assert again.parameters == changed.parameters
    assert digest(again) == digest(changed)


def test_without_events_a_scenario_is_what_it_was_before_there_were_any(default_path):
    """The one such parameter that there is."""
    scenario = load_scenario(default_path)
    assert scenario.parameters["events"] == []
    assert "events" not in scenario.model_case()


def test_the_parameters_are_worked_out_once_and_a_case_is_a_copy(default_path):
    scenario = load_scenario(default_path)
    assert scenario.parameters is scenario.parameters
    case = scenario.model_case()
    case["issuers"][0]["capex_plan"][0] = case["market"]["access"]["bonds"][0] = -1.0
    assert scenario.model_case() != case
    assert scenario.parameters["issuers"][0]["capex_plan"][0] > 0.0
    assert scenario.parameters["market"]["access"]["bonds"][0] >= 0.0
