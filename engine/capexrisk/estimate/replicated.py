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
from capexrisk.estimate.measures import Estimate, probability

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def student_half_width(replicates: int, confidence: float = CONFIDENCE) -> float:
    """t with P(|T| <= t) = confidence, for one degree of freedom less than replicates."""
    return float(stdtrit(replicates - 1, 0.5 + confidence / 2.0))


def standard_error(by_replicate: Floats) -> float:
    """Standard error of the mean of these numbers."""
    return float(by_replicate.std(ddof=1)) / sqrt(by_replicate.size)


def mean(means: Floats, paths: Integers, confidence: float = CONFIDENCE) -> Estimate:
    """Estimate of an expectation from each replicate's mean."""
    n = int(paths.sum())
    value = float(means @ paths) / n
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
    off; NaN where that leaves (0, 1). The standard error is its half-width over Student's t.
    """
    level = np.array(levels)
    values = pooled.quantile(level)
    below = np.array([one.below(values) for one in replicates])
    t = student_half_width(len(replicates), confidence)
    spread = t * below.std(axis=0, ddof=1) / sqrt(len(replicates))
    low, high = pooled.quantile(np.clip([level - spread, level + spread], 0.0, 1.0))
    known = (level - spread > 0.0) & (level + spread < 1.0)
    errors = np.where(known, (high - low) / (2.0 * t), nan)
    coarse_low, coarse_high = pooled.resolution(values)
    low = np.where(known, np.minimum(low, coarse_low), nan)
    high = np.where(known, np.maximum(high, coarse_high), nan)
    return [
        Estimate(f"p{100 * p:g}", float(v), float(e), float(a), float(b), pooled.n)
        for p, v, e, a, b in zip(levels, values, errors, low, high, strict=True)
    ]


def cash_flow_at_risk(
    means: Floats,
    average: Estimate,
    quantile: Estimate,
    replicates: Sequence[Distribution],
    level: float,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """CFaR: the mean, which is the target, less the quantile at 1 - level.

    Both are of the same paths: a replicate's difference is its mean, and what its share of paths
    below the quantile moves that quantile by, over the density there.
    """
    below = np.array([one.below(np.array([quantile.value]))[0] for one in replicates])
    value = average.value - quantile.value
    name = f"cfar{100 * level:g}"
    spread = standard_error(below)
    per_density = quantile.standard_error / spread if spread > 0.0 else 0.0
    error = standard_error(means + below * per_density)
    half = student_half_width(means.size, confidence) * error
    return Estimate(name, value, error, value - half, value + half, average.n)
