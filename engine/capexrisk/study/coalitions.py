"""Chances of events under coalitions of mechanisms, each net with coalitions of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capexrisk.lowering import LoweredScenario, lower, with_parameters
from capexrisk.run.net_shares import NetShares
from capexrisk.run.plan import REPLICATES
from capexrisk.scenario import Scenario
from capexrisk.study.mechanisms import Mechanism, without

Floats = NDArray[np.float64]
Parameters = dict[str, Any]


class Switchboard:
    """A scenario with any of its mechanisms switched off, lowered in a third of a millisecond.

    Each mechanism is switched off once through the scenario, which checks the values; what that
    moved is then put together, since no two mechanisms move the same parameter.

    Parameters
    ----------
    scenario : Scenario
    mechanisms : sequence of Mechanism
        Bit i of a coalition is 1 where mechanism i acts.
    """

    def __init__(self, scenario: Scenario, mechanisms: Sequence[Mechanism]) -> None:
        without(scenario, mechanisms)  # refused here, if all together are refused
        self._scenario, self._mechanisms = scenario, tuple(mechanisms)
        self._moved = [_moved(scenario, without(scenario, [one])) for one in mechanisms]
        self._of_events: dict[frozenset[str], LoweredScenario] = {}
        self._of_coalition: dict[int, LoweredScenario] = {}

    def lowered(self, coalition: int) -> LoweredScenario:
        """The scenario in which the mechanisms of a coalition act, and no others."""
        if coalition not in self._of_coalition:
            self._of_coalition[coalition] = self._lower(coalition)
        return self._of_coalition[coalition]

    def _lower(self, coalition: int) -> LoweredScenario:
        off = [i for i in range(len(self._mechanisms)) if not coalition >> i & 1]
        base = self._scenario.parameters
        market, issuers = base["market"], base["issuers"]
        for i in off:
            of_market, of_issuers = self._moved[i]
            market = {**market, **of_market}
            issuers = [{**of, **moved} for of, moved in zip(issuers, of_issuers, strict=True)]
        left_out = frozenset(what for i in off for what in self._mechanisms[i].events)
        parameters = {**base, "market": market, "issuers": issuers}
        lowered = self._without_events(left_out)
        return with_parameters(lowered, parameters, self._scenario.start_quarter)[0]

    def _without_events(self, left_out: frozenset[str]) -> LoweredScenario:
        if left_out not in self._of_events:
            kept = tuple(event for event in self._scenario.events if event.what not in left_out)
            self._of_events[left_out] = lower(
                self._scenario.model_copy(update={"events": kept}), "means"
            )
        return self._of_events[left_out]


def _moved(scenario: Scenario, off: Scenario) -> tuple[Parameters, list[Parameters]]:
    """Parameters of the market and of each issuer that differ, with their values of `off`."""
    before, after = scenario.parameters, off.parameters
    return _differing(before["market"], after["market"]), [
        _differing(*pair) for pair in zip(before["issuers"], after["issuers"], strict=True)
    ]


def _differing(before: Parameters, after: Parameters) -> Parameters:
    return {key: value for key, value in after.items() if before[key] != value}


class Coalitions:
    """Chances of events under coalitions, computed where they are asked for.

    Parameters
    ----------
    shares : NetShares
        Of the events.
    switchboard : Switchboard
    events, mechanisms : int
        How many; k mechanisms.

    Attributes
    ----------
    values : ndarray, shape (2**k, 32, events)
        By coalition and net; NaN where it was not asked for.
    """

    def __init__(
        self, shares: NetShares, switchboard: Switchboard, events: int, mechanisms: int
    ) -> None:
        self._shares, self._switchboard = shares, switchboard
        self.values: Floats = np.full((1 << mechanisms, REPLICATES, events), np.nan)

    def ask(self, coalitions: Sequence[int]) -> None:
        """Compute coalitions on all nets."""
        self.ask_by_net([list(coalitions)] * REPLICATES)

    def ask_by_net(self, coalitions: Sequence[Sequence[int]]) -> None:
        """Compute other coalitions on each net; those that are known cost nothing."""
        missing = [
            (net, coalition)
            for net, wanted in enumerate(coalitions)
            for coalition in dict.fromkeys(wanted)
            if np.isnan(self.values[coalition, net, 0])
        ]
        if missing:
            nets, chosen = map(list, zip(*missing, strict=True))
            wanted = [(net, self._switchboard.lowered(c)) for net, c in missing]
            self.values[chosen, nets] = self._shares.of(wanted)
