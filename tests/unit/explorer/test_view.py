"""What an address says, and what it makes of a scenario's inputs."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from capexrisk.errors import ArgumentError, ScenarioError, UnknownName
from capexrisk.explorer.catalogue import MOST_PAIRED, catalogue
from capexrisk.explorer.subject import EVIDENCE, LEAST, MOST, Subject
from capexrisk.explorer.view import read_view, scenario_named
from capexrisk.scenario import change_events, change_inputs
from tests.unit.crowd import MOST as MOST_ISSUERS
from tests.unit.crowd import crowd
from tests.unit.uncertain import uncertain

FIRM = "issuers.Oracle.ocf_usd_bn_per_year"


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(uncertain())


def changes(query: str, subject: Subject) -> dict[str, object]:
    view = read_view(query, subject)
    return subject.changes(view.shares, view.values)


def test_an_empty_address_moves_nothing(subject):
    view = read_view("", subject)
    assert (view.issuer, view.year) == ("Amazon", subject.scenario.calendar_years()[0].label)
    assert changes("", subject) == {}


def test_a_group_is_moved_to_a_quantile_of_its_law(subject):
    found = changes("group.cash+flow=0.95", subject)
    was = subject.leaves[FIRM].value
    assert found[FIRM] == pytest.approx(was * math.exp(0.1 * 1.6448536269514722))
    assert len(found) == 3  # of each issuer


def test_as_it_stands_is_where_the_law_moves_nothing(subject):
    before = {leaf.input.path: leaf.input.value for leaf in subject.leaves.values()}
    for group in subject.scenario.uncertainty.groups:
        share = subject.share_as_it_stands(group)
        assert LEAST <= share <= MOST
        if LEAST < share < MOST:
            for path, value in changes(f"group.{group}={share!r}", subject).items():
                before = next(
                    leaf.input for leaf in subject.leaves.values() if leaf.input.path == path
                )
                assert np.allclose(value, before.value, rtol=1e-9)


def test_an_input_of_its_own_comes_after_the_groups(subject):
    assert changes(f"group.cash+flow=0.95&{FIRM}=7", subject)[FIRM] == 7.0


def test_one_number_of_a_list(subject):
    was = subject.leaves["market.oas_mean_bp[1]"].input.value
    assert changes("market.oas_mean_bp[1]=250", subject) == {
        "market.oas_mean_bp": (was[0], 250.0, was[2])
    }
    both = changes("market.oas_mean_bp[1]=250&group.the+shut+market=0.5", subject)
    assert both["market.oas_mean_bp"] == (was[0], 250.0, pytest.approx(0.8 * was[2]))


def test_words_are_words(subject):
    assert changes("market.regime0=shut", subject) == {"market.regime0": "shut"}


@pytest.mark.parametrize(
    ("query", "error", "said"),
    [
        (
            "group.cash+flaw=0.5",
            UnknownName,
            "no group is named 'cash flaw'; did you mean cash flow",
        ),
        ("group.cash+flow=1.5", ArgumentError, "1.5 is out of range; give 0.01 to 0.99"),
        ("group.cash+flow=nan", ArgumentError, "'nan' is not a number"),
        ("market.tex=0.2", UnknownName, "market.tex: there is no such input; did you mean"),
        ("market.tax=much", ArgumentError, "'much' is not a number"),
        ("market.tax=inf", ArgumentError, "'inf' is not a number"),
        ("market.regime0=ajar", ArgumentError, "'ajar' is unknown"),
        ("issuer=Orakle", UnknownName, "issuer 'Orakle' in the address: did you mean Oracle"),
        ("event.1=2027Q1", ArgumentError, "event.1: there is no event '1'; the scenario has none"),
        ("event.new=flood+2027Q1", ArgumentError, "event.new: 'flood' is no kind of event; give"),
        ("event.new=", ArgumentError, "event.new: '' is no kind of event"),
        ("event.new=demand_shock+2027Q1", ArgumentError, "cannot be read; write it as"),
        ("event.new=demand_shock+2027Q1+much", ArgumentError, "'much' is not a number"),
        ("event.new=demand_shock+2027Q1+2", ScenarioError, r"events\[0\].size: 2 is out of range"),
        ("event.new=demand_shock+2027Q1+nan", ScenarioError, r"events\[0\].size"),
        ("event.new=anchor_loss+2127Q1", ScenarioError, "'2127Q1' is not a quarter of the horizon"),
        ("event.new=market_regime+2027Q1+ajar", ScenarioError, r"events\[0\].regime"),
        (
            "event.new=anchor_loss+2027Q1&event.new=anchor_loss+2027Q1",
            ScenarioError,
            "a second anchor_loss in 2027Q1",
        ),
        ("year=1999", UnknownName, "year '1999' in the address"),
        ("&".join("market.tax=0.2" for _ in range(401)), ArgumentError, "is too long"),
        ("market.tax=0." + 32_000 * "1", ArgumentError, "is too long"),
    ],
)
def test_what_cannot_be_read_is_refused(subject, query, error, said):
    with pytest.raises(error, match=said):
        subject.moved(changes(query, subject), read_view(query, subject).events)


def test_events_are_moved_switched_off_and_added(subject):
    event = {"quarter": "2026Q4", "what": "demand_shock", "size": 0.4}
    regime = {"quarter": "2026Q4", "what": "market_regime", "regime": "shut"}
    own = Subject(change_events(subject.scenario, [event, regime]))
    query = "event.1=2028Q1&event.2=off&event.new=spread_jump+2026Q3+0.5"
    view = read_view(query, own)
    found = own.moved({}, view.events).events
    assert [(e.quarter, e.what, e.value) for e in found] == [
        ("2028Q1", "demand_shock", 0.4),
        ("2026Q3", "spread_jump", 0.5),
    ]
    assert {e.evidence for e in found} == {EVIDENCE}
    assert own.moved({}, read_view("event.1=2026Q4", own).events).events == own.scenario.events
    for wrong in ("event.3=off", "event.0=off", "event.01=off", "event.1=2126Q2", "event.1="):
        with pytest.raises(ArgumentError, match=r"event\."):
            read_view(wrong, own)


def test_kinds_of_events_begin_with_what_is_accepted(subject):
    for kind in catalogue(subject)["kinds"]:
        value = f"+{kind['value']}" if "value" in kind else ""
        view = read_view(f"event.new={kind['what']}+2027Q1{value}", subject)
        (event,) = subject.moved({}, view.events).events
        assert event.value == kind.get("value", "")


def test_an_address_names_its_scenario(subject):
    assert scenario_named("market.tax=0.2&scenario=anchor-loss") == "anchor-loss"
    assert scenario_named("market.tax=0.2") == ""
    assert read_view("scenario=anchor-loss", subject).values == {}


def test_every_leaf_may_be_put_where_it_stands(subject):
    """The path of each control names the number that it shows."""
    told = catalogue(subject)["inputs"]
    assert len({one["path"] for one in told}) == len(told) > 200
    found = subject.changes({}, {one["path"]: one["value"] for one in told})
    scenario = change_inputs(subject.scenario, found)
    assert scenario.market == subject.scenario.market
    assert scenario.issuers == subject.scenario.issuers


def test_a_slider_reaches_both_ends_of_its_range(subject):
    for one in catalogue(subject)["inputs"]:
        if "low" in one:
            assert one["least"] <= one["low"] <= one["value"] <= one["high"] <= one["most"]
            if one["range"]:
                assert one["low"] <= one["range"][0] <= one["range"][1] <= one["high"]


def test_a_catalogue_of_many_issuers_is_small_enough_for_a_page():
    """The quick half of the test of 64 issuers in a browser."""
    own = Subject(crowd())
    told = catalogue(own)
    assert len(told["issuers"]) == MOST_ISSUERS and len(told["paired"]) == MOST_PAIRED
    assert len(told["inputs"]) == len(own.leaves) > 3_000
    assert len(json.dumps(told)) < 2e6
    last = told["issuers"][-1]
    view = read_view(f"issuer={last}&issuers.%22{last}%22.cash_usd_bn=1", own)
    assert view.issuer == last and own.changes({}, view.values)


def test_a_group_that_is_none_is_told_which_there_are(subject):
    with pytest.raises(UnknownName, match=r"'nonsense'; give one of .*cash flow"):
        changes("group.nonsense=0.9", subject)
    with pytest.raises(UnknownName, match=r"did you mean cash flow\?"):
        changes("group.cash+flaw=0.9", subject)
