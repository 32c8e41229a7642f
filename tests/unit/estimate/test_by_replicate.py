"""Estimates from replicates: closed forms, numpy, and how often their intervals hold the truth."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import binom, norm, qmc, t

from capexrisk.estimate import by_replicate as replicated
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.independent import probability
from tests.unit.estimate.samples import binned, expected

REPLICATES, POINTS, SAMPLES = 32, 256, 300
MEAN, DEVIATION = 30.0, 20.0
DIRECTION = np.array([2.0, 1.0, 2.0]) / 3.0  # a unit vector: the sum below is a standard normal


def replicate(seed: int) -> np.ndarray:
    """N(30, 20^2) at scrambled points in three dimensions."""
    points = qmc.Sobol(3, rng=np.random.default_rng(seed)).random(POINTS)
    return MEAN + DEVIATION * (ndtri(np.clip(points, 1e-12, 1 - 1e-12)) @ DIRECTION)


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    """(samples, replicates, points)."""
    return np.array([[replicate(1_000 * s + r) for r in range(REPLICATES)] for s in range(SAMPLES)])


def paths(one: np.ndarray) -> np.ndarray:
    return np.full(len(one), one.shape[1])


def cells(one: np.ndarray) -> list[np.ndarray]:
    """Each replicate's histogram, of a single quantity."""
    return [np.array([binned(part).counts for part in one])]


def share_below(one: np.ndarray, limit: float):
    return replicated.share((one < limit).sum(axis=1), paths(one)).estimate


def low_quantile(one: np.ndarray):
    return replicated.quantiles(binned(one), cells(one), (0.05,))[0].estimate


def at_risk(one: np.ndarray):
    pooled = binned(one)
    average = replicated.mean(one.mean(axis=1), paths(one))
    low = replicated.quantiles(pooled, cells(one), (0.05,))
    return replicated.cash_flow_at_risk([average], low, pooled, 0.95)[0].estimate


def worst(one: np.ndarray):
    pooled = binned(one)
    low = replicated.quantiles(pooled, cells(one), (0.05,))
    return replicated.expected_shortfall(low, pooled, cells(one), 0.95)[0].estimate


ESTIMATES = {
    "mean": (lambda one: replicated.mean(one.mean(axis=1), paths(one)).estimate, MEAN),
    "probability": (lambda one: share_below(one, 0.0), ndtr(-MEAN / DEVIATION)),
    "median": (
        lambda one: replicated.quantiles(binned(one), cells(one), (0.5,))[0].estimate,
        MEAN,
    ),
    "p5": (low_quantile, MEAN + DEVIATION * ndtri(0.05)),
    "cfar": (at_risk, -DEVIATION * ndtri(0.05)),
    "es": (worst, MEAN - DEVIATION * norm.pdf(ndtri(0.05)) / 0.05),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ESTIMATES)
def test_intervals_hold_the_truth_as_often_as_they_say(samples, name):
    """95 % of 300 samples; bounds that a right code leaves once in 10,000 runs, over six cases."""
    estimate, truth = ESTIMATES[name]
    found = [estimate(one) for one in samples]
    held = sum(e.ci_low <= truth <= e.ci_high for e in found)
    low, high = binom.ppf([1e-4 / 12, 1 - 1e-4 / 12], SAMPLES, 0.95)
    assert low <= held <= high


@pytest.mark.slow
@pytest.mark.parametrize("name", ESTIMATES)
def test_stated_errors_are_those_that_happen(samples, name):
    """Root mean square of the stated errors against the spread over samples, within a fifth.

    The spread of 300 has a standard error of 4 %, the mean of the stated variances of 31 degrees
    of freedom each of 1.5 %: five of them together.
    """
    estimate, truth = ESTIMATES[name]
    found = [estimate(one) for one in samples]
    happened = np.sqrt(np.mean([(e.value - truth) ** 2 for e in found]))
    stated = np.sqrt(np.mean([e.standard_error**2 for e in found]))
    assert stated == pytest.approx(happened, rel=0.2)


def test_a_mean_has_the_error_of_a_mean_of_replicates():
    means = np.array([1.0, 2.0, 4.0, 5.0])
    found = replicated.mean(means, np.full(4, 100)).estimate
    assert (found.value, found.n) == (3.0, 400)
    error = means.std(ddof=1) / 2.0
    assert found.standard_error == pytest.approx(error, rel=1e-15)
    assert found.ci_high - 3.0 == pytest.approx(t.ppf(0.975, 3) * error, rel=1e-12)


def test_rare_amounts_have_no_error():
    means, paths = np.array([0.0, 0.0, 0.3, 0.0]), np.full(4, 100)
    assert isnan(replicated.mean(means, paths, nonzero=9).estimate.standard_error)
    assert replicated.mean(means, paths, nonzero=10).estimate.standard_error > 0.0


def test_a_point_mass_widens_cash_flow_at_risk_to_its_cell():
    """A tenth of the paths at one value, in every replicate alike: only the cell is unknown."""
    one = np.tile(np.concatenate([np.full(10, -40.3), np.linspace(1.0, 90.0, 90)]), (8, 1))
    found = at_risk(one)
    assert found.ci_low < one.mean() + 40.3 < found.ci_high


def test_replicates_of_other_sizes_weigh_by_their_paths():
    found = replicated.mean(np.array([1.0, 2.0]), np.array([100, 300])).estimate
    assert (found.value, found.n) == (1.75, 400)
    hits = replicated.share(np.array([10, 60]), np.array([100, 300])).estimate
    assert (hits.value, hits.n) == (0.175, 400)


def test_a_share_given_an_event_is_a_ratio_with_its_linear_error():
    hits, events = np.array([10, 12, 30, 8]), np.array([20, 30, 50, 20])
    found = replicated.share(hits, events).estimate
    p = 60 / 120
    off = ((hits - p * events) ** 2).sum() + 1.0  # a path more than is seen to differ
    error = sqrt(off / (4 * 3)) / events.mean()
    assert found.value == p and found.standard_error == pytest.approx(error, rel=1e-14)


def test_equal_counts_in_every_replicate_are_not_exact():
    """A net may put the same number of points into a box each time; its volume is near, not met."""
    found = replicated.share(np.full(32, 780), np.full(32, 8192)).estimate
    assert 1e-6 < found.standard_error < 1.0 / 8192
    assert found.ci_low < 780.02 / 8192 < found.ci_high


@pytest.mark.parametrize("hits", [0, 3, 9])
def test_few_hits_are_judged_as_independent_ones(hits):
    by_replicate = np.zeros(32, dtype=np.int64)
    by_replicate[:hits] = 1
    found = replicated.share(by_replicate, np.full(32, 256)).estimate
    assert repr(found) == repr(probability(hits, 32 * 256))  # NaN is not NaN


def test_a_level_too_near_the_end_has_no_interval():
    one = np.random.default_rng(3).standard_normal((8, 16))
    ((found, _),) = replicated.quantiles(binned(one), cells(one), (0.001,))
    assert isnan(found.ci_low) and isnan(found.standard_error)


def share_of(distribution: Distribution, values: np.ndarray) -> np.ndarray:
    """Share of paths below each value, of a single replicate."""
    return replicated.shares_below(distribution, [distribution.counts[None]], values)[0]


def test_the_share_below_a_value_is_the_law_s():
    law = expected(lambda x: ndtr((x - MEAN) / DEVIATION), 10**12)
    values = MEAN + DEVIATION * np.linspace(-3.0, 3.0, 61)
    np.testing.assert_allclose(share_of(law, values), ndtr((values - MEAN) / DEVIATION), atol=2e-5)


def test_the_share_below_a_quantile_is_its_level():
    values = np.random.default_rng(4).lognormal(2.0, 0.8, 5_000)
    levels = np.linspace(0.01, 0.99, 99)
    law = binned(values)
    np.testing.assert_allclose(share_of(law, law.quantile(levels)), levels, atol=1e-9)


def test_below_and_beyond_all_paths_are_none_and_all():
    found = share_of(binned([-3.0, 7.0]), np.array([-1e9, -5.0, 0.0, 9.0, 1e9]))
    np.testing.assert_array_equal(found, [0.0, 0.0, 0.5, 1.0, 1.0])


def test_a_replicate_s_share_counts_its_own_paths_alone():
    parts = np.array([[-3.0, 7.0, 7.0, 7.0], [-3.0, -3.0, -3.0, 7.0]])
    found = replicated.shares_below(binned(parts), cells(parts), np.array([1.0]))
    np.testing.assert_array_equal(found, [[0.25], [0.75]])


def test_chances_of_replicates_by_numpy():
    rng = np.random.default_rng(4)
    means, several = 0.4 + 0.01 * rng.standard_normal(REPLICATES), np.full(REPLICATES, POINTS)
    found = replicated.chance(means, several).estimate
    error = np.hypot(means.std(ddof=1) / sqrt(REPLICATES),
                     1.0 / sqrt(REPLICATES * (REPLICATES - 1)) / POINTS)  # fmt: skip
    assert found.value == pytest.approx(means.mean(), rel=1e-14)
    assert found.standard_error == pytest.approx(error, rel=1e-12)
    half = t.ppf(0.975, REPLICATES - 1) * error
    assert (found.ci_low, found.ci_high) == pytest.approx((found.value - half, found.value + half))


def test_equal_chances_still_have_an_error_and_certain_ones_are_bounds():
    several = np.full(REPLICATES, POINTS)
    n = REPLICATES * POINTS
    assert replicated.chance(np.full(REPLICATES, 0.25), several).estimate.standard_error > 0.9 / n
    assert replicated.chance(np.zeros(REPLICATES), several).estimate == probability(0, n)
    assert replicated.chance(np.ones(REPLICATES), several).estimate == probability(n, n)
