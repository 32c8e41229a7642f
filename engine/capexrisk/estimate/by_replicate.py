"""Estimates from independent replicates.

The points of one scrambled sequence depend on each other, so their spread does not show the error.
Replicates are scrambled independently of each other: a statistic that is a mean over paths, or
nearly one, has the standard error of a mean over replicates, and Student's interval. Other
statistics are linearised: a ratio becomes hits minus ratio times trials, a quantile the share of
paths below it over the density there (after Woodruff, 1952; Bahadur's representation). These linear
parts are stored with the estimate, for use in differences between two runs.

All functions take arrays whose first axis is the replicate, some of them one for each of several
quantities, which are estimated together. Replicates have equally many paths, apart from quarantined
ones, and those on which an issuer has failed where only survivors count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import nan, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate import independent as measures
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.independent import Estimate, probability, woodruff
from capexrisk.estimate.intervals import (
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


def mean(means: Floats, paths: Integers, nonzero: int | None = None) -> ByReplicate:
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
    half = student_half_width(means.size) * error
    return ByReplicate(Estimate("mean", value, error, value - half, value + half, n), values)


def share(hits: Integers, paths: Integers) -> ByReplicate:
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
        return ByReplicate(probability(total, n), values)
    off = float((off_by**2).sum()) + 1.0
    error = sqrt(off / (several * (several - 1))) / float(paths.mean())
    as_many = p * (1.0 - p) / error**2
    low, high = score_interval(p, as_many, student_half_width(several))
    return ByReplicate(Estimate("probability", p, error, low, high, n), values)


def chance(means: Floats, paths: Integers) -> ByReplicate:
    """Estimate a probability from each replicate's mean of an amount: see `independent.chance`."""
    n, several = int(paths.sum()), means.size
    value = float(means @ paths) / n if n else nan
    if n == 0 or value in (0.0, 1.0):
        estimate = measures.chance(value if n else 0.0, 0.0, n)
        return ByReplicate(estimate, np.full(several, value))
    off_by = (means - value) * paths
    off = float((off_by**2).sum()) + 1.0
    error = sqrt(off / (several * (several - 1))) / float(paths.mean())
    estimate = measures.bounded(value, error, student_half_width(several), n)
    return ByReplicate(estimate, about(value, off_by, paths))


def shares_below(pooled: Distribution, counts: Sequence[NDArray[Any]], values: Floats) -> Floats:
    """Share of paths below each value, as each replicate tells it, (R, ..., V).

    Replicates of unequally many paths, such as those on which an issuer is still alive, count by
    their paths: see `about`.

    Parameters
    ----------
    pooled : Distribution
        Of all replicates: within a cell, each replicate's paths are distributed like all paths.
    counts : sequence of ndarray, shape (R, CELLS)
        Paths by histogram cell, of each quantity.
    values : ndarray, shape (..., V)
    """
    places = (part.reshape(len(counts), -1) for part in pooled.place(values))
    below, paths = [], []
    for (first, held), cell, inside in zip(_held(pooled, counts), *places, strict=True):
        cumulative = held.cumsum(axis=1, dtype=held.dtype)  # all its paths fit in
        at = cell - first
        below.append((cumulative[:, at] - held[:, at] * (1.0 - inside)).T)
        paths.append(cumulative[:, -1])
    by_replicate = np.moveaxis(np.reshape(below, (*values.shape, -1)), -1, 0)
    in_each = np.moveaxis(np.reshape(paths, (*values.shape[:-1], 1, -1)), -1, 0)
    share = by_replicate.sum(axis=0) / in_each.sum(axis=0)
    shares: Floats = share + (by_replicate - share * in_each) / in_each.mean(axis=0)
    return shares


def _held(
    pooled: Distribution, counts: Sequence[NDArray[Any]]
) -> Iterator[tuple[int, NDArray[Any]]]:
    """Of each quantity the first filled cell, and counts from there to the last, (R, cells)."""
    for own, first, last in zip(
        counts, *(end.ravel().tolist() for end in pooled.filled), strict=True
    ):
        yield first, own[:, first : last + 1]  # a quarter of the cells, or less


def quantiles(
    pooled: Distribution,
    counts: Sequence[NDArray[Any]],
    levels: tuple[float, ...],
) -> list[ByReplicate]:
    """Estimate quantiles over all paths; statistics are named "p5" for level 0.05, and so on.

    As for independent paths, the interval ends at the quantiles of the level minus and plus the
    error of the share of paths below; here that error comes from the replicates. A replicate whose
    share is too high by some of its error has a quantile too low by as much of its own.

    Parameters
    ----------
    pooled : Distribution
        Of all replicates, of one quantity or several: all levels of the first come first.
    counts : sequence of ndarray, shape (R, CELLS)
        Paths by histogram cell, of each quantity.
    levels : tuple of float
    """
    below = shares_below(pooled, counts, pooled.quantile(np.array(levels)))
    half = student_half_width(len(below))
    found = woodruff(pooled, levels, standard_error(below, axis=0), half)
    by_level = np.ascontiguousarray(np.moveaxis(below, 0, -1)).reshape(-1, len(below))
    spread = standard_error(by_level)
    values, errors = np.array([(one.value, one.standard_error) for one in found]).T
    per_density = np.divide(errors, spread, out=np.zeros_like(errors), where=spread > 0.0)
    moved = (by_level - by_level.mean(axis=-1, keepdims=True)) * per_density[:, None]
    return list(map(ByReplicate, found, values[:, None] - moved))


def cash_flow_at_risk(
    averages: Sequence[ByReplicate],
    quantiles: Sequence[ByReplicate],
    pooled: Distribution,
    level: float,
) -> list[ByReplicate]:
    """CFaR: the mean, which is the target, minus the quantile at 1 - level; of each quantity.

    Both come from the same paths, and a replicate's CFaR is the difference of its two values. As
    for independent paths, the interval is widened by what the histogram cannot resolve.
    """
    means, lowest = (
        np.array([one.estimate.value for one in found]) for found in (averages, quantiles)
    )
    values = np.array([a.values - q.values for a, q in zip(averages, quantiles, strict=True)])
    value, error = means - lowest, standard_error(values)
    half = student_half_width(values.shape[1]) * error
    coarse_low, coarse_high = pooled.resolution(lowest.reshape(pooled.paths.shape))
    low = np.minimum(value - half, means - coarse_high.ravel())
    high = np.maximum(value + half, means - coarse_low.ravel())
    n = [average.estimate.n for average in averages]
    return _listed(f"cfar{100 * level:g}", value, error, low, high, n, values)


def expected_shortfall(
    quantiles: Sequence[ByReplicate],
    pooled: Distribution,
    counts: Sequence[NDArray[Any]],
    level: float,
) -> list[ByReplicate]:
    """Expected shortfall: the mean of the paths below the quantile at 1 - level; of each quantity.

    As for independent paths, its error is that of the mean shortfall from the quantile.
    """
    tail = 1.0 - level
    lowest = np.array([quantile.estimate.value for quantile in quantiles])
    short, _ = pooled.shortfalls(lowest.reshape(pooled.paths.shape))
    value = lowest - pooled.averages(short) / tail
    in_all = np.array([own @ one for own, one in zip(counts, np.atleast_2d(short), strict=True)])
    paths = np.array([held.sum(axis=1) for _, held in _held(pooled, counts)])
    n = paths.sum(axis=1, keepdims=True)
    off_by = in_all - in_all.sum(axis=1, keepdims=True) / n * paths
    short_by = off_by / paths.mean(axis=1, keepdims=True) / tail
    short_by = np.where(tail * n < FEW, nan, short_by)
    error = standard_error(short_by)
    half = student_half_width(short_by.shape[1]) * error
    values = value[:, None] - short_by
    name = f"es{100 * level:g}"
    return _listed(name, value, error, value - half, value + half, n.ravel().tolist(), values)


def _listed(
    name: str, value: Floats, error: Floats, low: Floats, high: Floats, n: list[int], values: Floats
) -> list[ByReplicate]:
    """Estimates of several quantities, from a column of each part of theirs."""
    columns = (column.tolist() for column in (value, error, low, high))
    found = (Estimate(name, *row) for row in zip(*columns, n, strict=True))
    return list(map(ByReplicate, found, values))
