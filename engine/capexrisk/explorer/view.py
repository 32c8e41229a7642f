"""What the address of a page says: what is moved, and what is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from capexrisk.errors import ArgumentError, UnknownName, suggest
from capexrisk.explorer.schedule import EVENT, Moves, read_event
from capexrisk.explorer.subject import LEAST, MOST, Subject

__all__ = [
    "GROUP",
    "ISSUER",
    "SAID",
    "SCENARIO",
    "YEAR",
    "View",
    "pairs_of",
    "read_view",
    "scenario_named",
]

ISSUER: Final = "issuer"
YEAR: Final = "year"
SCENARIO: Final = "scenario"
PATH: Final = "path"  # that is told; no figure depends on it
GROUP: Final = "group."  # before the name of a group; the value is a share of its law
MOST_MOVED: Final = 400  # keys of an address
LONGEST: Final = 32_000  # characters of an address
SAID: Final = "in the address"


@dataclass(frozen=True)
class View:
    """What a page shows.

    Attributes
    ----------
    issuer, year : str
        Whose free cash flow is looked at, and of which year.
    shares : mapping of str to float
        Groups that are moved, and to which share of their law, 0.01 to 0.99.
    values : mapping of str to value
        Inputs that have a value of their own, by the paths of `Subject.leaves`.
    events : Moves
        What is done to scheduled events.
    """

    issuer: str
    year: str
    shares: Mapping[str, float]
    values: Mapping[str, object]
    events: Moves


def scenario_named(query: str) -> str:
    """The scenario of the library that an address lays over; "" for none."""
    return dict(_pairs(query)).get(SCENARIO, "")


def read_view(query: str, subject: Subject) -> View:
    """Read the query of an address, ``"group.growth of demand=0.9&market.tax=0.2&year=2027"``.

    Parameters
    ----------
    query : str
        What follows the question mark. Without issuer and year the first ones are looked at.
    subject : Subject

    Raises
    ------
    UnknownName
        If there is no such group, input, issuer or year.
    ArgumentError
        If a value cannot be read, or there are too many.
    """
    scenario = subject.scenario
    known = {
        ISSUER: [issuer.name for issuer in scenario.issuers],
        YEAR: [year.label for year in scenario.calendar_years()],
    }
    looked_at = {what: names[0] for what, names in known.items()}
    shares: dict[str, float] = {}
    values: dict[str, object] = {}
    quarters: dict[int, str | None] = {}
    added: list[dict[str, object]] = []
    for key, text in _pairs(query):
        if key in (SCENARIO, PATH):
            continue
        if key in known:
            if text not in known[key]:
                raise UnknownName(f"{key} {text!r} {SAID}: {suggest(text, known[key])}")
            looked_at[key] = text
        elif key.startswith(GROUP):
            shares[key.removeprefix(GROUP)] = _share(key, text)
        elif key.startswith(EVENT):
            read_event(key, text, scenario, quarters, added)
        else:
            values[key] = _value(key, text, subject)
    return View(looked_at[ISSUER], looked_at[YEAR], shares, values, Moves(quarters, tuple(added)))


def _pairs(query: str) -> list[tuple[str, str]]:
    return pairs_of(query, LONGEST, MOST_MOVED, f"move at most {MOST_MOVED} things")


def pairs_of(query: str, longest: int, most: int, mend: str) -> list[tuple[str, str]]:
    """Keys and values of an address, of at most so many characters and keys.

    Raises
    ------
    ArgumentError
        If it is longer; `mend` says what to do.
    """
    try:
        if len(query) > longest:
            raise ValueError
        return parse_qsl(query, keep_blank_values=True, max_num_fields=most)
    except ValueError:
        raise ArgumentError("address", f"is too long; {mend}") from None


def _share(key: str, text: str) -> float:
    share = _number(key, text)
    if not LEAST <= share <= MOST:
        raise ArgumentError(key, f"{text} is out of range; give {LEAST} to {MOST}")
    return share


def _value(key: str, text: str, subject: Subject) -> object:
    """A value of the type that the input has."""
    leaf = subject.leaf(key)
    if leaf.input.choices:
        by_text = {str(choice).lower(): choice for choice in leaf.input.choices}
        if text.lower() not in by_text:
            raise ArgumentError(key, f"{text!r} is unknown; {suggest(text, by_text)}")
        return by_text[text.lower()]
    number = _number(key, text)
    if type(leaf.value) is float:
        return number
    if number != int(number):
        raise ArgumentError(key, f"{text} is not a whole number; give one")
    return int(number)


def _number(key: str, text: str) -> float:
    try:
        found = float(text)
        if abs(found) < float("inf"):  # not for NaN either
            return found
    except ValueError:
        pass
    raise ArgumentError(key, f"{text!r} is not a number; give one")
