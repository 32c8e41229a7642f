"""Quantiles over inputs of a conditional value, corrected for the noise of its estimates.

See `over_inputs` for the notation. The quantiles of y lie too far out. Two corrections together:

- *Shrinkage* (T. A. Louis, Journal of the American Statistical Association 79, 1984): x = m + k (y
  - m) with k² = B / (B + W) has the variance of the conditional values. Its quantiles are theirs if
  values and noise are normal.
- *Jackknife* in the number of inner paths (M. B. Gordy and S. Juneja, Management Science 56, 2010).
  The halves, shrunken to the same variance, have noise of twice the variance, and so about twice
  the remaining bias: x - (x of a + x of b) / 2, order statistic by order statistic, is minus that
  bias. It is added. As it is noisy, yet smooth in the level, a cubic in the normal score is fitted
  to it first.

Both suppose that the values are spread smoothly over what the noise blurs. Where many points have
one value, a chance of exactly 0 before all, the bias of a quantile near it falls with the root of
the inner paths, and shrinkage moves that value although it has no noise. So every interval also
holds two quantiles that suppose nothing of the kind: the one seen, without any correction, and the
one of a jackknife for a bias that falls with the root.

`benchmarks.two_levels.corrections` compares them.
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

import numpy as np
import scipy  # whose parts load where they are used
from numpy.typing import NDArray

from capexrisk.estimate.figures import Figures
from capexrisk.estimate.intervals import (
    CONFIDENCE,
    normal_half_width,
    skewed_interval,
    student_half_width,
)

Floats = NDArray[np.float64]

DEGREE = 3  # of the polynomial in the normal score
ROUNDING = 1e-12  # of the range: differences that come from rounding


class Shrunken(NamedTuple):
    """Values moved towards the mean until they have the variance between inputs.

    Attributes
    ----------
    seen, apart, ordered : ndarray, shape (metrics, points)
        In order: the values as they are, with equal ones spread, and moved.
    factor, total : ndarray, shape (metrics, 1)
        k, and the variance before.
    gap : ndarray, shape (metrics,)
        Median step between neighbouring values.
    """

    seen: Floats
    apart: Floats
    ordered: Floats
    factor: Floats
    total: Floats
    gap: Floats


def corrected_quantiles(
    a: Floats,
    b: Floats,
    between: Floats,
    levels: tuple[float, ...],
    step: Floats | float = 0.0,
) -> list[Figures]:
    """Quantiles over inputs, one a level.

    As for paths, the interval is Woodruff's (1952): its ends are the quantiles of two levels. These
    are the levels of order statistics that hold the quantile, for as many independent points as
    have the same error of the level. That error is the spread of the replicates' linear parts: the
    share of points below the quantile, and what the replicate adds to m and k. The interval, not
    the standard error, also covers half of the correction, by which it may be wrong, half of the
    step between the values that estimates take, and what an atom may do (see above). NaN: an end
    beyond the points, and everything but the value where B cannot be told from 0.

    Parameters
    ----------
    a, b : ndarray, shape (..., R, P)
    between : ndarray, shape (..., R)
        B as each replicate tells it.
    levels : tuple of float
    step : ndarray, shape (...), or float
        Least step between the values that estimates at a point can take.
    """
    *metrics, several, each = a.shape
    points = several * each
    flat = (-1, several, each)
    a, b, between = a.reshape(flat), b.reshape(flat), between.reshape(flat[:2])
    y = 0.5 * (a + b)
    mean = y.mean(axis=(1, 2))[:, None]
    variance = np.maximum(between.mean(axis=1), 0.0)[:, None]

    x, of_a, of_b = (shrink(values, mean, variance) for values in (y, a, b))
    halves = 0.5 * (of_a.ordered + of_b.ordered)
    apart_in_halves = 0.5 * (of_a.apart + of_b.apart)
    steps = np.maximum(x.gap, x.factor[:, 0] * np.broadcast_to(step, metrics).reshape(-1))
    at = np.stack([quantile(x.ordered, level) for level in levels], axis=1)
    corrections = (x.ordered - halves) @ smoothing(points, levels)
    corrected = np.maximum.accumulate(at + corrections, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = np.where(x.factor > 0.0, mean + (at - mean) / x.factor, mean)

    # Linear parts of m, and of k relative to k, by replicate, (metrics, R).
    of_mean = y.mean(axis=2) - mean
    with np.errstate(divide="ignore", invalid="ignore"):
        of_total = ((y - mean[..., None]) ** 2).mean(axis=2) / x.total - 1.0
        of_factor = 0.5 * (between / variance - 1.0 - of_total)
    half_width = student_half_width(several)
    sure = skewed_interval(between, half_width)[0] > 0.0

    found = []
    for column, level in enumerate(levels):
        plain, value = at[:, column], corrected[:, column]
        below = (y < raw[:, column, None, None]).mean(axis=2)
        off = below - below.mean(axis=1, keepdims=True)
        density = slope(x.ordered, level, half_width * level_error(off, each))
        with np.errstate(invalid="ignore"):
            moved = (1.0 - x.factor) * of_mean + (plain[:, None] - mean) * of_factor
            error = level_error(off - density[:, None] * moved, each)
        reached = order_levels(level, error, half_width, points)
        low, high = (np.where(sure, quantile(x.ordered, end) - plain, np.nan) for end in reached)
        low, high = np.minimum(low, 0.0), np.maximum(high, 0.0)
        doubt = 0.5 * np.hypot(value - raw[:, column], steps)
        seen, apart = quantile(x.seen, level), quantile(x.apart, level)
        by_root = apart + (apart - quantile(apart_in_halves, level)) / (sqrt(2.0) - 1.0)
        numbers = Figures(
            value,
            (high - low) / (2.0 * half_width),
            np.minimum(value - np.hypot(low, doubt), np.minimum(seen, by_root)),
            np.maximum(value + np.hypot(high, doubt), np.maximum(seen, by_root)),
        )
        found.append(Figures(*(number.reshape(metrics) for number in numbers)))
    return found


def shrink(values: Floats, mean: Floats, variance: Floats) -> Shrunken:
    """Values, (metrics, R, P), with this variance about this mean, each (metrics, 1)."""
    seen = np.sort(values.reshape(len(values), -1), axis=1)
    apart, gap = spread_ties(seen)
    total = ((values - mean[..., None]) ** 2).mean(axis=(1, 2))[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(total > 0.0, np.sqrt(variance / total), 0.0)
    moved = mean + factor * (apart - mean)
    return Shrunken(seen, apart, moved, factor, total, factor[:, 0] * gap)


def spread_ties(seen: Floats) -> tuple[Floats, Floats]:
    """Rows in order, their equal values spread evenly between their neighbours' middles.

    Estimated probabilities are multiples of 1 / n. Halfway through a run of equal values stands
    their own value (the mid-distribution's quantiles: Y. Ma, M. Genton and E. Parzen, Annals of the
    Institute of Statistical Mathematics 63, 2011). Also the median gap between different ones.
    """
    ordered = seen.copy()
    rises = np.diff(ordered, axis=1)
    differ = rises > ROUNDING * (ordered[:, -1:] - ordered[:, :1])
    rank = np.arange(ordered.shape[1])
    for i in np.flatnonzero(~differ.all(axis=1)):
        starts = np.append(0, np.flatnonzero(differ[i]) + 1)
        ends = np.append(starts[1:], rank.size) - 1
        ordered[i] = np.interp(rank, 0.5 * (starts + ends), ordered[i, starts])
    steps = np.sort(np.where(differ, rises, 0.0), axis=1)
    middle = rank.size - 2 - differ.sum(axis=1) // 2
    return ordered, steps[np.arange(len(steps)), middle]


def quantile(ordered: Floats, level: Floats | float) -> Floats:
    """Each row's quantile at its level, linear between (i + 1/2) / points; NaN for a NaN."""
    points = ordered.shape[1]
    unknown = np.isnan(level)
    position = np.clip(np.where(unknown, 0.5, level) * points - 0.5, 0.0, points - 1.0)
    lower = np.minimum(position.astype(np.int64), points - 2)
    row = np.arange(len(ordered))
    inside = position - lower
    value = ordered[row, lower] * (1.0 - inside) + ordered[row, lower + 1] * inside
    return np.where(unknown, np.nan, value)


def smoothing(points: int, levels: tuple[float, ...]) -> Floats:
    """Weights by which differences of order statistics give the smoothed ones, (points, levels)."""
    scores = scipy.special.ndtri((np.arange(points) + 0.5) / points)
    fit = np.linalg.pinv(np.polynomial.hermite_e.hermevander(scores, DEGREE))
    weights: Floats = (
        np.polynomial.hermite_e.hermevander(scipy.special.ndtri(levels), DEGREE) @ fit
    ).T
    return weights


def level_error(off: Floats, each: int) -> Floats:
    """Standard error of a level from the replicates' deviations, (metrics, R).

    As for shares of paths, one more differing point than was observed is allowed for.
    """
    several = off.shape[1]
    square = (off**2).sum(axis=1) + 1.0 / each**2
    error: Floats = np.sqrt(square / (several * (several - 1)))
    return error


def slope(ordered: Floats, level: float, step: Floats) -> Floats:
    """Density at the quantile of a level, from the quantiles one step below and above."""
    points = ordered.shape[1]
    low = np.maximum(level - step, 0.5 / points)
    high = np.minimum(level + step, 1.0 - 0.5 / points)
    rise = quantile(ordered, high) - quantile(ordered, low)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rise > 0.0, (high - low) / rise, 0.0)


def order_levels(
    level: float, error: Floats, half_width: float, points: int
) -> tuple[Floats, Floats]:
    """Levels of the order statistics between which a quantile lies; NaN for one beyond the points.

    The k-th of n independent points lies below the quantile with the binomial probability of k hits
    or more; k is interpolated (A. D. Hutson, Journal of Applied Statistics 26, 1999). n is such
    that the level has this error, fewer for Student's width.
    """
    as_many = level * (1.0 - level) / error**2 * (normal_half_width() / half_width) ** 2
    chance = 0.5 + CONFIDENCE / 2.0

    def upper(level: float) -> Floats:
        k = scipy.special.bdtrik(chance, as_many, level) + 1.0
        share = k / (as_many + 1.0)
        return np.where((k > as_many) | (share > 1.0 - 0.5 / points), np.nan, share)

    return 1.0 - upper(1.0 - level), upper(level)
