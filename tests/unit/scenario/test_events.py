"""Events: what is accepted, what is refused, and that a scenario without them is unchanged."""

from __future__ import annotations

import pytest

from capexrisk.errors import ScenarioError
from capexrisk.lowering import lower
from capexrisk.model.parameters import Scheduled
from capexrisk.scenario import digest, inputs, load_scenario, scenario_from_case
from capexrisk.scenario.section import CONFIDENCES

ALL_KINDS = """
extends = "base.toml"
[[events]]
quarter = "2026Q2"
what = "demand_shock"
size = 0.4
evidence = "assumed: a leap in efficiency"
[[events]]
quarter = "2026Q2"
what = "market_regime"
regime = "shut"
[[events]]
quarter = "2027Q1"
what = "anchor_loss"
[[events]]
quarter = "2026Q3"
what = "spread_jump"
size = 0.5
[[events]]
quarter = "2026Q3"
what = "linked_stress"
size = 0.2
"""


def events(**changes: str) -> str:
    """One event, written with these keys."""
    keys = {"quarter": '"2026Q2"', "what": '"demand_shock"', "size": "0.4"} | changes
    lines = [f"{key} = {value}" for key, value in keys.items() if value]
    return "\n".join(['extends = "base.toml"', "[[events]]", *lines])


def test_every_kind_reaches_the_core(write):
    table = lower(load_scenario(write(ALL_KINDS))).schedule.events
    nothing = Scheduled(0.0, 0.0, -1.0, 0.0, 0.0, 0.0)
    rows = [Scheduled(*row) for row in table]
    assert rows[1] == nothing._replace(shock=1.0, loss=pytest.approx(0.5108256), regime=2.0)
    assert rows[2] == nothing._replace(jump=pytest.approx(0.4054651), linked=0.2)
    assert rows[4] == nothing._replace(anchor_loss=1.0)
    assert all(row == nothing for k, row in enumerate(rows) if k not in (1, 2, 4))


def test_events_are_part_of_what_is_simulated(write):
    base, shocked = load_scenario(write('extends = "base.toml"')), load_scenario(write(ALL_KINDS))
    assert "events" not in base.model_case()
    assert digest(base) != digest(shocked)
    again = scenario_from_case(shocked.model_case(), start=shocked.start)
    assert digest(again) == digest(shocked)


def test_a_file_s_events_replace_those_below(write):
    write(ALL_KINDS, "shocked.toml")
    text = events().replace("base.toml", "shocked.toml")
    assert [event.what for event in load_scenario(write(text)).events] == ["demand_shock"]


def test_events_have_their_evidence(write):
    given = inputs(load_scenario(write(ALL_KINDS)))
    first, second, third, *_ = [one for one in given if one.table == "events"]
    assert (first.path, first.value) == ("events.2026Q2.demand_shock", 0.4)
    assert (first.confidence, first.source) == ("assumed", "a leap in efficiency")
    assert (second.path, second.value) == ("events.2026Q2.market_regime", "shut")
    assert (second.choices, second.bounds) == (("open", "stressed", "shut"), None)
    assert (second.confidence, second.source) == ("", "")
    assert (third.path, third.value) == ("events.2027Q1.anchor_loss", "")


OF_A_SHOCK = "share of demand that is lost, more than 0 and less than 1"
KNOWN, REST = ", ".join(CONFIDENCES), "a colon and the source"
REFUSED = {
    "outside the horizon": (
        {"quarter": '"2029Q1"'},
        "events[0].quarter: '2029Q1' is not a quarter of the horizon; give one of 2026Q1 to 2028Q4",
    ),
    "no quarter": (
        {"quarter": '"May"'},
        "events[0].quarter: 'May' is not a quarter of the horizon; give one of 2026Q1 to 2028Q4",
    ),
    "misspelt": (
        {"what": '"demand_shok"'},
        "events[0].what: 'demand_shok' is not known; did you mean demand_shock?",
    ),
    "unknown key": ({"sise": "0.4"}, "events[0].sise: not a known key; did you mean size?"),
    "no size": (
        {"size": ""},
        f"events[0].size: missing; give the {OF_A_SHOCK}",
    ),
    "all demand": (
        {"size": "1.0"},
        f"events[0].size: 1 is out of range; give the {OF_A_SHOCK}",
    ),
    "no regime": (
        {"what": '"market_regime"', "size": ""},
        "events[0].regime: missing; give one of open, stressed, shut",
    ),
    "unknown regime": (
        {"what": '"market_regime"', "size": "", "regime": '"closed"'},
        "events[0].regime: 'closed' is not known; give one of open, stressed, shut",
    ),
    "a size too many": (
        {"what": '"anchor_loss"'},
        "events[0].size: a anchor_loss has no size; remove it",
    ),
    "a regime too many": (
        {"regime": '"shut"'},
        "events[0].regime: a demand_shock has no regime; remove it",
    ),
    "no evidence": (
        {"evidence": '"I think so"'},
        f"events[0].evidence: 'I think so' is not evidence; write a confidence ({KNOWN}), {REST}",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(write, name):
    changes, message = REFUSED[name]
    path = write(events(**changes))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == f"{path}: {message}"


def test_the_same_event_twice(write):
    path = write(events() + "\n" + events().split("\n", 1)[1])
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == (
        f"{path}: events[1]: a second demand_shock in 2026Q2; give one, of their size"
    )


def test_events_that_are_no_list(write):
    path = write('extends = "base.toml"\n[events]\nquarter = "2026Q2"')
    with pytest.raises(ScenarioError, match=r"events: a table is not a list; give a list"):
        load_scenario(path)
