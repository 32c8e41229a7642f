"""Differences of two runs, replicate by replicate."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import binom, t

from capexrisk.estimate import by_replicate as replicated
from capexrisk.estimate import paired
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.independent import probability
from capexrisk.estimate.intervals import standard_error
from tests.unit.estimate.samples import binned

REPLICATES, PATHS, SAMPLES = 32, 512, 300
MOVED = 1.5
SHORTFALL = float(np.exp(-(ndtri(0.05) ** 2) / 2.0) / sqrt(2.0 * np.pi) / 0.05)


def pair(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """N(40, 20^2), and the same paths moved and with a little noise of their own."""
    rng = np.random.default_rng(seed)
    first = 40.0 + 20.0 * rng.standard_normal((REPLICATES, PATHS))
    return first, first + MOVED + rng.standard_normal(first.shape)


def several(one: np.ndarray) -> np.ndarray:
    return np.full(REPLICATES, one.shape[1])


def cells(one: np.ndarray) -> tuple[Distribution, list[np.ndarray]]:
    return binned(one), [np.array([binned(part).counts for part in one])]


def of_mean(one: np.ndarray) -> replicated.ByReplicate:
    return replicated.mean(one.mean(axis=1), several(one))


def of_share(one: np.ndarray) -> replicated.ByReplicate:
    return replicated.share((one < 20).sum(axis=1), several(one))


def of_quantile(one: np.ndarray, level: float = 0.25) -> replicated.ByReplicate:
    return replicated.quantiles(*cells(one), (level,))[0]


def of_risk(one: np.ndarray) -> replicated.ByReplicate:
    both = [of_mean(one)], [of_quantile(one, 0.05)]
    return replicated.cash_flow_at_risk(*both, cells(one)[0], 0.95)[0]


def of_shortfall(one: np.ndarray) -> replicated.ByReplicate:
    return replicated.expected_shortfall([of_quantile(one, 0.05)], *cells(one), 0.95)[0]


def difference(first, second, unseen: float = 0.0) -> paired.Differences:
    return paired.paired(first.values[None], second.values[None], np.array([unseen]))


WIDER = sqrt(401.0)
CASES = {
    "mean": (of_mean, MOVED),
    "share": (of_share, ndtr((20 - 41.5) / WIDER) - ndtr(-1.0)),
    "quantile": (of_quantile, MOVED + (WIDER - 20.0) * ndtri(0.25)),
    "cash flow at risk": (of_risk, -(WIDER - 20.0) * ndtri(0.05)),
    "expected shortfall": (of_shortfall, MOVED - (WIDER - 20.0) * SHORTFALL),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_intervals_hold_the_truth_as_often_as_they_say(name):
    """95 % of 300 samples; bounds that a right code leaves once in 10,000 runs, over five cases.

    A replicate is 512 independent paths here: two runs on the same nets are paired in the same way.
    """
    estimator, truth = CASES[name]
    unseen = 1.0 / PATHS if name == "share" else 0.0
    pairs = (pair(seed) for seed in range(SAMPLES))
    found = [difference(*map(estimator, one), unseen) for one in pairs]
    held = sum(d.ci_low[0] <= truth <= d.ci_high[0] for d in found)
    low, high = binom.ppf([1e-4 / 10, 1 - 1e-4 / 10], SAMPLES, 0.95)
    assert low <= held <= high
    happened = np.std([d.value[0] for d in found])
    stated = np.sqrt(np.mean([d.standard_error[0] ** 2 for d in found]))
    assert stated == pytest.approx(happened, rel=0.2)  # five standard errors of the spread of 300


@pytest.mark.parametrize("estimator", [case[0] for case in CASES.values()])
def test_replicates_say_what_the_estimate_says(estimator):
    """Their mean is its value, their spread its error."""
    estimate, values = estimator(pair(3)[0])
    assert values.mean() == pytest.approx(estimate.value, rel=1e-12)
    assert standard_error(values) == pytest.approx(estimate.standard_error, rel=2e-3)


@pytest.mark.parametrize("estimator", [case[0] for case in CASES.values()])
def test_replicates_move_with_what_they_estimate(estimator):
    """A replicate alone, as if it were a whole run, lies on the same side of the mean."""
    first, _ = pair(3)
    _, values = estimator(first)
    alone = [estimator(np.tile(part, (REPLICATES, 1)))[0].value for part in first]
    assert np.corrcoef(values, alone)[0, 1] > 0.6


def test_pairing_gains_what_the_runs_have_in_common():
    """Noise of 1 beside 20: the difference of means is 28 times as exact."""
    gains = [difference(*map(of_mean, pair(seed))).gain[0] for seed in range(50)]
    assert np.median(gains) == pytest.approx(20.0 * sqrt(2.0), rel=0.1)


def test_a_mean_by_hand():
    first, second = np.array([[1.0, 2.0, 4.0]]), np.array([[2.0, 2.0, 5.0]])
    found = paired.paired(first, second, np.zeros(1))
    error = (second - first).std(ddof=1) / sqrt(3)
    assert found.value[0] == pytest.approx(2 / 3, rel=1e-15)
    assert found.standard_error[0] == pytest.approx(error, rel=1e-15)
    assert found.ci_high[0] - 2 / 3 == pytest.approx(t.ppf(0.975, 2) * error, rel=1e-12)
    apart = sqrt((first.var(ddof=1) + second.var(ddof=1)) / 3)
    assert found.unpaired_error[0] == pytest.approx(apart, rel=1e-15)


def test_unrelated_runs_gain_nothing():
    gains = [difference(*map(of_mean, (pair(s)[0], pair(s + 1000)[0]))).gain[0] for s in range(60)]
    assert np.median(gains) == pytest.approx(1.0, abs=0.1)


def test_shares_of_an_event_are_ratios():
    hits, events, more = np.array([4, 6, 5]), np.array([10, 12, 8]), np.array([6, 6, 8])
    first, second = replicated.share(hits, events), replicated.share(more, events)
    found = difference(first, second, 0.1)
    linear = (more - 20 / 30 * events) / 10 - (hits - 15 / 30 * events) / 10
    assert found.value[0] == pytest.approx(5 / 30)
    error = sqrt(linear.var(ddof=1) / 3 + 0.1**2 / (3 * 2))
    assert found.standard_error[0] == pytest.approx(error, rel=1e-14)


def test_no_path_no_difference():
    none, some = np.zeros(3, dtype=np.int64), np.array([1, 2, 3])
    found = difference(replicated.share(none, none), replicated.share(some, some), 1.0)
    assert np.isnan(found.value[0]) and np.isnan(found.gain[0])


def test_equal_runs_differ_by_exactly_nothing():
    first = of_quantile(pair(3)[0])
    found = difference(first, first)
    assert found.value[0] == 0.0 and found.standard_error[0] == 0.0
    assert np.isnan(found.gain[0])


def test_a_quantile_too_near_the_end_has_no_error():
    found = difference(*(of_quantile(one, 1e-5) for one in pair(4)))
    assert np.isnan(found.standard_error[0])


def test_equal_counts_are_not_certain():
    paths = np.full(REPLICATES, 1024)
    none, four = (replicated.share(np.full(REPLICATES, hits), paths) for hits in (0, 4))
    found = difference(none, four, 1 / 1024)
    assert found.value[0] == pytest.approx(4 / 1024)
    assert found.ci_low[0] < found.value[0] < found.ci_high[0]
    assert difference(none, none, 1 / 1024).standard_error[0] > 0.0


def test_without_replicates_the_errors_add_up():
    found = apart((1.0, 3.0, -5.0, 4.0), (3.0, 4.0, -1.0, 15.0))
    assert found.value[0] == 2.0 and found.standard_error[0] == 5.0 and found.gain[0] == 1.0
    assert (found.ci_low[0], found.ci_high[0]) == (2.0 - 5.0, 2.0 + np.hypot(12.0, 6.0))


def apart(*sides: tuple[float, ...]) -> paired.Differences:
    return paired.unpaired(*(paired.Sides(*(np.array([x]) for x in side)) for side in sides))


@pytest.mark.parametrize(("paths", "sure"), [(1, False), (2, False), (8_192, True)])
def test_no_path_and_every_path_differ_as_surely_as_there_are_paths(paths, sure):
    none, every = probability(0, paths), probability(paths, paths)
    sides = ((one.observed, one.standard_error, one.ci_low, one.ci_high) for one in (none, every))
    found = apart(*sides)
    assert found.value[0] == 1.0 and np.isnan(found.standard_error[0])
    assert (found.ci_low[0] > 0.0) == sure and found.ci_low[0] < 1.0


@pytest.mark.parametrize("shapes", [((1, 1), (1, 1)), ((1, 0), (1, 0)), ((1, 32), (1, 16))])
def test_what_cannot_be_paired(shapes):
    first, second = map(np.zeros, shapes)
    with pytest.raises(ValueError, match="cannot tell an error"):
        paired.paired(first, second, np.zeros(1))


def test_unseen_paths_count_in_all_three_errors():
    paths = np.full(REPLICATES, 1024)
    first, second = (replicated.share(np.full(REPLICATES, hits), paths) for hits in (3, 4))
    found = difference(first, second, 1 / 1024)
    alone = 1 / 1024 / sqrt(REPLICATES * (REPLICATES - 1))
    assert found.standard_error[0] == pytest.approx(alone, rel=1e-12)
    assert found.unpaired_error[0] == pytest.approx(sqrt(2.0) * alone, rel=1e-12)
