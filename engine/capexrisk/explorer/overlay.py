"""What was moved, as a scenario file that extends the one it was moved in."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from capexrisk.authoring.written import write_scenario
from capexrisk.errors import ArgumentError, ScenarioError
from capexrisk.scenario import Scenario, change_inputs
from capexrisk.scenario.files.paths import read_path
from capexrisk.scenario.files.writing import comment, write_key, write_line, write_value

__all__ = ["EVIDENCE", "overlay_text", "save"]

EVIDENCE: Final = "assumed: set in the explorer"
GROUP: Final = "uncertainty.groups"
LESS_FAR: Final = "a saved file keeps this range, so move that input less far"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,58}")


def save(
    file: Path, name: str, scenario: Scenario, changes: Mapping[str, object], link: str
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
    link : str
        Query of the address that shows it.

    Returns
    -------
    Path

    Raises
    ------
    ArgumentError
        If the name is none for a file, or taken; or nothing is moved.
    ScenarioError
        If it is refused; no file is left.
    """
    if not NAME.fullmatch(name):
        raise ArgumentError("name", f"{name!r} is not a name; give letters, digits, - and _")
    if not changes:
        raise ArgumentError("name", "nothing is moved, so there is nothing to save; move an input")
    path = file.with_name(f"{name}.toml")
    try:
        write_scenario(path, overlay_text(file.name, name, scenario, changes, link), new=True)
    except FileExistsError:
        raise ArgumentError("name", f"{path.name} exists already; give another name") from None
    except ScenarioError as refused:
        if GROUP in refused.where:  # not to be mended in the page
            raise ScenarioError(refused.where, refused.value, LESS_FAR) from None
        raise
    return path


def overlay_text(
    extended: str, name: str, scenario: Scenario, changes: Mapping[str, object], link: str
) -> str:
    """The text of an overlay; `extended` is the name of the file that it extends."""
    return "\n".join(_lines(extended, name, scenario, changes, link)) + "\n"


def _lines(
    extended: str, name: str, scenario: Scenario, changes: Mapping[str, object], link: str
) -> Iterator[str]:
    yield from comment(f"Moved by hand in the explorer, from {extended}.")
    again = shlex.join(("capexrisk", "explore", extended, "--link", f"?{link}"))
    yield f"# To go on from here: {again}"
    yield ""
    yield f"extends = {write_value(extended)}"
    yield f"name = {write_value(name)}"
    yield f"title = {write_value(f'{scenario.title or scenario.name}, moved')}"
    by_table: dict[tuple[str, ...], dict[str, object]] = {}
    events = False
    for written, value in changes.items():
        path = read_path(written, scenario.name)
        if path[0] == "events":
            events = True
            continue
        depth = 2 if path[0] == "issuers" else 1
        by_table.setdefault(path[:depth], {})[".".join(path[depth:])] = value
    for table, values in by_table.items():
        yield ""
        yield f"[{'.'.join(map(write_key, table))}]"
        for key, value in values.items():
            yield from write_line(key, value, EVIDENCE)
    if events:
        yield from _events(scenario, changes)


def _events(scenario: Scenario, changes: Mapping[str, object]) -> Iterator[str]:
    """All events: a list of an overlay replaces the other whole."""
    for event in change_inputs(scenario, changes, evidence=EVIDENCE).events:
        yield ""
        yield "[[events]]"
        for key, value in event.model_dump(exclude_none=True, exclude_unset=True).items():
            yield f"{key} = {write_value(value)}"
