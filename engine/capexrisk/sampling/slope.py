"""The direction in which a distance falls, from few paths in many dimensions.

A linear regression whose coefficients are normal with a variance for each kind of draw, and these
variances the likeliest ones (empirical Bayes, by expectation and maximisation: D. J. C. MacKay,
"Bayesian interpolation", Neural Computation 4, 1992). What does not matter is shrunk to nothing, a
whole kind at a time. Measured for failures of Meta and Microsoft, 448 draws of 40 kinds, 2,048
paths: the variance of the final estimate is half to a third of that after means of the nearest
paths, however these are screened.
"""

from __future__ import annotations

import numpy as np

from capexrisk.sampling.limit_state import Floats, Integers

ROUNDS = 12
SMALLEST = 1e-10  # of a variance; the distances have variance 1


def steepest_descent(draws: Floats, distances: Floats, kinds: Integers) -> Floats:
    """Unit vector along which distances fall.

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
        squares = np.bincount(kinds, slope * slope + np.diag(covariance), sizes.size)
        variances = np.maximum(squares / sizes, SMALLEST)
        fit = slope @ products @ slope + float((covariance * products).sum())
        noise = max((total - 2.0 * float(slope @ moments) + fit) / paths, SMALLEST)
    descent: Floats = -slope / np.linalg.norm(slope)
    return descent
