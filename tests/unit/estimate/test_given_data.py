"""First-order effects from points that are there."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.estimate.given_data import DEGREE, _hermite, first_order
from tests.statistical.known_effects import PROBLEMS

SHAPE = (32, 64)


def normals_of(problem, seed, shape=SHAPE):
    root = np.linalg.cholesky(problem.correlation)
    rng = np.random.default_rng(seed)
    return rng.standard_normal((*shape, len(root))) @ root.T, rng


def test_functions_are_orthonormal():
    """By Gauss and Hermite's rule, which is exact for these polynomials."""
    at, weights = np.polynomial.hermite_e.hermegauss(2 * DEGREE)
    weights = weights / weights.sum()
    grid = np.stack(np.meshgrid(at, at, indexing="ij")).reshape(2, -1)
    for points, mass in ((at[None], weights), (grid, np.outer(weights, weights).ravel())):
        basis = _hermite(points)
        np.testing.assert_allclose((basis * mass) @ basis.T, np.eye(len(basis)), atol=1e-12)
        np.testing.assert_allclose(basis @ mass, 0.0, atol=1e-12)
    assert [len(_hermite(np.zeros((m, 1)))) for m in (1, 2, 6)] == [DEGREE, 5, 27]


def test_a_constant_and_a_scale_change_nothing():
    problem = PROBLEMS["groups, correlated"]
    normals, rng = normals_of(problem, 2)
    halves = np.array(problem.estimates(normals, rng))
    one, other = (
        first_order(normals, *values, problem.groups, problem.correlation)
        for values in (halves, 50.0 - 3.0 * halves)
    )
    np.testing.assert_allclose(one, other, rtol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["linear, correlated", "groups, correlated", "lognormal, correlated"]
)
def test_effects_that_are_known(name):
    """Within six stated errors, 11 comparisons in all: 1 in 100,000 over fresh seeds."""
    problem = PROBLEMS[name]
    normals, rng = normals_of(problem, 12)
    halves = problem.estimates(normals, rng)
    found = first_order(normals, *halves, problem.groups, problem.correlation)
    truth = problem.truth["first_order"]
    assert (np.abs(found.value - truth) < 6.0 * found.standard_error).all()
    assert (found.standard_error < 0.06).all()


@pytest.mark.slow
def test_neither_noise_nor_many_groups_bias_it():
    """40 groups that move nothing, values that are half noise: none stands out.

    The mean of 40 nearly independent shares of 0 lies within 5 of its errors: 1 in a million.
    """
    rng = np.random.default_rng(13)
    normals = rng.standard_normal((*SHAPE, 41))
    y = normals[..., 0]
    halves = y + rng.standard_normal((2, *SHAPE))
    found = first_order(normals, *halves, [[i] for i in range(41)], np.eye(41))
    idle = found.value[1:]
    assert abs(idle.mean()) < 5.0 * idle.std(ddof=1) / np.sqrt(40)
    assert np.abs(idle).max() < 0.05 < found.ci_low[0]
