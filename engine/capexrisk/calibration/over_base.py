"""Estimates as a file that extends a scenario: its groups that move the same inputs are out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

from capexrisk.errors import ScenarioError, suggest
from capexrisk.scenario import Scenario
from capexrisk.scenario.files.writing import comment, write_value
from capexrisk.uncertainty.targets import catalogue_of, moved_by

__all__ = ["extending", "refuse_unknown_firms"]


def refuse_unknown_firms(firms: Iterable[str], base: Scenario, where: str) -> None:
    """Refuse firms that a scenario does not have: their tables would be incomplete.

    Raises
    ------
    ScenarioError
    """
    names = [issuer.name for issuer in base.issuers]
    for firm in firms:
        if firm not in names:
            raise ScenarioError(where, f"has no issuer {firm!r}", suggest(firm, names))


def extending(part: str, base: Scenario, extends: str, name: str) -> str:
    """The text of a scenario file that lays estimates on another.

    Parameters
    ----------
    part : str
        Inputs and groups, TOML.
    base : Scenario
    extends : str
        The base's file as the new one names it.
    name : str
        The new scenario's.
    """
    removed, without = _moved_twice(part, base)
    lines = [
        "#:schema ./scenario.schema.json",
        "",
        f"extends = {write_value(extends)}",
        f"name = {write_value(name)}",
        f"title = {write_value(f'{base.title or base.name}, calibrated')}",
        "",
    ]
    if removed:
        lines += [
            "[uncertainty]",
            "# These move inputs that are calibrated below.",
            "remove = [",
            *(f"    {write_value(group)}," for group in removed),
            "]",
        ]
        if without:
            lines += comment(f"They moved others too, which have less range now: {without}.")
        lines.append("")
    return "\n".join([*lines, part])


def _moved_twice(part: str, base: Scenario) -> tuple[list[str], str]:
    """Groups of the base that move inputs of the part's groups; what else they move."""
    groups = tomllib.loads(part)["uncertainty"]["groups"]
    calibrated = [pattern for group in groups.values() for pattern in group["inputs"]]
    catalogue = catalogue_of(base)
    removed: list[str] = []
    others: dict[str, None] = {}
    for name, group in base.uncertainty.groups.items():
        moved = [
            target.name
            for pattern in group.inputs
            for one in moved_by(pattern, catalogue, base.name)
            for target in one.targets
        ]
        rest = [one for one in moved if not _is_among(one, calibrated)]
        if len(rest) < len(moved):
            removed.append(name)
            others |= dict.fromkeys(rest)
    return removed, ", ".join(others)


def _is_among(target: str, patterns: list[str]) -> bool:
    return any(target == one or target.startswith(f"{one}[") for one in patterns)
