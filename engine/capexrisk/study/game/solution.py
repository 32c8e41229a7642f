"""The solution of a game: equilibria, what cooperation would earn, how sure both are."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Final

import numpy as np

from capexrisk.estimate import by_replicate
from capexrisk.estimate.independent import Estimate
from capexrisk.study.game.equilibria import Judged, Stability, judge, not_refuted, stability
from capexrisk.study.game.logit import Logit, logit_equilibrium
from capexrisk.study.game.payoffs import (
    MOST_PROFILES,
    Floats,
    PayoffOracle,
    PayoffTable,
    Profile,
    size_of,
)
from capexrisk.study.game.search import best_replies, joint_payoff, starts_of

MOST_CANDIDATES: Final = 12


def amount(values: Floats, draws: int) -> Estimate:
    """Mean of independent replicates (R,), each of so many draws."""
    return by_replicate.mean(values, np.full(values.size, draws)).estimate


@dataclass(frozen=True)
class GameSolution:
    """Equilibria of a game, and what could be told of them.

    Attributes
    ----------
    start : Profile
        The profile that was asked about.
    candidates : tuple of Judged
        Profiles that may be equilibria and `start`, each judged with more draws; those with the
        verdict "equilibrium" first, then by what may be gained.
    unexamined : int
        Profiles that were not refuted, beyond the most that are judged.
    whole : bool
        Whether all profiles were evaluated. If not, other equilibria may exist.
    profiles : int
        Number of profiles evaluated at least once.
    cooperation : Profile
        The profile with the largest sum of payoffs, of all or as far as replies in turn led.
    stability : Stability
    logit : Logit or None
        Where the whole game was evaluated and no profile was found to be an equilibrium, if the
        branch of logit equilibria can be followed so far.
    values : dict of Profile to ndarray, shape (R, n)
        Payoffs of candidates and cooperation, with more draws.
    draws : int
        How many those are, of each replicate.
    """

    start: Profile
    candidates: tuple[Judged, ...]
    unexamined: int
    whole: bool
    profiles: int
    cooperation: Profile
    stability: Stability
    logit: Logit | None
    values: dict[Profile, Floats]
    draws: int

    @property
    def equilibria(self) -> tuple[Judged, ...]:
        """Candidates of which every gain lies below 0."""
        return tuple(one for one in self.candidates if one.verdict == "equilibrium")

    @property
    def nearest(self) -> Judged:
        """The best equilibrium there is: the candidate with the least epsilon."""
        return min(self.candidates, key=lambda one: (one.epsilon, one.regret, one.profile))

    @property
    def undecided(self) -> tuple[Judged, ...]:
        """Candidates that the payoffs neither confirm nor refute."""
        return tuple(one for one in self.candidates if one.verdict == "open")

    def judged(self, profile: Profile) -> Judged:
        """A candidate by its profile."""
        return next(one for one in self.candidates if one.profile == profile)

    def welfare(self, profile: Profile) -> Estimate:
        """Sum of all payoffs."""
        return amount(self.values[profile].sum(axis=1), self.draws)

    def lost(self, profile: Profile) -> Estimate:
        """What all lose together against cooperation, paired."""
        lost = self.values[self.cooperation] - self.values[profile]
        return amount(lost.sum(axis=1), self.draws)

    def price_of_anarchy(self, profile: Profile) -> Estimate:
        """What cooperation earns over what this profile does; no number unless both are above 0.

        With the worst equilibrium it is the price of anarchy (E. Koutsoupias and C. Papadimitriou,
        1999), with the best the price of stability. The error is that of a ratio, linearised.
        """
        most = self.values[self.cooperation].sum(axis=1)
        here = self.values[profile].sum(axis=1)
        if min(most.mean(), here.mean()) <= 0.0:
            return Estimate("mean", nan, nan, nan, nan, most.size * self.draws)
        ratio = float(most.mean() / here.mean())
        return amount(ratio + (most - ratio * here) / here.mean(), self.draws)


def solve(
    oracle: PayoffOracle,
    start: Profile,
    *,
    draws: int,
    more_draws: int,
    most_profiles: int = MOST_PROFILES,
    seed: int = 0,
) -> GameSolution:
    """Find the equilibria of a game whose payoffs have errors.

    First all profiles on common draws, or where there are too many those that replies in turn
    visit from `start`, from the least of all and from the most of all. Then, with more
    draws, the deviations of single players from each profile that may be an equilibrium.

    Parameters
    ----------
    oracle : PayoffOracle
    start : Profile
        Also judged, whether it may be an equilibrium or not.
    draws, more_draws : int
        Of each replicate.
    most_profiles : int
        Largest game that is evaluated in whole.
    seed : int
        Of the resamples.
    """
    coarse, fine = PayoffTable(oracle, draws), PayoffTable(oracle, more_draws)
    whole = size_of(oracle.choices) <= most_profiles
    if whole:
        table = coarse.whole()
        found = not_refuted(table)
        sums = table.sum(axis=-1).mean(axis=-1)
        best = tuple(map(int, np.unravel_index(int(sums.argmax()), sums.shape)))
    else:
        table = None
        begin = starts_of(oracle.choices, start)
        found = list(dict.fromkeys(best_replies(coarse, one)[0] for one in begin))
        ends = [best_replies(coarse, one, joint_payoff)[0] for one in begin]
        sums_of_ends = coarse.values(ends).sum(axis=-1).mean(axis=-1)
        best = ends[int(sums_of_ends.argmax())]
    chosen = found[:MOST_CANDIDATES]
    candidates = [judge(fine, one) for one in dict.fromkeys([*chosen, start])]
    candidates.sort(key=lambda one: (one.verdict != "equilibrium", one.epsilon, one.profile))
    kept = list(dict.fromkeys([*(one.profile for one in candidates), best]))
    values = dict(zip(kept, fine.values(kept), strict=True))
    best = max(kept, key=lambda one: float(values[one].sum(axis=1).mean()))
    confirmed = any(one.verdict == "equilibrium" for one in candidates)
    return GameSolution(
        start=start,
        candidates=tuple(candidates),
        unexamined=len(found) - len(chosen),
        whole=whole,
        profiles=len({*coarse.visited, *fine.visited}),
        cooperation=best,
        stability=stability(table, candidates, seed=seed),
        logit=None if table is None or confirmed else logit_equilibrium(table),
        values=values,
        draws=more_draws,
    )
