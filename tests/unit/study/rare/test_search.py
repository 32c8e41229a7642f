"""What a search for a rare failure says of itself: caps, bounds, warnings, streams."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.errors import ArgumentError
from capexrisk.estimate.independent import probability
from capexrisk.study.rare.importance import FEW_HITS
from capexrisk.study.rare.search import RareEstimate, estimate_rare
from capexrisk.study.rare.splitting import POPULATION, level_bias, subset_probability
from capexrisk.study.rare.streams import SPLITTING, stream
from tests.unit.study.rare.limit_states import plane, small_problem


def search(problem, method: str, most: int, error: float = 0.1, seed: int = 3) -> RareEstimate:
    return estimate_rare(problem, method=method, relative_error=error, max_paths=most, seed=seed)


def said(found: RareEstimate, words: str) -> bool:
    return any(words in warning for warning in found.warnings)


def test_splitting_keeps_to_its_cap():
    problem, _ = plane(4)
    costs = [subset_probability(problem, stream(3, SPLITTING, k))[1] for k in range(16)]
    most = sum(costs[:6]) + 100
    found = search(problem, "splitting", most=most)
    assert found.paths in (sum(costs[:5]), sum(costs[:6]))
    assert said(found, "repetitions, whose spread hardly tells the error")


def test_too_few_paths_for_splitting_are_refused():
    with pytest.raises(ArgumentError, match=r"max_paths: 4,096 are too few for splitting; give 61"):
        search(plane(4)[0], "splitting", most=4096)
    assert subset_probability(plane(4)[0], stream(3, SPLITTING, 0), 4096) is None


@pytest.mark.parametrize("most", [4096, 8192, 70_000, 100_000])
def test_no_search_takes_more_than_it_was_given(most):
    """The pilot included, and where nothing leads to a failure and both methods are tried."""
    hopeless = small_problem(lambda z: 1.0 + z[:, 0] ** 2, 3)
    for problem in (hopeless, plane(3)[0], plane(5)[0]):
        for error in (0.3, 0.01):
            assert search(problem, "auto", most=most, error=error).paths <= most


def test_splitting_never_claims_less_than_its_bias():
    problem, known = plane(4)
    found = search(problem, "splitting", most=2_000_000, error=0.04).estimate
    assert found.standard_error / found.value >= level_bias(found.value) > 0.02
    assert found.ci_low < known < found.ci_high


def test_importance_sampling_keeps_to_its_cap():
    found = search(plane(4)[0], "importance", most=6000, error=0.001)
    assert found.paths <= 6000 and said(found, "the paths allowed were spent")


def test_a_failure_that_is_not_rare_is_sent_to_a_run():
    assert said(search(plane(0.5)[0], "auto", most=50_000), "not rare")
    assert not said(search(plane(4)[0], "auto", most=50_000), "not rare")


@pytest.mark.parametrize("method", ["auto", "importance", "splitting"])
@pytest.mark.parametrize("distance", [-12.0, -3.0, -1.0, 0.0])
def test_a_chance_is_one_however_likely(method, distance):
    """Weights alone made more than 1 of a certain event, and splitting 1 without an error."""
    found = search(plane(distance)[0], method, most=100_000)
    one = found.estimate
    assert 0.0 <= one.ci_low <= one.value <= one.ci_high <= 1.0 and one.ci_low < one.ci_high
    assert said(found, "not rare")
    assert (one.statistic == "lower_bound") == (distance < -9.0)


def test_few_effective_hits_are_warned_of():
    """Failing far out along a curve: hardly any path of a short search gets there."""
    problem = small_problem(lambda z: 4.5 - z[:, 0] + 2.0 * z[:, 1] ** 2, 20)
    found = search(problem, "importance", most=4096, seed=4)
    assert found.estimate.statistic == "probability" and found.effective_hits < FEW_HITS
    assert said(found, "only 1.0 effective hits")
    assert not said(search(plane(4)[0], "importance", most=50_000), "effective hits")


def test_where_nothing_leads_to_a_failure_all_plain_paths_bound_it():
    problem = small_problem(lambda z: 1.0 + z[:, 0] ** 2, 3)
    found = search(problem, "auto", most=300_000)
    n = found.estimate.n
    assert repr(found.estimate) == repr(probability(0, n))  # NaN is not NaN
    assert n > 16 * POPULATION  # those of both methods
    assert said(found, "no failure was reached")


@pytest.mark.parametrize("seed", [5, 5 + 2**32, 2**64 - 1])
def test_a_long_seed_runs_into_no_purpose(seed):
    """The words of a seed and those of a purpose are kept apart."""
    low, high = seed % 2**32, seed // 2**32
    ours = stream(seed, 2, 0).standard_normal(4)
    assert not np.array_equal(ours, stream(low, high, 2, 0).standard_normal(4))
    assert not np.array_equal(ours, stream(seed, 0, 2).standard_normal(4))
    np.testing.assert_array_equal(ours, stream(seed, 2, 0).standard_normal(4))
