"""From which inputs on spending in full is no equilibrium: one profile over a grid of inputs.

The columns of the table: the path of each input; verdict; issuer and level, of the firm that gains
most by choosing otherwise; value, standard_error, ci_low, ci_high of that gain, $bn, and n, paths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import pandas as pd

from capexrisk.errors import ArgumentError
from capexrisk.run.plan import REPLICATES
from capexrisk.scenario import Scenario, change_inputs
from capexrisk.study.game.choices import PHASE_POINTS, Choices, power_of_two
from capexrisk.study.game.equilibria import judge
from capexrisk.study.game.payoffs import PayoffTable
from capexrisk.study.game.simulated import SpendingGame
from capexrisk.study.game.solution import amount
from capexrisk.study.game.value import Payoff
from capexrisk.study.plotted import Plotted

MOST_CELLS: Final = 400


@dataclass(frozen=True, kw_only=True, repr=False)
class Phases(Plotted):
    """Where all firms spending at one level is an equilibrium, over one or two inputs.

    Attributes
    ----------
    scenario : Scenario
    players : tuple of str
    levels : tuple of float
    level : float
        The multiple at which all spend.
    over : tuple of str
        Paths of the inputs.
    payoff : Payoff
    points, seed : int
    table : DataFrame
        A row for each cell of the grid: see the module.
    """

    scenario: Scenario
    players: tuple[str, ...]
    levels: tuple[float, ...]
    level: float
    over: tuple[str, ...]
    payoff: Payoff
    points: int
    seed: int
    table: pd.DataFrame

    def __repr__(self) -> str:
        return f"Phases({self.scenario.name!r} over {' and '.join(self.over)}, seed {self.seed})"


def phases(
    scenario: Scenario,
    over: Mapping[str, Sequence[float]],
    *,
    level: float = 1.0,
    choices: Choices | None = None,
    payoff: Payoff | None = None,
    points: int = PHASE_POINTS,
    seed: int = 0,
    n_jobs: int | None = -1,
) -> Phases:
    """Judge whether all firms spending at one level is an equilibrium, cell by cell of a grid.

    Parameters
    ----------
    scenario : Scenario
    over : mapping of str to sequence of float
        Path of an input, one or two of them, to its values, such as
        ``{"market.depreciation_per_year": [0.1, 0.2, 0.4]}``.
    level : float
        One of `levels`; 1, the plans, by default.
    points : int
        Paths of each of the 32 nets, at every profile of every cell.
    choices, payoff, seed, n_jobs
        As of `game`.

    Returns
    -------
    Phases

    Raises
    ------
    ArgumentError, UnknownName, ScenarioError
        If an argument, a player or a value of an input is refused.
    """
    choices, payoff = choices or Choices(), payoff or Payoff()
    chosen, steps, paths = choices.players_of(scenario), choices.levels, tuple(over)
    profile = choices.all_at(level, len(chosen))
    cells = list(product(*over.values()))
    if not 1 <= len(paths) <= 2 or not 1 <= len(cells) <= MOST_CELLS:
        problem = f"{len(paths)} inputs, {len(cells)} cells; give one or two, {MOST_CELLS} at most"
        raise ArgumentError("over", problem)
    points = power_of_two("points", points)
    changed = [change_inputs(scenario, dict(zip(paths, cell, strict=True))) for cell in cells]
    rows = []
    for cell, other in zip(cells, changed, strict=True):
        with SpendingGame(other, choices, payoff, seed=seed, n_jobs=n_jobs) as oracle:
            judged = judge(PayoffTable(oracle, points), profile)
        worst = int(judged.value.argmax())
        player, choice = judged.deviations[worst]
        gain = amount(judged.gains[worst])
        numbers = (gain.value, gain.standard_error, gain.ci_low, gain.ci_high)
        named = (judged.verdict, chosen[player], steps[choice])
        rows.append((*cell, *named, *numbers, REPLICATES * points))
    columns = [*paths, "verdict", "issuer", "level"]
    columns += ["value", "standard_error", "ci_low", "ci_high", "n"]
    return Phases(
        scenario=scenario,
        players=chosen,
        levels=steps,
        level=float(level),
        over=paths,
        payoff=payoff,
        points=points,
        seed=seed,
        table=pd.DataFrame(rows, columns=columns),
    )
