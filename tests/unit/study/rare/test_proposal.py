"""The proposal's weights and the parts of the search for it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from capexrisk.study.rare.importance import (
    BURST_SHARE,
    MODEL_SHARE,
    _shares,
    adapt,
    batch_sizes,
    least_variance,
    sample,
)
from capexrisk.study.rare.proposal import BURST, Proposal
from capexrisk.study.rare.search import estimate_rare
from capexrisk.study.rare.slope import steepest_descent
from capexrisk.study.rare.splitting import CHAIN, POPULATION, subset_probability
from capexrisk.study.rare.streams import stream
from tests.unit.study.rare.limit_states import plane

DIRECTION = np.array([0.6, 0.0, -0.8])
PROPOSAL = Proposal(
    np.array([0.2, 0.5, 0.3]), DIRECTION, shift=2.0, scale=0.7, bursts=(np.array([1, 2]),)
)


def test_the_density_is_the_mixture_s():
    draws = np.random.default_rng(3).standard_normal((5, 3)) * 2
    model = norm.logpdf(draws).sum(axis=1)
    covariance = np.eye(3) + (0.7**2 - 1) * np.outer(DIRECTION, DIRECTION)
    centred = draws - 2.0 * DIRECTION
    moved = np.exp(-0.5 * np.einsum("pi,ij,pj->p", centred, np.linalg.inv(covariance), centred))
    moved /= (2 * np.pi) ** 1.5 * np.sqrt(np.linalg.det(covariance))
    burst = np.exp(norm.logpdf(draws, scale=[1.0, BURST, BURST]).sum(axis=1))
    expected = np.log(0.2 * np.exp(model) + 0.5 * moved + 0.3 * burst) - model
    np.testing.assert_allclose(PROPOSAL.log_density(draws), expected, rtol=1e-12)


def test_no_weight_is_above_the_inverse_of_the_model_s_share():
    draws = np.random.default_rng(4).standard_normal((1000, 3)) * 4
    assert np.exp(-PROPOSAL.log_density(draws)).max() <= 1.0 / 0.2


def test_paths_come_from_their_parts():
    """Shares, and mean and spread along the direction, of 200,000 paths; 5 errors: 1e-6 each."""
    draws, part = PROPOSAL.draw(200_000, np.random.default_rng(5))
    shares = np.bincount(part) / len(part)
    assert np.abs(shares - PROPOSAL.shares).max() < 5 * 0.5 / np.sqrt(len(part))
    along = draws[part == 1] @ DIRECTION
    assert along.mean() == pytest.approx(2.0, abs=5 * 0.7 / np.sqrt(along.size))
    assert along.std() == pytest.approx(0.7, abs=5 * 0.7 / np.sqrt(2 * along.size))
    spread = draws[part == 2].std(axis=0)
    np.testing.assert_allclose(spread, [1.0, BURST, BURST], rtol=5 / np.sqrt(2 * 60_000))


def test_weights_have_mean_one():
    """200,000 paths, weights of at most 5: within 5 errors, 1e-6."""
    draws, _ = PROPOSAL.draw(200_000, np.random.default_rng(6))
    weights = np.exp(-PROPOSAL.log_density(draws))
    assert weights.mean() == pytest.approx(1.0, abs=5 * weights.std() / np.sqrt(weights.size))


def test_the_slope_of_many_draws_from_few_paths():
    """Four kinds of 100 draws, of which one matters: 300 paths, fewer than draws."""
    random = np.random.default_rng(7)
    kinds = np.repeat(np.arange(4), 100)
    truth = np.where(kinds == 2, 1.0, 0.0)
    truth /= np.linalg.norm(truth)
    draws = random.standard_normal((300, 400))
    distances = -(draws @ truth) + 0.3 * random.standard_normal(300)
    found = steepest_descent(
        draws - draws.mean(axis=0), (distances - distances.mean()) / distances.std(), kinds
    )
    assert np.linalg.norm(found) == pytest.approx(1.0)
    assert found @ truth > 0.85  # 0.60 for a regression that tells no kinds apart
    assert np.linalg.norm(found[kinds != 2]) < 0.2


def test_least_variance():
    """Failures N(m, v): the density in proportion to the root of N(m, v) N(0, 1)."""
    x = np.linspace(-10, 10, 200_001)
    root = np.sqrt(norm.pdf(x, 3.0, 0.5) * norm.pdf(x))
    root /= root.sum()
    shift, scale = least_variance(3.0, 0.25)
    assert shift == pytest.approx(root @ x)
    assert scale == pytest.approx(1.2 * np.sqrt(root @ (x - shift) ** 2))


def test_shares_leave_none_out():
    shares = _shares(np.array([1.0, 0.0, 0.0]))
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] == MODEL_SHARE
    np.testing.assert_allclose(shares[2:], BURST_SHARE / 2)


def test_batches_are_all_paths():
    sizes = list(batch_sizes(100_000))
    assert sum(sizes) == 100_000 and min(sizes[:-1]) == 256 and max(sizes) > 10_000


def test_the_same_seed_gives_the_same_numbers():
    problem, _ = plane(3.0)
    one, same, other = (
        estimate_rare(problem, method="auto", relative_error=0.1, max_paths=50_000, seed=seed)
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one.estimate.value != other.estimate.value


def test_streams_differ_by_purpose():
    drawn = {tuple(stream(1, *purpose).random(2)) for purpose in ((1, 0), (1, 1), (2, 0), (3,))}
    assert len(drawn) == 4


def test_paths_are_counted():
    problem, _ = plane(3.0)
    seen = 0

    def evaluate(draws):
        nonlocal seen
        seen += len(draws)
        return problem.evaluate(draws)

    counted = problem._replace(evaluate=evaluate)
    found = adapt(counted, relative_error=0.1, most=20_000, seed=1)
    assert found.paths == seen
    fresh = sample(counted, found.proposal, relative_error=0.1, most=20_000, seed=1)
    assert found.paths + fresh.hits.n == seen
    seen = 0
    _, paths = subset_probability(counted, np.random.default_rng(1))
    assert paths == seen
    levels, rest = divmod(paths - POPULATION, POPULATION - POPULATION // CHAIN)
    assert (levels in (2, 3, 4)) and rest == 0
    for method in ("auto", "splitting"):
        seen = 0
        whole = estimate_rare(counted, method=method, relative_error=0.1, max_paths=50_000, seed=1)
        assert whole.paths == seen


def test_fresh_paths_are_independent_of_the_search(monkeypatch):
    """No stream is drawn from twice."""
    purposes = []

    def recorded(*purpose):
        purposes.append(purpose)
        return stream(*purpose)

    monkeypatch.setattr("capexrisk.study.rare.importance.stream", recorded)
    problem, _ = plane(3.0)
    found = adapt(problem, relative_error=0.1, most=20_000, seed=1)
    searched = len(purposes)
    sample(problem, found.proposal, relative_error=0.1, most=20_000, seed=1)
    assert len(purposes) > searched > 2
    drawn = {tuple(stream(*purpose).random(2)) for purpose in purposes}
    assert len(drawn) == len(purposes)


@pytest.mark.parametrize("method", ["auto", "importance", "splitting"])
def test_what_cannot_fail_is_a_bound_with_a_warning(method):
    problem, _ = plane(3.0)
    safe = problem._replace(evaluate=lambda draws: np.full(len(draws), 2.0))
    found = estimate_rare(safe, method=method, relative_error=0.1, max_paths=20_000, seed=1)
    assert found.estimate.statistic == "upper_bound"
    assert 0.0 < found.estimate.value < 0.01
    assert "no failure was reached" in found.warnings[0]
