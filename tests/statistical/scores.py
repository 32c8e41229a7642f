"""Standard scores of simulated figures, judged together at a stated rate of false alarms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

FALSE_ALARM = 1e-4  # of one test over fresh seeds


def limit(figures: int) -> float:
    """Score beyond which one of so many figures goes once in 10,000 seeds, by Bonferroni."""
    return float(norm.isf(FALSE_ALARM / 2 / figures))


def mean_scores(samples: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> np.ndarray:
    """Scores of sample means (last axis: paths) against a known mean and variance of one path."""
    samples = np.asarray(samples, dtype=float)
    error = np.sqrt(np.asarray(variance) / samples.shape[-1])
    return (samples.mean(axis=-1) - mean) / error


def normal_scores(samples: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> np.ndarray:
    """Scores of mean and of variance of normal samples (last axis: paths)."""
    samples = np.asarray(samples, dtype=float)
    variance = np.asarray(variance, dtype=float)
    squares = (samples - np.asarray(mean)[..., None]) ** 2
    return np.concatenate(
        [
            np.atleast_1d(mean_scores(samples, mean, variance)),
            np.atleast_1d(mean_scores(squares, variance, 2.0 * variance**2)),
        ]
    )


def share_scores(hits: ArrayLike, paths: int, share: ArrayLike) -> np.ndarray:
    """Scores of counts against known probabilities."""
    share = np.asarray(share, dtype=float)
    return (np.asarray(hits) / paths - share) / np.sqrt(share * (1.0 - share) / paths)


def assert_chance(**scores: ArrayLike) -> None:
    """All scores together are those of chance, but for one in 10,000 seeds."""
    named: Mapping[str, np.ndarray] = {name: np.ravel(values) for name, values in scores.items()}
    most = limit(sum(values.size for values in named.values()))
    for name, values in named.items():
        worst = np.abs(values).max()
        assert worst <= most, f"{name}: {worst:.2f} standard errors, at most {most:.2f}: {values}"
