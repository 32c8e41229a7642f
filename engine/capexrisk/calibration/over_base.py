"""Estimates as a file that extends a scenario: its groups keep what is not estimated."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

from capexrisk.errors import ScenarioError, suggest
from capexrisk.scenario import Scenario
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.files.writing import write_value
from capexrisk.uncertainty.targets import Moved, catalogue_of, moved_by

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

    Groups of the base lose the inputs that the estimates move; one of which nothing is left, or
    that has a covariance, is taken out.

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
    left = _left_of_groups(part, base)
    removed = [
        name for name, rest in left.items() if not rest or base.uncertainty.groups[name].covariance
    ]
    lines = [
        "#:schema ./scenario.schema.json",
        "",
        f"extends = {write_value(extends)}",
        f"name = {write_value(name)}",
        f"title = {write_value(f'{base.title or base.name}, calibrated')}",
        "",
    ]
    if removed:
        lines += ["[uncertainty]", "# What these move is calibrated below.", "remove = ["]
        lines += [*(f"    {write_value(group)}," for group in removed), "]", ""]
    lines.append(part)
    for group, rest in left.items():
        if group not in removed:
            lines += [
                "# Without what is calibrated above",
                f"[{write_path(('uncertainty', 'groups', group))}]",
                "inputs = [",
                *(f"    {write_value(one)}," for one in rest),
                "]",
                f"evidence = {write_value(base.uncertainty.groups[group].evidence)}",
                "",
            ]
    return "\n".join(lines)


def _left_of_groups(part: str, base: Scenario) -> dict[str, list[str]]:
    """Groups of the base that move inputs of the part's groups, with what else they move."""
    groups = tomllib.loads(part)["uncertainty"]["groups"]
    calibrated = [pattern for group in groups.values() for pattern in group["inputs"]]
    catalogue = catalogue_of(base)
    left: dict[str, list[str]] = {}
    for name, group in base.uncertainty.groups.items():
        moved = [one for pattern in group.inputs for one in moved_by(pattern, catalogue, base.name)]
        rest = [one.name for one in moved if not _is_among(one, calibrated)]
        if len(rest) < len(moved):
            left[name] = rest
    return left


def _is_among(moved: Moved, patterns: list[str]) -> bool:
    """Whether any number that it stands for is among those of the patterns."""
    return any(
        target.name == one or target.name.startswith(f"{one}[")
        for target in moved.targets
        for one in patterns
    )
