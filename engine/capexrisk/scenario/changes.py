"""A scenario with some of its inputs or events changed, without a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from capexrisk.errors import ScenarioError, refuse_type

from .event import ScheduledEvent
from .files.messages import Places, validate
from .files.overlay import lay, lay_section
from .files.paths import Table, nested, read_path, refuse_unknown_issuer, write_path
from .issuer import Issuer
from .schema import FROM_A_FILE, Scenario
from .section import Section

__all__ = ["change_events", "change_inputs"]

DEPTHS: Final = {"market": 1, "thresholds": 1, "issuers": 2}  # keys before an input's own


def change_inputs(
    scenario: Scenario, changes: Mapping[str, object], *, evidence: str = ""
) -> Scenario:
    """Build the scenario anew with some inputs changed; only what changes is checked again.

    Parameters
    ----------
    scenario : Scenario
    changes : mapping
        Path of an input (`Input.path`) to its new value, laid on in turn. A list over the quarters
        that is given in one form replaces the other form, as in a file.
    evidence : str
        ``"confidence: source, address"`` of the new values. Without it they have none: what spoke
        for the old ones speaks no longer.

    Raises
    ------
    ScenarioError
        If a path is not one of an input, or a value is refused.
    TypeError
        If the changes are not a mapping, or it is no scenario.
    """
    refuse_type("scenario", scenario, Scenario, FROM_A_FILE)
    refuse_type("changes", changes, Mapping, "give a mapping of paths to values")
    over: Table = {}
    for written, value in changes.items():
        path = read_path(written, scenario.name)
        _check_path(path, scenario)
        over = lay(over, nested(path, value))
        if evidence and path[0] in DEPTHS:
            depth = DEPTHS[path[0]]
            key = ".".join(path[depth:])
            over = lay(over, nested(path[:depth], {"evidence": {key: evidence}}))
    content = _content(scenario)
    for name in ("market", "thresholds"):
        if name in over:
            content[name] = lay_section(_table(content[name]), over[name])
    changed = over.get("issuers", {})
    content["issuers"] = tuple(
        lay_section(_table(issuer), changed[issuer.name]) if issuer.name in changed else issuer
        for issuer in scenario.issuers
    )
    content["events"] = _events(scenario, over.get("events", {}), evidence)
    return _built(scenario, content)


def change_events(
    scenario: Scenario, events: Sequence[ScheduledEvent | Mapping[str, object]]
) -> Scenario:
    """Build the scenario anew with other scheduled events.

    Parameters
    ----------
    scenario : Scenario
    events : sequence of ScheduledEvent or mapping
        All of them; a mapping has an event's keys.

    Raises
    ------
    ScenarioError
        If an event is refused: it lies outside the horizon, or is there twice.
    """
    return _built(scenario, {**_content(scenario), "events": tuple(events)})


def _content(scenario: Scenario) -> Table:
    return {field: getattr(scenario, field) for field in type(scenario).model_fields}


def _built(scenario: Scenario, content: Table) -> Scenario:
    places = Places(scenario.name)
    places.issuers = [(issuer.name, frozenset()) for issuer in scenario.issuers]
    return validate(type(scenario), content, places)


def _check_path(path: tuple[str, ...], scenario: Scenario) -> None:
    where = f"{scenario.name}: {write_path(path)}"
    if path[0] == "events":
        known = [("events", event.quarter, event.what) for event in scenario.events]
        if path not in known:
            hint = (
                f"give one of {', '.join(map(write_path, known))}" if known else "add it to a file"
            )
            raise ScenarioError(where, "is not an event of this scenario", hint)
        return
    if path[0] == "issuers" and len(path) > 1:
        refuse_unknown_issuer(path[1], [issuer.name for issuer in scenario.issuers], where)
    key = path[DEPTHS.get(path[0], len(path)) :]
    if not key or key[0] in ("name", "evidence") or "_by_year_" in key[0]:
        raise ScenarioError(
            where, "is not an input", "give market.KEY, thresholds.KEY or issuers.NAME.KEY"
        )


def _table(section: Section) -> Table:
    """A section as a file gives it."""
    table: Table = {"name": section.name} if isinstance(section, Issuer) else {}
    for key, value in section.inputs.items():
        outer, _, inner = key.partition(".")
        if inner:
            table.setdefault(outer, {})[inner] = value
        else:
            table[key] = value
    return {**table, "evidence": dict(section.evidence)}


def _events(
    scenario: Scenario, changed: Mapping[str, Mapping[str, object]], evidence: str
) -> tuple[object, ...]:
    """The events, with the sizes and regimes in `changed`, by quarter and kind."""
    events: list[object] = []
    for event in scenario.events:
        if event.what in changed.get(event.quarter, ()):
            given = {key: getattr(event, key) for key in event.model_fields_set}
            key = "regime" if event.what == "market_regime" else "size"
            given |= {key: changed[event.quarter][event.what], "evidence": evidence}
            events.append(given)
        else:
            events.append(event)
    return tuple(events)
