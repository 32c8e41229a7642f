"""Which of many differences are more than chance: false discovery rates.

Of thousands of differences between runs that do not differ, one in twenty has a 95 % interval
without 0. Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate", Journal of the
Royal Statistical Society B 57 (1995), bound the share of such ones among those that are listed;
estimates of one run depend on each other, and mostly in one direction, where the bound holds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from capexrisk.estimate.intervals import student_half_width

Floats = NDArray[np.float64]


def false_discovery_rates(value: Floats, low: Floats, high: Floats, replicates: int) -> Floats:
    """The least false discovery rate at which each value is told from 0.

    Parameters
    ----------
    value, low, high : ndarray, shape (n,)
        Differences with the ends of their 95 % intervals, of which that nearer to 0 counts. One
        without width is certain: of what few paths say alike the interval must be NaN.
    replicates : int
        By which the intervals were found: they are Student's.

    Returns
    -------
    ndarray, shape (n,)
        0 to 1; NaN where the interval is unknown, and such values count nowhere.
    """
    half = np.where(value > 0.0, value - low, high - value)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(value == 0.0, 0.0, np.abs(value) / half)
    chance = 2.0 * stdtr(replicates - 1, -distance * student_half_width(replicates))
    found = np.full(value.shape, np.nan)
    known = np.flatnonzero(~np.isnan(half))
    order = known[np.argsort(chance[known], kind="stable")]
    rates = chance[order] * order.size / np.arange(1, order.size + 1)
    found[order] = np.minimum.accumulate(rates[::-1])[::-1]
    capped: Floats = np.minimum(found, 1.0)
    return capped
