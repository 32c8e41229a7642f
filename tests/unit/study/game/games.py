"""Games with known equilibria, as oracles of payoffs with and without noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

REPLICATES = 32


class Known:
    """An oracle of known payoffs, with normal noise that falls with the root of the draws.

    Parameters
    ----------
    payoffs : ndarray, shape (*choices, players)
    error : float
        Of a replicate at one draw.
    shared : float
        Correlation of the noise between profiles: what common draws bring about.
    """

    def __init__(self, payoffs, *, error=0.0, shared=0.0, seed=0):
        self.known = np.asarray(payoffs, dtype=float)
        self.choices = self.known.shape[:-1]
        self.error, self.shared, self.seed = error, shared, seed
        self.asked = 0

    def payoffs(self, profiles: Sequence[tuple[int, ...]], draws: int):
        self.asked += len(profiles)
        exact = np.stack([self.known[one] for one in profiles])[:, None, :]
        players = self.known.shape[-1]
        common = self._noise(0, draws).standard_normal((REPLICATES, players))
        own = np.stack(
            [
                self._noise(
                    1 + int(np.ravel_multi_index(one, self.choices)), draws
                ).standard_normal((REPLICATES, players))
                for one in profiles
            ]
        )
        noise = np.sqrt(self.shared) * common + np.sqrt(1.0 - self.shared) * own
        return exact + self.error / np.sqrt(draws) * noise

    def _noise(self, number, draws):
        return np.random.Generator(np.random.Philox(key=[self.seed, number << 32 | draws]))


def two_players(first, second):
    """A bimatrix game."""
    return np.stack([np.asarray(first, float), np.asarray(second, float)], axis=-1)


PRISONERS = two_players([[3, 0], [5, 1]], [[3, 5], [0, 1]])  # 0 keeps silent, 1 betrays
PENNIES = two_players([[1, -1], [-1, 1]], [[-1, 1], [1, -1]])
CHICKEN = two_players([[0, -1], [1, -5]], [[0, 1], [-1, -5]])  # two pure equilibria


def cournot(quantities, players=3, intercept=12.0, cost=0.0):
    """Firms choose quantities; price is the intercept less their sum.

    In the continuum each produces (intercept - cost) / (players + 1), together they would produce
    half of intercept - cost.
    """
    sizes = np.asarray(quantities, float)
    grids = np.meshgrid(*[sizes] * players, indexing="ij")
    margin = intercept - cost - sum(grids)
    return np.stack([own * margin for own in grids], axis=-1)
