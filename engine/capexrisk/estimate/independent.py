"""Estimates from independent paths: value, standard error, 95 % interval and number of paths."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan, sqrt
from typing import NamedTuple

import numpy as np

from capexrisk.estimate.distribution import Distribution, Floats
from capexrisk.estimate.intervals import (
    FEW,
    binomial_interval,
    clopper_pearson,
    normal_half_width,
)

OBSERVED = {"upper_bound": 0.0, "lower_bound": 1.0}  # share of hits behind each kind of bound


class Estimate(NamedTuple):
    """An estimated number with its error.

    Attributes
    ----------
    statistic : str
        "mean", "p5", "probability", ...; "upper_bound" ("lower_bound") for a probability where no
        path (every path) is a hit: the value is then the end of the interval, because n paths
        cannot show that it is 0 (or 1).
    value, standard_error, ci_low, ci_high : float
        NaN where it cannot be known: the standard error of a bound, anything of no paths.
    n : int
        Number of paths behind it.
    """

    statistic: str
    value: float
    standard_error: float
    ci_low: float
    ci_high: float
    n: int

    @property
    def is_bound(self) -> bool:
        """Whether it is a bound on a probability, because no path or every path is a hit."""
        return self.statistic in OBSERVED

    @property
    def is_probability(self) -> bool:
        """Whether it is a probability or a bound on one."""
        return self.is_bound or self.statistic == "probability"

    @property
    def observed(self) -> float:
        """The observed value: 0 or 1 where the value is a bound, else the value itself."""
        return OBSERVED.get(self.statistic, self.value)

    @property
    def hits(self) -> float:
        """Number of hits behind a probability."""
        return self.observed * self.n if self.n else 0.0


def mean(
    value: float,
    deviation: float,
    n: int,
    nonzero: int | None = None,
) -> Estimate:
    """Estimate an expectation.

    Parameters
    ----------
    value : float
        Mean of n paths.
    deviation : float
        Sum of their squared deviations from it.
    n : int
    nonzero : int, optional
        Number of paths that are not 0, if some may be. With fewer than `FEW`, the paths cannot show
        how large rare values are: the error and the interval are NaN, not 0.
    """
    rare = nonzero is not None and nonzero < min(FEW, n)
    if n < 2 or rare:
        return Estimate("mean", value if n else nan, nan, nan, nan, n)
    error = sqrt(deviation / (n - 1) / n)
    half = normal_half_width() * error
    return Estimate("mean", value, error, value - half, value + half, n)


def probability(hits: int, n: int) -> Estimate:
    """Estimate a probability from hits among n paths; a bound where all or none are hits.

    Examples
    --------
    >>> probability(0, 20)  # doctest: +ELLIPSIS
    Estimate(statistic='upper_bound', value=0.168..., standard_error=nan, ci_low=0.0, \
ci_high=0.168..., n=20)
    """
    if n == 0:
        return Estimate("probability", nan, nan, nan, nan, 0)
    if hits == 0:
        _, high = clopper_pearson(0, n)
        return Estimate("upper_bound", high, nan, 0.0, high, n)
    if hits == n:
        low, _ = clopper_pearson(n, n)
        return Estimate("lower_bound", low, nan, low, 1.0, n)
    p = hits / n
    low, high = binomial_interval(hits, n)
    return Estimate("probability", p, sqrt(p * (1.0 - p) / n), low, high, n)


def chance(value: float, deviation: float, n: int) -> Estimate:
    """Estimate a probability that is the expectation of an amount roughly between 0 and 1.

    Where all paths give 0, or all give 1, it is a bound: whatever gives another value may be rare.
    For the same reason the error allows for one more differing path than was observed.

    Parameters
    ----------
    value : float
        Mean of n paths; clipped to [0, 1].
    deviation : float
        Sum of their squared deviations from it.
    n : int
    """
    if n < 2 or value in (0.0, 1.0):
        return probability(round(value * n), n)
    return bounded(value, sqrt((deviation + 1.0) / (n - 1) / n), normal_half_width(), n)


def bounded(value: float, error: float, half_width: float, n: int) -> Estimate:
    """A probability with a symmetric interval, `half_width` errors to each side; in [0, 1]."""
    wanted = (value, value - half_width * error, value + half_width * error)
    p, low, high = (min(max(number, 0.0), 1.0) for number in wanted)
    return Estimate("probability", p, error, low, high, n)


def quantiles(distribution: Distribution, levels: tuple[float, ...]) -> list[Estimate]:
    """Estimate quantiles; statistics are named "p5" for level 0.05, and so on.

    The interval is Woodruff's (1952): the quantiles at level ± z sqrt(level (1 - level) / n), free
    of any assumption about the distribution; NaN where too few paths lie beyond, so that such a
    level leaves (0, 1). The standard error is its half-width over z. The interval, not the standard
    error, also covers what the histogram cannot resolve.

    Parameters
    ----------
    distribution : Distribution
        Of one quantity or several: all levels of the first come first.
    levels : tuple of float
    """
    if distribution.n == 0:
        return [Estimate(f"p{100 * p:g}", nan, nan, nan, nan, 0) for p in levels]
    level = np.array(levels)
    error_of_level = np.sqrt(level * (1.0 - level) / distribution.paths)
    return woodruff(distribution, levels, error_of_level, normal_half_width())


def woodruff(
    distribution: Distribution, levels: tuple[float, ...], error_of_level: Floats, half_width: float
) -> list[Estimate]:
    """Quantiles, with intervals between those at the levels minus and plus their errors.

    Parameters
    ----------
    distribution : Distribution
        Of one path or more.
    levels : tuple of float
    error_of_level : ndarray, shape (..., levels)
        Standard error of the share of paths below each quantile.
    half_width : float
        Of the interval, in standard errors.
    """
    spread = half_width * error_of_level
    level = np.broadcast_to(levels, spread.shape)
    wanted = np.concatenate([level, level - spread, level + spread], axis=-1)
    found = distribution.quantile(np.clip(wanted, 0.0, 1.0))
    values, low, high = np.split(found, 3, axis=-1)
    known = (level - spread > 0.0) & (level + spread < 1.0)
    errors = np.where(known, (high - low) / (2.0 * half_width), nan)
    coarse_low, coarse_high = distribution.resolution(values)
    low = np.where(known, np.minimum(low, coarse_low), nan)
    high = np.where(known, np.maximum(high, coarse_high), nan)
    n = np.broadcast_to(distribution.paths, level.shape)
    names = [f"p{100 * p:g}" for p in levels] * (level.size // len(levels))
    columns = (column.ravel().tolist() for column in (values, errors, low, high, n))
    return [Estimate(*row) for row in zip(names, *columns, strict=True)]


def cash_flow_at_risk(
    averages: Sequence[Estimate],
    quantiles: Sequence[Estimate],
    distribution: Distribution,
    level: float,
) -> list[Estimate]:
    """CFaR: the mean, which is the target, minus the quantile at 1 - level (see `quantiles`).

    Mean and quantile come from the same paths; their covariance follows from that of a path's value
    with its indicator of lying below the quantile, over the density there (Bahadur's
    representation). As for quantiles, the interval is widened by what the histogram cannot resolve.

    Parameters
    ----------
    averages, quantiles : sequence of Estimate
        Of each quantity.
    distribution : Distribution
        Of one quantity or several.
    level : float
    """
    tail, name, half_width = 1.0 - level, f"cfar{100 * level:g}", normal_half_width()
    lowest = np.reshape([quantile.value for quantile in quantiles], distribution.paths.shape)
    mean_short = distribution.averages(distribution.shortfalls(lowest)[0])
    coarse = (end.ravel().tolist() for end in distribution.resolution(lowest))
    found = []
    for average, quantile, short, coarse_low, coarse_high in zip(
        averages, quantiles, mean_short.tolist(), *coarse, strict=True
    ):
        value, n = average.value - quantile.value, average.n
        if n < 2:
            found.append(Estimate(name, value, nan, nan, nan, n))
            continue
        per_density = quantile.standard_error / sqrt(tail * (1.0 - tail) / n)
        below = tail * quantile.value - short
        covariance = (tail * average.value - below) * per_density / n
        variance = average.standard_error**2 + quantile.standard_error**2 - 2.0 * covariance
        error = sqrt(max(variance, 0.0))
        low = min(value - half_width * error, average.value - coarse_high)
        high = max(value + half_width * error, average.value - coarse_low)
        found.append(Estimate(name, value, error, low, high, n))
    return found


def expected_shortfall(
    quantiles: Sequence[Estimate],
    distribution: Distribution,
    level: float,
) -> list[Estimate]:
    """Expected shortfall: the mean of the paths below the quantile at 1 - level (see `quantiles`).

    It is q - E[(q - X)+] / (1 - level), whose slope in q is 0 at the quantile: to first order the
    error is that of the mean of (q - X)+ alone (R. T. Rockafellar and S. Uryasev, Journal of Risk
    2, 2000). NaN where fewer than `FEW` paths are below.

    Parameters
    ----------
    quantiles : sequence of Estimate
        Of each quantity.
    distribution : Distribution
        Of one quantity or several.
    level : float
    """
    tail, name, half_width = 1.0 - level, f"es{100 * level:g}", normal_half_width()
    if distribution.n == 0:
        return [Estimate(name, nan, nan, nan, nan, 0) for _ in quantiles]
    lowest = np.reshape([quantile.value for quantile in quantiles], distribution.paths.shape)
    parts = (distribution.averages(part) for part in distribution.shortfalls(lowest))
    columns = (column.ravel().tolist() for column in (lowest, *parts, distribution.paths))
    found = []
    for quantile, short, square, n in zip(*columns, strict=True):
        value = quantile - short / tail
        error = nan if tail * n < FEW else sqrt(max(square - short * short, 0.0) / n) / tail
        half = half_width * error
        found.append(Estimate(name, value, error, value - half, value + half, n))
    return found
