"""Moments by which a history and its process are held beside each other."""

from __future__ import annotations

from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capexrisk.model.parameters import DELTA

__all__ = ["MOMENTS", "moments"]

Floats = NDArray[np.float64]

YEAR: Final = 4
MOMENTS: Final = (
    "sd of a quarter's log change",
    "P95 of the level, bp",
    "P99 of the level, bp",
    "P95 of the four-quarter log change",
    "P99 of the four-quarter log change",
    "chance of doubling within a year from the tightest fifth",
    "half-life of a deviation, years",
)


def moments(log_bp: Floats) -> Floats:
    """The numbers that `MOMENTS` names, of (N, T) histories taken together.

    Doubling is at any of the next four quarter ends; a quarter is tight if its level is in the
    lowest fifth of all. The half-life is that of a regression of the log level on the one before,
    infinite where that finds no pull.
    """
    change = np.diff(log_bp, axis=1)
    year = log_bp[:, YEAR:] - log_bp[:, :-YEAR]
    begin = log_bp[:, :-YEAR]
    ahead = np.stack([log_bp[:, k : log_bp.shape[1] - YEAR + k] for k in range(1, YEAR + 1)])
    tight = begin <= np.quantile(log_bp, 0.2)
    doubled = ahead.max(axis=0) - begin >= log(2.0)
    before, after = log_bp[:, :-1].ravel(), log_bp[:, 1:].ravel()
    slope = float(np.cov(before, after)[0, 1] / before.var(ddof=1))
    half_life = DELTA * log(0.5) / log(slope) if 0.0 < slope < 1.0 else np.inf
    return np.array(
        [
            change.std(ddof=1),
            *np.exp(np.quantile(log_bp, [0.95, 0.99])),
            *np.quantile(year, [0.95, 0.99]),
            doubled[tight].mean() if tight.any() else np.nan,
            half_life,
        ]
    )
