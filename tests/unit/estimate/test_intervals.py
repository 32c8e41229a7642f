"""Intervals of probabilities against published values, definitions and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from capexrisk.estimate.intervals import (
    FEW,
    binomial_interval,
    clopper_pearson,
    normal_half_width,
    skewed_interval,
    standard_error,
    student_half_width,
    wilson,
)

ROUNDING = 1e-9  # both sides are some ten operations and a root of a smooth function


@pytest.mark.parametrize(
    ("hits", "n", "by_wilson", "by_clopper_pearson"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_published_intervals(hits, n, by_wilson, by_clopper_pearson):
    assert wilson(hits, n) == pytest.approx(by_wilson, abs=5e-5)
    assert clopper_pearson(hits, n) == pytest.approx(by_clopper_pearson, abs=5e-5)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize(
    ("hits", "n"), [(0, 1), (1, 1), (1, 2), (3, 20), (10, 20), (499, 500), (123, 10**6)]
)
def test_intervals_are_those_of_scipy(hits, n, confidence):
    test = binomtest(hits, n)
    for found, method in ((wilson, "wilson"), (clopper_pearson, "exact")):
        expected = test.proportion_ci(confidence, method=method)
        assert found(hits, n, confidence) == pytest.approx(tuple(expected), rel=1e-7, abs=1e-15)


@given(n=st.integers(1, 10**12), share=st.floats(0, 1), confidence=st.floats(0.01, 0.999))
def test_wilson_solves_its_equation(n, share, confidence):
    """The ends are where p's own standard error puts the observed share z away."""
    hits = round(share * n)
    z2 = normal_half_width(confidence) ** 2
    for p in wilson(hits, n, confidence):
        assert (p - hits / n) ** 2 == pytest.approx(z2 * p * (1 - p) / n, rel=1e-6, abs=1e-15)


@given(n=st.integers(1, 500), share=st.floats(0, 1), confidence=st.floats(0.5, 0.999))
def test_clopper_pearson_solves_its_equations(n, share, confidence):
    """At each end the observed or anything farther out has the probability of a tail."""
    hits = round(share * n)
    tail = (1 - confidence) / 2
    low, high = clopper_pearson(hits, n, confidence)
    if hits == 0:
        assert low == 0.0 and high == pytest.approx(1 - tail ** (1 / n), rel=ROUNDING)
    if hits == n:
        assert high == 1.0 and low == pytest.approx(tail ** (1 / n), rel=ROUNDING)
    if hits > 0:
        assert binom.sf(hits - 1, n, low) == pytest.approx(tail, rel=1e-6)
    if hits < n:
        assert binom.cdf(hits, n, high) == pytest.approx(tail, rel=1e-6)


@given(n=st.integers(1, 10**9), share=st.floats(0, 1))
@pytest.mark.parametrize("interval", [wilson, clopper_pearson, binomial_interval])
def test_intervals_hold_the_share_and_mirror(interval, n, share):
    hits = round(share * n)
    low, high = interval(hits, n)
    assert 0.0 <= low < high <= 1.0
    assert low <= hits / n + ROUNDING and hits / n <= high + ROUNDING
    mirrored = interval(n - hits, n)
    assert (1.0 - mirrored[1], 1.0 - mirrored[0]) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize("n", [5, 20, 100])
def test_clopper_pearson_never_covers_too_rarely(n):
    """Exact: the probability of all outcomes whose interval holds p, for many p."""
    hits = np.arange(n + 1)
    low, high = np.array([clopper_pearson(k, n) for k in hits]).T
    for p in np.linspace(0.001, 0.999, 333):
        assert binom.pmf(hits[(low <= p) & (p <= high)], n, p).sum() >= 0.95


def test_wilson_covers_as_often_as_it_says_on_average():
    """Exact, over p: 0.95 within 0.004 for 200 trials; the normal interval misses by 0.03."""
    n = 200
    hits = np.arange(n + 1)
    low, high = np.array([wilson(k, n) for k in hits]).T
    shares = np.linspace(0.01, 0.99, 197)
    covered = [binom.pmf(hits[(low <= p) & (p <= high)], n, p).sum() for p in shares]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.004)


@pytest.mark.parametrize(
    ("hits", "n", "kind"),
    [
        (FEW - 1, 1000, clopper_pearson),
        (FEW, 1000, wilson),
        (1000 - FEW, 1000, wilson),
        (1000 - FEW + 1, 1000, clopper_pearson),
        (5, 10, clopper_pearson),
    ],
)
def test_few_hits_or_misses_get_the_exact_interval(hits, n, kind):
    other = wilson if kind is clopper_pearson else clopper_pearson
    assert binomial_interval(hits, n) == kind(hits, n) != other(hits, n)


def test_half_width():
    assert normal_half_width() == pytest.approx(1.959963984540054, rel=1e-14)
    assert normal_half_width(0.6826894921370859) == pytest.approx(1.0, rel=1e-12)


def test_without_skew_the_skewed_interval_is_students():
    values = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    half = student_half_width(5) * standard_error(values)
    # The skewness of 0 is taken as 1e-6.
    assert skewed_interval(values, student_half_width(5)) == pytest.approx((-half, half), abs=1e-4)


def test_the_skewed_interval_reaches_further_into_the_tail():
    values = np.random.default_rng(4).exponential(size=(3, 32))
    low, high = skewed_interval(values, 2.0)
    mean = values.mean(axis=1)
    assert (high - mean > mean - low).all()
    mirrored = skewed_interval(-values, 2.0)
    np.testing.assert_allclose(mirrored, (-high, -low))


def test_the_skewed_interval_misses_more_evenly_than_students():
    """Exponential values: Student's interval is too low in 6 %, of 20,000 samples to 0.2 %."""
    values = np.random.default_rng(6).exponential(size=(20_000, 32))
    width = student_half_width(32)
    _, high = skewed_interval(values, width)
    of_student = values.mean(axis=1) + width * standard_error(values)
    assert np.mean(high < 1.0) < 0.04 < 0.05 < np.mean(of_student < 1.0)
