"""The race of a scenario, as a game of its firms.

The columns of the table: profile (multiples of the firms' plans, in the order of the players);
measure; issuer ("system" for all together); level, where a single firm chooses otherwise; value,
standard_error, ci_low, ci_high, and n, the paths. Measures, all on the same points, in $bn but for
the chances and the price:

- payoff: what each firm earns; welfare: all players together;
- gain: what a firm earns more at another level, the others staying;
- lost: what all players lose together against cooperation; price_of_anarchy: what cooperation
  earns over what this profile does;
- funding_failure, peak_spread_bp, outside_funding: what else happens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from capexrisk.errors import whole_number
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.run.session import Session
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import Backend
from capexrisk.study.game.choices import (
    DEFAULT_MORE_POINTS,
    DEFAULT_POINTS,
    Choices,
    power_of_two,
    refuse_large,
)
from capexrisk.study.game.equilibria import Judged
from capexrisk.study.game.payoffs import Profile
from capexrisk.study.game.simulated import SpendingGame
from capexrisk.study.game.solution import GameSolution, amount, solve
from capexrisk.study.game.value import Payoff
from capexrisk.study.plotted import Plotted

OUTCOMES: Final = ("funding_failure", "peak_spread_bp")
COLUMNS: Final = (
    *("profile", "measure", "issuer", "level"),
    *("value", "standard_error", "ci_low", "ci_high", "n"),
)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Game(Plotted):
    """The race of a scenario, solved.

    Attributes
    ----------
    scenario : Scenario
    players : tuple of str
    levels : tuple of float
    multiplied : dict of str to tuple of str
        By player the paths of the inputs that a level multiplies.
    payoff : Payoff
    solution : GameSolution
        Equilibria and what is told of them; profiles are numbers of levels.
    points, more_points, seed : int
        Paths of each net for all profiles, and for those that may be equilibria.
    table : DataFrame
        A row for each profile reported, measure and issuer: see the module.
    """

    scenario: Scenario
    players: tuple[str, ...]
    levels: tuple[float, ...]
    multiplied: dict[str, tuple[str, ...]]
    payoff: Payoff
    solution: GameSolution
    points: int
    more_points: int
    seed: int
    table: pd.DataFrame

    def named(self, profile: Profile) -> str:
        """A profile as the table has it: ``"1/1/0.75"``."""
        return profile_name(self.levels, profile)

    @property
    def profiles(self) -> pd.DataFrame:
        """Profiles that may be equilibria, and the plans, indexed by name.

        Columns: verdict ("equilibrium", "refuted", "open"); regret, the largest gain; epsilon, its
        upper end, $bn; resampled and nets, the shares of resamples and of the 32 nets in which the
        profile is an equilibrium; points_needed to tell, where the verdict is open.
        """
        rows = {
            self.named(one.profile): (
                one.verdict,
                one.regret,
                one.epsilon,
                self.solution.stability.resampled.get(one.profile, 0.0),
                self.solution.stability.replicates.get(one.profile, 0.0),
                one.draws_needed if one.verdict == "open" else None,
            )
            for one in self.solution.candidates
        }
        columns = ["verdict", "regret", "epsilon", "resampled", "nets", "points_needed"]
        found = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        return found.rename_axis("profile")

    def __repr__(self) -> str:
        several = len(self.solution.equilibria)
        return (
            f"Game({self.scenario.name!r}: {len(self.players)} firms, levels "
            f"{'/'.join(f'{level:g}' for level in self.levels)}, {several} equilibria, "
            f"seed {self.seed})"
        )


def game(  # noqa: PLR0913 - all by keyword, each a user's choice
    scenario: Scenario,
    *,
    choices: Choices | None = None,
    payoff: Payoff | None = None,
    points: int = DEFAULT_POINTS,
    more_points: int = DEFAULT_MORE_POINTS,
    seed: int = 0,
    n_jobs: int | None = -1,
    backend: Backend | None = None,
    scheduler: str | None = None,
) -> Game:
    """Solve the race as a game: each firm chooses a multiple of its plan of capital spending.

    Every profile is simulated on the same points. Which may be an equilibrium is judged with more:
    an equilibrium only where the paired interval of every single firm's gain lies below 0.

    Parameters
    ----------
    scenario : Scenario
    choices : Choices, optional
        Which firms choose among which multiples of which inputs. Default: all firms among 0.75, 1
        and 1.25 times their plans of capital spending.
    payoff : Payoff, optional
        What firms maximise.
    points, more_points : int
        Paths of each of the 32 nets; rounded up to a power of two.
    seed : int
        0 to 2**64 - 1. The same seed gives the same bits for any number of workers.
    n_jobs, backend, scheduler
        Workers of the payoffs, as for `simulate`. The rest, what else happens at the few profiles
        that are reported, takes `n_jobs` threads of this process.

    Returns
    -------
    Game

    Raises
    ------
    ArgumentError, UnknownName
        If an argument is out of range, a player or an input unknown.
    BudgetExceeded
        If the game takes more than 268 million paths.
    KernelFault
        If more than one path in 10,000 is not finite.
    ClusterError, WorkersLost
        As `simulate`.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> two = cr.Choices(players=("Oracle", "CoreWeave"))
    >>> found = cr.game(scenario, choices=two, points=16, more_points=64)
    >>> len(found.profiles) > 0
    True
    """
    choices, payoff = choices or Choices(), payoff or Payoff()
    seed = whole_number("seed", seed)
    chosen, steps = choices.players_of(scenario), choices.levels
    points, more_points = power_of_two("points", points), power_of_two("more_points", more_points)
    refuse_large(len(chosen), len(steps), points, more_points)
    plan = RunPlan(
        paths=REPLICATES,
        seed=seed,
        jobs=n_jobs,
        backend=backend,
        scheduler=scheduler,
    )
    oracle = SpendingGame(scenario, choices, payoff, plan)
    start = choices.all_at(1.0, len(chosen))
    solution = solve(oracle, start, draws=points, more_draws=more_points, seed=seed)
    rows = [*_payoff_rows(solution, oracle)]
    rows += _outcome_rows(scenario, solution, oracle, more_points, seed, n_jobs)
    return Game(
        scenario=scenario,
        players=chosen,
        levels=steps,
        multiplied={name: oracle.multiplied(name) for name in chosen},
        payoff=payoff,
        solution=solution,
        points=points,
        more_points=more_points,
        seed=seed,
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
    )


def profile_name(levels: Sequence[float], profile: Profile) -> str:
    """A profile in words: ``"1/1/0.75"``."""
    return "/".join(f"{levels[choice]:g}" for choice in profile)


Row = tuple[str, str, str, float | None, float, float, float, float, int]


def _payoff_rows(solution: GameSolution, oracle: SpendingGame) -> Iterator[Row]:
    levels, draws = oracle.levels, solution.draws

    def row(
        profile: Profile, measure: str, issuer: str, found: Estimate, level: float | None = None
    ) -> Row:
        return (profile_name(levels, profile), measure, issuer, level, *found[1:])

    for profile, values in solution.values.items():
        for column, issuer in enumerate(oracle.players):
            yield row(profile, "payoff", issuer, amount(values[:, column], draws))
        yield row(profile, "welfare", SYSTEM, solution.welfare(profile))
        yield row(profile, "lost", SYSTEM, solution.lost(profile))
        yield row(profile, "price_of_anarchy", SYSTEM, solution.price_of_anarchy(profile))
    for judged in solution.candidates:
        for (mover, choice), gains in zip(judged.deviations, judged.gains, strict=True):
            name, level = oracle.players[mover], levels[choice]
            yield row(judged.profile, "gain", name, amount(gains, draws), level)


def reported(solution: GameSolution) -> tuple[Profile, ...]:
    """Equilibria or the nearest to one, the plans, and cooperation."""
    best: tuple[Judged, ...] = solution.equilibria or (solution.nearest,)
    profiles = (*(one.profile for one in best), solution.start, solution.cooperation)
    return tuple(dict.fromkeys(profiles))


def _outcome_rows(
    scenario: Scenario,
    solution: GameSolution,
    oracle: SpendingGame,
    points: int,
    seed: int,
    n_jobs: int | None,
) -> Iterator[Row]:
    names = {
        f"{metric}/{issuer.name}": (metric, issuer.name)
        for metric in OUTCOMES
        for issuer in scenario.issuers
    }
    names["outside_funding/system"] = ("outside_funding", SYSTEM)
    with Session(scenario, list(names), points=points, seed=seed, n_jobs=n_jobs) as session:
        for profile in reported(solution):
            found = session.estimate(oracle.changes(profile))
            for text, (metric, issuer) in names.items():
                numbers = found[text].estimate[1:]
                yield (profile_name(oracle.levels, profile), metric, issuer, None, *numbers)
