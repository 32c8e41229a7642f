"""What was moved, as a scenario file that extends the one it was moved in."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from capexrisk.authoring.written import write_scenario
from capexrisk.errors import ArgumentError, ScenarioError
from capexrisk.explorer.base import NAME
from capexrisk.explorer.subject import EVIDENCE
from capexrisk.scenario import Scenario
from capexrisk.scenario.event import ScheduledEvent
from capexrisk.scenario.files.location import library_names
from capexrisk.scenario.files.paths import read_path
from capexrisk.scenario.files.writing import comment, write_key, write_line, write_value

__all__ = ["overlay_text", "save"]

GROUP: Final = "uncertainty.groups"
LESS_FAR: Final = "a saved file keeps this range, so move that input less far"


def save(
    file: Path,
    name: str,
    scenario: Scenario,
    changes: Mapping[str, object],
    moved: Scenario,
    link: str,
    explored: Path,
) -> Path:
    """Write an overlay beside the scenario that it extends.

    Parameters
    ----------
    file : Path
        Of the scenario.
    name : str
        Of the new scenario, and of its file.
    scenario : Scenario
    changes : mapping of str to value
        As `change_inputs` takes them.
    moved : Scenario
        What these changes have made of it, and of its events: what the file must say.
    link : str
        Query of the address that shows it.
    explored : Path
        The file that the explorer was given, as a command names it. Another than `file` where that
        one is laid over it: only beside it are the differences those of the page.

    Returns
    -------
    Path

    Raises
    ------
    ArgumentError
        If the name is none for a file, taken, or one of the library's; or nothing is moved.
    ScenarioError
        If it is refused, or no longer `moved` since `file` has changed; no file is left.
    """
    if not NAME.fullmatch(name):
        raise ArgumentError("name", f"{name!r} is not a name; give letters, digits, - and _")
    if not changes and moved.events == scenario.events:
        raise ArgumentError("name", "nothing is moved, so there is nothing to save; move something")
    path = file.with_name(f"{name}.toml")
    if name in library_names() and not path.exists():
        raise ArgumentError(
            "name", f"{name!r} is a scenario of the library, which it would hide; give another name"
        )
    try:
        text = overlay_text(
            file.name, name, scenario, changes, moved.events, _again(explored, link)
        )
        write_scenario(path, text, new=True, same_as=moved)
    except FileExistsError:
        raise ArgumentError("name", f"{path.name} exists already; give another name") from None
    except ScenarioError as refused:
        if GROUP in refused.where:  # not to be mended in the page
            raise ScenarioError(refused.where, refused.value, LESS_FAR) from None
        raise
    return path


def overlay_text(
    extended: str,
    name: str,
    scenario: Scenario,
    changes: Mapping[str, object],
    events: Sequence[ScheduledEvent],
    again: str,
) -> str:
    """The text of an overlay of the file `extended`; the command `again` goes on from it."""
    head = [*_head(extended, name, scenario, again)]
    tables = [*_inputs(scenario, changes)]
    if tuple(events) != scenario.events:
        # A list of an overlay replaces the other whole; an empty one stands above all tables.
        head += [] if events else ["events = []"]
        tables += _listed(events)
    return "\n".join((*head, *tables)) + "\n"


def _again(explored: Path, link: str) -> str:
    """The command that shows what is saved, beside the same scenario as on the page."""
    written = link.replace(" ", "+")  # as in an address, so that it goes into one as well
    command = shlex.join(("capexrisk", "explore", str(explored), "--link", f"?{written}"))
    return "".join(c if c.isprintable() else quote(c) for c in command)  # a comment ends there


def _head(extended: str, name: str, scenario: Scenario, again: str) -> Iterator[str]:
    yield from comment(f"Moved by hand in the explorer, from {extended}.")
    yield f"# To go on from here: {again}"
    yield ""
    yield f"extends = {write_value(extended)}"
    yield f"name = {write_value(name)}"
    yield f"title = {write_value(f'{scenario.title or scenario.name}, moved')}"


def _inputs(scenario: Scenario, changes: Mapping[str, object]) -> Iterator[str]:
    by_table: dict[tuple[str, ...], dict[str, object]] = {}
    for written, value in changes.items():
        path = read_path(written, scenario.name)
        if path[0] == "events":
            continue
        depth = 2 if path[0] == "issuers" else 1
        by_table.setdefault(path[:depth], {})[".".join(path[depth:])] = value
    for table, values in by_table.items():
        yield ""
        yield f"[{'.'.join(map(write_key, table))}]"
        for key, value in values.items():
            yield from write_line(key, value, EVIDENCE)


def _listed(events: Iterable[ScheduledEvent]) -> Iterator[str]:
    for event in events:
        yield ""
        yield "[[events]]"
        for key, value in event.model_dump(exclude_none=True, exclude_unset=True).items():
            yield f"{key} = {write_value(value)}"
