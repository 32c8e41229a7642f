"""What paths at a point cannot tell of chances near 0 and 1, in quantiles over the inputs.

Where a quantile as seen is exactly 0, the interval also holds every chance that so few hits would
not rule out. Let q be the quantile of level l of the chances. At the share 1 - l of the points the
chance is q or more, so a share of l + (1 - l) P(k hits or fewer) at most has k hits or fewer, where
P is that of the binomial law of q. The share that is seen, less its own error (Clopper and
Pearson), so bounds q from above, and of several k the least bound counts. None is above what one
point without any hit tells. By symmetry the same holds of a quantile that is seen as 1.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy  # whose parts load where they are used
from numpy.typing import NDArray

from capexrisk.estimate.figures import Figures
from capexrisk.estimate.intervals import CONFIDENCE

Floats = NDArray[np.float64]

MOST_HITS: Final = 9  # that a bound is taken from


def bounded(figures: Figures, chances: Floats, paths: Floats, level: float) -> Figures:
    """A quantile over the inputs, its interval widened where no path, or every path, hits.

    Parameters
    ----------
    figures : Figures
        Within 0 and 1.
    chances : ndarray, shape (..., R, P)
        As seen at each point.
    paths : ndarray, shape (..., R, P)
        Paths that are behind them.
    level : float
    """
    value, error, low, high = figures
    several = chances.shape[-2] * chances.shape[-1]
    seen = chances.reshape(*chances.shape[:-2], several)
    among = paths.reshape(seen.shape)
    at = np.quantile(seen, level, axis=-1, method="hazen")
    none, every = at == 0.0, at == 1.0
    most = _most(seen[none], among[none], level)
    least = 1.0 - _most(1.0 - seen[every], among[every], 1.0 - level)
    low, high = np.where(none, 0.0, low), np.where(every, 1.0, high)
    low[every] = np.fmin(low[every], least)
    high[none] = np.fmax(high[none], most)
    return Figures(value, error, low, high)


def _most(seen: Floats, among: Floats, level: float) -> Floats:
    """Upper bound of the quantile, from the shares of points with few hits, (...)."""
    tail = (1.0 - CONFIDENCE) / 2.0
    points = seen.shape[-1]
    each = 1.0 / (1.0 / among).mean(axis=-1)
    hits = seen * among
    bound: Floats = 1.0 - tail ** (1.0 / each)
    for k in range(MOST_HITS + 1):
        few = (hits < k + 0.5).sum(axis=-1)
        share = np.where(
            few > 0, scipy.special.betaincinv(np.maximum(few, 1), points - few + 1.0, tail), 0.0
        )
        rest = np.clip((share - level) / (1.0 - level), 0.0, 1.0)
        known = (rest > 0.0) & (each > k)
        q = scipy.special.betaincinv(k + 1.0, np.maximum(each - k, 1e-9), 1.0 - rest)
        bound = np.where(known, np.minimum(bound, q), bound)
    return bound
