"""Ranges of inputs that a new scenario can take over: those that do not speak of one firm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Any

from capexrisk.scenario.files.paths import Table, write_path
from capexrisk.scenario.files.writing import write_key, write_value
from capexrisk.scenario.section import by_year_field

__all__ = ["group_lines", "groups_for"]

OF_EVERY = re.compile(r"issuers\.\*\.(.+)")


def groups_for(uncertainty: Table, keys: Set[str]) -> Table:
    """Groups and correlations that hold for other firms as well.

    Parameters
    ----------
    uncertainty : dict
        The table of the scenario that they are taken from.
    keys : set of str
        Keys that at least one of the new firms has, and not as 0: what multiplies 0 moves nothing.
    """
    groups: dict[str, Any] = {}
    for name, group in uncertainty.get("groups", {}).items():
        inputs = [path for path in group["inputs"] if _holds(path, keys)]
        if inputs:
            groups[name] = {**group, "inputs": inputs}
    correlations = [
        one
        for one in uncertainty.get("correlations", [])
        if all(name in groups for name in one["groups"])
    ]
    return {"groups": groups, "correlations": correlations} if groups else {}


def group_lines(uncertainty: Table) -> Iterator[str]:
    """The lines of the tables ``[uncertainty]``."""
    for name, group in uncertainty.get("groups", {}).items():
        yield from ("", f"[{write_path(('uncertainty', 'groups', name))}]")
        yield from (f"{write_key(key)} = {write_value(value)}" for key, value in group.items())
    for one in uncertainty.get("correlations", []):
        yield from ("", "[[uncertainty.correlations]]")
        yield from (f"{write_key(key)} = {write_value(value)}" for key, value in one.items())


def _holds(path: str, keys: Set[str]) -> bool:
    every = OF_EVERY.fullmatch(path)
    if every is None:
        return path.startswith("market.")
    key = every[1].partition("[")[0]
    return key in keys and by_year_field(key) == key
