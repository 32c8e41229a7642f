"""Differences of two runs, replicate by replicate."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import binom, t

from capexrisk.estimate import paired
from tests.unit.estimate.samples import binned

REPLICATES, PATHS, SAMPLES = 32, 512, 300
MOVED = 1.5


def pair(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """N(40, 20^2), and the same paths moved and with a little noise of their own."""
    rng = np.random.default_rng(seed)
    first = 40.0 + 20.0 * rng.standard_normal((REPLICATES, PATHS))
    return first, first + MOVED + rng.standard_normal(first.shape)


def cells(one: np.ndarray) -> np.ndarray:
    return np.array([binned(part).counts for part in one])


def of_means(first: np.ndarray, second: np.ndarray) -> paired.Difference:
    return paired.mean(first.mean(axis=1), second.mean(axis=1), first.size)


def of_shares(first: np.ndarray, second: np.ndarray) -> paired.Difference:
    paths = np.full(REPLICATES, PATHS)
    return paired.share((first < 20).sum(axis=1), paths, (second < 20).sum(axis=1), paths)


def of_quantiles(first: np.ndarray, second: np.ndarray) -> paired.Difference:
    return paired.quantile(cells(first), cells(second), 0.25)


WIDER = sqrt(401.0)
CASES = {
    "mean": (of_means, MOVED),
    "share": (of_shares, ndtr((20 - 41.5) / WIDER) - ndtr(-1.0)),
    "quantile": (of_quantiles, MOVED + (WIDER - 20.0) * ndtri(0.25)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_intervals_hold_the_truth_as_often_as_they_say(name):
    """95 % of 300 samples; bounds that a right code leaves once in 10,000 runs, over three cases.

    A replicate is 512 independent paths here: two runs on the same nets are paired in the same way.
    """
    difference, truth = CASES[name]
    found = [difference(*pair(seed)) for seed in range(SAMPLES)]
    held = sum(d.estimate.ci_low <= truth <= d.estimate.ci_high for d in found)
    low, high = binom.ppf([1e-4 / 6, 1 - 1e-4 / 6], SAMPLES, 0.95)
    assert low <= held <= high
    happened = np.std([d.estimate.value for d in found])
    stated = np.sqrt(np.mean([d.estimate.standard_error**2 for d in found]))
    assert stated == pytest.approx(happened, rel=0.2)  # five standard errors of the spread of 300


def test_pairing_gains_what_the_runs_have_in_common():
    """Noise of 1 beside 20: the difference of means is 28 times as exact."""
    gains = [of_means(*pair(seed)).gain for seed in range(50)]
    assert np.median(gains) == pytest.approx(20.0 * sqrt(2.0), rel=0.1)


def test_a_mean_by_hand():
    first, second = np.array([1.0, 2.0, 4.0]), np.array([2.0, 2.0, 5.0])
    found = paired.mean(first, second, 300)
    error = (second - first).std(ddof=1) / sqrt(3)
    assert found.estimate[:3] == ("mean", 2 / 3, pytest.approx(error, rel=1e-15))
    assert found.estimate.ci_high - 2 / 3 == pytest.approx(t.ppf(0.975, 2) * error, rel=1e-12)
    assert found.unpaired_error == pytest.approx(
        sqrt((first.var(ddof=1) + second.var(ddof=1)) / 3), rel=1e-15
    )


def test_unrelated_runs_gain_nothing():
    gains = [of_means(pair(s)[0], pair(s + 1000)[0]).gain for s in range(60)]
    assert np.median(gains) == pytest.approx(1.0, abs=0.1)


def test_shares_of_an_event_are_ratios():
    hits, events = np.array([4, 6, 5]), np.array([10, 12, 8])
    more = np.array([6, 6, 8])
    found = paired.share(hits, events, more, events).estimate
    linear = (more - 20 / 30 * events) / 10 - (hits - 15 / 30 * events) / 10
    assert found.value == pytest.approx(5 / 30) and found.n == 30
    error = sqrt(linear.var(ddof=1) / 3 + 0.1**2 / (3 * 2))
    assert found.standard_error == pytest.approx(error, rel=1e-14)


def test_no_path_no_difference():
    none, some = np.zeros(3, dtype=np.int64), np.array([1, 2, 3])
    found = paired.share(none, none, some, some)
    assert isnan(found.estimate.value) and isnan(found.gain)


def test_equal_runs_differ_by_exactly_nothing():
    first, _ = pair(3)
    found = of_quantiles(first, first)
    assert found.estimate.value == 0.0 and found.estimate.standard_error == 0.0
    assert isnan(found.gain)


def test_a_quantile_too_near_the_end_has_no_error():
    first, second = pair(4)
    found = paired.quantile(cells(first), cells(second), 1e-5)
    assert isnan(found.estimate.standard_error) and not isnan(found.estimate.value)


def test_equal_counts_are_not_certain():
    hits, paths = np.full(32, 4), np.full(32, 1024)
    found = paired.share(hits, paths, 2 * hits, paths).estimate
    assert found.ci_low < found.value < found.ci_high
    none = paired.share(0 * hits, paths, 0 * hits, paths).estimate
    assert none.value == 0.0 and none.standard_error > 0.0


def test_independent_paths_are_no_pairs():
    with pytest.raises(ValueError, match="replicates: 1 cannot tell an error"):
        paired.mean(np.array([1.0]), np.array([2.0]), 100)
