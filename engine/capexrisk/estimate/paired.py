"""Differences between two runs on common random numbers.

The same seed gives two scenarios the same draws, net by net, so that most of what moves one moves
the other. A replicate of one run is paired with the same replicate of the other: the difference of
their statistics has the standard error of a mean over replicates, which knows of all they have in
common. Beside it stands the error that two runs of different seeds would have had.
"""

from __future__ import annotations

from math import hypot, nan, sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.distribution import Distribution, Floats
from capexrisk.estimate.intervals import CONFIDENCE, FEW
from capexrisk.estimate.measures import Estimate
from capexrisk.estimate.replicated import shares_below, standard_error, student_half_width

Integers = NDArray[np.int64]


class Difference(NamedTuple):
    """A difference, second less first.

    Attributes
    ----------
    estimate : Estimate
        With the statistic of the two.
    unpaired_error : float
        Standard error that it would have without common random numbers.
    """

    estimate: Estimate
    unpaired_error: float

    @property
    def gain(self) -> float:
        """By what factor pairing has made the standard error smaller; NaN of 0."""
        error = self.estimate.standard_error
        return self.unpaired_error / error if error > 0.0 else nan


def mean(first: Floats, second: Floats, paths: int, confidence: float = CONFIDENCE) -> Difference:
    """Difference of expectations, from means by replicate, (R,), of `paths` paths in all."""
    return _difference("mean", float((second - first).mean()), first, second, paths, confidence)


def share(
    first: Integers,
    of_first: Integers,
    second: Integers,
    of_second: Integers,
    confidence: float = CONFIDENCE,
) -> Difference:
    """Difference of probabilities, from hits among paths by replicate, (R,) each.

    Paths may be those of an event: a ratio is replaced by its linear part, as in `replicated`, and
    the error counts one path more than is seen to differ. NaN where a run has no such path.
    """
    n = int(of_first.sum()), int(of_second.sum())
    if 0 in n:
        return Difference(Estimate("probability", nan, nan, nan, nan, 0), nan)
    values = first.sum() / n[0], second.sum() / n[1]
    linear = [
        (hits - p * paths) / paths.mean()
        for hits, paths, p in ((first, of_first, values[0]), (second, of_second, values[1]))
    ]
    value = float(values[1] - values[0])
    path = 1.0 / min(float(of_first.mean()), float(of_second.mean()))
    return _difference("probability", value, linear[0], linear[1], min(n), confidence, path)


def quantile(
    first: NDArray[Any], second: NDArray[Any], level: float, confidence: float = CONFIDENCE
) -> Difference:
    """Difference of quantiles, from histograms by replicate, (R, CELLS).

    A replicate's share of paths below the quantile moves it by as much, over the density there
    (Bahadur's representation); the density is taken between the quantiles one standard error of
    that share to either side. NaN where these leave (0, 1), or fewer than `FEW`
    paths are beyond.
    """
    values, linear = zip(
        *(_linear_quantile(counts, level) for counts in (first, second)), strict=True
    )
    paths = int(min(first.sum(), second.sum()))
    name = f"p{100 * level:g}"
    return _difference(name, values[1] - values[0], linear[0], linear[1], paths, confidence)


def _linear_quantile(counts: NDArray[Any], level: float) -> tuple[float, Floats]:
    """A quantile, and its linear part by replicate."""
    pooled = Distribution(counts.sum(axis=0, dtype=np.int64))
    value = pooled.quantile(np.array([level]))
    below = shares_below(pooled, counts, value)[:, 0]
    error = standard_error(below)
    ends = np.array([level - error, level + error])
    if min(level, 1.0 - level) * pooled.n < FEW:
        return float(value[0]), np.full(len(counts), nan)
    if error == 0.0 or ends[0] <= 0.0 or ends[1] >= 1.0:
        return float(value[0]), np.full(len(counts), 0.0 if error == 0.0 else nan)
    low, high = pooled.quantile(ends)
    return float(value[0]), -(below - below.mean()) * (high - low) / (2.0 * error)


def _difference(
    statistic: str,
    value: float,
    first: Floats,
    second: Floats,
    paths: int,
    confidence: float,
    unseen: float = 0.0,
) -> Difference:
    """From linear parts by replicate; `unseen` is what one replicate more may be off by."""
    several = first.size
    if several < 2:
        raise ValueError(f"replicates: {several} cannot tell an error; give runs of sobol nets")
    error = hypot(standard_error(second - first), unseen / sqrt(several * (several - 1)))
    half = student_half_width(first.size, confidence) * error
    estimate = Estimate(statistic, value, error, value - half, value + half, paths)
    return Difference(estimate, hypot(standard_error(first), standard_error(second)))
