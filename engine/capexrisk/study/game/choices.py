"""What is chosen in a game, by whom, and how large that makes it; loads no compiler."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import isfinite
from typing import Final

from capexrisk.errors import (
    ArgumentError,
    BudgetExceeded,
    UnknownName,
    suggest,
    whole_number_in_range,
)
from capexrisk.run.plan import REPLICATES
from capexrisk.scenario import Scenario
from capexrisk.study.game.payoffs import MOST_PROFILES, size_of

DEFAULT_POINTS, DEFAULT_MORE_POINTS, PHASE_POINTS = 256, 2048, 512
MOST_PATHS: Final = 2**28
MOST_CELLS: Final = 400
OUTSIDE_QUOTES: Final = re.compile(r'\+(?=(?:[^"]*"[^"]*")*[^"]*$)')
SECONDS_A_PATH: Final = 8e-6  # of one core, for a forecast in a message
LARGEST_LEVEL, MOST_LEVELS = 10.0, 9


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Who chooses, and what.

    Attributes
    ----------
    players : tuple of str
        Issuers that choose, in this order, two or more; none stands for all. The others keep to
        their plans.
    levels : tuple of float
        Two to nine multiples that each may choose, above 0 to 10, 1 among them; in rising order.
    multiplied : tuple of str
        Keys of an issuer's inputs that are multiplied; none stands for its plan of capital
        spending, all guided years of it, on which growth builds.
    """

    players: tuple[str, ...] = ()
    levels: tuple[float, ...] = (0.75, 1.0, 1.25)
    multiplied: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        steps = tuple(sorted({float(level) for level in self.levels}))
        for level in steps:
            if not isfinite(level) or not 0.0 < level <= LARGEST_LEVEL:
                problem = f"{level:g} is out of range; give more than 0, to {LARGEST_LEVEL:g}"
                raise ArgumentError("levels", problem)
        if not 2 <= len(steps) <= MOST_LEVELS or 1.0 not in steps:
            named = ", ".join(f"{level:g}" for level in steps) or "none"
            raise ArgumentError("levels", f"{named}; give two to {MOST_LEVELS}, 1 among them")
        object.__setattr__(self, "levels", steps)
        object.__setattr__(self, "players", tuple(self.players))
        object.__setattr__(self, "multiplied", tuple(self.multiplied))

    def players_of(self, scenario: Scenario) -> tuple[str, ...]:
        """The issuers that choose.

        Raises
        ------
        ArgumentError, UnknownName
            If they are fewer than two, named twice or unknown.
        """
        names = tuple(issuer.name for issuer in scenario.issuers)
        chosen = self.players or names
        for player in chosen:
            if player not in names:
                raise UnknownName(f"{player}: is no issuer here; {suggest(player, names)}")
        if len(chosen) < 2 or len(set(chosen)) < len(chosen):
            problem = f"{', '.join(chosen)}: make no game; give two or more different firms"
            raise ArgumentError("players", problem)
        return chosen

    def all_at(self, level: float, players: int) -> tuple[int, ...]:
        """The profile in which all choose one level."""
        if float(level) not in self.levels:
            raise ArgumentError("level", f"{level:g} is none of the levels; give one of them")
        return (self.levels.index(float(level)),) * players


def power_of_two(name: str, points: int) -> int:
    """Points rounded up to a power of two; raises ArgumentError if out of range."""
    whole = whole_number_in_range(name, points, 2, 2**20)
    return 1 << (whole - 1).bit_length()


def cells_of(over: Mapping[str, Sequence[float]]) -> list[dict[str, float]]:
    """The cells of a grid: inputs by path, with their values.

    Parameters
    ----------
    over : mapping of str to sequence of float
        One or two axes: the path of an input, or of several joined by "+", which move together.

    Raises
    ------
    ArgumentError
        If there are no axes, more than two, or more than 400 cells; or an input is in both.
    """
    paths = [path for axis in over for path in paths_of(axis)]
    for path in paths:
        if paths.count(path) > 1:
            raise ArgumentError("over", f"{path}: is given twice; give it once")
    cells = list(product(*over.values()))
    if not 1 <= len(over) <= 2 or not 1 <= len(cells) <= MOST_CELLS:
        problem = f"{len(over)} inputs, {len(cells)} cells; give one or two, {MOST_CELLS} at most"
        raise ArgumentError("over", problem)
    return [
        {path: value for axis, value in zip(over, cell, strict=True) for path in paths_of(axis)}
        for cell in cells
    ]


def paths_of(axis: str) -> list[str]:
    """Paths of the inputs that move together along an axis.

    >>> paths_of('market.tax+issuers."A+B".cash_usd_bn')
    ['market.tax', 'issuers."A+B".cash_usd_bn']
    """
    return [path.strip() for path in OUTSIDE_QUOTES.split(axis)]


def refuse_many(cells: int, players: int, levels: int, points: int) -> None:
    """Refuse a grid that would take too many paths, with its size and a forecast."""
    profiles = players * (levels - 1) + 1
    paths = REPLICATES * points * profiles * cells
    if paths > MOST_PATHS:
        raise BudgetExceeded(
            f"game: {cells:,} cells of {profiles:,} profiles with {points:,} points a net take "
            f"{_size(paths)}; give fewer points, values or players"
        )


def _size(paths: int) -> str:
    minutes = paths * SECONDS_A_PATH / 60.0
    return f"{paths:,} paths, about {minutes:,.0f} minutes of a core, more than {MOST_PATHS:,}"


def refuse_large(players: int, levels: int, points: int, more_points: int) -> None:
    """Refuse a game that would take too many paths, with its size and a forecast."""
    size, rest = size_of((levels,) * players), players * (levels - 1) + 1
    first = size if size <= MOST_PROFILES else 12 * rest  # replies in turn, few rounds
    paths = REPLICATES * (first * points + 13 * rest * more_points)
    if paths > MOST_PATHS:
        raise BudgetExceeded(
            f"game: {players} firms on {levels} levels are {size:,} profiles; with {points:,} and "
            f"{more_points:,} points a net they take up to {_size(paths)}; "
            "give fewer points, levels or players"
        )
