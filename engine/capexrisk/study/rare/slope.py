"""Direction of steepest descent of a distance, from few paths in many dimensions.

It is a linear regression with normal coefficients, whose variance for each kind of draw is the
likeliest one (empirical Bayes, by the fixed point of D. J. C. MacKay, "Bayesian interpolation",
Neural Computation 4, 1992). Irrelevant draws are shrunk to nothing, a whole kind at a time.
Measured for failures of Meta and Microsoft, 448 draws of 40 kinds, 2,048 paths: the variance of the
final estimate is half to a third of that with means of the nearest paths as direction, however
these are screened.
"""

from __future__ import annotations

import numpy as np

from capexrisk.study.rare.limit_state import Floats, Integers

ROUNDS = 5
SMALLEST = 1e-10  # of a variance; the distances have variance 1


def steepest_descent(draws: Floats, distances: Floats, kinds: Integers) -> Floats:
    """Unit vector along which distances fall most steeply.

    Parameters
    ----------
    draws : ndarray, shape (paths, dimensions)
        Centred, of variance about 1.
    distances : ndarray, shape (paths,)
        Centred, of variance 1.
    kinds : ndarray, shape (dimensions,)
    """
    paths, dimensions = draws.shape
    sizes = np.bincount(kinds)
    products, moments = draws.T @ draws, draws.T @ distances
    total = float(distances @ distances)
    noise, variances = 0.5, np.full(sizes.size, 0.5 / dimensions)
    for _ in range(ROUNDS):
        precision = products / noise
        precision[np.diag_indices(dimensions)] += 1.0 / variances[kinds]
        covariance = np.linalg.inv(precision)
        slope = covariance @ moments / noise
        # Number of a kind's coefficients that the paths determine, rather than the prior.
        left_open = np.bincount(kinds, np.diag(covariance), sizes.size) / variances
        decided = np.maximum(sizes - left_open, SMALLEST)
        variances = np.bincount(kinds, slope * slope, sizes.size) / decided
        variances = np.clip(variances, SMALLEST, 1.0)
        misfit = total - 2.0 * float(slope @ moments) + float(slope @ products @ slope)
        noise = max(misfit / max(paths - float(decided.sum()), 1.0), SMALLEST)
    descent: Floats = -slope / np.linalg.norm(slope)
    return descent
