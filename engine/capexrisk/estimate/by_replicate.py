"""Estimates from independent replicates.

The points of one scrambled sequence depend on each other, so their spread does not show the error.
Replicates are scrambled independently of each other: a statistic that is a mean over paths, or
nearly one, has the standard error of a mean over replicates, and Student's interval. Other
statistics are linearised: a ratio becomes hits minus ratio times trials, a quantile the share of
paths below it over the density there (after Woodruff, 1952; Bahadur's representation). These linear
parts are stored with the estimate, for use in differences between two runs.

All functions take arrays whose first axis is the replicate; replicates have equally many paths,
apart from quarantined ones, and those on which an issuer has failed where only survivors count.
"""

from __future__ import annotations

from math import isnan, nan, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate import independent as measures
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.independent import Estimate, probability, woodruff
from capexrisk.estimate.intervals import (
    CONFIDENCE,
    FEW,
    score_interval,
    standard_error,
    student_half_width,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class ByReplicate(NamedTuple):
    """An estimate, and its value in each replicate.

    Attributes
    ----------
    estimate : Estimate
    values : ndarray, shape (R,)
        Their mean is the estimated value, or 0 or 1 where the estimate is a bound; where the error
        comes from the replicates, it is the standard error of that mean. NaN where unknown.
    """

    estimate: Estimate
    values: Floats


def about(value: float, off_by: Floats, paths: Integers) -> Floats:
    """A value in each replicate, from the sum of its paths' deviations from that value."""
    values: Floats = value + off_by / max(float(paths.mean()), 1.0)
    return values


def mean(
    means: Floats, paths: Integers, nonzero: int | None = None, confidence: float = CONFIDENCE
) -> ByReplicate:
    """Estimate an expectation from each replicate's mean.

    As for independent paths, fewer than `FEW` nonzero ones cannot show how large rare values are:
    the error and the interval are then NaN.
    """
    n = int(paths.sum())
    value = float(means @ paths) / n
    if nonzero is not None and nonzero < min(FEW, n):
        return ByReplicate(Estimate("mean", value, nan, nan, nan, n), means)
    values = about(value, (means - value) * paths, paths)
    error = float(standard_error(values))
    half = student_half_width(means.size, confidence) * error
    return ByReplicate(Estimate("mean", value, error, value - half, value + half, n), values)


def share(hits: Integers, paths: Integers, confidence: float = CONFIDENCE) -> ByReplicate:
    """Estimate a probability, or one conditional on what `paths` counts.

    The interval is Wilson's with Student's width, for as many independent paths as have the same
    error (N. Dean and M. Pagano, Journal of Survey Statistics and Methodology 3, 2015). With fewer
    than `FEW` hits or misses, the spread of replicates is too uncertain: the interval is then that
    of as many independent paths, which is usually wider.

    Points of a net may give the same count in every replicate, which does not make it exact: the
    error allows for one more differing path than was observed.
    """
    n, total, several = int(paths.sum()), int(hits.sum()), hits.size
    if n == 0:
        return ByReplicate(probability(0, 0), np.full(several, nan))
    p = total / n
    off_by = hits - p * paths
    values = about(p, off_by, paths)
    if min(total, n - total) < FEW:
        return ByReplicate(probability(total, n, confidence), values)
    off = float((off_by**2).sum()) + 1.0
    error = sqrt(off / (several * (several - 1))) / float(paths.mean())
    as_many = p * (1.0 - p) / error**2
    low, high = score_interval(p, as_many, student_half_width(several, confidence))
    return ByReplicate(Estimate("probability", p, error, low, high, n), values)


def chance(means: Floats, paths: Integers, confidence: float = CONFIDENCE) -> ByReplicate:
    """Estimate a probability from each replicate's mean of an amount: see `independent.chance`."""
    n, several = int(paths.sum()), means.size
    value = float(means @ paths) / n if n else nan
    if n == 0 or value in (0.0, 1.0):
        estimate = measures.chance(value if n else 0.0, 0.0, n, confidence)
        return ByReplicate(estimate, np.full(several, value))
    off_by = (means - value) * paths
    off = float((off_by**2).sum()) + 1.0
    error = sqrt(off / (several * (several - 1))) / float(paths.mean())
    estimate = measures.bounded(value, error, student_half_width(several, confidence), n)
    return ByReplicate(estimate, about(value, off_by, paths))


def shares_below(pooled: Distribution, counts: NDArray[Any], values: Floats) -> Floats:
    """Share of paths below each value, as each replicate tells it, (R, values).

    Replicates of unequally many paths, such as those on which an issuer is still alive, count by
    their paths: see `about`.

    Parameters
    ----------
    pooled : Distribution
        Of all replicates: within a cell, each replicate's paths are distributed like all paths.
    counts : ndarray, shape (R, CELLS)
        Paths by histogram cell.
    values : ndarray
    """
    cell, inside = pooled.place(values)
    first, last = pooled.filled  # a twentieth of the cells, or less
    counts, cell = counts[:, first : last + 1], cell - first
    cumulative = counts.cumsum(axis=1, dtype=np.int64)
    paths = cumulative[:, -1:]
    below = cumulative[:, cell] - counts[:, cell] * (1.0 - inside)
    share = below.sum(axis=0) / paths.sum()
    shares: Floats = share + (below - share * paths) / paths.mean()
    return shares


def quantiles(
    pooled: Distribution,
    counts: NDArray[Any],
    levels: tuple[float, ...],
    confidence: float = CONFIDENCE,
) -> list[ByReplicate]:
    """Estimate quantiles over all paths; statistics are named "p5" for level 0.05, and so on.

    As for independent paths, the interval ends at the quantiles of the level minus and plus the
    error of the share of paths below; here that error comes from the replicates.

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
    error_of_level = standard_error(below, axis=0)
    half = student_half_width(len(below), confidence)
    found = woodruff(pooled, levels, error_of_level, half)
    return [
        ByReplicate(estimate, estimate.value - _moved(estimate, shares))
        for estimate, shares in zip(found, below.T, strict=True)
    ]


def _moved(quantile: Estimate, below: Floats) -> Floats:
    """How far a quantile falls for shares of paths below it too high by this much, (R,)."""
    spread = float(standard_error(below))
    per_density = quantile.standard_error / spread if spread > 0.0 else 0.0
    moved: Floats = (below - below.mean()) * per_density
    return moved


def cash_flow_at_risk(
    average: ByReplicate,
    quantile: ByReplicate,
    pooled: Distribution,
    level: float,
    confidence: float = CONFIDENCE,
) -> ByReplicate:
    """CFaR: the mean, which is the target, minus the quantile at 1 - level.

    Both come from the same paths, and a replicate's CFaR is the difference of its two values. As
    for independent paths, the interval is widened by what the histogram cannot resolve.
    """
    mean_of_all, lowest = average.estimate.value, quantile.estimate.value
    value = mean_of_all - lowest
    values = average.values - quantile.values
    error = float(standard_error(values))
    half = student_half_width(values.size, confidence) * error
    coarse_low, coarse_high = pooled.resolution(np.array([lowest]))
    low = min(value - half, mean_of_all - float(coarse_high[0]))
    high = max(value + half, mean_of_all - float(coarse_low[0]))
    name, n = f"cfar{100 * level:g}", average.estimate.n
    return ByReplicate(Estimate(name, value, error, low, high, n), values)


def expected_shortfall(
    quantile: Estimate,
    pooled: Distribution,
    counts: NDArray[Any],
    level: float,
    confidence: float = CONFIDENCE,
) -> ByReplicate:
    """Expected shortfall: the mean of the paths below the quantile at 1 - level.

    As for independent paths, its error is that of the mean shortfall from the quantile.
    """
    found = measures.expected_shortfall(quantile, pooled, level, confidence)
    if isnan(found.standard_error):
        return ByReplicate(found, np.full(len(counts), nan))
    short = pooled.shortfalls(quantile.value)[0]
    paths = counts.sum(axis=1)
    in_all = counts @ short
    off_by = in_all - in_all.sum() / paths.sum() * paths
    short_by = off_by / paths.mean() / (1.0 - level)
    error = float(standard_error(short_by))
    half = student_half_width(len(counts), confidence) * error
    value = found.value
    estimate = found._replace(standard_error=error, ci_low=value - half, ci_high=value + half)
    return ByReplicate(estimate, value - short_by)
