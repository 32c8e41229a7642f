"""Confidence intervals of probabilities."""

from __future__ import annotations

from math import sqrt

from scipy.special import betaincinv, ndtri

CONFIDENCE = 0.95
FEW = 10  # hits or misses below which the normal approximation behind Wilson's interval is poor


def normal_half_width(confidence: float = CONFIDENCE) -> float:
    """z with P(|Z| <= z) = confidence."""
    return float(ndtri(0.5 + confidence / 2.0))


def wilson(hits: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's score interval of a probability (Wilson, 1927).

    Parameters
    ----------
    hits, n : float
        Successes among n > 0 trials.
    confidence : float
        Coverage aimed at, in (0, 1).

    Returns
    -------
    low, high : float
    """
    z = normal_half_width(confidence)
    p = hits / n
    scale = 1.0 + z * z / n
    centre = (p + z * z / (2.0 * n)) / scale
    half = z * sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def clopper_pearson(hits: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a probability (Clopper and Pearson, 1934); never covers too rarely.

    Parameters and returns as for `wilson`.
    """
    tail = (1.0 - confidence) / 2.0
    low = float(betaincinv(hits, n - hits + 1.0, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1.0, n - hits, 1.0 - tail)) if hits < n else 1.0
    return low, high


def binomial_interval(hits: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's interval; Clopper and Pearson's where hits or misses are fewer than `FEW`."""
    few = min(hits, n - hits) < FEW
    return clopper_pearson(hits, n, confidence) if few else wilson(hits, n, confidence)
