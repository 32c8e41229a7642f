"""Numbers of many metrics at once, each from the values of independent replicates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.intervals import skewed_interval, standard_error

Floats = NDArray[np.float64]


class Figures(NamedTuple):
    """An estimated number of each metric, with its error; NaN where it cannot be known.

    Attributes
    ----------
    value, standard_error, ci_low, ci_high : ndarray, shape (...)
        One entry a metric.
    """

    value: Floats
    standard_error: Floats
    ci_low: Floats
    ci_high: Floats

    def clipped(self, low: float, high: float) -> Figures:
        """The same, value and interval kept within bounds."""
        value, start, end = (
            np.clip(number, low, high) for number in (self.value, self.ci_low, self.ci_high)
        )
        return Figures(value, self.standard_error, start, end)


def of_mean(values: Floats, half_width: float) -> Figures:
    """Mean over the replicates, (..., R), with Student's interval."""
    mean = values.mean(axis=-1)
    # Equal replicates do not make a number exact.
    equal = values.max(axis=-1) == values.min(axis=-1)
    error = np.where(equal, np.nan, standard_error(values))
    return Figures(mean, error, mean - half_width * error, mean + half_width * error)


def of_variance(values: Floats, half_width: float) -> Figures:
    """The same for what is skewed and not below 0: a variance."""
    mean, error, _, _ = of_mean(values, half_width)
    low, high = skewed_interval(values, half_width)
    return Figures(mean, error, low, high).clipped(0.0, np.inf)


def of_root(values: Floats, half_width: float) -> Figures:
    """Standard deviation, whose square is the mean."""
    square = of_variance(values, half_width)
    value, low, high = (np.sqrt(part) for part in (square.value, square.ci_low, square.ci_high))
    with np.errstate(divide="ignore"):
        error = np.where(value > 0.0, square.standard_error / (2.0 * value), np.nan)
    return Figures(value, error, low, high)


def of_ratio(part: Floats, whole: Floats, half_width: float) -> Figures:
    """Ratio of two variances, linearised."""
    total = whole.mean(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = part.mean(axis=-1, keepdims=True) / total
        values = ratio + (part - ratio * whole) / total
    return of_variance(values, half_width)
