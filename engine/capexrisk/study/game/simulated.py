"""The engine as an oracle of payoffs: firms spend multiples of their plans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, Self

from capexrisk.errors import ArgumentError, UnknownName, suggest
from capexrisk.lowering import LoweredScenario, lower, with_inputs
from capexrisk.run.path_means import PathMeans
from capexrisk.scenario import Scenario, inputs
from capexrisk.study.game.payoffs import Floats, Profile
from capexrisk.study.game.value import Payoff

PLANNED: Final = re.compile(r"capex_(plan|[0-9]{4})_usd_bn")
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


class SpendingGame:
    """Payoffs of firms that multiply inputs, from the simulation.

    Parameters
    ----------
    scenario : Scenario
    choices : Choices
    payoff : Payoff
    seed, n_jobs : int
    """

    def __init__(
        self,
        scenario: Scenario,
        choices: Choices,
        payoff: Payoff,
        *,
        seed: int,
        n_jobs: int | None,
    ) -> None:
        self.players, self.levels = choices.players_of(scenario), choices.levels
        self.choices = (len(self.levels),) * len(self.players)
        self._spent = _spending_inputs(scenario, self.players, choices.multiplied)
        self._base = lower(scenario, "means")
        self._columns = [self._base.issuers.index(player) for player in self.players]
        for level in (self.levels[0], self.levels[-1]):  # refused before anything is simulated
            self.lowered(choices.all_at(level, len(self.players)))
        self._means = PathMeans(
            self._base, payoff.names(self._base), payoff.of_paths, seed=seed, n_jobs=n_jobs
        )

    def changes(self, profile: Profile) -> dict[str, object]:
        """New values of the inputs that are multiplied."""
        return {
            path: _times(value, self.levels[choice])
            for player, choice in zip(self.players, profile, strict=True)
            for path, value in self._spent[player].items()
        }

    def multiplied(self, player: str) -> tuple[str, ...]:
        """Paths of the inputs that a player's level multiplies."""
        return tuple(self._spent[player])

    def lowered(self, profile: Profile) -> LoweredScenario:
        """The scenario in which the firms spend so."""
        return with_inputs(self._base, self.changes(profile))

    def payoffs(self, profiles: Sequence[Profile], draws: int) -> Floats:
        """See `PayoffOracle`; $bn, replicates are the 32 nets."""
        means = self._means.of([self.lowered(profile) for profile in profiles], draws)
        found: Floats = means[..., self._columns]
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._means.close()


def _spending_inputs(
    scenario: Scenario, players: Sequence[str], multiplied: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Path and value of the inputs that each player multiplies.

    Raises
    ------
    UnknownName
        If an issuer has no such input.
    """
    found: dict[str, dict[str, Any]] = {}
    for player in players:
        own = {one.key: one for one in inputs(scenario) if one.table == player}
        keys = list(multiplied) or [key for key in own if PLANNED.fullmatch(key)]
        for key in keys:
            if key not in own:
                raise UnknownName(f"{key}: is no input of {player}; {suggest(key, own)}")
            if not own[key].may_have_a_range:
                raise UnknownName(f"{key}: is no amount that could be multiplied")
        found[player] = {own[key].path: own[key].value for key in keys}
    return found


def _times(value: Any, level: float) -> Any:
    if isinstance(value, tuple):
        return tuple(_times(one, level) for one in value)
    return value * level
