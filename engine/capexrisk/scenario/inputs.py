"""Catalogue of a scenario's inputs: path, value, unit, bounds, meaning and evidence of each."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from capexrisk.errors import refuse_type

from .case import inner_tables
from .event import EVENTS, SIZES, ScheduledEvent
from .field import InputField, input_field_of, with_unit
from .files.overlay import OVERRIDE_EVIDENCE, write_override
from .files.paths import write_path
from .schema import FROM_A_FILE, Scenario
from .section import NEARLY_ZERO, Section, StrictModel, by_year_field, split_evidence
from .words import Words

__all__ = ["Bounds", "Input", "inputs", "overrides_of"]

_ADDRESS: Final = re.compile(r",?\s*(https?://\S+)$")


class Bounds(NamedTuple):
    """Closed interval of the numbers that are accepted; an open end is the next float inside."""

    least: float
    most: float


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input that a scenario gives.

    Attributes
    ----------
    path : str
        ``"market.tax"``, ``"issuers.Oracle.capex_2026_usd_bn"``,
        ``"events.2026Q2.demand_shock"``: what `change_inputs` takes.
    table, key : str
        ``market``, ``thresholds``, ``events`` or the issuer's name; the key in its table.
    value : object
        A number, a word, true or false, or a tuple of them; "" for an event without any.
    step, meaning, unit : str
        See `InputField`; the meaning is in the scenario's words.
    neutral : object
        The value that switches its mechanism off; None if it has none.
    bounds : Bounds or None
        Of each number in it; None for a word.
    choices : tuple of str or bool
        The words that are accepted, or false and true; none for a number.
    confidence : str
        One of reported, derived, guidance, analyst estimate, recalled-not-sourced, assumed; or ""
        without evidence.
    source : str
        Title or reason, without the address.
    address : str
        Web address, or "".
    """

    path: str
    table: str
    key: str
    value: object
    step: str
    meaning: str
    unit: str
    neutral: object
    bounds: Bounds | None
    choices: tuple[str, ...] | tuple[bool, ...]
    confidence: str
    source: str
    address: str

    @property
    def text(self) -> str:
        """Meaning and unit, a sentence."""
        return with_unit(self.meaning, self.unit)

    @property
    def may_have_a_range(self) -> bool:
        """Whether it is made of numbers with fractions: no word, flag or count."""
        return self.bounds is not None and _all_floats(self.value)


def inputs(scenario: Scenario) -> list[Input]:
    """Every input that a scenario gives, in the order of the records."""
    refuse_type("scenario", scenario, Scenario, FROM_A_FILE)
    return list(_given(scenario, lambda evidence: True))


def without_source(scenario: Scenario) -> tuple[list[str], int]:
    """Paths of the inputs without evidence, and how many inputs there are."""
    asked = 0

    def lacking(evidence: str) -> bool:
        nonlocal asked
        asked += 1
        return not _told(evidence)[0]

    return [one.path for one in _given(scenario, lacking)], asked


def _given(scenario: Scenario, wanted: Callable[[str], bool]) -> Iterator[Input]:
    """Inputs whose evidence is wanted; the others cost nothing."""
    words = scenario.words
    sections: list[tuple[tuple[str, ...], Section]] = [
        (("market",), scenario.market),
        (("thresholds",), scenario.thresholds),
        *((("issuers", issuer.name), issuer) for issuer in scenario.issuers),
    ]
    for at, section in sections:
        for key, value in section.inputs.items():
            if wanted(evidence := section.evidence.get(key, "")):
                yield _of_section(at, section, key, value, evidence, words)
    for event in scenario.events:
        if wanted(event.evidence):
            yield _of_event(event, words)


def _all_floats(value: object) -> bool:
    return all(map(_all_floats, value)) if isinstance(value, tuple) else type(value) is float


def overrides_of(scenario: Scenario) -> list[str]:
    """Inputs that were laid over the scenario's file, as ``--set`` takes them.

    Their evidence says so; what has none (name, horizon, events) cannot be told.

    Returns
    -------
    list of str
        ``"issuers.Oracle.cash_usd_bn=5"``, each to be given to `load_scenario` again.
    """
    override = _told(OVERRIDE_EVIDENCE)
    laid_over = _given(scenario, lambda evidence: _told(evidence) == override)
    return [write_override(one.path, one.value) for one in laid_over]


@functools.lru_cache(maxsize=1024)
def _told(evidence: str) -> tuple[str, str]:
    return split_evidence(evidence)


def _of_section(
    at: tuple[str, ...], section: Section, key: str, value: object, evidence: str, words: Words
) -> Input:
    record, field = _owner(type(section), key)
    declared = input_field_of(record.model_fields[field])
    assert declared is not None  # as a test makes sure
    bounds, choices = _accepted(record, field)
    return _input(
        path=(*at, *key.split(".")),
        table=at[-1],
        key=key,
        value=value,
        declared=declared,
        bounds=bounds,
        choices=choices,
        evidence=evidence,
        words=words,
    )


def _of_event(event: ScheduledEvent, words: Words) -> Input:
    size = SIZES.get(event.what)
    within = size and Bounds(_inside(size.above, math.inf), _inside(size.below, -math.inf))
    _, regimes = _accepted(ScheduledEvent, "regime")
    return _input(
        path=("events", event.quarter, event.what),
        table="events",
        key=f"{event.quarter} {event.what}",
        value=event.value,
        declared=EVENTS[event.what],
        bounds=within,
        choices=regimes if event.regime is not None else (),
        evidence=event.evidence,
        words=words,
    )


def _input(
    *, path: tuple[str, ...], declared: InputField, evidence: str, words: Words, **rest: Any
) -> Input:
    confidence, source = _told(evidence)
    address = _ADDRESS.search(source)
    return Input(
        path=write_path(path),
        step=declared.step,
        meaning=words.fill(declared.meaning),
        unit=declared.unit,
        neutral=declared.neutral,
        confidence=confidence,
        source=source[: address.start()] if address else source,
        address=address[1] if address else "",
        **rest,
    )


def _owner(section: type[StrictModel], key: str) -> tuple[type[StrictModel], str]:
    """The record and the field of it that hold a key of a section."""
    outer, _, inner = key.partition(".")
    if inner and outer in inner_tables(section):
        return inner_tables(section)[outer], inner
    return section, by_year_field(key)


@functools.cache
def _accepted(
    record: type[StrictModel], field: str
) -> tuple[Bounds | None, tuple[str, ...] | tuple[bool, ...]]:
    """Bounds of the numbers in a field, or all that it takes, from its JSON Schema."""
    part = _properties(record)[field]
    while "type" not in part or part["type"] in ("array", "object"):
        inner = [*part.get("anyOf", ()), part.get("items"), part.get("additionalProperties")]
        part = next(schema for schema in inner if schema)
    if "enum" in part:
        return None, tuple(part["enum"])
    if part["type"] == "boolean":
        return None, (False, True)
    least = [part[key] for key in ("minimum",) if key in part]
    most = [part[key] for key in ("maximum",) if key in part]
    if "exclusiveMinimum" in part:
        least.append(_inside(part["exclusiveMinimum"], math.inf))
    if "exclusiveMaximum" in part:
        most.append(_inside(part["exclusiveMaximum"], -math.inf))
    return Bounds(float(max(least)), float(min(most))), ()


@functools.cache
def _properties(record: type[StrictModel]) -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = record.model_json_schema()["properties"]
    return found


def _inside(end: float, towards: float) -> float:
    """The number next to an open end of an interval that a record accepts."""
    found = math.nextafter(end, towards)
    return found if abs(found) >= NEARLY_ZERO else math.copysign(NEARLY_ZERO, towards)
