"""Differences between two runs on common random numbers.

The same seed gives two scenarios the same draws, net by net, so that most of what moves one moves
the other. A replicate of one run is paired with the same replicate of the other: the difference of
their values has the standard error of a mean over replicates, which knows of all they have in
common. Beside it stands the error that two runs of different seeds would have had.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.intervals import (
    CONFIDENCE,
    normal_half_width,
    standard_error,
    student_half_width,
)

Floats = NDArray[np.float64]


class Differences(NamedTuple):
    """Differences of many estimates, second less first; all of shape (rows,).

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
        """By what factor pairing has made each standard error smaller; NaN where that is 0."""
        known = self.standard_error > 0.0
        gains: Floats = np.where(
            known, self.unpaired_error / np.where(known, self.standard_error, 1.0), np.nan
        )
        return gains


def paired(
    first: Floats, second: Floats, unseen: Floats, confidence: float = CONFIDENCE
) -> Differences:
    """Differences from what each replicate says of each estimate.

    Parameters
    ----------
    first, second : ndarray, shape (rows, R)
        See `replicated.ByReplicate`; R is 2 or more.
    unseen : ndarray, shape (rows,)
        What one path more that differs would change a replicate by: 0 of an amount, one over its
        paths of a probability, where replicates that all say the same are not certain.
    confidence : float
        Of the intervals, which are Student's.
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


def unpaired(
    values: tuple[Floats, Floats], errors: tuple[Floats, Floats], confidence: float = CONFIDENCE
) -> Differences:
    """Differences of runs of which no replicates are known: as if they had nothing in common."""
    value = values[1] - values[0]
    error = np.hypot(*errors)
    half = normal_half_width(confidence) * error
    return Differences(value, error, value - half, value + half, error)
