"""Differences between two runs on common random numbers.

The same seed gives two scenarios the same draws, net by net, so most of what moves one moves the
other. Each replicate of one run is paired with the same replicate of the other: the difference of
their values has the standard error of a mean over replicates, which accounts for all that they have
in common. For comparison there is the error that runs with different seeds would have had.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.intervals import (
    CONFIDENCE,
    standard_error,
    student_half_width,
)

Floats = NDArray[np.float64]

LEAST_DIFFERING = 8  # nets in which an amount moves; with fewer the spread shows no error


class Differences(NamedTuple):
    """Differences of many estimates, second minus first; arrays of shape (rows,).

    Attributes
    ----------
    value, standard_error, ci_low, ci_high : ndarray
    unpaired_error : ndarray
        Standard error without common random numbers.
    """

    value: Floats
    standard_error: Floats
    ci_low: Floats
    ci_high: Floats
    unpaired_error: Floats

    @property
    def gain(self) -> Floats:
        """Factor by which pairing reduced each standard error; NaN where the error is 0."""
        known = self.standard_error > 0.0
        gains: Floats = np.where(
            known, self.unpaired_error / np.where(known, self.standard_error, 1.0), np.nan
        )
        return gains


def paired(
    first: Floats, second: Floats, unseen: Floats, confidence: float = CONFIDENCE
) -> Differences:
    """Differences between two runs, from the values of each estimate in each replicate.

    Parameters
    ----------
    first, second : ndarray, shape (rows, R)
        See `by_replicate.ByReplicate`; R is 2 or more.
    unseen : ndarray, shape (rows,)
        Change of a replicate if one more path differed: 0 for an amount; one over its number of
        paths for a probability, which is uncertain even where all replicates agree.
    confidence : float
        Coverage of the intervals, which are Student's.
    """
    if first.shape != second.shape or first.shape[1] < 2:
        raise ValueError(
            f"replicates: {first.shape} and {second.shape} cannot tell an error; give two runs of "
            "equally many nets"
        )
    several = first.shape[1]
    value = (second - first).mean(axis=1)
    unseen_error = unseen / np.sqrt(several * (several - 1))
    error = np.hypot(standard_error(second - first), unseen_error)
    unpaired = np.hypot(
        np.hypot(standard_error(first), unseen_error),
        np.hypot(standard_error(second), unseen_error),
    )
    half = student_half_width(several, confidence) * error
    return Differences(value, error, value - half, value + half, unpaired)


class Sides(NamedTuple):
    """Estimates of one run, arrays of shape (rows,): value, error and ends of their intervals."""

    value: Floats
    error: Floats
    low: Floats
    high: Floats


def unpaired(first: Sides, second: Sides) -> Differences:
    """Differences between runs without known replicates, as if they were independent.

    Each interval comes from those of the two estimates, whose sides need not be equal (G. Y. Zou
    and A. Donner, Statistics in Medicine 27, 2008): a share that no path shows has an upper side
    alone, and no standard error.
    """
    value = second.value - first.value
    error = np.hypot(first.error, second.error)
    below = np.hypot(second.value - second.low, first.high - first.value)
    above = np.hypot(second.high - second.value, first.value - first.low)
    return Differences(value, error, value - below, value + above, error)
