"""exp and log in units in the last place, against mpmath with 60 digits."""

from __future__ import annotations

import math

import mpmath
import numba
import numpy as np
import pytest

from capexrisk.numeric.vecmath import (
    at_least,
    at_most,
    bits_float,
    float_bits,
    maximum,
    minimum,
    positive_part,
    where,
)

SAMPLES = 4_000
SMALLEST_NORMAL = float(np.finfo(float).tiny)
LARGEST = float(np.finfo(float).max)


def ulps(values, x, function):
    """Distance from the exact values in units of the last place of those."""
    worst = np.empty(len(x))
    with mpmath.workdps(60):
        for number, (argument, value) in enumerate(zip(x, values, strict=True)):
            exact = function(mpmath.mpf(float(argument)))
            worst[number] = abs((mpmath.mpf(float(value)) - exact) / math.ulp(float(exact)))
    return worst


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(20260123)


def test_exp_is_within_one_ulp_over_its_range(compute, rng):
    x = np.concatenate(
        [
            rng.uniform(-708.0, 709.4, SAMPLES),
            rng.uniform(-2.0, 2.0, SAMPLES),
            rng.standard_normal(SAMPLES) * 1e-6,
            [-708.0, 709.4, 0.0, -0.0, 1.0, -1.0, 1e-300, 5e-324],
        ]
    )
    assert ulps(compute("exp", x), x, mpmath.exp).max() <= 1.0


def test_exp_is_within_one_ulp_where_its_reduction_turns(compute):
    """Halves of ln 2 apart, where n goes up by one and |r| is largest."""
    turns = (np.arange(-1020, 1020) + 0.5) * math.log(2.0)
    x = np.concatenate([turns, np.nextafter(turns, 0.0), np.nextafter(turns, 1e3)])
    x = x[np.abs(x) < 707.0]
    assert ulps(compute("exp", x), x, mpmath.exp).max() <= 1.0


def test_exp_at_the_ends(compute):
    assert compute("exp", 0.0) == 1.0
    assert np.isnan(compute("exp", np.nan))
    assert np.all(compute("exp", [710.0, 1e4, 1e300, np.inf]) == np.inf)
    lowest = compute("exp", [-708.0, -709.0, -1e300, -np.inf])
    assert np.all(lowest == lowest[0])
    assert lowest[0] == pytest.approx(math.exp(-708.0), rel=1e-15)


def test_exp_never_falls(compute):
    x = np.linspace(-3.0, 3.0, 600_001)
    assert np.all(np.diff(compute("exp", x)) >= 0.0)


def test_log_is_within_one_ulp_over_its_range(compute, rng):
    x = np.concatenate(
        [
            np.exp(rng.uniform(math.log(SMALLEST_NORMAL), math.log(LARGEST), SAMPLES)),
            rng.uniform(0.01, 10.0, SAMPLES),
            2.0 ** np.arange(-1022, 1024),
            [SMALLEST_NORMAL, LARGEST, math.sqrt(0.5), math.sqrt(2.0)],
            [2.0**-53, 1.0 - 2.0**-53],  # the ends of what is drawn
        ]
    )
    assert ulps(compute("log", x), x, mpmath.log).max() <= 1.0


def test_log_is_within_one_ulp_near_one(compute, rng):
    x = np.concatenate(
        [
            1.0 + rng.uniform(-0.3, 0.42, SAMPLES),
            1.0 + rng.standard_normal(SAMPLES) * 1e-8,
            1.0 + np.arange(-200, 201) * 2.0**-53,
            np.nextafter(math.sqrt(0.5), [0.0, 1.0]),
            np.nextafter(math.sqrt(2.0), [0.0, 2.0]),
        ]
    )
    x = x[x != 1.0]
    assert ulps(compute("log", x), x, mpmath.log).max() <= 1.0
    assert compute("log", 1.0) == 0.0


def test_log_of_what_is_not_finite_is_not_finite(compute):
    assert not np.any(np.isfinite(compute("log", [np.nan, np.inf, -np.inf])))


def test_log_undoes_exp(compute):
    x = np.linspace(-700.0, 700.0, 20_001)
    np.testing.assert_allclose(compute("log", compute("exp", x)), x, rtol=4e-16, atol=3e-16)


@numba.njit
def bounded(x, bound):
    return at_most(x, bound), at_least(x, bound), positive_part(x)


@pytest.mark.parametrize("x", [-1.5, 0.0, 0.5, 2.0, np.inf, -np.inf])
def test_bounds_are_min_and_max(x):
    assert bounded(x, 0.5) == (min(x, 0.5), max(x, 0.5), max(x, 0.0))


def test_bounds_let_nan_through():
    """A path that went wrong must be seen to have gone wrong."""
    assert all(math.isnan(value) for value in bounded(np.nan, 0.5))


@numba.njit
def chosen(x, y):
    return where(x < y, x, y), minimum(x, y), maximum(x, y)


@pytest.mark.parametrize("x", [-1.5, 0.5, 2.0, 1e300])
def test_choices_without_a_branch(x):
    assert chosen(x, 0.75) == (min(x, 0.75), min(x, 0.75), max(x, 0.75))


@numba.njit
def there_and_back(x):
    return float_bits(x), bits_float(float_bits(x))


@pytest.mark.parametrize("x", [1.0, -0.0, 5e-324, -2.75, np.inf])
def test_bits_are_the_bits_of_the_double(x):
    bits, back = there_and_back(x)
    assert bits == np.float64(x).view(np.int64)
    assert math.copysign(1.0, back) == math.copysign(1.0, x) and back == x
