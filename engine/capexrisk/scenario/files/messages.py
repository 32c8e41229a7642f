"""One-line messages for what pydantic refuses: the place, the value and the mend."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError

from capexrisk.errors import ScenarioError, nearest, suggest
from capexrisk.scenario.case import inner_tables
from capexrisk.scenario.field import input_field_of
from capexrisk.scenario.files.paths import Table, leaves, write_path
from capexrisk.scenario.files.renamed import told_of_earlier_edition
from capexrisk.scenario.quantities import SMALLEST, model_name
from capexrisk.scenario.section import Refused, StrictModel, by_year_key
from capexrisk.scenario.words import PHRASE

__all__ = ["Places", "validate"]

R = TypeVar("R", bound=StrictModel)

Location = tuple[str | int, ...]
LONGEST_VALUE = 60
MOST_BITS = 200


@dataclass
class Places:
    """Where each input of a scenario was written.

    Attributes
    ----------
    file : str
        The file that was asked for; what is missing is missing there.
    origins : dict
        Path of keys to the file (or ``--set``) that gave the input last.
    issuers : list
        Issuer names in order, each with the keys that it gives itself.
    defaults : frozenset
        Keys of ``[issuer_defaults]``.
    """

    file: str
    origins: dict[tuple[str, ...], str] = field(default_factory=dict)
    issuers: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    defaults: frozenset[str] = frozenset()

    def record(self, table: Table, label: str) -> None:
        """Note that `label` gave everything in `table`."""
        for leaf in leaves(table):
            for length in range(1, len(leaf)):
                self.origins.pop(leaf[:length], None)  # an input there before is a table now
            self.origins[leaf] = label

    def where(self, path: Location) -> str:
        """``file: dotted.key`` of a place in the file's own form."""
        keys = tuple(part for part in path if isinstance(part, str))
        for length in range(len(keys), 0, -1):
            if keys[:length] in self.origins:
                return f"{self.origins[keys[:length]]}: {write_path(path)}"
        below = (label for at, label in self.origins.items() if at[: len(keys)] == keys)
        return f"{next(below, self.file)}: {write_path(path)}" if path else self.file

    def in_file(self, location: Location) -> Location:
        """Place in the file of a place in the record."""
        if location[:1] != ("issuers",) or len(location) < 2 or not self.issuers:
            return location
        name, own = self.issuers[int(location[1])]
        below = list(location[2:])
        if below == ["name"]:
            below = []
        if len(below) > 1 and "_by_year_" in str(below[0]):
            below[:2] = [by_year_key(str(below[0]), below[1])]
        key = str(below[0]) if below else ""
        if key == "evidence" and len(below) > 1:
            key = str(below[1])
        if key and key not in own and key in self.defaults:
            return ("issuer_defaults", *below)
        return ("issuers", name, *below)


def validate(record: type[R], content: object, places: Places, at: tuple[str, ...] = ()) -> R:
    """Validate what stands at a place.

    Raises
    ------
    ScenarioError
        The record refuses it.
    """
    try:
        return record.model_validate(content)
    except ValidationError as error:
        raise _scenario_error(error, record, places, at) from None


def _scenario_error(
    error: ValidationError, record: type[StrictModel], places: Places, at: tuple[str, ...]
) -> ScenarioError:
    """Say in one line what pydantic found; the first fault leads, the others follow.

    Unknown keys lead: a key that is missing is often one of them, misspelt.
    """
    found: dict[str, ScenarioError] = {}
    for fault in sorted(
        error.errors(include_url=False), key=lambda fault: fault["type"] != "extra_forbidden"
    ):
        context = fault.get("ctx", {})
        if fault["type"] == "too_short" and len(fault["input"]) >= context["min_length"]:
            continue  # only short of elements that are themselves reported
        reason = context.get("error")
        location: Location = fault["loc"]
        if isinstance(reason, Refused):
            location = (*location, *reason.at)
            value, hint = reason.value, reason.hint
        else:
            value, hint = _explain(fault, record, places)
        where = places.where((*at, *places.in_file(location)))
        found.setdefault(where, ScenarioError(where, value, hint))
    first, *others = found.values()
    return ScenarioError(first.where, first.value, first.hint, tuple(others))


def _explain(
    fault: Mapping[str, Any], record: type[StrictModel], places: Places
) -> tuple[str, str]:
    kind, given, context = fault["type"], fault["input"], fault.get("ctx", {})
    location: Location = fault["loc"]
    if kind == "missing":
        return "missing", _hint_for_missing(location, record, places)
    if kind == "extra_forbidden":
        once = told_of_earlier_edition(str(location[-1]), str(location[0]))
        return "not a known key", once or _hint_for_unknown(location, record)
    if isinstance(given, int) and given.bit_length() > MOST_BITS:
        return "a number of endless digits", "give one of sensible size"  # never turned into text
    if location[-2:-1] == ("evidence",) and isinstance(given, dict):
        return "a table is not text", f'quote the key, evidence."{location[-1]}.<key>"'
    if kind in _BOUNDS:
        return _outside(kind, given, context)
    if kind in ("too_short", "too_long"):
        bound = context.get("min_length", context.get("max_length"))
        count = f"{len(given)} value{'' if len(given) == 1 else 's'}"
        return f"has {count}", f"give {bound}"
    if kind in ("string_too_short", "string_too_long"):
        return f"has {len(given)} characters", (
            f"give at least {context['min_length']}"
            if kind == "string_too_short"
            else f"give at most {context['max_length']}"
        )
    if kind == "string_pattern_mismatch":
        if context["pattern"] == PHRASE:
            return f"{_show(given)} is not usable", "give letters, digits, spaces and . , + - ' ( )"
        return f"{_show(given)} is not a usable name", (
            "give a name of letters, digits, spaces and . _ + -, up to 80"
        )
    if kind == "literal_error":
        once = told_of_earlier_edition(str(given), "events") if location[0] == "events" else ""
        choices = re.findall(r"'([^']*)'", context["expected"])
        return f"{_show(given)} is not known", once or suggest(str(given), choices)
    if kind == "finite_number":
        return f"{_show(given)} is not finite", "give a number"
    for ending, wanted in _WANTED.items():
        if kind.startswith(ending):
            return f"{_show(given)} is not {wanted}", f"give {wanted}"
    return f"{_show(given)} is not accepted", "see the scenario schema for what is"


_BOUNDS = {
    "greater_than_equal": ("ge", "below", "{} or more"),
    "greater_than": ("gt", "not above", "more than {}"),
    "less_than_equal": ("le", "above", "{} or less"),
    "less_than": ("lt", "not below", "less than {}"),
}

_WANTED = {
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "string": "text",
    "tuple": "a list",
    "date": "a date such as 2026-02-13",
    "model": "a table",
    "dict": "a table",
    "mapping": "a table",
}


def _outside(kind: str, given: float, context: Mapping[str, Any]) -> tuple[str, str]:
    name, relation, mend = _BOUNDS[kind]
    bound = _show(_shorter(context[name]))
    if name == "ge" and context[name] == 0:
        return f"{_show(given)} is negative", "give 0 or more"
    if name == "ge" and context[name] == SMALLEST and given <= 0:
        return f"{_show(given)} is not above 0", "give more than 0"
    return f"{_show(given)} is {relation} {bound}", f"give {mend.format(bound)}"


def _shorter(bound: float) -> float | int:
    return int(bound) if float(bound).is_integer() else bound


def _show(given: object) -> str:
    """A value as it stands in TOML, cut where it is long."""
    if isinstance(given, bool):
        shown = str(given).lower()
    elif isinstance(given, dict):
        shown = "a table"
    elif isinstance(given, list | tuple):
        shown = "a list"
    elif isinstance(given, dt.date | dt.time):
        shown = str(given)
    else:
        shown = repr(given)
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[:LONGEST_VALUE]}..."


def _record_at(location: Location, record: type[StrictModel]) -> type[StrictModel]:
    """The record that holds the last key of a location."""
    for part in location[:-1]:
        if isinstance(part, str):
            record = inner_tables(record).get(part, record)
    return record


def _hint_for_missing(location: Location, record: type[StrictModel], places: Places) -> str:
    if location[:1] == ("issuers",) and len(location) > 1 and places.issuers:
        names = [name for name, _ in places.issuers]
        name = names.pop(int(location[1]))
        close = nearest(name, names)
        if close is not None:
            return f"did you mean issuers.{close}?"
    info = _record_at(location, record).model_fields.get(str(location[-1]))
    declared = input_field_of(info) if info else None
    meaning = declared.text if declared else (info.description or "") if info else ""
    return f"give it: {meaning[:1].lower()}{meaning[1:].rstrip('.')}" if meaning else "give it"


def _hint_for_unknown(location: Location, record: type[StrictModel]) -> str:
    key = str(location[-1])
    digits = re.search(r"[0-9]{4}", key)
    known = [
        by_year_key(name, digits[0] if digits else "YEAR")
        for name in _record_at(location, record).model_fields
        if name != "name"
    ]
    same = [name for name in known if model_name(name) == key]
    begun = [name for name in known if re.match(rf"{re.escape(key)}[_0-9]", name)]
    if not same and len(begun) > 1:  # none of them is meant more than another
        return f"give one of {', '.join(begun)}"
    # Units make long keys look alike; a slip seldom begins with another letter.
    alike = [name for name in known if name[0] == key[:1].lower()]
    return suggest(same[0] if same else key, alike, "remove it, or see the scenario schema")
