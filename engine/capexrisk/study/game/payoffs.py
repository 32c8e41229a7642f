"""Payoffs of a finite game that are known with an error: an oracle, and a table of its answers.

A profile is a tuple of whole numbers, the choice of each player. All profiles are evaluated on the
same draws, replicate by replicate, so that what they have in common cancels in differences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Profile = tuple[int, ...]

MOST_PROFILES: Final = 20_000  # of a game that is evaluated in whole
BATCH: Final = 256  # profiles asked for at once: an answer is no larger than it need be


class PayoffOracle(Protocol):
    """What every player earns at a profile, in each of several replicates.

    Attributes
    ----------
    choices : tuple of int
        Number of choices of each player.
    """

    choices: tuple[int, ...]

    def payoffs(self, profiles: Sequence[Profile], draws: int) -> Floats:
        """Payoffs on common draws.

        Parameters
        ----------
        profiles : sequence of Profile
        draws : int
            Draws of each replicate.

        Returns
        -------
        ndarray, shape (profiles, R, players)
            R, 2 or more, is the same at every call; replicates are independent of each other.
        """


class PayoffTable:
    """Payoffs on a given number of draws, each asked for once.

    Parameters
    ----------
    oracle : PayoffOracle
    draws : int
        Of each replicate.
    """

    def __init__(self, oracle: PayoffOracle, draws: int) -> None:
        self._oracle, self.draws = oracle, draws
        self.choices = oracle.choices
        self._known: dict[Profile, Floats] = {}

    def __len__(self) -> int:
        return len(self._known)

    @property
    def visited(self) -> tuple[Profile, ...]:
        """Profiles that are known, in the order in which they were asked for."""
        return tuple(self._known)

    def values(self, profiles: Sequence[Profile]) -> Floats:
        """Payoffs of profiles, shape (profiles, R, players)."""
        missing = [one for one in dict.fromkeys(profiles) if one not in self._known]
        for begin in range(0, len(missing), BATCH):
            asked = missing[begin : begin + BATCH]
            self._known.update(zip(asked, self._oracle.payoffs(asked, self.draws), strict=True))
        return np.stack([self._known[one] for one in profiles])

    def whole(self) -> Floats:
        """Payoffs of every profile, shape (*choices, R, players)."""
        values = self.values(list(all_profiles(self.choices)))
        return values.reshape(*self.choices, *values.shape[1:])


def all_profiles(choices: Sequence[int]) -> Iterator[Profile]:
    """Every profile, the last player's choice running fastest."""
    return product(*map(range, choices))


def size_of(choices: Sequence[int]) -> int:
    """Number of profiles."""
    return prod(choices)


def with_choice(profile: Profile, player: int, choice: int) -> Profile:
    """The profile in which one player chooses otherwise."""
    return (*profile[:player], choice, *profile[player + 1 :])


def deviations(profile: Profile, choices: Sequence[int]) -> list[tuple[int, int]]:
    """What a single player may do instead: player and choice."""
    return [
        (player, choice)
        for player, several in enumerate(choices)
        for choice in range(several)
        if choice != profile[player]
    ]
