"""Failures whose probabilities are known: the reliability set, and cash flow of the small model.

Each is a distance over independent standard normals, negative where it fails. RP8 to RP107 are of
the black-box reliability challenge (R. Rozsas and A. Slobbe, TNO, 2019), four branches of P. H.
Waarts' thesis (Delft, 2000). RP28 is a quadrature over its first variable, RP107 a plane; RP8, RP22
and four branches agree with 20,000,000 counted samples within half a standard error.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from benchmarks.small_model.small_model import SmallModel, small_case
from capexrisk.study.rare.limit_state import LimitState

Floats = NDArray[np.float64]
# Free cash flow of the small model's year in $bn, and the probability of less: `main` finds it.
CASH_FLOW = {
    -19.9: 0.029628484809988354,
    -29.6: 0.0029717722050829217,
    -40.0: 0.00010311571112475087,
    -53.9: 9.61632477992885e-07,
}


class Problem(NamedTuple):
    """A failure: its distance from draws (paths, dimensions), and its probability."""

    name: str
    dimensions: int
    distance: Callable[[Floats], Floats]
    probability: float

    def limit_state(self) -> LimitState:
        """What the engine's searches are given: each draw of its own kind, one burst."""
        every = np.arange(self.dimensions)
        return LimitState(self.distance, self.dimensions, every, (every,))


def _lognormal(z: Floats, mean: float, deviation: float) -> Floats:
    square = np.log1p((deviation / mean) ** 2)
    return np.asarray(np.exp(np.log(mean) - square / 2.0 + np.sqrt(square) * z))


def _rp8(z: Floats) -> Floats:
    x = [_lognormal(z[:, i], 120.0, 12.0) for i in range(4)]
    x5, x6 = _lognormal(z[:, 4], 50.0, 10.0), _lognormal(z[:, 5], 40.0, 8.0)
    return x[0] + 2.0 * x[1] + 2.0 * x[2] + x[3] - 5.0 * x5 - 5.0 * x6


def _rp22(z: Floats) -> Floats:
    total, difference = z[:, 0] + z[:, 1], z[:, 0] - z[:, 1]
    return 2.5 - total / np.sqrt(2.0) + 0.1 * difference**2


def _rp28(z: Floats) -> Floats:
    return (78_064.0 + 11_710.0 * z[:, 0]) * (0.0104 + 0.00156 * z[:, 1]) - 146.14


def _rp107(z: Floats) -> Floats:
    return np.asarray(5.0 * np.sqrt(10.0) - z.sum(axis=1))


def _four_branch(z: Floats) -> Floats:
    total, difference = z[:, 0] + z[:, 1], z[:, 0] - z[:, 1]
    bent = 3.0 + 0.1 * difference**2
    sides = [bent - total / np.sqrt(2.0), bent + total / np.sqrt(2.0)]
    sides += [difference + 7.0 / np.sqrt(2.0), -difference + 7.0 / np.sqrt(2.0)]
    return np.asarray(np.minimum.reduce(sides))


RELIABILITY = (
    Problem("RP8", 6, _rp8, 7.897927545598e-4),
    Problem("RP22", 2, _rp22, 4.207305511e-3),
    Problem("RP28", 2, _rp28, 1.453294555e-7),
    Problem("RP107", 10, _rp107, 2.8665157e-7),
    Problem("four branches", 2, _four_branch, 2.2227950662e-3),
)


def cash_flow(z: Floats) -> Floats:
    """Free cash flow of the small model's year, $bn."""
    return np.asarray(_model()(z[:, 0], z[:, 1], z[:, 2]).fcf)


@cache
def _model() -> SmallModel:
    return SmallModel(small_case())


def chances_below(limits: list[float]) -> list[float]:
    """P(free cash flow < limit): trapezoids in two draws, in the first what a fine grid crosses.

    Not a single root: who fails early spends no more, so that cash flow rises again there.
    """
    first, other = np.linspace(-8.0, 8.0, 801), np.linspace(-7.0, 7.0, 141)
    density = np.exp(-(other**2) / 2.0) / np.sqrt(2.0 * np.pi) * (other[1] - other[0])
    found = np.zeros(len(limits))
    for z2, weight in zip(other, density, strict=True):
        z1, z3 = (part.ravel() for part in np.meshgrid(first, other, indexing="ij"))
        flows = cash_flow(np.column_stack([z1, np.full(z1.size, z2), z3]))
        flows = flows.reshape(first.size, other.size)
        for number, limit in enumerate(limits):
            found[number] += weight * float(_below(first, flows - limit) @ density)
    return [float(chance) for chance in found]


def _below(first: Floats, distance: Floats) -> Floats:
    """For each column the probability of the first draw's where its distance is negative."""
    start, end = distance[:-1], distance[1:]
    # Where the distance crosses 0 between two places, by a straight line.
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.clip(np.where(start != end, start / (start - end), 0.0), 0.0, 1.0)
    step = first[1] - first[0]
    crossing = ndtr(first[:-1, None] + share * step)
    low, high = ndtr(first[:-1, None]), ndtr(first[1:, None])
    inside = np.where(start < 0.0, crossing - low, 0.0) + np.where(end < 0.0, high - crossing, 0.0)
    whole = np.where((start < 0.0) & (end < 0.0), high - low, inside)
    beyond = np.where(distance[0] < 0.0, low[0], 0.0)
    return np.asarray(whole.sum(axis=0) + beyond)


def cash_flow_problems() -> tuple[Problem, ...]:
    """Free cash flow below each of the limits."""
    return tuple(
        Problem(f"cash flow, p = {chance:.0e}", 3, lambda z, c=limit: cash_flow(z) - c, chance)
        for limit, chance in CASH_FLOW.items()
    )


def main() -> None:
    """Print the probabilities of the limits, anew."""
    for limit, chance in zip(CASH_FLOW, chances_below(list(CASH_FLOW)), strict=True):
        print(f"{limit}: {chance!r}")


if __name__ == "__main__":
    main()
