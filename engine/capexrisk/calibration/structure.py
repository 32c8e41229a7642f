"""One firm's flow: seasons, a trend, and how the rest moves; restricted likelihood and estimates.

ln(flow) of a quarter is a season's level and a trend, plus a deviation that is normal. That of
operating cash flow is a random walk with noise on each quarter (steps 6 and 8 of MODEL.md), that of
capex an Ornstein-Uhlenbeck process (step 9). The likelihood is the restricted one: it is of what
seasons and trend leave, so that estimating these does not make volatilities too small.

References
----------
Patterson, H. D., Thompson, R. (1971). Recovery of inter-block information when block sizes are
unequal. Biometrika 58, 545-554.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.model.parameters import DELTA

from .panel import Flow
from .pooling import Prior

__all__ = [
    "CAPEX_STRUCTURE",
    "CASH_FLOW_STRUCTURE",
    "Covariance",
    "Regression",
    "Structure",
    "on_grid",
    "ornstein_uhlenbeck",
    "regression",
    "walk_with_noise",
]

Floats = NDArray[np.float64]
Covariance = Callable[[int, Floats], Floats]

POINTS: Final = 28  # a side of a grid


def _grid(first: tuple[float, float], second: tuple[float, float]) -> Floats:
    sides = [np.linspace(np.log(low), np.log(high), POINTS) for low, high in (first, second)]
    return np.array(np.meshgrid(*sides, indexing="ij")).reshape(2, -1).T


def walk_with_noise(quarters: int, at: Floats) -> Floats:
    """Covariance of a random walk and noise, at logs of (volatility, noise): (T, T)."""
    sigma, noise = np.exp(at)
    age = np.arange(1, quarters + 1)
    walk = sigma**2 * DELTA * np.minimum.outer(age, age)
    return np.asarray(walk + noise**2 * np.eye(quarters))


def ornstein_uhlenbeck(quarters: int, at: Floats) -> Floats:
    """Covariance of an Ornstein-Uhlenbeck process, at logs of (volatility, speed): (T, T)."""
    sigma, speed = np.exp(at)
    apart = np.abs(np.subtract.outer(np.arange(quarters), np.arange(quarters)))
    return np.asarray(sigma**2 / (2.0 * speed) * np.exp(-speed * DELTA * apart))


class Structure(NamedTuple):
    """How the deviations of a flow move.

    Attributes
    ----------
    covariance : callable
        From the number of quarters and a point of the grid to a (T, T) array.
    grid : (G, 2) array
        Logs of the volatility a year, and of the noise or the speed a year.
    prior : Prior
    """

    covariance: Covariance
    grid: Floats
    prior: Prior


# Priors: what was judged before any history was fitted, firms' volatilities (0.05 to 0.1, 0.08 to
# 0.15, 0.2) and the speed (1.0), each a factor of two to three either way. Firms' walks are held
# close together: a few years of one firm's quarters cannot tell a walk from noise, and it is the
# walk that decides how far years lie apart.
CASH_FLOW_STRUCTURE: Final = Structure(
    walk_with_noise,
    _grid((0.01, 0.8), (0.01, 0.8)),
    Prior(np.log([0.08, 0.1]), np.array([0.6, 0.8]), np.array([0.1, 0.4])),
)
CAPEX_STRUCTURE: Final = Structure(
    ornstein_uhlenbeck,
    _grid((0.03, 1.5), (0.1, 8.0)),
    Prior(np.log([0.25, 1.0]), np.array([0.8, 0.6]), np.array([0.4, 0.3])),
)


class Regression(NamedTuple):
    """Seasons and trend of a flow.

    Attributes
    ----------
    likelihood : float
        Restricted log-likelihood, but for a constant.
    effects, variances : (5,) arrays
        Logs of the calendar quarters' factors, less their mean, and the slope of the log, a year.
    """

    likelihood: float
    effects: Floats
    variances: Floats


def regression(flow: Flow, covariance: Floats) -> Regression:
    """Generalised least squares of a log flow on seasons and a trend."""
    y = flow.log_usd_bn
    age = DELTA * (np.arange(y.size) - (y.size - 1) / 2.0)
    design = np.column_stack([np.eye(4)[flow.quarters % 4], age])
    root = np.linalg.cholesky(covariance)
    x, z = np.linalg.solve(root, design), np.linalg.solve(root, y)
    information = x.T @ x
    error = np.linalg.inv(information)
    estimate = error @ (x.T @ z)
    rest = z - x @ estimate
    contrast = np.eye(5)
    contrast[:4, :4] -= 0.25
    logs = 2.0 * np.log(np.diag(root)).sum() + np.linalg.slogdet(information)[1]
    return Regression(
        float(-0.5 * (logs + rest @ rest)),
        contrast @ estimate,
        np.diag(contrast @ error @ contrast),
    )


def on_grid(flow: Flow, covariance: Covariance, points: Floats) -> tuple[Floats, Floats, Floats]:
    """`Regression` at each point of a grid: (G,), (G, 5) and (G, 5)."""
    size = flow.log_usd_bn.size
    found = [regression(flow, covariance(size, at)) for at in points]
    likelihood, effects, variances = zip(*found, strict=True)
    return np.array(likelihood), np.array(effects), np.array(variances)
