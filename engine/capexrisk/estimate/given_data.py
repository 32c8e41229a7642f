"""First-order effects of groups of inputs from points that are there: no further run is needed.

The inputs are normals of known correlation before their laws, so functions of a group have an
orthonormal basis that is known too: Hermite polynomials of the group's normals, made independent.
The variance of E[q | X_g] is the sum of the squares of E[q h(X_g)] over the basis, correlations
with other groups included. Each of these is a plain mean, and the square of a mean over replicates
is estimated by the products of different replicates: neither the noise of q at a point nor the few
points bias it. What other groups do to q is noise here too. The part of it that is linear is known
from a regression on all inputs, and taken out: of q = b'X + rest the first part has coefficients
that follow from b and the correlations, and only those of the rest are means over points.

What the basis lacks is lost: the effect is that of the best polynomial, of degree `DEGREE` of one
input, of degree two where a group has several.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial, sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capexrisk.estimate.figures import Figures
from capexrisk.estimate.intervals import student_half_width
from capexrisk.estimate.nested_effects import of_replicates
from capexrisk.estimate.over_inputs import variance_between

Floats = NDArray[np.float64]

DEGREE: Final = 4
FEWEST_EACH: Final = 4  # points an input, for slopes of all inputs together


def first_order(
    normals: ArrayLike,
    first: ArrayLike,
    second: ArrayLike,
    groups: Sequence[Sequence[int]],
    correlation: ArrayLike,
) -> Figures:
    """Estimate the first-order effects of groups: see `nested_effects` for what these are.

    Parameters
    ----------
    normals : array_like, shape (R, P, d)
        Inputs before their laws, in R independent replicates, 8 or more.
    first, second : array_like, shape (R, P)
        Estimates of the value at each point with independent noise; the same if it is known.
    groups : sequence of sequences of int
        Inputs of each group.
    correlation : array_like, shape (d, d)

    Returns
    -------
    Figures, shape (groups,)
        Shares of the variance over the inputs, with the error of a jackknife over the replicates;
        one below 0 is 0 within its error.
    """
    z, matrix = np.asarray(normals, dtype=float), np.asarray(correlation, dtype=float)
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    between = variance_between(a, b)
    several = len(between)
    y = 0.5 * (a + b)
    y = y - y.mean()
    slopes, freedom = _linear(z, y)
    rest = y - z @ slopes
    without = (between.sum() - between) / (several - 1)
    found = []
    for group in groups:
        inputs = list(group)
        root = np.linalg.cholesky(matrix[np.ix_(inputs, inputs)])
        of_group = np.moveaxis(z[..., inputs], -1, 0).reshape(len(inputs), -1)
        basis = _hermite(np.linalg.solve(root, of_group))
        products = (basis.reshape(-1, *y.shape) * rest).mean(axis=2)  # (functions, R)
        linear = products[: len(inputs)]
        linear /= freedom
        linear += np.linalg.solve(root, matrix[inputs] @ slopes)[:, None]
        sums, squares = products.sum(axis=1, keepdims=True), (products**2).sum()
        of_each = (products**2).sum(axis=0)
        effect = ((sums**2).sum() - squares) / (several * (several - 1)) / between.mean()
        less = ((sums - products) ** 2).sum(axis=0) - (squares - of_each)
        left_out = less / ((several - 1) * (several - 2)) / without
        found.append(several * effect - (several - 1) * left_out)
    return of_replicates(np.array(found), student_half_width(several))


def _linear(z: Floats, y: Floats) -> tuple[Floats, float]:
    """Slopes of y by least squares, and the share of freedom left; of too few points none."""
    flat = z.reshape(-1, z.shape[-1])
    points, inputs = flat.shape
    if points < FEWEST_EACH * inputs:
        return np.zeros(inputs), 1.0
    slopes = np.asarray(np.linalg.lstsq(flat, y.reshape(-1))[0], dtype=np.float64)
    return slopes, 1.0 - inputs / points


def _hermite(independent: Floats) -> Floats:
    """Orthonormal functions of independent normals, (m, n): (functions, n)."""
    degree = DEGREE if len(independent) == 1 else 2
    powers = np.polynomial.hermite_e.hermevander(independent, degree)[..., 1:]
    powers /= [sqrt(factorial(k)) for k in range(1, degree + 1)]
    alone = np.moveaxis(powers, -1, 0).reshape(-1, independent.shape[1])
    pairs = [x * y for x, y in combinations(independent, 2)]
    return np.array([*alone, *pairs])
