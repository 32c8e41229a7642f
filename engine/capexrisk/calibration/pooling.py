"""Partial pooling: firms' parameters drawn from one normal law, each pulled towards its mean.

A firm's own quarters give a likelihood on a grid of its parameters; the law of all firms has a mean
and a standard deviation, found by the likelihood of all together (empirical Bayes). A firm that its
quarters tell little about lies near the mean, one with many keeps its own figure.

References
----------
James, W., Stein, C. (1961). Estimation with quadratic loss. Proceedings of the fourth Berkeley
symposium 1, 361-379.
Morris, C. N. (1983). Parametric empirical Bayes inference. Journal of the American Statistical
Association 78, 47-55.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

__all__ = ["Pooled", "Prior", "pool"]

Floats = NDArray[np.float64]

STEP: Final = 1e-3  # of second differences


class Prior(NamedTuple):
    """What is assumed of the law of firms.

    Attributes
    ----------
    mean, mean_sd : (d,) arrays
        Normal prior of the law's mean.
    scale : (d,) array
        Of the half-normal prior of its standard deviation, which keeps that from 0 where few firms
        happen to look alike.
    """

    mean: Floats
    mean_sd: Floats
    scale: Floats


@dataclass(frozen=True)
class Pooled:
    """Parameters of firms and of the law that they come from; d parameters, n firms.

    Attributes
    ----------
    mean, sd : (d,) arrays
        Of the law of firms.
    mean_covariance : (d, d) array
        Error of that mean.
    firms : (n, d) array
        Posterior means.
    covariance : (n d, n d) array
        Of all firms' parameters, firm after firm: they share the error of the mean.
    with_mean : (n d, d) array
        Covariance of the firms' parameters with the law's mean.
    weights : (n, G) array
        Of the grid's points, for each firm; they sum to 1.
    """

    mean: Floats
    sd: Floats
    mean_covariance: Floats
    firms: Floats
    covariance: Floats
    with_mean: Floats
    weights: Floats

    @property
    def errors(self) -> Floats:
        """Standard errors of the firms' parameters: (n, d)."""
        return np.sqrt(np.diag(self.covariance)).reshape(self.firms.shape)

    @property
    def error_of_another(self) -> Floats:
        """Standard deviation of a firm that the history does not have: (d,)."""
        return np.sqrt(self.sd**2 + np.diag(self.mean_covariance))


def pool(log_likelihood: Floats, points: Floats, prior: Prior) -> Pooled:
    """Pool firms.

    Parameters
    ----------
    log_likelihood : (n, G) array
        Of each firm at each point of a grid.
    points : (G, d) array
    prior : Prior
    """
    size = points.shape[1]
    least = np.array([np.diff(np.unique(column)).min() for column in points.T]) / 2.0

    def law(mean: Floats, sd: Floats) -> Floats:
        density = -0.5 * (((points - mean) / sd) ** 2).sum(axis=1)
        return np.asarray(density - logsumexp(density))

    def total(at: Floats) -> float:
        mean, sd = at[:size], least + np.exp(at[size:])
        together = logsumexp(log_likelihood + law(mean, sd), axis=1).sum()
        off = np.concatenate([(mean - prior.mean) / prior.mean_sd, sd / prior.scale])
        return float(-together + 0.5 * (off**2).sum() - at[size:].sum())

    each = np.exp(log_likelihood - logsumexp(log_likelihood, axis=1, keepdims=True))
    begin = np.concatenate([(each @ points).mean(axis=0), np.log(prior.scale / 2.0)])
    found = minimize(total, begin, method="Nelder-Mead", options={"maxiter": 4000, "fatol": 1e-8})
    mean, sd = found.x[:size], least + np.exp(found.x[size:])
    weights = log_likelihood + law(mean, sd)
    weights = np.exp(weights - logsumexp(weights, axis=1, keepdims=True))
    firms = weights @ points
    off = points[None, :, :] - firms[:, None, :]
    own = np.einsum("ng,ngi,ngj->nij", weights, off, off)
    mean_covariance = np.asarray(np.linalg.inv(_curvature(total, found.x, size)), np.float64)
    moved = own / sd**2  # of each firm's mean, by a move of the law's
    reach = moved.reshape(-1, size)
    with_mean = reach @ mean_covariance
    covariance = with_mean @ reach.T
    for firm, block in enumerate(own):
        here = slice(size * firm, size * (firm + 1))
        covariance[here, here] += block
    return Pooled(mean, sd, mean_covariance, firms, covariance, with_mean, weights)


def _curvature(total: Callable[[Floats], float], at: Floats, size: int) -> Floats:
    """Second derivatives of a function by its first `size` arguments."""
    step = STEP * np.eye(at.size)[:size]
    found = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            up, down = total(at + step[i] + step[j]), total(at - step[i] - step[j])
            one, other = total(at + step[i] - step[j]), total(at - step[i] + step[j])
            found[i, j] = (up + down - one - other) / (4.0 * STEP**2)
    return found
