"""Scenario tables laid over each other: a file over the one it extends, ``--set`` over both."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from capexrisk.errors import ScenarioError, suggest
from capexrisk.scenario.files.paths import (
    Table,
    leaves,
    nested,
    read_path,
    refuse_unknown_issuer,
    write_path,
)
from capexrisk.scenario.issuer import BY_YEAR, OTHER_FORM
from capexrisk.scenario.quarters import QUARTER
from capexrisk.scenario.section import by_year_field
from capexrisk.scenario.uncertainty import LAW_KEYS

__all__ = [
    "Overrides",
    "lay",
    "lay_section",
    "override_tables",
    "refuse_immense",
    "without_groups",
    "without_the_past",
    "write_override",
]

Overrides: TypeAlias = Sequence[str] | Mapping[str, Any]

SECTIONS = ("market", "thresholds", "issuer_defaults")
GROUPS = ("uncertainty", "groups")
REMOVE = "remove"
OVERRIDE = "--set"
DEEPEST = 16  # tables and lists in each other; a scenario has five
MOST_ENTRIES = 100_000  # a scenario of 64 issuers, each input with its evidence, has some 20,000
LONGEST_SHOWN = 60  # characters
OVERRIDE_EVIDENCE = "assumed: set on the command line"


def lay(base: Table, over: Table) -> Table:
    """Lay `over` on `base`: tables merge, lists and scalars replace.

    The evidence of an input that `over` gives is not taken from `base`.
    """
    laid = dict(base)
    for key, value in over.items():
        below = laid.get(key)
        if not (isinstance(below, dict) and isinstance(value, dict)):
            laid[key] = value
        elif key in SECTIONS:
            laid[key] = lay_section(below, value)
        elif key == "issuers":
            laid[key] = below | {
                name: lay_section(below[name], issuer)
                if isinstance(below.get(name), dict) and isinstance(issuer, dict)
                else issuer
                for name, issuer in value.items()
            }
        elif key == "uncertainty":
            laid[key] = _lay_uncertainty(below, value)
        else:
            laid[key] = below | value
    return laid


def lay_section(base: Table, over: Table) -> Table:
    """Lay one table of inputs on another, and keep only the evidence that still holds.

    A list over the quarters that `over` gives in one form replaces the other form as well.
    """
    given = {".".join(path) for path in leaves(over) if path[0] != "evidence"}
    replaced = set(given)
    for listed, other in OTHER_FORM.items():
        if listed in given:
            replaced |= {key for key in base if by_year_field(key) == other}
        elif any(by_year_field(key) == other for key in given):
            replaced.add(listed)
    laid = {key: value for key, value in base.items() if key not in replaced - given}
    for key, value in over.items():
        below = laid.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            laid[key] = below | value
        else:
            laid[key] = value
    if isinstance(base.get("evidence"), dict):
        kept = {key: text for key, text in base["evidence"].items() if key not in replaced}
        own = over.get("evidence", {})
        laid["evidence"] = kept | own if isinstance(own, dict) else own
    return laid


def _lay_uncertainty(base: Table, over: Table) -> Table:
    """Groups are laid key by key; a list of correlations replaces the other."""
    laid = base | over
    groups, own = base.get("groups"), over.get("groups")
    if isinstance(groups, dict) and isinstance(own, dict):
        laid["groups"] = groups | {
            name: _lay_group(groups[name], group)
            if isinstance(groups.get(name), dict) and isinstance(group, dict)
            else group
            for name, group in own.items()
        }
    return laid


def _lay_group(base: Table, over: Table) -> Table:
    """A law that is given again loses all keys of the old one, and a change the old evidence."""
    replaced = ({"evidence"} if over else set()) | (set(LAW_KEYS) if "law" in over else set())
    return {key: value for key, value in base.items() if key not in replaced} | over


def without_groups(base: Table, over: Table, where: str) -> tuple[Table, Table]:
    """Take out the groups that `over` removes, before it is laid on `base`.

    Correlations with them go as well.

    Parameters
    ----------
    base, over : dict
    where : str
        The place of ``remove``, for messages.

    Returns
    -------
    base : dict
        Without these groups.
    over : dict
        Without the list of their names.

    Raises
    ------
    ScenarioError
        The list is none, or names a group that `base` does not have.
    """
    own, below = over.get("uncertainty"), base.get("uncertainty")
    if not isinstance(own, dict) or REMOVE not in own:
        return base, over
    names = own[REMOVE]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ScenarioError(where, "is no list of groups", 'write it as ["one group", "another"]')
    for name in names:
        _refuse_unknown_group(name, below, where, "remove groups of the file that this one extends")
    kept = dict(base)
    if isinstance(below, dict) and names:
        kept["uncertainty"] = below | {
            "groups": {name: one for name, one in below["groups"].items() if name not in names},
            "correlations": [
                one
                for one in below.get("correlations", [])
                if not isinstance(one, dict) or not set(names) & set(one.get("groups", ()))
            ],
        }
    rest = {key: value for key, value in own.items() if key != REMOVE}
    return kept, {**over, "uncertainty": rest}


def without_the_past(inherited: Table, start: object) -> Table:
    """What a file with a start of its own inherits: no year and no event that lies before it.

    Parameters
    ----------
    inherited : dict
        The tables below the file.
    start : object
        The file's own ``start``; without one, or where it is none, all is inherited.
    """
    if not isinstance(start, str) or re.fullmatch(QUARTER, start) is None:
        return inherited
    kept = dict(inherited)
    if isinstance(kept.get("issuer_defaults"), dict):
        kept["issuer_defaults"] = _from_year(kept["issuer_defaults"], start[:4])
    if isinstance(kept.get("issuers"), dict):
        kept["issuers"] = {
            name: _from_year(own, start[:4]) if isinstance(own, dict) else own
            for name, own in kept["issuers"].items()
        }
    if isinstance(kept.get("events"), list):
        kept["events"] = [
            event
            for event in kept["events"]
            if not isinstance(event, dict) or str(event.get("quarter", start)) >= start
        ]
    return kept


def _from_year(section: Table, year: str) -> Table:
    """A table of inputs without those of earlier years, and without their evidence."""

    def kept(table: Table) -> Table:
        return {
            key: value
            for key, value in table.items()
            if (named := BY_YEAR.fullmatch(key)) is None or named[2] >= year
        }

    evidence = section.get("evidence")
    found = kept(section)
    return found | {"evidence": kept(evidence)} if isinstance(evidence, dict) else found


def refuse_immense(content: object, where: str) -> None:
    """Refuse what is nested too deeply, or has too many entries, to be gone through.

    Raises
    ------
    ScenarioError
    """
    level, entries, deep = [content], 0, 0
    while level:
        inner: list[object] = []
        for part in level:
            if isinstance(part, dict):
                inner += part.values()
            elif isinstance(part, list):
                inner += part
        level, entries, deep = inner, entries + len(inner), deep + 1
        if deep > DEEPEST:
            raise ScenarioError(where, "is nested too deeply", "write plain tables and lists")
        if entries > MOST_ENTRIES:
            raise ScenarioError(where, "has too many entries", "a scenario has far fewer")


def override_tables(overrides: Overrides, base: Table) -> Iterator[Table]:
    """One table for each override, to be laid on `base` in turn.

    Parameters
    ----------
    overrides : sequence of str or mapping
        ``"issuers.Oracle.cash_usd_bn=5"``, the value as in TOML or a bare word; or a mapping of
        such paths to Python values. Names with spaces or dots are quoted.
    base : dict
        The tables below, whose issuers may be named.

    Raises
    ------
    ScenarioError
        An override that cannot be read, an issuer that is not there, or a key that is set twice.
    """
    given: dict[tuple[str, ...], Any] = {}
    pairs = (
        overrides.items()
        if isinstance(overrides, Mapping)
        else (_split_override(text) for text in overrides)
    )
    for written, value in pairs:
        path = read_path(written, OVERRIDE)
        _check_path(path, base)
        if path in given:
            both = f"is set to {_shown(given[path])} and to {_shown(value)}"
            raise ScenarioError(f"{OVERRIDE}: {write_path(path)}", both, "give one of them")
        given[path] = value
        refuse_immense(nested(path, value), f"{OVERRIDE}: {write_path(path[:DEEPEST])}")
        if path[0] in (*SECTIONS, "issuers") and "evidence" not in path:
            depth = 2 if path[0] == "issuers" else 1
            texts = {".".join(path[depth:]): OVERRIDE_EVIDENCE}
            yield nested(path[:depth], nested(path[depth:], value) | {"evidence": texts})
        elif path[:2] == GROUPS and len(path) == 4 and path[3] != "evidence":
            yield nested(path[:3], {path[3]: value, "evidence": OVERRIDE_EVIDENCE})
        else:
            yield nested(path, value)


def write_override(path: str, value: object) -> str:
    """An override as text, which `override_tables` reads.

    >>> write_override("market.access.bonds", (1.0, 0.5, 0.25)), write_override("market.tax", 0.2)
    ('market.access.bonds=[1, 0.5, 0.25]', 'market.tax=0.2')
    """
    return f"{path}={_toml(value)}"


def _toml(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool | str):
        return json.dumps(value)
    return repr(value).removesuffix(".0")


def _shown(value: object) -> str:
    """A value in a message."""
    text = _toml(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def _split_override(text: str) -> tuple[str, Any]:
    path, equals, value = text.partition("=")
    if not equals or not value.strip():
        raise ScenarioError(
            OVERRIDE, f"{text!r} gives no value", "write it as issuers.NAME.cash_usd_bn=5"
        )
    try:
        parsed = tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        return path, value.strip()
    return path, parsed["value"] if len(parsed) == 1 else value.strip()


def _check_path(path: tuple[str, ...], base: Table) -> None:
    where = f"{OVERRIDE}: {write_path(path)}"
    if path[0] == "extends":
        raise ScenarioError(where, "cannot be set", "write it in a file")
    if path[0] in (*SECTIONS, "issuers") and len(path) < (3 if path[0] == "issuers" else 2):
        raise ScenarioError(where, "is a table", "set one key of it")
    issuers = base.get("issuers")
    if path[0] == "issuers" and isinstance(issuers, dict):
        refuse_unknown_issuer(path[1], issuers, where)
    if path[:2] == GROUPS and len(path) == 4:
        _refuse_unknown_group(path[2], base.get("uncertainty"), where, "write it in a file")


def _refuse_unknown_group(name: str, uncertainty: object, where: str, none: str) -> None:
    groups = uncertainty.get("groups") if isinstance(uncertainty, dict) else None
    names = list(groups) if isinstance(groups, dict) else []
    if name not in names:
        otherwise = "" if names else none
        hint = suggest(name, (write_path([known]) for known in names), otherwise)
        raise ScenarioError(where, f"no group is named {name!r}", hint)
