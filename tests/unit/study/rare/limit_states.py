"""Rare failures of which the probability is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.stats import norm

from capexrisk.study.rare.limit_state import Floats, LimitState

Known = tuple[LimitState, float]


def small_problem(
    evaluate: Callable[[Floats], Floats], dimensions: int, switches: tuple[int, ...] = ()
) -> LimitState:
    """A few draws of which nothing but switches is known: each of its own kind, one burst."""
    every = np.arange(dimensions)
    return LimitState(evaluate, dimensions, every, (every,), np.array(switches, dtype=np.int64))


def plane(beta: float, dimensions: int = 10) -> Known:
    """Σx > β √n."""
    root = np.sqrt(dimensions)
    return small_problem(lambda z: beta - z.sum(axis=1) / root, dimensions), norm.sf(beta)


def _four_branches(z: Floats) -> Floats:
    x, y = z.T
    bowl, root = 3.0 + 0.1 * (x - y) ** 2, np.sqrt(2.0)
    sides = [bowl - (x + y) / root, bowl + (x + y) / root, x - y + 7 / root, y - x + 7 / root]
    return np.min(sides, axis=0)


def _rp8(z: Floats) -> Floats:
    """Lognormal loads and resistances, given by means and standard deviations."""
    mean = np.array([120.0, 120.0, 120.0, 120.0, 50.0, 40.0])
    deviation = np.array([12.0, 12.0, 12.0, 12.0, 10.0, 8.0])
    variance = np.log1p((deviation / mean) ** 2)
    x = np.exp(np.log(mean) - 0.5 * variance + np.sqrt(variance) * z)
    return x @ np.array([1.0, 2.0, 2.0, 1.0, -5.0, -5.0])


def _rp22(z: Floats) -> Floats:
    x, y = z.T
    return 2.5 - (x + y) / np.sqrt(2.0) + 0.1 * (x - y) ** 2


def _rp28(z: Floats) -> Floats:
    return (78064.0 + 11710.0 * z[:, 0]) * (0.0104 + 0.00156 * z[:, 1]) - 146.14


KNOWN: dict[str, Known] = {
    **{f"plane {beta}": plane(beta) for beta in (3, 4, 6)},
    "RP107": plane(5),
    "RP8": (small_problem(_rp8, 6), 7.897927545598e-4),
    "RP22": (small_problem(_rp22, 2), 4.207305511e-3),
    "RP28": (small_problem(_rp28, 2), 1.453294555e-7),
    "four branches": (small_problem(_four_branches, 2), 2.2227950662e-3),
}


def two_regions(beta: float, dimensions: int, *, bursts: bool = True) -> Known:
    """|x| > β of the first draw: two regions as far apart as can be, equally likely."""
    every = np.arange(dimensions)
    problem = LimitState(
        lambda z: beta - np.abs(z[:, 0]), dimensions, every, (every,) if bursts else ()
    )
    return problem, 2.0 * norm.sf(beta)


def two_slopes(dimensions: int, slope: float = 0.75, beta: float = 4.0) -> Known:
    """x > β or x < -β, where the distance to the second is the smaller the farther away.

    The nearest paths of the model lie before the second, two to one, and what follows them alone
    never sees the first.
    """
    problem = LimitState(
        lambda z: np.minimum(beta - z[:, 0], slope * (beta + z[:, 0])),
        dimensions,
        np.arange(dimensions),
        (),
    )
    return problem, 2.0 * norm.sf(beta)
