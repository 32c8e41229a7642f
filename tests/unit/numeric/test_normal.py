"""The normal quantile against scipy, and scipy's at the ends against mpmath."""

from __future__ import annotations

import mpmath
import numba
import numpy as np
import pytest
from scipy.special import ndtri

from capexrisk.numeric.jit import FASTMATH
from capexrisk.numeric.normal import MIDDLE, middle_quantiles

CLAIMED = 1.2e-9
LOWEST, HIGHEST = 2.0**-53, 1.0 - 2.0**-53  # the ends of the grid of uniforms


def grid():
    """Uniforms over the whole range, dense at both ends and where the formula changes."""
    tails = np.exp(np.linspace(np.log(LOWEST), np.log(0.03), 200_001))
    turn = 0.5 - MIDDLE
    near_turn = turn + np.linspace(-1e-6, 1e-6, 2_001)
    middle = np.linspace(0.001, 0.999, 200_001)
    lower = np.concatenate([tails, near_turn])
    return np.unique(np.concatenate([lower, middle, 1.0 - lower, [LOWEST, HIGHEST]]))


def relative_error(values, exact):
    return np.abs(values / np.where(exact == 0.0, 1.0, exact) - (exact != 0.0))


def test_the_relative_error_is_what_is_claimed(compute):
    u = grid()
    assert relative_error(compute("normal_quantile", u), ndtri(u)).max() <= CLAIMED


def test_it_holds_in_tails_beyond_what_is_drawn(compute):
    u = np.exp(np.linspace(np.log(1e-300), np.log(1e-15), 10_001))
    assert relative_error(compute("normal_quantile", u), ndtri(u)).max() <= CLAIMED


@pytest.mark.parametrize("u", [1e-300, LOWEST, 1e-6, 0.02425, 0.4, 0.75, 1.0 - 1e-9, HIGHEST])
def test_the_yardstick_is_right(u):
    """scipy's quantile put back into mpmath's distribution function."""
    with mpmath.workdps(50):
        z = mpmath.mpf(float(ndtri(u)))
        side = u if u <= 0.5 else 1 - mpmath.mpf(u)
        probability = mpmath.erfc(abs(z) / mpmath.sqrt(2)) / 2
        # dP / P = -|z| dz to first order: what an error of z by 1e-12 would do.
        assert abs(probability / side - 1) <= 1e-12 * max(1.0, float(z) ** 2)


def test_it_is_symmetric(compute):
    """Exactly: 1 - u is exact on the grid of uniforms."""
    j = np.random.default_rng(1).integers(0, 2**52, 100_000)
    u = (j + 0.5) * 2.0**-52
    u = np.concatenate([u, [LOWEST, 0.25]])
    values = compute("normal_quantile", u)
    mirrored = compute("normal_quantile", 1.0 - u)
    np.testing.assert_allclose(values, -mirrored, rtol=1e-13, atol=1e-15)
    assert compute("normal_quantile", 0.5) == 0.0


def test_it_never_falls_by_more_than_its_error(compute):
    values = compute("normal_quantile", grid())
    falls = np.maximum.accumulate(values) - values
    assert np.all(falls <= 2 * CLAIMED * np.abs(values))


def test_nan_comes_out_as_nan(compute):
    assert np.isnan(compute("normal_quantile", np.nan))


@numba.njit(fastmath=FASTMATH, error_model="numpy")
def two_by_two(u, v, of_u, of_v):
    for p in range(u.size):
        of_u[p], of_v[p] = middle_quantiles(u[p], v[p])


def test_two_numbers_of_one_division_are_those_of_two(compute):
    """Wherever the other number lies, also in the tails, where it gets another formula later."""
    u = np.linspace(0.5 - MIDDLE, 0.5 + MIDDLE, 10_001)
    exact = compute("middle_quantile", u)
    for other in (LOWEST, 0.01, 0.3, 0.5, HIGHEST):
        first, second = np.empty_like(u), np.empty_like(u)
        two_by_two(u, np.full_like(u, other), first, np.empty_like(u))
        two_by_two(np.full_like(u, other), u, np.empty_like(u), second)
        assert relative_error(first, exact).max() <= 1e-15
        assert relative_error(second, exact).max() <= 1e-15
