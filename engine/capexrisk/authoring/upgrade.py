"""A scenario file of an earlier edition, in the keys of this one: line by line, comments kept."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from capexrisk.errors import ScenarioError
from capexrisk.scenario.files.load import parse
from capexrisk.scenario.files.paths import Table
from capexrisk.scenario.files.renamed import DROPPED, EVENTS, LISTED, MOVED, NEEDED, RENAMED, REREAD
from capexrisk.scenario.files.writing import write_key, write_value

__all__ = ["Upgraded", "upgrade"]

HEADER: Final = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?")
GIVEN: Final = re.compile(r'(\s*(?:evidence\s*\.\s*)?"?)([A-Za-z][A-Za-z0-9_]*)("?\s*=.*)')
KIND: Final = re.compile(r"""(\s*what\s*=\s*["'])(\w+)(["'].*)""")
QUOTES: Final = re.compile(r"\"\"\"|'''")
NUMBER: Final = re.compile(r"=\s*([-+.\w]+)(\s*(?:#.*)?)$")
EVIDENCE: Final = "evidence"
NO_LONGER: Final = "# No longer an input: "


@dataclass(frozen=True)
class Upgraded:
    """A file in the keys of this edition.

    Attributes
    ----------
    text : str
    changes : tuple of str
        What was done, a line each, by the lines of the old file.
    """

    text: str
    changes: tuple[str, ...]


def upgrade(text: str, label: str) -> Upgraded:
    """Bring the text of a scenario file up to date.

    Parameters
    ----------
    text : str
    label : str
        The file, for messages.

    Raises
    ------
    ScenarioError
        It is no TOML, or gives a key in a form that is not one line each.
    """
    old = parse(text, label)
    written, changes = _rewritten(text)
    if not _says(written, _upgraded(old)):
        raise ScenarioError(
            label,
            "keys of an earlier edition stand in inline tables, dotted paths or several lines",
            "give each below the heading of its table, a line each",
        )
    market = old.get("market")
    if changes and isinstance(market, Mapping):
        changes += [f"market.{key} {how}" for key, how in REREAD.items() if key in market]
    return Upgraded(written, tuple(changes))


def _says(text: str, content: Table) -> bool:
    try:
        return parse(text, "") == content
    except ScenarioError:
        return False


def _rewritten(text: str) -> tuple[str, list[str]]:
    """The lines with other keys, and what was done."""
    needed = _needed(tomllib.loads(text))
    added = [
        (table, f"{write_key(key)} = {write_value(given)}")
        for key, told in needed.items()
        for table, given in zip((("market",), ("market", EVIDENCE)), told, strict=True)
    ]
    changes = [f"market.{key} is new: {value:g}, {why}" for key, (value, why) in needed.items()]
    lines: list[str] = []
    headings: dict[tuple[str, ...], int] = {}  # of tables, by their lines
    path: tuple[str, ...] = ()
    inside = ""  # the quotes of a text of several lines
    for number, old in enumerate(text.split("\n"), 1):
        line = old.removesuffix("\r")
        end = old[len(line) :]
        if not inside:
            heading = _heading(line)
            if heading:
                path = heading
                headings.setdefault(path, len(lines))
            line, done, target = _line(line, path)
            if done:
                changes.append(f"line {number}: {done}")
            if target:
                added.append((target, line))
                continue
        for quotes in QUOTES.findall(line):
            inside = "" if inside == quotes else inside or quotes
        lines.append(line + end)
    end = "\r" if "\r\n" in text else ""
    return "\n".join(_with(lines, added, headings, end)), changes


def _with(
    lines: list[str],
    added: list[tuple[tuple[str, ...], str]],
    headings: Mapping[tuple[str, ...], int],
    end: str,
) -> list[str]:
    """The lines, with those that are added below the headings of their tables."""
    below: dict[int, list[str]] = {}
    new: dict[str, list[str]] = {}
    for path, line in added:
        inline = path[-1] == EVIDENCE and path not in headings
        table, given = (path[:-1], f"{EVIDENCE}.{line}{end}") if inline else (path, line + end)
        if table in headings:
            below.setdefault(headings[table], []).append(given)
        else:
            new.setdefault(table[0], []).append(given)
    whole = [one for at, line in enumerate(lines) for one in (line, *below.get(at, ()))]
    for name, all_ in new.items():
        whole += [f"[{name}]{end}", *all_, ""]
    return whole


def _needed(content: Table) -> dict[str, tuple[float, str]]:
    """Keys of the market that a whole file must give now, and what it is given."""
    market = content.get("market")
    if "extends" in content or not isinstance(market, Mapping):
        return {}
    return {key: told for key, told in NEEDED.items() if key not in market}


def _heading(line: str) -> tuple[str, ...]:
    """The table whose heading a line is; () if it is none."""
    found = HEADER.fullmatch(line)
    if found is None:
        return ()
    try:
        keys = tomllib.loads(f"[{found[2]}]")
    except ValueError:
        return ()  # a list of numbers
    heading: list[str] = []
    while keys:
        ((key, keys),) = keys.items()
        heading.append(key)
    return tuple(heading)


def _kind(path: tuple[str, ...]) -> str:
    """Whose keys stand in a table: "market", "issuers" or nobody's."""
    own = path[:-1] if path[-1:] == (EVIDENCE,) else path
    if own == ("market",):
        return "market"
    issuer = own[:1] == ("issuers",) and len(own) == 2
    return "issuers" if issuer or own == ("issuer_defaults",) else ""


def _line(line: str, path: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """A line as it is now, what was done, and the table that it moves to."""
    if path == ("events",):
        event = KIND.fullmatch(line)
        if event is None or event[2] not in EVENTS:
            return line, "", ()
        now = EVENTS[event[2]]
        return f"{event[1]}{now}{event[3]}", f"the event {event[2]} is now {now}", ()
    kind, found = _kind(path), GIVEN.fullmatch(line)
    if not kind or found is None:
        return line, "", ()
    before, key, rest = found.groups()
    told = EVIDENCE not in before and path[-1:] != (EVIDENCE,)
    where = f"{'.'.join(path)}.{key}"
    if key in RENAMED[kind]:
        now = RENAMED[kind][key]
        return f"{before}{now}{rest}", f"{where} is now {now}" if told else "", ()
    if kind == "market" and key in LISTED and told and NUMBER.search(rest):
        zeros = ", 0" * (LISTED[key] - 1)
        listed = NUMBER.sub(rf"= [\g<1>{zeros}]\g<2>", rest)
        return f"{before}{key}{listed}", f"{where} is now a list, of which the rest is 0", ()
    if key in DROPPED[kind]:
        return NO_LONGER + line.strip(), f"{where} is dropped: {DROPPED[kind][key]}" * told, ()
    if kind == "market" and key in MOVED:
        table = MOVED[key]
        quote = '"' if before.endswith('"') else ""
        home = (table,) if told else (table, EVIDENCE)
        return f"{quote}{key}{rest}", f"{where} moves to {table}" * told, home
    return line, "", ()


def _upgraded(content: Table) -> Table:
    """What the file says, in the keys of this edition: what the rewritten lines must say too."""
    new = dict(content)
    if "market" in content:
        market = _section(content["market"], "market")
        for key, length in LISTED.items():
            if isinstance(market.get(key), int | float):
                market[key] = [market[key]] + [0] * (length - 1)
        for key, table in MOVED.items():
            for given, target in _homes(market, new, table):
                if key in given:
                    target[key] = given.pop(key)
        needed = _needed(content)
        market |= {key: value for key, (value, _) in needed.items()}
        if needed:
            why = {key: evidence for key, (_, evidence) in needed.items()}
            market[EVIDENCE] = {**market.get(EVIDENCE, {}), **why}
        new["market"] = {k: v for k, v in market.items() if v != {} or k != EVIDENCE}
    if "issuer_defaults" in new:
        new["issuer_defaults"] = _section(new["issuer_defaults"], "issuers")
    if isinstance(content.get("issuers"), Mapping):
        new["issuers"] = {
            name: _section(own, "issuers") for name, own in content["issuers"].items()
        }
    if isinstance(content.get("events"), list):
        new["events"] = [
            {**event, "what": EVENTS.get(event.get("what"), event.get("what"))}
            for event in content["events"]
        ]
    return new


def _homes(market: Table, new: Table, table: str) -> Iterator[tuple[Table, Table]]:
    """Where a key of the market and its evidence stand, and where they go."""
    moved = any(key in market for key in MOVED)
    if not moved:
        return
    new[table] = target = dict(new.get(table, {}))
    yield market, target
    if set(MOVED) & set(market.get(EVIDENCE, {})):
        target[EVIDENCE] = dict(target.get(EVIDENCE, {}))
        yield market[EVIDENCE], target[EVIDENCE]


def _section(given: Any, kind: str) -> Any:
    if not isinstance(given, Mapping):
        return given
    renamed = {
        RENAMED[kind].get(key, key): value
        for key, value in given.items()
        if key not in DROPPED[kind]
    }
    if isinstance(renamed.get(EVIDENCE), Mapping):
        renamed[EVIDENCE] = _section(renamed[EVIDENCE], kind)
    return renamed
