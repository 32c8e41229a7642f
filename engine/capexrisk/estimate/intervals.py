"""Confidence intervals of probabilities, half-widths and standard errors of means."""

from __future__ import annotations

from math import sqrt

import numpy as np
import scipy  # whose parts load where they are used
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
FEW = 10  # hits or misses below which the normal approximation behind Wilson's interval is poor


def normal_half_width(confidence: float = CONFIDENCE) -> float:
    """z with P(|Z| <= z) = confidence."""
    return float(scipy.special.ndtri(0.5 + confidence / 2.0))


def student_half_width(replicates: int, confidence: float = CONFIDENCE) -> float:
    """t with P(|T| <= t) = confidence, for degrees of freedom one fewer than replicates."""
    return float(scipy.special.stdtrit(replicates - 1, 0.5 + confidence / 2.0))


def standard_error(values: Floats, axis: int = -1) -> Floats:
    """Standard error of the mean of independent values along an axis; a number for one axis."""
    error: Floats = values.std(axis=axis, ddof=1) / sqrt(values.shape[axis])
    return error


def skewed_interval(values: Floats, half_width: float) -> tuple[Floats, Floats]:
    """Interval of the mean of independent values along the last axis, for skewed ones.

    Student's interval misses on the side of the tail. P. Hall's cubic transformation takes the skew
    out (Journal of the Royal Statistical Society B 54, 1992), with the skewness of the values.

    Parameters
    ----------
    values : ndarray, shape (..., n)
        Three or more.
    half_width : float
        Of the interval without skew, in standard errors.
    """
    n = values.shape[-1]
    mean, deviation = values.mean(axis=-1), values.std(axis=-1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        cubes = (((values - mean[..., None]) / deviation[..., None]) ** 3).sum(axis=-1)
    skewness = cubes * (n / ((n - 1) * (n - 2)))
    skewness = np.where(np.abs(skewness) > 1e-6, skewness, 1e-6)  # the limit, without 0 / 0

    def end(units: float) -> Floats:
        root = np.cbrt(1.0 + skewness * (units - skewness / (6.0 * n)))
        reached: Floats = mean - deviation * 3.0 / skewness * (root - 1.0)
        return reached

    return end(half_width / sqrt(n)), end(-half_width / sqrt(n))


def score_interval(p: float, n: float, half_width: float) -> tuple[float, float]:
    """Wilson's score interval (1927) about a share p of n paths, `half_width` errors to each side.

    Where paths are not independent, n is the number of independent ones with the same error.
    """
    square = half_width * half_width / n
    scale = 1.0 + square
    centre = (p + square / 2.0) / scale
    half = sqrt(p * (1.0 - p) * square + square * square / 4.0) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def wilson(hits: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval of a probability (Wilson, 1927).

    Parameters
    ----------
    hits, n : float
        Successes among n > 0 trials.
    confidence : float
        Nominal coverage, in (0, 1).

    Returns
    -------
    low, high : float
    """
    return score_interval(hits / n, n, normal_half_width(confidence))


def clopper_pearson(hits: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact interval (Clopper and Pearson, 1934); its coverage is at least the nominal level.

    Parameters and returns as for `wilson`.
    """
    tail = (1.0 - confidence) / 2.0
    low = float(scipy.special.betaincinv(hits, n - hits + 1.0, tail)) if hits > 0 else 0.0
    high = float(scipy.special.betaincinv(hits + 1.0, n - hits, 1.0 - tail)) if hits < n else 1.0
    return low, high


def binomial_interval(hits: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's interval; Clopper and Pearson's if there are fewer than `FEW` hits or misses."""
    few = min(hits, n - hits) < FEW
    return clopper_pearson(hits, n, confidence) if few else wilson(hits, n, confidence)
