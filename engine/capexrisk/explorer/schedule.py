"""Scheduled events as they are moved by hand: to another quarter, switched off, added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from capexrisk.errors import ArgumentError, suggest
from capexrisk.model.vocabulary import REGIMES
from capexrisk.scenario import Scenario, change_events
from capexrisk.scenario.event import EVENTS, SIZES, ScheduledEvent

__all__ = ["ADDED", "EVENT", "OFF", "SIZE", "Moves", "kinds", "listed", "read_event"]

Json = dict[str, Any]
Keys = dict[str, object]
EVENT: Final = "event."  # before the number of an event, from 1; the value is its quarter
ADDED: Final = "event.new"
OFF: Final = "off"
SIZE: Final = "demand_shock 2027Q1 0.3"
USUAL: Final = {"demand_shock": 0.2, "spread_jump": 0.5, "linked_stress": 1.0}


@dataclass(frozen=True)
class Moves:
    """What is done to the events of a scenario.

    Attributes
    ----------
    quarters : mapping of int to str or None
        Place of an event, from 0, to the quarter that it is moved to; None if it is switched off.
    added : tuple of dict
        Further events, with an event's keys.
    """

    quarters: Mapping[int, str | None] = field(default_factory=dict)
    added: tuple[Keys, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.quarters or self.added)

    def laid_on(self, scenario: Scenario, evidence: str) -> Scenario:
        """The scenario with its events moved.

        Raises
        ------
        ScenarioError
            If an event is refused.
        """
        events = [*self._moved(scenario.events, evidence)]
        added = [{**event, "evidence": evidence} for event in self.added]
        return change_events(scenario, [*events, *added])

    def _moved(
        self, events: tuple[ScheduledEvent, ...], evidence: str
    ) -> Iterator[ScheduledEvent | Keys]:
        for place, event in enumerate(events):
            quarter = self.quarters.get(place, event.quarter)
            if quarter == event.quarter:
                yield event
            elif quarter is not None:
                given: Keys = {key: getattr(event, key) for key in event.model_fields_set}
                yield given | {"quarter": quarter, "evidence": evidence}


def read_event(
    key: str, text: str, scenario: Scenario, quarters: dict[int, str | None], added: list[Keys]
) -> None:
    """Read an entry of an address: ``event.1=2027Q1``, ``event.1=off``, ``event.new=...``.

    Parameters
    ----------
    key, text : str
        Of an added event: kind, quarter, and size or regime if it has one, with spaces between.
    scenario : Scenario
    quarters, added : dict, list
        Take what is read; see `Moves`.

    Raises
    ------
    ArgumentError
        If there is no such event, or it cannot be read.
    """
    if key == ADDED:
        added.append(_added(text))
        return
    number = key.removeprefix(EVENT)
    numbers = {str(place + 1): place for place in range(len(scenario.events))}
    if number not in numbers:
        known = f"give 1 to {len(numbers)}" if numbers else "the scenario has none"
        raise ArgumentError(key, f"there is no event {number!r}; {known}")
    labels = scenario.quarter_labels()
    if text != OFF and text not in labels:
        known = f"give {labels[0]} to {labels[-1]}, or {OFF}"
        raise ArgumentError(key, f"{text!r} is not a quarter of the horizon; {known}")
    quarters[numbers[number]] = None if text == OFF else text


def _added(text: str) -> Keys:
    what, *rest = text.split() or [""]
    if what not in EVENTS:
        raise ArgumentError(ADDED, f"{what!r} is no kind of event; {suggest(what, EVENTS)}")
    wanted = 1 if what == "anchor_loss" else 2
    if len(rest) != wanted:
        raise ArgumentError(ADDED, f"{text!r} cannot be read; write it as {SIZE!r}")
    event: Keys = {"what": what, "quarter": rest[0]}
    if what == "market_regime":
        event["regime"] = rest[1]
    elif what in SIZES:
        try:
            event["size"] = float(rest[1])
        except ValueError:
            raise ArgumentError(ADDED, f"{rest[1]!r} is not a number; give one") from None
    return event


def listed(events: Iterable[ScheduledEvent]) -> list[Json]:
    """When what happens, for a chart over quarters."""
    return [{"quarter": event.quarter, "what": event.what.replace("_", " ")} for event in events]


def kinds(scenario: Scenario) -> Iterator[Json]:
    """Every kind of event that may be added: its words, and the size or regime that it begins with.

    A size lies in an open interval, of which the ends are told.
    """
    for what, one in EVENTS.items():
        meaning = scenario.words.fill(one.meaning)
        kind: Json = {"what": what, "name": what.replace("_", " "), "meaning": meaning}
        if what in SIZES:
            kind |= {"value": USUAL[what], "above": SIZES[what].above, "below": SIZES[what].below}
        elif what == "market_regime":
            kind |= {"value": REGIMES[-1], "choices": list(REGIMES)}
        yield kind
