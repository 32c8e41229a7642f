"""Scenarios from TOML files and from plain parameter sets."""

from __future__ import annotations

import datetime as dt
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final

from capexrisk.errors import ScenarioError, nearest
from capexrisk.model.vocabulary import REGIMES
from capexrisk.scenario.case import with_file_names
from capexrisk.scenario.files.location import LIBRARY, library_names, located
from capexrisk.scenario.files.messages import Places, validate
from capexrisk.scenario.files.overlay import (
    OVERRIDE,
    Overrides,
    lay,
    lay_section,
    override_tables,
    refuse_immense,
    without_groups,
    without_the_past,
)
from capexrisk.scenario.files.paths import Table
from capexrisk.scenario.issuer import Issuer
from capexrisk.scenario.plan import RunSection
from capexrisk.scenario.quarters import parse_quarter, quarter_labels
from capexrisk.scenario.schema import MOST_ISSUERS, Scenario

__all__ = [
    "load_extension",
    "load_run_section",
    "load_scenario",
    "load_with_run_section",
    "parse",
    "read_tables",
    "read_text",
    "scenario_from_case",
]

LARGEST_FILE: Final = 2**20  # bytes; the default scenario has about 50,000
DEEPEST_CHAIN: Final = 8
# Reading a dotted key takes the square of its length, and nobody writes one of 64 parts.
LONG_KEY: Final = re.compile(
    r"""(?<![\w."'-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){64}"""
)
OWN_TO_A_FILE: Final = ("name", "title", "description", "extends")


def load_scenario(path: str | os.PathLike[str], overrides: Overrides = ()) -> Scenario:
    """Read what a TOML file says is simulated.

    Parameters
    ----------
    path : path-like
        The file. It may extend another one in its folder or below.
    overrides : sequence of str or mapping
        ``"issuers.Oracle.cash_usd_bn=5"``, laid on top in turn, each key once.

    Raises
    ------
    ScenarioError
        The file cannot be read, or anything in it is wrong.
    """
    tables = _read(path, overrides)
    tables.content.pop("run", None)
    return _scenario(tables, path)


def load_extension(base: str | os.PathLike[str], text: str, label: str) -> Scenario:
    """Read what a text would say as a file that extends another; parameters as its file's.

    Parameters
    ----------
    base : path-like
        The file below.
    text : str
        TOML.
    label : str
        The place, for messages.

    Raises
    ------
    ScenarioError
    """
    tables = _read(base, (), (label, parse(text, label)))
    tables.content.pop("run", None)
    _resolve_issuers(tables)
    return validate(Scenario, tables.content, tables.places)


def load_run_section(path: str | os.PathLike[str], overrides: Overrides = ()) -> RunSection:
    """Read how the same file says it is run, its table ``[run]``; defaults where it says nothing.

    Parameters and errors as in `load_scenario`.
    """
    tables = _read(path, overrides)
    return validate(RunSection, tables.content.get("run", {}), tables.places, ("run",))


def load_with_run_section(
    path: str | os.PathLike[str], overrides: Overrides = ()
) -> tuple[Scenario, RunSection]:
    """Read both at once, what is simulated and how; parameters and errors as in `load_scenario`."""
    tables = _read(path, overrides)
    section = tables.content.pop("run", {})
    scenario = _scenario(tables, path)
    return scenario, validate(RunSection, section, tables.places, ("run",))


def _scenario(tables: _Tables, path: str | os.PathLike[str]) -> Scenario:
    tables.content.setdefault("name", Path(path).stem)
    _resolve_issuers(tables)
    return validate(Scenario, tables.content, tables.places)


def read_tables(path: str | os.PathLike[str]) -> Table:
    """The tables of a file as they are written, laid on those of the files that it extends.

    Raises
    ------
    ScenarioError
        The file cannot be read.
    """
    return _read(path, ()).content


def scenario_from_case(case: Mapping[str, Any], *, start: str, name: str = "case") -> Scenario:
    """Build a scenario from parameters under MODEL.md's names: the inverse of `model_case`.

    Parameters
    ----------
    case : mapping
        ``quarters``, ``market``, ``issuers`` (a list), ``thresholds`` and, if there are any,
        ``events``. No evidence is asked for.
    start : str
        First quarter, such as 2026Q1; the day before it counts as the day of the inputs.
    name : str

    Raises
    ------
    ScenarioError
        A parameter is missing, unknown or out of bounds.
    """
    content = with_file_names(Scenario, case)
    market, issuers, events = (content.get(key) for key in ("market", "issuers", "events"))
    if isinstance(market, dict) and "regime0" in market:
        market["regime0"] = _regime(market["regime0"])
    if isinstance(events, tuple):
        content["events"] = tuple(_with_labels(event, start) for event in events)
    places = Places(name)
    if isinstance(issuers, tuple) and all(isinstance(i, dict) and "name" in i for i in issuers):
        places.issuers = [(str(issuer["name"]), frozenset(issuer)) for issuer in issuers]
    content |= {"name": name, "as_of": _day_before(start), "start": start}
    return validate(Scenario, content, places)


def _day_before(start: str) -> dt.date:
    """The day before a quarter; an arbitrary one if `start` is none, which is refused elsewhere."""
    try:
        year, quarter = parse_quarter(start)
    except ValueError:
        return dt.date.min
    return dt.date(year, 3 * quarter - 2, 1) - dt.timedelta(days=1)


@dataclass
class _Tables:
    content: Table
    places: Places


def _read(path: str | os.PathLike[str], overrides: Overrides, *above: tuple[str, Table]) -> _Tables:
    """Read a file and what it extends, lay them over each other and the overrides on top.

    Tables `above`, each with its label, are laid on the file's.
    """
    chain = [*_read_chain(Path(path)), *above]
    content: Table = {}
    places = Places(chain[-1][0])
    for label, table in chain:
        inherited = {key: value for key, value in content.items() if key not in OWN_TO_A_FILE}
        inherited = without_the_past(inherited, table.get("start"))
        content = lay(*without_groups(inherited, table, f"{label}: uncertainty.remove"))
        places.record(table, label)
    for table in override_tables(overrides, content):
        content = lay(*without_groups(content, table, f"{OVERRIDE}: uncertainty.remove"))
        places.record(table, OVERRIDE)
    content.pop("extends", None)
    return _Tables(content, places)


def _read_chain(path: Path) -> list[tuple[str, Table]]:
    """A file and all it extends, the farthest ancestor first, each with its label in messages."""
    chain: list[tuple[str, Table]] = []
    seen: set[Path] = set()
    while True:
        file = located(path)
        table = parse(read_text(file), _label(file))
        seen.add(file.resolve())
        chain.insert(0, (_label(path), table))
        if "extends" not in table:
            return chain
        where = f"{_label(path)}: extends"
        path = _extended(file, table["extends"])
        if path.resolve() in seen:
            raise ScenarioError(where, f"{path.name!r} extends this file in turn", "end the circle")
        if len(chain) == DEEPEST_CHAIN:
            raise ScenarioError(
                where, f"the chain is longer than {DEEPEST_CHAIN} files", "extend fewer"
            )


def _extended(path: Path, extends: object) -> Path:
    """The file that `path` extends; it must lie in the same folder or below."""
    where, hint = f"{_label(path)}: extends", "name a file in this folder or below it"
    if not isinstance(extends, str) or not extends or not extends.isprintable():
        raise ScenarioError(where, f"{extends!r} is not a file name", hint)
    windows = PureWindowsPath(extends)
    if PurePosixPath(extends).is_absolute() or windows.anchor or ".." in windows.parts:
        raise ScenarioError(where, f"{extends!r} leads out of the folder", hint)
    found = located(extends, path.parent)
    if found.parent == LIBRARY / "configs":
        return found
    try:  # a link may lead out as well
        inside = found.resolve().is_relative_to(path.parent.resolve())
        exists = found.exists()
    except (OSError, RuntimeError):  # links in a circle, or a name that no file can have
        inside, exists = True, False
    if not inside:
        raise ScenarioError(where, f"{extends!r} leads out of the folder", hint)
    if not exists:
        raise ScenarioError(where, f"there is no {extends!r}", hint)
    return found


def read_text(path: Path) -> str:
    """The text of a scenario file.

    Raises
    ------
    ScenarioError
        It cannot be read, or is larger than any scenario.
    """
    where = _label(path)
    try:
        if path.is_dir():
            raise ScenarioError(where, "is a folder", "name a TOML file")
        if path.exists() and not path.is_file():
            raise ScenarioError(where, "is not a regular file", "name a TOML file")
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
        text = raw[:LARGEST_FILE].decode("utf-8-sig") if len(raw) <= LARGEST_FILE else None
    except FileNotFoundError:
        name = nearest(path.stem, library_names())
        mend = (
            "check the path" if name is None else f"check the path, or take {name} of the library"
        )
        raise ScenarioError(where, "no such file", mend) from None
    except PermissionError:
        raise ScenarioError(where, "may not be read", "check the file's permissions") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(
            where, f"is not UTF-8 (byte {error.start})", "save it as UTF-8"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ScenarioError(where, f"cannot be read ({reason})", "check the path") from None
    if text is None:
        raise ScenarioError(
            where, f"is larger than {LARGEST_FILE // 2**20} MiB", "a scenario is far smaller"
        )
    return text


def _label(path: Path) -> str:
    """A file's name as it was given, on one line."""
    return str(path) if str(path).isprintable() else repr(str(path))


def parse(text: str, where: str) -> Table:
    """The tables of a text; `where` is its place, for messages.

    Raises
    ------
    ScenarioError
        It is no TOML, or too deep.
    """
    if LONG_KEY.search(text):
        raise ScenarioError(where, "has a key of more than 64 parts", "write plain tables")
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = match[1] if match and match[1] else str(text.count("\n") + 1)
        what = str(error)[: match.start()] if match else str(error)
        twice = what.startswith(("Cannot overwrite", "Cannot declare"))
        hint = "a key or table is there twice; keep one" if twice else "write it as TOML"
        raise ScenarioError(f"{where}: line {line}", what.rstrip("."), hint) from None
    except (ValueError, RecursionError):  # digits without end, lists in lists without end
        raise ScenarioError(where, "is not sensible TOML", "write plain tables and lists") from None
    refuse_immense(table, where)
    return table


def _resolve_issuers(tables: _Tables) -> None:
    """Turn ``[issuer_defaults]`` and ``[issuers.NAME]`` into a list of complete issuers."""
    content, places = tables.content, tables.places
    defaults = content.pop("issuer_defaults", {})
    _refuse_inner_keys(defaults, ("issuer_defaults",), places)
    issuers = content.get("issuers", {})
    if not isinstance(issuers, dict):
        raise ScenarioError(places.where(("issuers",)), "is not a table", "give [issuers.NAME]")
    if len(issuers) > MOST_ISSUERS:  # before each is looked at
        raise ScenarioError(
            places.where(("issuers",)),
            f"has {len(issuers)} issuers",
            f"give 1 to {MOST_ISSUERS}",
        )
    for name, own in issuers.items():
        _refuse_inner_keys(own, ("issuers", name), places)
    places.issuers = [(name, frozenset(own)) for name, own in issuers.items()]
    places.defaults = frozenset(defaults)
    content["issuers"] = [
        {**lay_section(defaults, own), "name": name} for name, own in issuers.items()
    ]


def _refuse_inner_keys(table: object, at: tuple[str, ...], places: Places) -> None:
    if not isinstance(table, dict):
        raise ScenarioError(places.where(at), "is not a table", "give a table of inputs")
    for key in ("name", *(field for field in Issuer.model_fields if "_by_year_" in field)):
        if key in table:
            where = places.where((*at, key))
            mend = "the issuer's is that of its table" if key == "name" else "name each year"
            raise ScenarioError(where, "not a known key", mend)


def _with_labels(event: Mapping[str, Any], start: str) -> dict[str, Any]:
    """An event with its quarter's label and the name of its regime."""
    named = {**event, "quarter": quarter_labels(start, event["quarter"] + 1)[-1]}
    return named | {"regime": _regime(event["regime"])} if "regime" in event else named


def _regime(number: object) -> object:
    return REGIMES[number] if type(number) is int and 0 <= number <= 2 else number
