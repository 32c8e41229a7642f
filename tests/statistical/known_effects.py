"""Problems whose Shapley, first-order and total effects are known in closed form.

- Ishigami: sin x + 7 sin² y + 0.1 z⁴ sin x, each uniform between -π and π (T. Ishigami and T. Homma
  1990).
- g-function: the product of (|4 u - 2| + a) / (1 + a), u uniform, a = 0, 1, 4.5, 9 (I. Sobol 1993).
- linear: x + y + 2 z of standard normals, y and z correlated by 0.6; as a noisy estimate.
- groups: six normals in four groups, correlated between groups.
- lognormal: exp of such a sum, its log of standard deviation 0.7; as a noisy estimate.
- event: whether a correlated sum of normals and the noise of a path exceeds its 99th percentile;
  the noise is a group of its own. Naive estimators mislead here: most designs see a few hits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from math import comb, pi

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import multivariate_normal

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """A function of correlated standard normals, in groups.

    Attributes
    ----------
    value : callable
        Of normals (..., d).
    closed : callable
        Var E[y | these groups known], of a tuple of groups.
    groups : tuple of tuple of int
    correlation : ndarray
    noise : float
        Standard deviation of the noise of each of two estimates; 0 where y is known.
    rounds : int
        Of the nested design.
    """

    value: Callable[[Floats], Floats]
    closed: Callable[[tuple[int, ...]], float]
    groups: tuple[tuple[int, ...], ...]
    correlation: Floats
    noise: float = 0.0
    rounds: int = 4

    @cached_property
    def truth(self) -> dict[str, Floats]:
        """Shares of the variance, by kind of effect."""
        every = tuple(range(len(self.groups)))
        whole = self.closed(every)
        shapley, first, total = [], [], []
        for group in every:
            rest = tuple(other for other in every if other != group)
            shapley.append(
                sum(
                    (self.closed((*known, group)) - self.closed(known))
                    / comb(len(rest), size)
                    / len(every)
                    for size in range(len(every))
                    for known in combinations(rest, size)
                )
            )
            first.append(self.closed((group,)))
            total.append(whole - self.closed(rest))
        found = {"shapley": shapley, "first_order": first, "total": total}
        return {kind: np.array(values) / whole for kind, values in found.items()}

    def estimates(self, normals: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Two estimates of y with independent noise."""
        y = self.value(normals)
        if not self.noise:
            return y, y
        first, second = (y + self.noise * rng.standard_normal(y.shape) for _ in range(2))
        return first, second


def _ishigami(z: Floats) -> Floats:
    x, y, w = np.moveaxis(pi * (2.0 * ndtr(z) - 1.0), -1, 0)
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * w**4 * np.sin(x)


def _ishigami_closed(known: tuple[int, ...]) -> float:
    a, b = 7.0, 0.1
    x = 0.5 * (1.0 + b * pi**4 / 5.0) ** 2
    y, xw = a**2 / 8.0, 8.0 * b**2 * pi**8 / 225.0
    return (0 in known) * x + (1 in known) * y + ({0, 2} <= set(known)) * xw


SPREAD = 0.7
A = np.array([0.0, 1.0, 4.5, 9.0])


def _g(z: Floats) -> Floats:
    product: Floats = ((np.abs(4.0 * ndtr(z) - 2.0) + A) / (1.0 + A)).prod(axis=-1)
    return product


def _g_closed(known: tuple[int, ...]) -> float:
    return float(np.prod([1.0 + 1.0 / (3.0 * (1.0 + A[i]) ** 2) for i in known]) - 1.0)


@dataclass(frozen=True)
class _Linear:
    """b'z of correlated normals, and whether it exceeds a level."""

    slopes: tuple[float, ...]
    correlation: Floats
    groups: tuple[tuple[int, ...], ...]
    level: float = 0.0  # of the normal score
    seen: dict[tuple[int, ...], float] = field(default_factory=dict)

    @property
    def _covariance(self) -> Floats:
        found: Floats = self.correlation @ np.array(self.slopes)
        return found

    @property
    def variance(self) -> float:
        return float(np.array(self.slopes) @ self._covariance)

    def value(self, z: Floats) -> Floats:
        total: Floats = z @ np.array(self.slopes)
        return total

    def exceeds(self, z: Floats) -> Floats:
        return (self.value(z) > ndtri(1.0 - self.level) * np.sqrt(self.variance)).astype(float)

    def closed(self, known: tuple[int, ...]) -> float:
        inputs = [i for group in known for i in self.groups[group]]
        if not inputs:
            return 0.0
        with_total = self._covariance[inputs]
        among = self.correlation[np.ix_(inputs, inputs)]
        return float(with_total @ np.linalg.solve(among, with_total))

    def lognormal(self, z: Floats) -> Floats:
        found: Floats = np.exp(SPREAD / np.sqrt(self.variance) * self.value(z))
        return found

    def closed_lognormal(self, known: tuple[int, ...]) -> float:
        """Of a lognormal with variance s² of the log, of which a share is known."""
        return float(np.exp(SPREAD**2) * np.expm1(SPREAD**2 * self.closed(known) / self.variance))

    def closed_event(self, known: tuple[int, ...]) -> float:
        """P(two draws that share what is known both exceed) - p²: they are bivariate normal."""
        key = tuple(sorted(known))
        if key not in self.seen:
            p, shared = self.level, self.closed(known) / self.variance
            if shared > 1.0 - 1e-12:
                both = p
            else:
                end = [ndtri(p)] * 2
                both = float(multivariate_normal.cdf(end, cov=[[1.0, shared], [shared, 1.0]]))
            self.seen[key] = both - p * p
        return self.seen[key]


def _correlated(size: int, pairs: dict[tuple[int, int], float]) -> Floats:
    matrix = np.eye(size)
    for (i, j), value in pairs.items():
        matrix[i, j] = matrix[j, i] = value
    return matrix


SINGLE = ((0,), (1,), (2,))
LINEAR = _Linear((1.0, 1.0, 2.0), _correlated(3, {(1, 2): 0.6}), SINGLE)
GROUPS = _Linear(
    (1.0, 0.5, -1.0, 0.8, 0.3, 1.5),
    _correlated(6, {(0, 1): 0.4, (1, 2): 0.5, (3, 4): -0.3, (2, 5): 0.3}),
    ((0, 1), (2,), (3, 4), (5,)),
)
EVENT = _Linear(
    (1.0, 1.0, 0.5, 1.2), _correlated(4, {(0, 1): 0.6}), ((0,), (1,), (2,), (3,)), level=0.01
)


def independent_event() -> Problem:
    """An event of one in a hundred of three independent normals."""
    third = float(np.sqrt(1.0 - 0.8**2 - 0.5**2))
    event = _Linear((0.8, 0.5, third), np.eye(3), SINGLE, level=0.01)
    return Problem(event.exceeds, event.closed_event, SINGLE, np.eye(3), rounds=64)


PROBLEMS = {
    "Ishigami": Problem(_ishigami, _ishigami_closed, SINGLE, np.eye(3)),
    "g-function": Problem(_g, _g_closed, ((0,), (1,), (2,), (3,)), np.eye(4)),
    "linear, correlated": Problem(
        LINEAR.value, LINEAR.closed, LINEAR.groups, LINEAR.correlation, noise=1.0
    ),
    "groups, correlated": Problem(
        GROUPS.value, GROUPS.closed, GROUPS.groups, GROUPS.correlation, noise=1.0
    ),
    "lognormal, correlated": Problem(
        GROUPS.lognormal,
        GROUPS.closed_lognormal,
        GROUPS.groups,
        GROUPS.correlation,
        noise=0.5,
        rounds=16,
    ),
    "rare event, p = 0.01": Problem(
        EVENT.exceeds, EVENT.closed_event, EVENT.groups, EVENT.correlation, rounds=64
    ),
}
