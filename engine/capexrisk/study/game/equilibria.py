"""Whether a profile is an equilibrium, from paired differences with their errors.

A profile is a Nash equilibrium if no player gains by choosing otherwise alone. Gains are paired
over replicates. The profile is called

- *equilibrium* if the 95 % interval of the largest gain lies below 0, as that of every gain then
  does;
- *refuted* if it lies above 0. The interval allows for one of many being picked: see `largest`;
- *open* otherwise: the payoffs are too noisy to tell, or the player is indifferent.

Of any profile epsilon is the least number that no gain's interval exceeds, 0 or more: nobody gains
more than that by choosing otherwise (R. Radner, Journal of Economic Theory 22, 1980).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Final, Literal

import numpy as np

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import CONFIDENCE, standard_error, student_half_width
from capexrisk.study.game.largest import RESAMPLES, largest_mean
from capexrisk.study.game.payoffs import (
    Floats,
    PayoffTable,
    Profile,
    deviations,
    with_choice,
)

Verdict = Literal["equilibrium", "refuted", "open"]
LARGEST: Final = 1 << 24  # numbers held at once while resampling


@dataclass(frozen=True)
class Judged:
    """A profile with what each player would gain by choosing otherwise alone.

    Attributes
    ----------
    profile : Profile
    deviations : list of (int, int)
        Player and choice.
    gains : ndarray, shape (deviations, R)
    draws : int
        Of each replicate.
    """

    profile: Profile
    deviations: list[tuple[int, int]]
    gains: Floats
    draws: int

    @property
    def value(self) -> Floats:
        """Mean gain of each deviation."""
        mean: Floats = self.gains.mean(axis=1)
        return mean

    @property
    def error(self) -> Floats:
        """Standard error of each gain."""
        return standard_error(self.gains)

    @cached_property
    def largest(self) -> Estimate:
        """The largest gain, with an interval that allows for the choice."""
        return largest_mean(self.gains, self.draws)

    @property
    def tempted(self) -> tuple[int, int]:
        """Player and choice of the largest gain."""
        return self.deviations[int(self.value.argmax())]

    @property
    def verdict(self) -> Verdict:
        """What can be told of the profile."""
        if self.largest.ci_high < 0.0:
            return "equilibrium"
        return "refuted" if self.largest.ci_low > 0.0 else "open"

    @property
    def regret(self) -> float:
        """Most that a player gains by choosing otherwise, 0 if nobody does."""
        return max(0.0, self.largest.value)

    @property
    def epsilon(self) -> float:
        """Upper end of the largest gain's interval, 0 if it lies below."""
        return max(0.0, self.largest.ci_high)

    @property
    def draws_needed(self) -> int | None:
        """Draws of each replicate at which every gain would be told from 0, about.

        Errors are taken to fall with the root of the draws: those of nets fall faster. None where a
        gain is 0 on every replicate, which no draws tell from 0, or all are told already.
        """
        half = student_half_width(self.gains.shape[1]) * self.error
        value = np.abs(self.value)
        unclear = half >= value
        if not unclear.any() or (value[unclear] == 0.0).any():
            return None
        return ceil(self.draws * float((half[unclear] / value[unclear]).max()) ** 2)


def judge(table: PayoffTable, profile: Profile) -> Judged:
    """Judge a profile by all deviations of single players."""
    others = deviations(profile, table.choices)
    profiles = [profile, *(with_choice(profile, *other) for other in others)]
    values = table.values(profiles)
    gains = [
        values[row, :, player] - values[0, :, player]
        for row, (player, _) in enumerate(others, start=1)
    ]
    return Judged(profile, others, np.stack(gains), table.draws)


def largest_gains(payoffs: Floats, confidence: float | None = None) -> Floats:
    """The largest gain at each profile of a whole table, or the largest lower end of an interval.

    Parameters
    ----------
    payoffs : ndarray, shape (*choices, R, players)
    confidence : float, optional
        Of the interval whose lower end is meant. Default: the gain itself.

    Returns
    -------
    ndarray, shape choices
    """
    choices = payoffs.shape[:-2]
    found: Floats = np.full(choices, -np.inf)
    replicates = payoffs.shape[-2]
    width = 0.0 if confidence is None else student_half_width(replicates, confidence)
    for player, several in enumerate(choices):
        own = np.moveaxis(payoffs[..., player], player, 0)  # (choices, *others, R)
        most = np.moveaxis(found, player, 0)  # a view: written into
        for choice in range(several):
            for other in range(several):
                if other == choice:
                    continue
                gains = own[other] - own[choice]
                low = gains.mean(axis=-1) - (width * standard_error(gains) if width else 0.0)
                np.maximum(most[choice], low, out=most[choice])
    return found


def not_refuted(payoffs: Floats) -> list[Profile]:
    """Profiles of a whole table that may be equilibria, the least regret first."""
    tried = sum(payoffs.shape[:-2]) - (payoffs.ndim - 2)
    low = largest_gains(payoffs, 1.0 - (1.0 - CONFIDENCE) / tried)
    regret = largest_gains(payoffs)
    places = [tuple(map(int, place)) for place in np.argwhere(low <= 0.0)]
    return sorted(places, key=lambda profile: (float(regret[profile]), profile))


@dataclass(frozen=True)
class Stability:
    """How the set of equilibria hangs on the replicates.

    Attributes
    ----------
    unchanged : float
        Share of resamples with the same set as all replicates together.
    resampled, replicates : dict of Profile to float
        Share of resamples, and of single replicates, in which a profile is an equilibrium; of all
        profiles that are one in any.
    """

    unchanged: float
    resampled: dict[Profile, float]
    replicates: dict[Profile, float]


def stability(payoffs: Floats | None, judged: list[Judged], *, seed: int = 0) -> Stability:
    """Draw the replicates again and again with replacement, and find the equilibria each time.

    An equilibrium here is what the mean payoffs say, with no interval.

    Parameters
    ----------
    payoffs : ndarray, shape (*choices, R, players), or None
        The whole table; without it only the judged profiles are looked at.
    judged : list of Judged
        Their own gains count, which may come from more draws.
    seed : int
    """
    several = judged[0].gains.shape[1] if payoffs is None else payoffs.shape[-2]
    drawn = np.random.Generator(np.random.Philox(seed)).multinomial(
        several, np.full(several, 1.0 / several), size=RESAMPLES
    )
    weights = np.vstack([np.ones(several), np.eye(several) * several, drawn]) / several
    holds: dict[Profile, NDArrayBool] = {} if payoffs is None else _of_table(payoffs, weights)
    for one in judged:
        holds[one.profile] = (weights @ one.gains.T <= 0.0).all(axis=1)
    holds = {profile: held for profile, held in holds.items() if held.any()}
    unchanged = np.ones(RESAMPLES, dtype=bool)
    for held in holds.values():
        unchanged &= held[several + 1 :] == held[0]
    return Stability(
        float(unchanged.mean()),
        {profile: float(held[several + 1 :].mean()) for profile, held in holds.items()},
        {profile: float(held[1 : several + 1].mean()) for profile, held in holds.items()},
    )


NDArrayBool = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def _of_table(payoffs: Floats, weights: Floats) -> dict[Profile, NDArrayBool]:
    """Profiles that are an equilibrium under some weights of the replicates, and under which."""
    choices, players = payoffs.shape[:-2], payoffs.shape[-1]
    flat = payoffs.reshape(-1, *payoffs.shape[-2:])
    each = max(1, LARGEST // (len(flat) * players))
    found = []
    for begin in range(0, len(weights), each):
        means = np.einsum("wr,prn->wpn", weights[begin : begin + each], flat, optimize=True)
        means = means.reshape(-1, *choices, players)
        held = np.ones(means.shape[:-1], dtype=bool)
        for player in range(players):
            own = means[..., player]
            held &= own >= own.max(axis=player + 1, keepdims=True)
        found.append(held.reshape(len(held), -1))
    everywhere = np.concatenate(found)
    some = np.flatnonzero(everywhere.any(axis=0))
    return {
        tuple(map(int, np.unravel_index(place, choices))): everywhere[:, place] for place in some
    }
