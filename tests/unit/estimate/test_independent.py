"""Estimates and their errors against numpy, closed forms and each other."""

from __future__ import annotations

from math import isnan, nan, sqrt

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.independent import (
    chance,
    mean,
    probability,
    quantiles,
)
from capexrisk.estimate.intervals import binomial_interval, clopper_pearson
from capexrisk.kernel.cells import CELLS
from tests.unit.estimate.samples import CELL_WIDTH, at_risk_of, binned, expected

Z = 1.959963984540054


def mean_of(values: np.ndarray):
    return mean(values.mean(), ((values - values.mean()) ** 2).sum(), values.size)


def test_mean_is_numpy_s_with_the_error_of_the_mean():
    values = np.random.default_rng(1).lognormal(size=1000)
    found = mean_of(values)
    assert found.statistic == "mean" and found.n == 1000
    assert found.value == values.mean()
    error = values.std(ddof=1) / sqrt(1000)
    assert found.standard_error == pytest.approx(error, rel=1e-12)
    assert found.ci_low == pytest.approx(values.mean() - Z * error, rel=1e-12)
    assert found.ci_high == pytest.approx(values.mean() + Z * error, rel=1e-12)


def test_mean_of_one_path_has_no_error_and_of_none_no_value():
    one, none = mean(3.0, 0.0, 1), mean(0.0, 0.0, 0)
    assert one.value == 3.0 and one.n == 1
    assert isnan(none.value) and none.n == 0
    for found in (one, none):
        assert isnan(found.standard_error) and isnan(found.ci_low) and isnan(found.ci_high)


def test_a_probability_has_the_binomial_error_and_interval():
    found = probability(81, 263)
    assert found[:2] == ("probability", 81 / 263)
    assert found.standard_error == pytest.approx(sqrt(81 * 182 / 263**3), rel=1e-12)
    assert (found.ci_low, found.ci_high) == binomial_interval(81, 263)
    assert found.n == 263


@pytest.mark.parametrize("n", [1, 20, 10**12])
def test_none_or_all_hits_give_a_bound_and_not_zero_or_one(n):
    none, every = probability(0, n), probability(n, n)
    assert none.statistic == "upper_bound" and every.statistic == "lower_bound"
    assert none.value == none.ci_high == clopper_pearson(0, n)[1] > 0.0 == none.ci_low
    assert every.value == every.ci_low == clopper_pearson(n, n)[0] < 1.0 == every.ci_high
    assert isnan(none.standard_error) and isnan(every.standard_error)
    assert none.n == every.n == n


def test_probability_of_no_paths_is_not_known():
    found = probability(0, 0)
    assert found.statistic == "probability" and found.n == 0
    assert all(isnan(number) for number in found[1:5])


def test_an_estimate_knows_what_was_observed():
    none, some, every, unknown = (probability(*of) for of in ((0, 4), (1, 4), (4, 4), (0, 0)))
    assert [e.is_bound for e in (none, some, every, unknown)] == [True, False, True, False]
    assert all(e.is_probability for e in (none, some, every, unknown))
    assert [e.observed for e in (none, some, every)] == [0.0, 0.25, 1.0]
    assert [e.hits for e in (none, some, every, unknown)] == [0.0, 1.0, 4.0, 0.0]
    assert isnan(unknown.observed)
    average = mean(2.5, 1.0, 100)
    assert average.observed == 2.5 and not (average.is_bound or average.is_probability)


def test_a_conditional_share_counts_its_condition_alone():
    """P(A given B): the paths of B are the n, so few of them give a wide interval."""
    share, whole = probability(3, 12), probability(3, 100_000)
    assert share.n == 12 and share.value == 0.25
    assert share.ci_high - share.ci_low > 0.4 > whole.ci_high - whole.ci_low


def test_names_of_quantiles():
    distribution = binned(np.linspace(1.0, 2.0, 100))
    found = quantiles(distribution, (0.05, 0.5, 0.999))
    assert [e.statistic for e in found] == ["p5", "p50", "p99.9"]
    assert [e.n for e in found] == [100] * 3


def test_quantiles_of_no_paths_are_not_known():
    found = quantiles(Distribution(np.zeros(CELLS, dtype=np.int64)), (0.05, 0.5))
    assert [e.statistic for e in found] == ["p5", "p50"]
    for estimate in found:
        assert all(isnan(number) for number in estimate[1:5]) and estimate.n == 0


def test_quantile_intervals_are_woodruff_s():
    """The quantiles at level ± z sqrt(level (1 - level) / n) of the same distribution."""
    rng = np.random.default_rng(3)
    distribution = binned(np.exp(rng.standard_normal(40_000)))
    levels = np.array([0.05, 0.5, 0.95])
    half = Z * np.sqrt(levels * (1 - levels) / 40_000)
    found = quantiles(distribution, tuple(levels))
    np.testing.assert_allclose([e.ci_low for e in found], distribution.quantile(levels - half))
    np.testing.assert_allclose([e.ci_high for e in found], distribution.quantile(levels + half))
    for e in found:
        assert e.ci_low < e.value < e.ci_high
        assert e.standard_error == pytest.approx((e.ci_high - e.ci_low) / (2 * Z), rel=1e-12)


def test_quantile_errors_without_sampling_are_those_of_the_law():
    """sqrt(p(1-p)/n) over the density; 2e-3 is the curvature of the law over the interval."""
    n = 10**6
    found = quantiles(expected(lambda x: 0.5 * (1 + np.tanh(x / 2)), n), (0.05, 0.5, 0.95))
    for estimate, p in zip(found, (0.05, 0.5, 0.95), strict=True):
        density = p * (1 - p)  # the logistic law's
        exact = sqrt(p * (1 - p) / n) / density
        assert estimate.standard_error == pytest.approx(exact, rel=2e-3)


def test_the_interval_of_a_point_mass_is_its_cell():
    (found,) = quantiles(binned(np.full(10_000, 82.42)), (0.5,))
    assert found.ci_low <= 82.42 < found.ci_high
    assert found.ci_high - found.ci_low <= CELL_WIDTH * 82.42
    assert found.standard_error > 0.0


def test_too_few_paths_for_a_level_give_no_interval():
    """Woodruff's rank 0.05 - 1.96 sqrt(0.05 0.95 / n) is above 0 from n = 73 on."""
    for n, known in ((1, False), (72, False), (73, True)):
        (estimate,) = quantiles(binned(np.linspace(10.0, 20.0, n)), (0.05,))
        assert np.isfinite(estimate.value) and estimate.n == n
        assert (
            np.isfinite([estimate.standard_error, estimate.ci_low, estimate.ci_high]).all() == known
        )


def test_few_paths_that_are_not_zero_give_no_error():
    """Nine sales in a million say little of how large a sale may be; ten begin to."""
    for nonzero, known in ((0, False), (9, False), (10, True)):
        found = mean(0.001, 5.0, 10**6, nonzero)
        assert np.isfinite([found.standard_error, found.ci_low]).all() == known
        assert found.value == 0.001


def test_a_known_point_mass_is_found_exactly():
    """Cash that sits at its target of 12.87 on most paths: not somewhere in that cell."""
    values = np.concatenate([np.full(7000, 12.87), np.linspace(3.0, 12.5, 3000)])
    counts = binned(values).counts
    for estimate in quantiles(Distribution(counts, atoms=(12.87,)), (0.5, 0.75)):
        assert estimate[1:5] == (12.87, 0.0, 12.87, 12.87)
    (blind,) = quantiles(Distribution(counts), (0.5,))
    assert blind.ci_low < 12.87 < blind.ci_high and blind.value != 12.87


def test_cash_flow_at_risk_of_the_normal_law():
    """Mean less quantile, sd * 1.645; its variance is (p(1-p)/phi^2 - 1) sd^2 / n.

    For the normal law the covariance of mean and quantile is sd^2 / n exactly. Without sampling
    error what is left are the cells: 1/128 on the partial mean and the curvature over the interval.
    """
    n, p, sd = 10**6, 0.05, 20.0
    law = expected(lambda x: ndtr((x - 30.0) / sd), n)
    found = at_risk_of(mean(30.0, (n - 1) * sd**2, n), law)
    assert found.statistic == "cfar95" and found.n == n
    assert found.value == pytest.approx(-sd * ndtri(p), rel=1e-4)
    density = np.exp(-(ndtri(p) ** 2) / 2) / sqrt(2 * np.pi)
    exact = sd * sqrt((p * (1 - p) / density**2 - 1) / n)
    assert found.standard_error == pytest.approx(exact, rel=0.005)
    assert found.ci_high - found.value == pytest.approx(Z * found.standard_error, rel=1e-9)
    assert found.value - found.ci_low == pytest.approx(Z * found.standard_error, rel=1e-9)


def test_cash_flow_at_risk_knows_no_error_of_one_path():
    found = at_risk_of(mean(12.5, 0.0, 1), binned([12.5]))
    assert abs(found.value) <= CELL_WIDTH * 12.5
    assert isnan(found.standard_error) and isnan(found.ci_low)


def test_cash_flow_at_risk_of_a_constant_is_nothing_within_its_cell():
    values = np.full(1000, -40.0)
    found = at_risk_of(mean_of(values), binned(values))
    assert found.ci_low <= 0.0 <= found.ci_high
    assert abs(found.value) <= CELL_WIDTH * 40.0


def test_estimates_are_plain_numbers():
    """They go into JSON and tables: no numpy scalars."""
    values = np.random.default_rng(5).standard_normal(500)
    estimates = [
        *quantiles(binned(values), (0.05, 0.5)),
        probability(3, 9),
        at_risk_of(mean(0.1, 499.0, 500), binned(values)),
    ]
    for estimate in estimates:
        assert all(type(number) is float for number in estimate[1:5])
        assert type(estimate.n) is int
    assert mean(nan, nan, 0).n == 0


def test_a_chance_is_a_mean_whose_error_counts_a_path_more():
    found = chance(0.3, 20.0, 1000)
    error = sqrt(21.0 / 999 / 1000)
    assert found[:3] == ("probability", 0.3, pytest.approx(error, rel=1e-14))
    half = 1.959963984540054 * error
    assert found[3:] == (pytest.approx(0.3 - half), pytest.approx(0.3 + half), 1000)


def test_chances_stay_in_their_range_and_certain_ones_are_bounds():
    assert chance(0.0, 0.0, 50) == probability(0, 50)
    assert chance(1.0, 0.0, 50) == probability(50, 50)
    below = chance(-0.001, 0.1, 1000)
    assert (below.value, below.ci_low) == (0.0, 0.0) and below.ci_high > 0.0
    above = chance(1.001, 0.1, 1000)
    assert (above.value, above.ci_high) == (1.0, 1.0) and above.ci_low < 1.0
    assert isnan(chance(0.0, 0.0, 0).value)
