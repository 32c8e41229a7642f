"""The engine as an oracle of payoffs: firms spend multiples of their plans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from capexrisk.errors import UnknownName, suggest
from capexrisk.lowering import LoweredScenario, lower, with_inputs
from capexrisk.run.path_means import PathMeans
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario, inputs
from capexrisk.study.game.choices import Choices
from capexrisk.study.game.payoffs import Floats, Profile
from capexrisk.study.game.value import Payoff

PLANNED: Final = re.compile(r"capex_(plan|[0-9]{4})_usd_bn")


class SpendingGame:
    """Payoffs of firms that multiply inputs, from the simulation.

    Parameters
    ----------
    scenario : Scenario
    choices : Choices
    payoff : Payoff
    plan : RunPlan
        Seed and workers; its paths are ignored.
    """

    def __init__(
        self,
        scenario: Scenario,
        choices: Choices,
        payoff: Payoff,
        plan: RunPlan,
    ) -> None:
        self.players, self.levels = choices.players_of(scenario), choices.levels
        self.choices = (len(self.levels),) * len(self.players)
        self._spent = _spending_inputs(scenario, self.players, choices.multiplied)
        self._base = lower(scenario, "means")
        self._columns = [self._base.issuers.index(player) for player in self.players]
        for level in (self.levels[0], self.levels[-1]):  # refused before anything is simulated
            self.lowered(choices.all_at(level, len(self.players)))
        self._means = PathMeans(self._base, payoff.names(self._base), payoff.in_scenario, plan)

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
