"""The posterior of the spread process given a history: its mode from several starts, then draws.

The mode is the penalised maximum of the exact likelihood. Around it the posterior is drawn, so that
estimates, errors and covariance are its own and not those of a parabola.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from capexrisk.errors import TableError
from capexrisk.model.parameters import DELTA

from .compiled.filter import log_likelihoods
from .compiled.process import Mixing
from .coordinates import priors

__all__ = ["Mode", "Posterior", "Target", "mixing_of", "mode", "posterior"]

Floats = NDArray[np.float64]

TAIL_DOF: Final = 8.0  # of the market's draws, as in the library's scenarios
NODES: Final = 7  # of the quadrature: within 0.01 of the log-likelihood, see the tests
STARTS: Final = 8
STEP: Final = 1e-4  # of differences: the root of what the log-likelihood's rounding leaves
START_SPREAD: Final = 0.7  # of starts, in the prior's standard deviations
CLIMB: Final = {"maxiter": 300, "ftol": 1e-8}  # of about 90: within 1e-6 log units a step
ALIKE: Final = 0.05  # log units within which two optima are the same
DEGENERATE: Final = 0.1  # a regime's step, as a share of the history's own sd of a quarter
WIDER: Final = 1.2  # the normal law of the slices, over the curvature's at the mode
CHAINS: Final = 128
STEPS: Final = 72
LEAST_EFFECTIVE: Final = 50.0


def mixing_of(tail_dof: float) -> Mixing:
    """The Student-t's factor, by Wilson and Hilferty, as MODEL.md has it; none where infinite."""
    if np.isinf(tail_dof):
        return Mixing(1.0, 1.0, 0.0)
    ninth = 2.0 / (9.0 * tail_dof)
    return Mixing(float(np.sqrt((tail_dof - 2.0) / tail_dof)), 1.0 - ninth, float(np.sqrt(ninth)))


@functools.cache
def factor_nodes(mixing: Mixing, nodes: int = NODES) -> tuple[Floats, Floats]:
    """Nodes of that factor and their weights, by Gauss and Hermite's quadrature of its normal."""
    if mixing.sigma == 0.0:
        return np.ones(1), np.ones(1)
    z, weights = np.polynomial.hermite_e.hermegauss(nodes)
    v = np.maximum(mixing.mean + mixing.sigma * z, 0.1)
    return mixing.scale / v**1.5, weights / weights.sum()


@dataclass(frozen=True)
class Target:
    """The log posterior of a history.

    Attributes
    ----------
    log_bp : (T,) array
    middle, spread : (16,) arrays
        Mean and standard deviation of each coordinate's prior.
    mixing : Mixing
    """

    log_bp: Floats
    middle: Floats
    spread: Floats
    mixing: Mixing

    @classmethod
    def of(cls, log_bp: Floats, tail_dof: float = TAIL_DOF) -> Target:
        """The target of a series, with the priors of `coordinates`."""
        return cls(log_bp, *priors(log_bp), mixing_of(tail_dof))

    def values(self, points: Floats) -> Floats:
        """Log posterior at each row of (N, 16) points, but for a constant."""
        off = (points - self.middle) / self.spread
        likelihood = log_likelihoods(points, self.log_bp, *factor_nodes(self.mixing), self.mixing)
        return np.asarray(np.asarray(likelihood) - 0.5 * (off**2).sum(axis=1))

    def descent(self, at: Floats) -> tuple[float, Floats]:
        """Minus the log posterior, and its gradient by central differences."""
        steps = STEP * np.eye(at.size)
        found = self.values(np.vstack([at, at + steps, at - steps]))
        if not np.isfinite(found).all():
            return 1e10, np.zeros(at.size)
        up, down = found[1 : at.size + 1], found[at.size + 1 :]
        return -float(found[0]), (down - up) / (2.0 * STEP)

    def curvature(self, at: Floats, step: float = 1e-2) -> Floats:
        """Second derivatives of minus the log posterior, by central differences."""
        size = at.size
        steps = step * np.eye(size)
        rows, columns = np.tril_indices(size)
        both = steps[rows] + steps[columns]
        across = steps[rows] - steps[columns]
        found = self.values(np.vstack([at + both, at - both, at + across, at - across]))
        plus, minus, one, other = found.reshape(4, -1)
        matrix = np.zeros((size, size))
        matrix[rows, columns] = (one + other - plus - minus) / (4.0 * step**2)
        return matrix + np.tril(matrix, -1).T


@dataclass(frozen=True)
class Mode:
    """The best of several optima.

    Attributes
    ----------
    at : (16,) array
    value : float
        Log posterior there.
    starts, agreeing, refused : int
        Starts; those that end there; those that end in a degenerate optimum.
    """

    at: Floats
    value: float
    starts: int
    agreeing: int
    refused: int


def mode(target: Target, generator: np.random.Generator, starts: int = STARTS) -> Mode:
    """Climb from the prior's middle and from draws of it; keep the highest sound optimum.

    An optimum is degenerate if a regime's quarterly step is below a tenth of the standard deviation
    of the history's own changes: the likelihood then grows without bound on a few points.

    Raises
    ------
    TableError
        If every optimum is degenerate.
    """
    drawn = generator.standard_normal((starts - 1, target.middle.size))
    begin = np.vstack([target.middle, target.middle + START_SPREAD * target.spread * drawn])
    found = [climb(target, at) for at in begin]
    sound = [(value, at) for value, at in found if not degenerate(target, at)]
    if not sound:
        raise TableError(
            "the history",
            "is best explained by a regime without volatility",
            "look for quarters that were filled in, or give a longer series",
        )
    value, at = max(sound, key=lambda one: one[0])
    agreeing = sum(value - other < ALIKE for other, _ in sound)
    return Mode(at, value, starts, agreeing, len(found) - len(sound))


def climb(target: Target, begin: Floats) -> tuple[float, Floats]:
    """Log posterior and place of the optimum above a point."""
    found = minimize(target.descent, begin, jac=True, method="L-BFGS-B", options=CLIMB)
    return -float(found.fun), np.asarray(found.x)


def degenerate(target: Target, at: Floats) -> bool:
    """Whether a regime has next to no volatility."""
    least = DEGENERATE * float(np.diff(target.log_bp).std())
    return bool(np.exp(at[4:7]).min() * np.sqrt(DELTA) < least)


@dataclass(frozen=True)
class Posterior:
    """Draws of the posterior by many short chains.

    Attributes
    ----------
    draws : (N, 16) array
    effective : float
        Number of independent draws that would tell as much, of the coordinate that mixes worst:
        the draws times their variance over that of the chains' means, times a chain's length.
    """

    draws: Floats
    effective: float


def posterior(
    target: Target,
    at: Floats,
    generator: np.random.Generator,
    chains: int = CHAINS,
    steps: int = STEPS,
) -> Posterior:
    """Draw from the posterior by elliptical slices of the normal law around its mode.

    All chains move together, since points cost least many at once. A third of the steps is dropped.

    Raises
    ------
    TableError
        If the optimum is no peak, or the chains do not agree.

    References
    ----------
    Murray, I., Adams, R. P., MacKay, D. J. C. (2010). Elliptical slice sampling. Proceedings of
    AISTATS 9, 541-548.
    Nishihara, R., Murray, I., Adams, R. P. (2014). Parallel MCMC with generalized elliptical slice
    sampling. Journal of Machine Learning Research 15, 2087-2112.
    """
    values, vectors = np.linalg.eigh(target.curvature(at))
    if values.min() <= 0.0:
        raise TableError("the history", "has no well-shaped optimum", "give a longer series")
    root = WIDER * vectors / np.sqrt(values)
    shape = (chains, at.size)

    def ratio(z: Floats) -> Floats:
        return np.asarray(target.values(at + z @ root.T) + 0.5 * (z**2).sum(axis=1))

    z = generator.standard_normal(shape)
    level = ratio(z)
    kept = []
    for step in range(steps):
        z, level = _slice(ratio, z, level, generator)
        if step >= steps // 3:
            kept.append(at + z @ root.T)
    draws = np.array(kept)
    between = draws.mean(axis=0).var(axis=0, ddof=1)
    variance = draws.reshape(-1, at.size).var(axis=0)
    effective = float((chains * variance / between).min())
    if effective < LEAST_EFFECTIVE:
        raise TableError("the history", "has no well-shaped posterior", "give a longer series")
    return Posterior(draws.reshape(-1, at.size), effective)


def _slice(
    ratio: Callable[[Floats], Floats], z: Floats, level: Floats, generator: np.random.Generator
) -> tuple[Floats, Floats]:
    """One step of every chain: along an ellipse through z, to a point above a drawn level."""
    chains = len(z)
    least = level + np.log1p(-generator.random(chains))
    other = generator.standard_normal(z.shape)
    angle = generator.uniform(0.0, 2.0 * np.pi, chains)
    low, high = angle - 2.0 * np.pi, angle.copy()
    found, reached = z.copy(), level.copy()
    open_ = np.arange(chains)
    while open_.size:
        turn = angle[open_, None]
        tried = z[open_] * np.cos(turn) + other[open_] * np.sin(turn)
        height = ratio(tried)
        above = height > least[open_]
        done, open_ = open_[above], open_[~above]
        found[done], reached[done] = tried[above], height[above]
        low[open_] = np.where(angle[open_] < 0.0, angle[open_], low[open_])
        high[open_] = np.where(angle[open_] < 0.0, high[open_], angle[open_])
        angle[open_] = generator.uniform(low[open_], high[open_])
    return found, reached
