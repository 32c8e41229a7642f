"""Estimates from independent replicates.

The points of one scrambled sequence depend on each other, so how they differ tells nothing of the
error. Replicates are scrambled independently of each other: a statistic that is a mean over paths,
or nearly one, has the standard error of a mean over replicates, and Student's interval. What is not
a mean is replaced by its linear part: a ratio by the hits less so many as the ratio expects, a
quantile by the share of paths below it (after Woodruff, 1952).

All functions take their numbers by replicate, first axis; replicates have equally many paths but
for those that are quarantined.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.intervals import CONFIDENCE, FEW
from capexrisk.estimate.measures import Estimate, probability, woodruff

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def student_half_width(replicates: int, confidence: float = CONFIDENCE) -> float:
    """t with P(|T| <= t) = confidence, for one degree of freedom less than replicates."""
    return float(stdtrit(replicates - 1, 0.5 + confidence / 2.0))


def standard_error(by_replicate: Floats) -> float:
    """Standard error of the mean of these numbers."""
    return float(by_replicate.std(ddof=1)) / sqrt(by_replicate.size)


def mean(
    means: Floats, paths: Integers, nonzero: int | None = None, confidence: float = CONFIDENCE
) -> Estimate:
    """Estimate of an expectation from each replicate's mean.

    As for independent paths, fewer than `FEW` of them that are not 0 cannot tell how large the rare
    ones are: the error and the interval are NaN then.
    """
    n = int(paths.sum())
    value = float(means @ paths) / n
    if nonzero is not None and nonzero < min(FEW, n):
        return Estimate("mean", value, nan, nan, nan, n)
    error = standard_error(means)
    half = student_half_width(means.size, confidence) * error
    return Estimate("mean", value, error, value - half, value + half, n)


def share(hits: Integers, paths: Integers, confidence: float = CONFIDENCE) -> Estimate:
    """Estimate of a probability, or of one given an event that `paths` counts.

    Where hits or misses are fewer than `FEW`, replicates tell too little of each other: the
    interval is then that of as many independent paths, which is wider as a rule.
    """
    n, total = int(paths.sum()), int(hits.sum())
    if min(total, n - total) < FEW:
        return probability(total, n, confidence)
    p = total / n
    error = standard_error((hits - p * paths) / paths.mean())
    half = student_half_width(hits.size, confidence) * error
    return Estimate("probability", p, error, max(0.0, p - half), min(1.0, p + half), n)


def quantiles(
    pooled: Distribution,
    replicates: Sequence[Distribution],
    levels: tuple[float, ...],
    confidence: float = CONFIDENCE,
) -> list[Estimate]:
    """Estimates of quantiles of all paths; statistics "p5" for level 0.05, and so on.

    The interval holds the quantiles at the level less and plus what the share of paths below may be
    off, as for independent paths; that error is the replicates'.
    """
    values = pooled.quantile(np.array(levels))
    below = np.array([one.below(values) for one in replicates])
    error_of_level = below.std(axis=0, ddof=1) / sqrt(len(replicates))
    half_width = student_half_width(len(replicates), confidence)
    return woodruff(pooled, levels, error_of_level, half_width)


def cash_flow_at_risk(
    means: Floats,
    average: Estimate,
    quantile: Estimate,
    pooled: Distribution,
    replicates: Sequence[Distribution],
    level: float,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """CFaR: the mean, which is the target, less the quantile at 1 - level.

    Both are of the same paths: a replicate's difference is its mean, and what its share of paths
    below the quantile moves that quantile by, over the density there. As for independent paths,
    the interval is made wider by what a histogram cannot resolve.
    """
    below = np.array([one.below(np.array([quantile.value]))[0] for one in replicates])
    value = average.value - quantile.value
    name = f"cfar{100 * level:g}"
    spread = standard_error(below)
    per_density = quantile.standard_error / spread if spread > 0.0 else 0.0
    error = standard_error(means + below * per_density)
    half = student_half_width(means.size, confidence) * error
    coarse_low, coarse_high = pooled.resolution(np.array([quantile.value]))
    low = min(value - half, average.value - float(coarse_high[0]))
    high = max(value + half, average.value - float(coarse_low[0]))
    return Estimate(name, value, error, low, high, average.n)
