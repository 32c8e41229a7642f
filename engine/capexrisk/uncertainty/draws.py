"""The draws of a group: what each moves, by which law, cut to what its inputs accept."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import ScenarioError
from capexrisk.scenario import Scenario
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.uncertainty import Group, How

from .laws import Cut, Law, laws_of
from .targets import Catalogue, Moved, Target, catalogue_of, moved_by

__all__ = ["MOST_CUT", "Draw", "draws_of", "moved_inputs", "moved_to", "place_of", "targets_of"]

Floats: TypeAlias = NDArray[np.float64]

MOST_CUT: Final = 0.01  # share of a law that may lie outside an input's bounds
HAZARDS: Final = "hazard_per_year"  # a table of rates with a diagonal of 0
ROUNDING: Final = 1e-9  # relative to a bound: 0.1 + 0.2 does not leave 0.3


@dataclass(frozen=True)
class Draw:
    """One dimension: a number that is drawn, and what it moves.

    Attributes
    ----------
    group : str
    name : str
        The group, and the input where each has a draw of its own.
    issuer : str or None
        Whose input alone it moves.
    how : {"add", "multiply", "set"}
    law : Law
        Cut to what every input accepts.
    entries : tuple of int
        What it moves, as positions in `InputDesign.entries`.
    """

    group: str
    name: str
    issuer: str | None
    how: How
    law: Law
    entries: tuple[int, ...]

    @property
    def cut(self) -> float:
        """Share of the law that is cut off, 0 to 0.01."""
        return self.law.share if isinstance(self.law, Cut) else 0.0


def moved_inputs(name: str, group: Group, catalogue: Catalogue, at: str) -> list[Moved]:
    """The inputs of a group, in the order of its patterns.

    Raises
    ------
    ScenarioError
        If a pattern names no input, or a number is named twice.
    """
    found: list[Moved] = []
    seen: set[Target] = set()
    for index, pattern in enumerate(group.inputs):
        where = place_of(at, name, "inputs", index)
        for one in moved_by(pattern, catalogue, where):
            for target in one.targets:
                if target in seen:
                    raise ScenarioError(where, f"{target.name} is named before", "name it once")
                seen.add(target)
            found.append(one)
    return found


def targets_of(scenario: Scenario) -> dict[str, list[Target]]:
    """What each group of a scenario moves, whatever its law.

    Raises
    ------
    ScenarioError
        See `moved_inputs`.
    """
    catalogue = catalogue_of(scenario)
    return {
        name: [
            target
            for one in moved_inputs(name, group, catalogue, scenario.name)
            for target in one.targets
        ]
        for name, group in scenario.uncertainty.groups.items()
    }


def draws_of(
    name: str, group: Group, moved: list[Moved], columns: Mapping[Target, int], at: str
) -> Iterator[Draw]:
    """Draws of a group, one for all of its inputs or one for each.

    Parameters
    ----------
    name : str
    group : Group
    moved : list of Moved
        Its inputs.
    columns : mapping
        Position of each target among the entries of the design.
    at : str
        File or scenario, for messages.

    Raises
    ------
    ScenarioError
        If a law does not fit the inputs.
    """
    if group.covariance is not None and len(group.covariance) != len(moved):
        raise ScenarioError(
            place_of(at, name, "covariance"),
            f"has {len(group.covariance)} rows",
            f"give {len(moved)}, one for each input",
        )
    if group.how == "multiply" and not any(target.base for one in moved for target in one.targets):
        raise ScenarioError(
            place_of(at, name, "how"),
            f"{moved[0].name} is 0, and stays 0 whatever multiplies it",
            'give how = "add" or "set"',
        )
    _refuse_staying(group.how, moved, place_of(at, name, "inputs"))
    whose = [(f"{name}: {one.name}", one.issuer, one.targets) for one in moved]
    if not group.each:
        whose = [(name, None, tuple(target for one in moved for target in one.targets))]
    for (label, issuer, targets), law in zip(whose, laws_of(group, len(whose)), strict=True):
        yield Draw(
            group=name,
            name=label,
            issuer=issuer,
            how=group.how,
            law=_within(law, group.how, targets, place_of(at, name, "law")),
            entries=tuple(columns[target] for target in targets),
        )


def moved_to(number: Floats, how: How, drawn: Floats) -> Floats:
    """A number after a draw has moved it."""
    if how == "add":
        return number + drawn
    return number * drawn if how == "multiply" else drawn


def place_of(at: str, name: str, *below: str | int) -> str:
    """Place of a group, or in it, for messages."""
    return f"{at}: {write_path(('uncertainty', 'groups', name, *below))}"


def _refuse_staying(how: How, moved: list[Moved], where: str) -> None:
    """Refuse a draw that gives a regime a rate to itself: it is 0, and only a product stays it."""
    for target in (target for one in moved for target in one.targets):
        if how != "multiply" and target.path[-1] == HAZARDS and len(set(target.positions)) == 1:
            raise ScenarioError(
                where,
                f"{target.name} is a rate from a regime to itself, and stays 0",
                'name the others, such as [0][1], or give how = "multiply"',
            )


def _within(law: Law, how: How, targets: tuple[Target, ...], where: str) -> Law:
    """The law, cut to what every target accepts where it has tails.

    Raises
    ------
    ScenarioError
        If a law without tails leaves that, or more than 1 % of one with tails.
    """
    if all(map(math.isfinite, law.support)):
        for target in targets:
            _refuse_outside(law, how, target, where)
        return law
    accepted = [(_accepted(target, how), target) for target in targets]
    (low, _), lowest = max(accepted, key=lambda entry: entry[0][0])
    (_, high), highest = min(accepted, key=lambda entry: entry[0][1])
    least, most = law.support
    if low <= least and most <= high:
        return law
    cut = Cut(law, low, high)
    if low < high and cut.share <= MOST_CUT:
        return cut
    below, above = law.distribution(np.array([low, high]))
    target = lowest if below > 1.0 - above else highest
    share = cut.share if low < high else 1.0
    raise ScenarioError(
        where,
        f"{100.0 * share:.3g} % of it takes {target.name} out of its bounds, {_bounds(target)}",
        "narrow it, or give a law with bounds, such as pert; 1 % at most is cut off",
    )


def _refuse_outside(law: Law, how: How, target: Target, where: str) -> None:
    least, most = target.bounds
    for end in law.support:
        reached = float(moved_to(np.array(target.base), how, np.array(end)))
        slack = ROUNDING * max(abs(reached), abs(target.base))
        if not least - slack <= reached <= most + slack:
            raise ScenarioError(
                where,
                f"takes {target.name} to {reached:.6g}, out of its bounds, {_bounds(target)}",
                "give a narrower law",
            )


def _accepted(target: Target, how: How) -> tuple[float, float]:
    """Interval of the draws that keep a target inside its bounds."""
    least, most = target.bounds
    if how == "add":
        return least - target.base, most - target.base
    if how == "set":
        return least, most
    if target.base == 0.0:
        return -math.inf, math.inf
    ends = least / target.base, most / target.base
    return min(ends), max(ends)


def _bounds(target: Target) -> str:
    return f"{target.bounds.least:.6g} to {target.bounds.most:.6g}"
