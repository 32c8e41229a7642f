"""Samples put into histogram cells by their definition, without the kernel's bit shifts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.independent import Estimate, cash_flow_at_risk, quantiles
from capexrisk.kernel.cells import CELLS, CELLS_SIDE, cell_edges

Floats = NDArray[np.float64]
CELL_WIDTH = 1 / 64  # the widest cell, as a share of the number nearest zero in it


def cells_of(values: ArrayLike) -> NDArray[np.int64]:
    """Cell of each value."""
    x = np.asarray(values, dtype=float)
    distance = np.minimum(np.searchsorted(cell_edges(), np.abs(x), side="right"), CELLS_SIDE)
    return np.where(x < 0, CELLS_SIDE - distance, CELLS_SIDE + distance)


def binned(values: ArrayLike) -> Distribution:
    """The distribution of a sample."""
    return Distribution(np.bincount(np.ravel(cells_of(values)), minlength=CELLS).astype(np.int64))


def expected(function: Callable[[Floats], Floats], n: int) -> Distribution:
    """The distribution of a law, without sampling error: n times the probability of each cell."""
    edges = cell_edges()
    below = function(np.concatenate([-edges[::-1], edges]))
    below[0], below[-1] = 0.0, 1.0  # the outermost cells hold all that is farther out
    cumulative = np.rint(n * below).astype(np.int64)
    return Distribution(np.diff(cumulative))


def lognormal_function(mu: float, sigma: float) -> Callable[[Floats], Floats]:
    """Distribution function of exp(mu + sigma Z)."""

    def function(x: Floats) -> Floats:
        positive = np.maximum(x, 1e-300)
        return np.where(x > 0.0, ndtr((np.log(positive) - mu) / sigma), 0.0)

    return function


def at_risk_of(average: Estimate, distribution: Distribution) -> Estimate:
    """Cash flow at risk at 95 %."""
    (found,) = cash_flow_at_risk([average], quantiles(distribution, (0.05,)), distribution, 0.95)
    return found
