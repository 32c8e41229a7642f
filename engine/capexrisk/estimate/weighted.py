"""Estimates of probabilities from weighted paths."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, hypot, inf, isnan, nan, sqrt

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import (
    normal_half_width,
    score_interval,
    standard_error,
    student_half_width,
)


@dataclass
class WeightedHits:
    """Sums over the hits among weighted paths.

    A path's weight is the ratio of its density under the model to the density it was drawn from, so
    the mean of weight times hit is the probability.

    Attributes
    ----------
    n, hits : int
        Paths, and hits among them.
    total, squares, largest : float
        Sum, sum of squares and maximum of the hits' weights.
    """

    n: int = 0
    hits: int = 0
    total: float = 0.0
    squares: float = 0.0
    largest: float = 0.0

    def add(self, n: int, weights: NDArray[np.float64]) -> None:
        """Add n paths, given the weights of the hits among them."""
        self.n += n
        self.hits += weights.size
        self.total += float(weights.sum())
        self.squares += float(weights @ weights)
        self.largest = max(self.largest, float(weights.max(initial=0.0)))

    @property
    def relative_error(self) -> float:
        """Standard error over the probability; inf without a hit."""
        if self.hits == 0:
            return inf
        return sqrt(max(self.squares / self.total**2 - 1.0 / self.n, 0.0))

    @property
    def effective_hits(self) -> float:
        """(Σw)²/Σw² over the hits: the number of hits of equal weight with the same error."""
        return self.total**2 / self.squares if self.hits else 0.0

    @property
    def largest_share(self) -> float:
        """Share of the largest weight in the sum."""
        return self.largest / self.total if self.hits else nan

    def probability(self) -> Estimate:
        """Estimate the probability, with an interval on a logarithmic scale.

        That keeps it above 0 and makes it reach further upwards, since the estimate may be low: the
        largest weights are the rarest.
        """
        value = self.total / self.n
        return log_interval(value, self.relative_error, self.n, normal_half_width())


def log_interval(value: float, relative_error: float, n: int, half_width: float) -> Estimate:
    """A probability > 0, its interval `half_width` standard errors to each side in logarithms."""
    ratio = exp(min(half_width * relative_error, 100.0))
    error = value * relative_error
    return Estimate("probability", value, error, value / ratio, min(1.0, value * ratio), n)


def repeated(values: NDArray[np.float64], n: int, bias: float = 0.0) -> Estimate:
    """Estimate a probability from independent repetitions of one method.

    Parameters
    ----------
    values : ndarray, shape (repetitions,)
        Two or more, not all of them 0.
    n : int
        Number of paths of all repetitions together.
    bias : float
        Possible relative bias of the method, which no number of repetitions reveals.
    """
    value = float(values.mean())
    relative_error = hypot(float(standard_error(values)) / value, bias)
    return log_interval(value, relative_error, n, student_half_width(values.size))


def weighted_mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> Estimate:
    """Estimate a conditional mean from weighted hits.

    It is a ratio, Σwx / Σw, with the error of its linear part; see A. B. Owen, "Monte Carlo theory,
    methods and examples" (2013), section 9.2.

    Parameters
    ----------
    values, weights : ndarray, shape (hits,)
        Of the paths on which the condition holds.
    """
    total = float(weights.sum())
    if not total > 0.0:
        return Estimate("mean", nan, nan, nan, nan, 0)
    value = float(weights @ values) / total
    error = float(np.linalg.norm(weights * (values - value))) / total
    half = normal_half_width() * error
    return Estimate("mean", value, error, value - half, value + half, values.size)


def weighted_share(holds: NDArray[np.bool_], weights: NDArray[np.float64]) -> Estimate:
    """Estimate the share of weighted hits of which something holds.

    The error is that of `weighted_mean`; the interval is Wilson's, of as many hits of equal weight
    as have that error.

    Parameters
    ----------
    holds, weights : ndarray, shape (hits,)
        Of the paths on which the condition holds.
    """
    _, value, error, *_ = weighted_mean(holds.astype(float), weights)
    if isnan(value):
        return Estimate("probability", nan, nan, nan, nan, 0)
    equal = float(weights.sum()) ** 2 / float(weights @ weights)
    effective = value * (1.0 - value) / error**2 if error > 0.0 else equal
    low, high = score_interval(value, effective, normal_half_width())
    return Estimate("probability", value, error, low, high, holds.size)


def weighted_quantile(
    values: NDArray[np.float64], weights: NDArray[np.float64], level: float
) -> Estimate:
    """Estimate a conditional quantile from weighted hits; parameters as for `weighted_mean`.

    The interval ends at the quantiles of the level minus and plus the error of the weighted share
    below (Woodruff, 1952).
    """
    name = f"p{100.0 * level:g}"
    if not float(weights.sum()) > 0.0:
        return Estimate(name, nan, nan, nan, nan, 0)
    order = np.argsort(values, kind="stable")
    in_order, share = values[order], weights[order] / weights.sum()
    below = np.cumsum(share)

    def at(wanted: float) -> float:
        return float(in_order[min(int(np.searchsorted(below, wanted)), in_order.size - 1)])

    value = at(level)
    error = float(np.linalg.norm(share * ((in_order <= value) - level)))
    half = normal_half_width()
    low, high = at(max(level - half * error, 0.0)), at(min(level + half * error, 1.0))
    return Estimate(name, value, (high - low) / (2.0 * half), low, high, values.size)
