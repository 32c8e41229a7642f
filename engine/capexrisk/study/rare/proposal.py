"""Proposal of importance sampling: a mixture that always includes the model's own density.

Its parts are the model's density, which bounds every weight by one over its share; that density
shifted and scaled along one direction; and, for each burst, that density with its draws scaled up.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from capexrisk.study.rare.limit_state import Floats, Integers

BURST = 2.0  # scale of the draws of a burst


@dataclass(frozen=True)
class Proposal:
    """A mixture over standard normal draws.

    Attributes
    ----------
    shares : ndarray, shape (2 + bursts,)
        Of the model's density, of the shifted one, of each burst; they sum to 1.
    direction : ndarray, shape (dimensions,)
        A unit vector.
    shift, scale : float
        Mean and standard deviation along it.
    bursts : tuple of ndarray
        See `LimitState`.
    """

    shares: Floats
    direction: Floats
    shift: float
    scale: float
    bursts: tuple[Integers, ...]

    def draw(self, paths: int, stream: np.random.Generator) -> tuple[Floats, Integers]:
        """Draw paths (paths, dimensions); also the part of the mixture that each comes from."""
        draws = stream.standard_normal((paths, self.direction.size))
        part = stream.choice(self.shares.size, paths, p=self.shares)
        moved = np.flatnonzero(part == 1)
        along = draws[moved] @ self.direction
        draws[moved] += np.outer(self.shift + (self.scale - 1.0) * along, self.direction)
        for number, burst in enumerate(self.bursts, start=2):
            draws[np.ix_(part == number, burst)] *= BURST
        return draws, part

    def log_parts(self, draws: Floats) -> Floats:
        """Log of each part's density times its share over the model's density, (paths, parts)."""
        parts = np.empty((len(draws), self.shares.size))
        along = draws @ self.direction
        parts[:, 0] = 0.0
        parts[:, 1] = _log_ratio(along, self.shift, self.scale)
        for number, burst in enumerate(self.bursts, start=2):
            parts[:, number] = _log_ratio(draws[:, burst], 0.0, BURST).sum(axis=1)
        with np.errstate(divide="ignore"):  # a share may be 0
            return parts + np.log(self.shares)

    def log_density(self, draws: Floats) -> Floats:
        """Log of the density over the model's, which is minus a path's log weight, (paths,)."""
        density: Floats = np.logaddexp.reduce(self.log_parts(draws), axis=1)
        return density


def _log_ratio(z: Floats, mean: float, scale: float) -> Floats:
    """Log of the density of N(mean, scale^2) over that of N(0, 1)."""
    ratio: Floats = 0.5 * (z * z - ((z - mean) / scale) ** 2) - log(scale)
    return ratio
