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

from math import isnan, nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from capexrisk.estimate import measures
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.intervals import CONFIDENCE, FEW, score_interval
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

    The interval is Wilson's with Student's width, for as many independent paths as have the same
    error (N. Dean and M. Pagano, Journal of Survey Statistics and Methodology 3, 2015). Where hits
    or misses are fewer than `FEW`, replicates tell too little of each other: the interval is then
    that of as many independent paths, which is wider as a rule.

    Points of a net may give the same count in every replicate, which does not make it exact: the
    error counts one path more than is seen to differ.
    """
    n, total = int(paths.sum()), int(hits.sum())
    if min(total, n - total) < FEW:
        return probability(total, n, confidence)
    p, several = total / n, hits.size
    off = float(((hits - p * paths) ** 2).sum()) + 1.0
    error = sqrt(off / (several * (several - 1))) / float(paths.mean())
    as_many = p * (1.0 - p) / error**2
    low, high = score_interval(p, as_many, student_half_width(several, confidence))
    return Estimate("probability", p, error, low, high, n)


def chance(means: Floats, paths: Integers, confidence: float = CONFIDENCE) -> Estimate:
    """Estimate of a probability from each replicate's mean of an amount: see `measures.chance`."""
    n, several = int(paths.sum()), means.size
    value = float(means @ paths) / n if n else nan
    if n == 0 or value in (0.0, 1.0):
        return measures.chance(value if n else 0.0, 0.0, n, confidence)
    off = float((((means - value) * paths) ** 2).sum()) + 1.0
    error = sqrt(off / (several * (several - 1))) / float(paths.mean())
    return measures.bounded(value, error, student_half_width(several, confidence), n)


def shares_below(pooled: Distribution, counts: NDArray[Any], values: Floats) -> Floats:
    """Share of each replicate's paths below each value, (R, values).

    Parameters
    ----------
    pooled : Distribution
        Of all replicates: inside a cell the paths of each lie as those of all do.
    counts : ndarray, shape (R, CELLS)
        Paths by histogram cell.
    values : ndarray
    """
    cell, inside = pooled.place(values)
    cumulative = counts.cumsum(axis=1, dtype=np.int64)
    here = counts[:, cell]
    shares: Floats = (cumulative[:, cell] - here * (1.0 - inside)) / cumulative[:, -1:]
    return shares


def quantiles(
    pooled: Distribution,
    counts: NDArray[Any],
    levels: tuple[float, ...],
    confidence: float = CONFIDENCE,
) -> list[Estimate]:
    """Estimates of quantiles of all paths; statistics "p5" for level 0.05, and so on.

    The interval holds the quantiles at the level less and plus what the share of paths below may be
    off, as for independent paths; that error is the replicates'.

    Parameters
    ----------
    pooled : Distribution
        Of all replicates.
    counts : ndarray, shape (R, CELLS)
        Paths by histogram cell.
    levels : tuple of float
    confidence : float
    """
    below = shares_below(pooled, counts, pooled.quantile(np.array(levels)))
    error_of_level = below.std(axis=0, ddof=1) / sqrt(len(below))
    return woodruff(pooled, levels, error_of_level, student_half_width(len(below), confidence))


def cash_flow_at_risk(
    means: Floats,
    average: Estimate,
    quantile: Estimate,
    pooled: Distribution,
    counts: NDArray[Any],
    level: float,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """CFaR: the mean, which is the target, less the quantile at 1 - level.

    Both are of the same paths: a replicate's difference is its mean, and what its share of paths
    below the quantile moves that quantile by, over the density there. As for independent paths,
    the interval is made wider by what a histogram cannot resolve.
    """
    below = shares_below(pooled, counts, np.array([quantile.value]))[:, 0]
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


def expected_shortfall(
    quantile: Estimate,
    pooled: Distribution,
    counts: NDArray[Any],
    level: float,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """The mean of the worst paths: of those below the quantile at 1 - level.

    As for independent paths its error is that of the mean of what paths fall short of the quantile.
    """
    found = measures.expected_shortfall(quantile, pooled, level, confidence)
    if isnan(found.standard_error):
        return found
    short, _ = pooled.shortfalls(quantile.value)
    error = standard_error(counts @ short / counts.sum(axis=1)) / (1.0 - level)
    half = student_half_width(len(counts), confidence) * error
    return Estimate(
        found.statistic, found.value, error, found.value - half, found.value + half, found.n
    )
