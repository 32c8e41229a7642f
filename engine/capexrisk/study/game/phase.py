"""From which inputs on spending in full is no equilibrium: one profile over a grid of inputs.

The columns of the table: each axis, the path of an input or of several that move together; verdict;
issuer and level, of the firm that gains most by choosing otherwise; value, standard_error, ci_low,
ci_high of that gain, $bn, and n, paths. The interval allows for the choice, see `largest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from capexrisk.errors import whole_number
from capexrisk.estimate.lookup import NUMBERS
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.scenario import Scenario, change_inputs
from capexrisk.scenario.plan import Backend
from capexrisk.study.game.choices import (
    PHASE_POINTS,
    Choices,
    cells_of,
    power_of_two,
    refuse_many,
)
from capexrisk.study.game.equilibria import judge
from capexrisk.study.game.payoffs import PayoffTable
from capexrisk.study.game.simulated import SpendingGame
from capexrisk.study.game.value import Payoff
from capexrisk.study.plotted import Plotted


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
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
        Paths of the inputs, axis by axis; of several that move together joined by "+".
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


def phases(  # noqa: PLR0913 - all by keyword, each a user's choice
    scenario: Scenario,
    over: Mapping[str, Sequence[float]],
    *,
    level: float = 1.0,
    choices: Choices | None = None,
    payoff: Payoff | None = None,
    points: int = PHASE_POINTS,
    seed: int = 0,
    n_jobs: int | None = -1,
    backend: Backend | None = None,
    scheduler: str | None = None,
) -> Phases:
    """Judge whether all firms spending at one level is an equilibrium, cell by cell of a grid.

    Parameters
    ----------
    scenario : Scenario
    over : mapping of str to sequence of float
        Path of an input, one or two of them, to its values, such as
        ``{"market.fixed_cost": [0.1, 0.2]}``. Inputs that move together are joined by "+": the life
        of what is built, in the economy and in the books, is
        ``market.depreciation_per_year+market.book_depreciation_per_year``.
    level : float
        One of `levels`; 1, the plans, by default.
    points : int
        Paths of each of the 32 nets, at every profile of every cell.
    choices, payoff, seed, n_jobs, backend, scheduler
        As of `game`.

    Returns
    -------
    Phases

    Raises
    ------
    ArgumentError, UnknownName, ScenarioError
        If an argument, a player or a value of an input is refused.
    BudgetExceeded
        If the grid takes more than 268 million paths.
    """
    choices, payoff = choices or Choices(), payoff or Payoff()
    seed = whole_number("seed", seed)
    chosen, steps = choices.players_of(scenario), choices.levels
    profile, cells = choices.all_at(level, len(chosen)), cells_of(over)
    points = power_of_two("points", points)
    refuse_many(len(cells), len(chosen), len(steps), points)
    changed = [change_inputs(scenario, cell) for cell in cells]
    plan = RunPlan(
        paths=REPLICATES,
        seed=seed,
        jobs=n_jobs,
        backend=backend,
        scheduler=scheduler,
    )
    rows = []
    for place, other in zip(product(*over.values()), changed, strict=True):
        oracle = SpendingGame(other, choices, payoff, plan)
        judged = judge(PayoffTable(oracle, points), profile)
        player, choice = judged.tempted
        rows.append((*place, judged.verdict, chosen[player], steps[choice], *judged.largest[1:]))
    columns = [*over, "verdict", "issuer", "level", *NUMBERS]
    return Phases(
        scenario=scenario,
        players=chosen,
        levels=steps,
        level=float(level),
        over=tuple(over),
        payoff=payoff,
        points=points,
        seed=seed,
        table=pd.DataFrame(rows, columns=columns),
    )
