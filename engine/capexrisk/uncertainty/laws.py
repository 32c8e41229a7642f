"""The laws of a draw: quantile and distribution function of each, and laws that are cut."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol, TypeAlias

import numpy as np
import scipy  # whose parts load where they are used
from numpy.typing import ArrayLike, NDArray

from capexrisk.scenario.uncertainty import Group

__all__ = [
    "Cut",
    "Law",
    "Lognormal",
    "Metalog",
    "Normal",
    "Pert",
    "Sample",
    "Triangular",
    "Uniform",
    "laws_of",
]

Floats: TypeAlias = NDArray[np.float64]

LARGEST_SHARE: Final = 1.0 - 2.0**-53
LEAST_POSITIVE: Final = 5e-324
PERT_WEIGHT: Final = 4.0
TAIL: Final = 0.05  # of the quantiles p5 and p95
STEPS: Final = 80  # halvings of an interval of logits: to the last bit
FARTHEST: Final = 800.0  # logits; beyond 745 a share is 0


class Law(Protocol):
    """A law of one draw, by its two functions; all are vectorised."""

    @property
    def support(self) -> tuple[float, float]:
        """Least and greatest value; infinite where there is none."""

    def quantile(self, share: ArrayLike) -> Floats:
        """Value below which a share lies, 0 < share < 1."""

    def distribution(self, value: ArrayLike) -> Floats:
        """Share that lies at or below a value; it may be infinite."""


@dataclass(frozen=True)
class Normal:
    """Normal law."""

    mean: float
    sd: float
    support = (-math.inf, math.inf)

    def quantile(self, share: ArrayLike) -> Floats:
        """See `Law`."""
        found: Floats = self.mean + self.sd * scipy.special.ndtri(share)
        return found

    def distribution(self, value: ArrayLike) -> Floats:
        """See `Law`."""
        found: Floats = scipy.special.ndtr((np.asarray(value, float) - self.mean) / self.sd)
        return found


@dataclass(frozen=True)
class Lognormal:
    """Law of a median times the exponential of a normal number."""

    median: float
    sigma: float
    support = (0.0, math.inf)

    def quantile(self, share: ArrayLike) -> Floats:
        """See `Law`."""
        found: Floats = self.median * np.exp(self.sigma * scipy.special.ndtri(share))
        return found

    def distribution(self, value: ArrayLike) -> Floats:
        """See `Law`."""
        ratio = np.maximum(np.asarray(value, float), LEAST_POSITIVE) / self.median
        found: Floats = scipy.special.ndtr(np.log(np.maximum(ratio, LEAST_POSITIVE)) / self.sigma)
        return found


@dataclass(frozen=True)
class Uniform:
    """Every value of an interval alike."""

    low: float
    high: float

    @property
    def support(self) -> tuple[float, float]:
        """See `Law`."""
        return self.low, self.high

    def quantile(self, share: ArrayLike) -> Floats:
        """See `Law`."""
        return self.low + (self.high - self.low) * np.asarray(share, float)

    def distribution(self, value: ArrayLike) -> Floats:
        """See `Law`."""
        return np.clip((np.asarray(value, float) - self.low) / (self.high - self.low), 0.0, 1.0)


@dataclass(frozen=True)
class Triangular:
    """Density that rises to a mode and falls from there, both in a straight line."""

    low: float
    mode: float
    high: float

    @property
    def support(self) -> tuple[float, float]:
        """See `Law`."""
        return self.low, self.high

    def quantile(self, share: ArrayLike) -> Floats:
        """See `Law`."""
        u = np.asarray(share, float)
        width, rise, fall = self._widths
        rising = self.low + width * np.sqrt(u * (rise / width))
        falling = self.high - width * np.sqrt((1.0 - u) * (fall / width))
        return np.where(u < rise / width, rising, falling)

    def distribution(self, value: ArrayLike) -> Floats:
        """See `Law`."""
        x: Floats = np.clip(np.asarray(value, float), self.low, self.high)
        width, rise, fall = self._widths
        below = (x - self.low) / width * ((x - self.low) / (rise or 1.0))
        above = (self.high - x) / width * ((self.high - x) / (fall or 1.0))
        return np.where(x < self.mode, below, 1.0 - above)

    @property
    def _widths(self) -> tuple[float, float, float]:
        return self.high - self.low, self.mode - self.low, self.high - self.mode


@dataclass(frozen=True)
class Pert:
    """Beta law between two values, its mean (low + 4 mode + high) / 6 (Malcolm et al. 1959)."""

    low: float
    mode: float
    high: float

    @property
    def support(self) -> tuple[float, float]:
        """See `Law`."""
        return self.low, self.high

    def quantile(self, share: ArrayLike) -> Floats:
        """See `Law`."""
        found: Floats = self.low + (self.high - self.low) * scipy.special.betaincinv(
            *self._shape, share
        )
        return found

    def distribution(self, value: ArrayLike) -> Floats:
        """See `Law`."""
        inside = (np.asarray(value, float) - self.low) / (self.high - self.low)
        found: Floats = scipy.special.betainc(*self._shape, np.clip(inside, 0.0, 1.0))
        return found

    @property
    def _shape(self) -> tuple[float, float]:
        at = (self.mode - self.low) / (self.high - self.low)
        return 1.0 + PERT_WEIGHT * at, 1.0 + PERT_WEIGHT * (1.0 - at)


@dataclass(frozen=True)
class Metalog:
    """Three-term metalog law with given P5, P50 and P95.

    Its quantile is a1 + a2 s + a3 (u - 1/2) s, s = ln(u / (1 - u)): a logistic law with a skew.

    References
    ----------
    Keelin, T. W. (2016). The metalog distributions. Decision Analysis 13(4), 243-277.
    """

    p5: float
    p50: float
    p95: float
    support = (-math.inf, math.inf)

    def quantile(self, share: ArrayLike) -> Floats:
        """See `Law`."""
        u = np.asarray(share, float)
        return self._at(u, scipy.special.logit(u))

    def distribution(self, value: ArrayLike) -> Floats:
        """See `Law`; found by halving, since the quantile rises with s."""
        x = np.asarray(value, float)
        low, high = np.full(x.shape, -FARTHEST), np.full(x.shape, FARTHEST)
        for _ in range(STEPS):
            middle = (low + high) / 2.0
            below = self._at(scipy.special.expit(middle), middle) <= x
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        found: Floats = scipy.special.expit(low)
        return found

    @cached_property
    def _weights(self) -> tuple[float, float]:
        s = math.log((1.0 - TAIL) / TAIL)
        skew = self.p5 + self.p95 - 2.0 * self.p50
        return (self.p95 - self.p5) / (2.0 * s), skew / ((1.0 - 2.0 * TAIL) * s)

    def _at(self, u: Floats, s: Floats) -> Floats:
        a2, a3 = self._weights
        return self.p50 + a2 * s + a3 * (u - 0.5) * s


@dataclass(frozen=True)
class Sample:
    """Observed values; the quantile is linear between them, in order (Hyndman and Fan's type 7).

    References
    ----------
    Hyndman, R. J., Fan, Y. (1996). Sample quantiles in statistical packages. The American
    Statistician 50(4), 361-365.
    """

    values: tuple[float, ...]

    @property
    def support(self) -> tuple[float, float]:
        """See `Law`."""
        return min(self.values), max(self.values)

    def quantile(self, share: ArrayLike) -> Floats:
        """See `Law`."""
        ordered = self._ordered
        at = np.asarray(share, float) * (len(ordered) - 1)
        below = np.clip(at.astype(np.int64), 0, len(ordered) - 2)
        return ordered[below] + (at - below) * (ordered[below + 1] - ordered[below])

    def distribution(self, value: ArrayLike) -> Floats:
        """See `Law`."""
        ordered = self._ordered
        x = np.clip(np.asarray(value, float), ordered[0], ordered[-1])
        below = np.searchsorted(ordered, x, side="right") - 1
        step = np.append(np.diff(ordered), 1.0)[below]
        inside = (below + (x - ordered[below]) / step) / (len(ordered) - 1)
        return np.where(np.asarray(value, float) < ordered[0], 0.0, np.minimum(inside, 1.0))

    @cached_property
    def _ordered(self) -> Floats:
        return np.sort(np.array(self.values))


@dataclass(frozen=True)
class Cut:
    """A law within an interval: what lies outside is left out, and the rest scaled up.

    Attributes
    ----------
    law : Law
    low, high : float
        The interval; an end may be infinite.
    """

    law: Law
    low: float
    high: float

    @property
    def support(self) -> tuple[float, float]:
        """See `Law`."""
        low, high = self.law.support
        return max(low, self.low), min(high, self.high)

    @cached_property
    def share(self) -> float:
        """Share of the law that is cut off."""
        below, above = self._ends
        return below + (1.0 - above)

    def quantile(self, share: ArrayLike) -> Floats:
        """See `Law`."""
        below, above = self._ends
        of_all = below + (above - below) * np.asarray(share, float)
        found = self.law.quantile(np.minimum(of_all, LARGEST_SHARE))
        return np.clip(found, self.low, self.high)

    def distribution(self, value: ArrayLike) -> Floats:
        """See `Law`."""
        below, above = self._ends
        inside = self.law.distribution(np.clip(np.asarray(value, float), self.low, self.high))
        return (inside - below) / (above - below)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        below, above = self.law.distribution(np.array([self.low, self.high]))
        return float(below), float(above)


def laws_of(group: Group, draws: int) -> list[Law]:
    """Law of each of a group's draws, uncut."""
    if group.covariance is not None:
        spreads = [math.sqrt(row[number]) for number, row in enumerate(group.covariance)]
        kind = Normal if group.law == "normal" else Lognormal
        return [kind(group.centre, spread) for spread in spreads]
    return [_law_of(group)] * draws


def _law_of(group: Group) -> Law:
    match group.law:
        case "normal":
            return Normal(group.centre, _given(group.sd))
        case "lognormal":
            return Lognormal(group.centre, _given(group.sigma))
        case "uniform":
            return Uniform(_given(group.low), _given(group.high))
        case "triangular":
            return Triangular(_given(group.low), _given(group.mode), _given(group.high))
        case "pert":
            return Pert(_given(group.low), _given(group.mode), _given(group.high))
        case "quantiles":
            return Metalog(_given(group.p5), _given(group.p50), _given(group.p95))
        case "sample":
            assert group.values is not None
            return Sample(group.values)


def _given(number: float | None) -> float:
    assert number is not None  # as the record makes sure
    return number
