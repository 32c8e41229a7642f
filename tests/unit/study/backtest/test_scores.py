"""Scores against closed forms, brute force and another package."""

from __future__ import annotations

import numpy as np
import pytest
import scoringrules
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from capexrisk.study.backtest import scores as s


@pytest.fixture(scope="module")
def draws() -> np.ndarray:
    """Equally likely quantiles of a normal: its distribution to 1e-4."""
    return norm.ppf((np.arange(20_000) + 0.5) / 20_000, 3.0, 2.0)


def crps_of_normal(actual: float, mean: float = 3.0, deviation: float = 2.0) -> float:
    """Gneiting and others (Monthly Weather Review 133, 2005), equation 5."""
    z = (actual - mean) / deviation
    return deviation * (z * (2.0 * norm.cdf(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / np.sqrt(np.pi))


@pytest.mark.parametrize("actual", [-4.0, 2.0, 3.0, 7.5, 30.0])
def test_crps_of_a_normal(draws, actual):
    """The fair version takes points of a grid for draws, which adds their mean distance over m."""
    found = s.crps_of_draws(draws, actual).value
    assert found == pytest.approx(crps_of_normal(actual), abs=2e-4)
    edges = np.linspace(-10.0, 16.0, 401)
    counts = np.diff(norm.cdf(edges, 3.0, 2.0))
    cells = s.crps_of_cells(edges[:-1], edges[1:], counts, actual)
    assert cells == pytest.approx(crps_of_normal(actual), abs=2e-4)


@pytest.mark.parametrize("actual", [-0.3, 0.4, 5.0])
def test_crps_of_few_draws_is_that_of_all_pairs(actual):
    few = np.array([0.4, -1.0, 2.5, 0.4, 0.0])
    apart = np.abs(few[:, None] - few).sum() / (few.size * (few.size - 1))
    by_pairs = np.abs(few - actual).mean() - 0.5 * apart
    found = s.crps_of_draws(few, actual)
    assert found.value == pytest.approx(by_pairs, abs=1e-14)
    assert found.influence.sum() == pytest.approx(0.0, abs=1e-14)
    theirs = scoringrules.crps_ensemble(actual, few, estimator="pwm")
    assert found.value == pytest.approx(float(theirs), abs=1e-12)


def test_crps_of_cells_with_point_masses_is_that_of_an_ensemble():
    """Draws at four places are cells without width; the ensemble's distribution, exactly."""
    places, counts = np.array([-2.0, 0.0, 0.5, 4.0]), np.array([1.0, 5.0, 2.0, 2.0])
    ensemble = np.repeat(places, counts.astype(int))
    for actual in (-3.0, 0.0, 0.2, 4.0, 9.0):
        found = s.crps_of_cells(places, places, counts, actual)
        theirs = scoringrules.crps_ensemble(actual, ensemble, estimator="nrg")
        assert found == pytest.approx(float(theirs), abs=1e-12)


def test_crps_of_cells_is_that_of_draws_inside_them():
    random = np.random.default_rng(3)
    values = random.gamma(2.0, 3.0, size=20_000)
    counts, edges = np.histogram(values, 300)
    for actual in (0.5, 4.0, 40.0):
        found = s.crps_of_cells(edges[:-1], edges[1:], counts.astype(float), actual)
        assert found == pytest.approx(s.crps_of_draws(values, actual).value, rel=2e-3)


def test_the_influence_of_cells_is_that_of_draws():
    middle = np.array([-1.0, 0.5, 2.0])
    counts = np.array([2.0, 1.0, 3.0])
    cells = s.influence_of_cells(middle - 0.1, middle + 0.1, counts, 0.7)
    many = 10_000  # copies: a draw's distance from itself counts in cells
    ensemble = np.repeat(middle, (many * counts).astype(int))
    draws = s.crps_of_draws(ensemble, 0.7).influence
    ends = np.cumsum(many * counts).astype(int) - 1
    np.testing.assert_allclose(cells, draws[ends], atol=1e-3)


@pytest.mark.slow
def test_the_error_of_crps_is_the_spread_over_ensembles():
    """Sample variance of 4,000 scores over the mean squared error told: 1 within 4.5 of its own
    standard errors, sqrt(2 / 4000) for nearly normal scores; fails once in 100,000 seeds."""
    random = np.random.default_rng(11)
    ensembles = random.normal(size=(4_000, 100))
    found = [s.crps_of_draws(ensemble, 0.8) for ensemble in ensembles]
    told = np.mean([np.var(one.influence, ddof=1) / 100 for one in found])
    ratio = np.var([one.value for one in found], ddof=1) / told
    assert ratio == pytest.approx(1.0, abs=0.03 + 4.5 * np.sqrt(2.0 / 4_000))


def test_log_score_of_a_normal(draws):
    """Kernels widen the distribution by a hundredth at this number of draws."""
    for actual in (3.0, 5.0):
        found = s.log_score_of_draws(draws, actual)
        assert found.value == pytest.approx(-norm.logpdf(actual, 3.0, 2.0), abs=0.02)
        assert found.influence.mean() == pytest.approx(0.0, abs=1e-12)


def test_log_score_is_that_of_scoringrules_at_our_width():
    random = np.random.default_rng(2)
    sample = random.normal(size=500)
    low, high = np.quantile(sample, (0.25, 0.75))
    width = 0.9 * min(sample.std(ddof=1), (high - low) / 1.349) * 500**-0.2
    theirs = scoringrules.logs_ensemble(0.3, sample, bw=width)
    assert s.log_score_of_draws(sample, 0.3).value == pytest.approx(float(theirs), rel=1e-9)


def test_no_density_is_told_beyond_the_draws(draws):
    assert np.isnan(s.log_score_of_draws(draws, 30.0).value)
    assert np.isnan(s.log_score_of_draws(np.ones(50), 1.0).value)


chances = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.3, 0.3, 0.5, 0.9, 1.0]), st.booleans()), min_size=1
)


@given(chances)
def test_the_parts_of_a_brier_score_add_up(cases):
    chance = np.array([one for one, _ in cases])
    happened = np.array([one for _, one in cases])
    found = s.brier(chance, happened)
    assert found.score == pytest.approx(np.mean((chance - happened) ** 2), abs=1e-12)
    whole = found.miscalibration - found.discrimination + found.uncertainty
    assert found.score == pytest.approx(whole, abs=1e-12)
    assert found.miscalibration >= -1e-12 and found.discrimination >= -1e-12
    assert found.discrimination <= found.uncertainty + 1e-12


def test_parts_of_known_brier_scores():
    happened = np.array([True, True, False, False])
    perfect = s.brier(np.array([1.0, 1.0, 0.0, 0.0]), happened)
    assert perfect == pytest.approx((0.0, 0.0, 0.25, 0.25))
    base = s.brier(np.full(4, 0.5), happened)
    assert base == pytest.approx((0.25, 0.0, 0.0, 0.25))
    # In the wrong order nothing better than the base rate is left.
    wrong = s.brier(np.array([0.0, 0.0, 1.0, 1.0]), happened)
    assert wrong == pytest.approx((1.0, 0.75, 0.0, 0.25))


def test_isotonic_recalibration_is_the_best_of_all():
    """Against all monotone steps of a fine grid, for five cases."""
    chance = np.array([0.1, 0.2, 0.4, 0.6, 0.9])
    happened = np.array([False, True, False, True, True])
    found = s.brier(chance, happened)
    grid = np.linspace(0.0, 1.0, 21)
    best = min(
        np.mean((np.array([a, b, c, d, e]) - happened) ** 2)
        for a in grid
        for b in grid[grid >= a]
        for c in grid[grid >= b]
        for d in (1.0,)
        for e in (1.0,)
    )
    assert found.score - found.miscalibration == pytest.approx(best, abs=1e-12)


ranked = st.lists(
    st.tuples(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0, np.inf]), st.booleans()), min_size=2
)


@given(ranked)
def test_area_under_the_curve_is_a_count_of_pairs(cases):
    ranking = np.array([one for one, _ in cases])
    happened = np.array([one for _, one in cases])
    pairs = [
        1.0 if yes > no else 0.5 if yes == no else 0.0
        for yes in ranking[happened]
        for no in ranking[~happened]
    ]
    found = s.area_under_curve(ranking, happened)
    if pairs:
        assert found.area == pytest.approx(np.mean(pairs), abs=1e-12)
        assert found.parts[happened].mean() == pytest.approx(found.area, abs=1e-12)
        assert found.parts[~happened].mean() == pytest.approx(found.area, abs=1e-12)
    else:
        assert np.isnan(found.area)


def test_error_of_an_area_by_hand():
    """Parts of those that happened 1, 1/2; of the others 1/2, 1: variances of 1/8 over 2 cases."""
    found = s.area_under_curve(np.array([3.0, 1.0, 2.0, 0.0]), np.array([True, True, False, False]))
    np.testing.assert_array_equal(found.parts, [1.0, 0.5, 0.5, 1.0])
    happened = np.array([True, True, False, False])
    assert s.error_of_area(found.parts, happened) == pytest.approx(np.sqrt(1 / 16 + 1 / 16))
    assert np.isnan(s.error_of_area(found.parts[:3], happened[:3]))


def test_effective_number():
    random = np.random.default_rng(5)
    alone = random.normal(size=(4, 50_000))
    assert s.effective_number(alone) == pytest.approx(4.0, abs=0.1)
    assert s.effective_number(np.tile(alone[0], (4, 1))) == pytest.approx(1.0)
    # Correlated by r: n / (1 + (n - 1) r).
    together = np.sqrt(0.4) * random.normal(size=50_000) + np.sqrt(0.6) * alone
    assert s.effective_number(together) == pytest.approx(4.0 / (1.0 + 3.0 * 0.4), rel=0.05)
    assert s.effective_number(np.ones((3, 10))) == 3.0
