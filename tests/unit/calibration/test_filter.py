"""The filter: against all paths of regimes, against statsmodels, against the engine's market."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from statsmodels.tsa.regime_switching.markov_regression import MarkovRegression

from capexrisk.calibration.compiled.filter import log_likelihoods, smoothed_regimes
from capexrisk.calibration.compiled.histories import simulate_histories
from capexrisk.calibration.compiled.process import SpreadMarket, market_of
from capexrisk.calibration.fit import factor_nodes, mixing_of
from capexrisk.lowering import lower
from capexrisk.numeric.jit import entry
from capexrisk.scenario import load_scenario
from tests.unit.calibration.process import (
    POINT,
    chances,
    lasting,
    means,
    mixing,
    step_density,
)

SHORT = np.log([95.0, 110.0, 180.0, 420.0, 300.0, 150.0])


@entry
def lowered_at(at, factor):
    return market_of(at, factor)


def nodes_of(nu, nodes=31):
    factor = mixing_of(nu)
    return factor_nodes(factor, nodes), factor


@pytest.mark.parametrize("nu", [8.0, np.inf])
def test_likelihood_and_chances_are_those_of_all_paths_of_regimes(nu):
    nodes, factor = nodes_of(nu)
    move, start = chances(POINT), lasting(POINT)
    density = np.array(
        [[step_density(x, before, s, POINT, nu) for s in range(3)] for before, x in pairwise(SHORT)]
    )
    total, seen = 0.0, np.zeros((SHORT.size, 3))
    for path in product(range(3), repeat=SHORT.size):
        weight = start[path[0]]
        for t in range(1, SHORT.size):
            weight *= move[path[t - 1], path[t]] * density[t - 1, path[t]]
        total += weight
        for t, s in enumerate(path):
            seen[t, s] += weight
    found = log_likelihoods(POINT[None, :], SHORT, *nodes, factor)
    assert found[0] == pytest.approx(np.log(total), abs=1e-6)  # of the quadratures
    assert smoothed_regimes(POINT, SHORT, *nodes, factor) == pytest.approx(seen / total, abs=1e-6)


def test_the_quadrature_s_error_over_a_long_history():
    """Seven nodes beside 63, over 200 quarters with a crisis: within a hundredth of a log unit."""
    generator = np.random.default_rng(4)
    factor = mixing_of(8.0)
    x, _ = simulate_histories(
        POINT, 1.0 - generator.random((1, 300, 2)), generator.normal(size=(1, 300, 3)), 100, factor
    )
    few, many = (
        log_likelihoods(POINT[None, :], x[0], *factor_nodes(factor, n), factor)[0] for n in (7, 63)
    )
    assert few == pytest.approx(many, abs=0.02)


def test_two_regimes_are_those_of_statsmodels():
    """Normal steps, no jumps, shut out of reach: a Markov regression on the value before."""
    at = POINT.copy()
    at[[8, 10, 13]] = -60.0
    generator = np.random.default_rng(5)
    x = SHORT[0] + np.cumsum(0.15 * generator.normal(size=120))
    nodes, factor = nodes_of(np.inf)
    move, kappa = chances(at), np.exp(at[0])
    decay = np.exp(-0.25 * kappa)
    variance = np.exp(at[4:6]) ** 2 * (1.0 - decay**2) / (2.0 * kappa)
    model = MarkovRegression(
        x[1:], k_regimes=2, exog=x[:-1], switching_exog=False, switching_variance=True
    )
    known = [move[0, 0], move[1, 0], *(means(at)[:2] * (1.0 - decay)), decay, *variance]
    expected = model.loglike(np.array(known))
    assert log_likelihoods(at[None, :], x, *nodes, factor)[0] == pytest.approx(expected, rel=1e-9)
    smoothed = smoothed_regimes(at, x, *nodes, factor)[1:, :2]
    assert smoothed == pytest.approx(
        model.smooth(np.array(known)).smoothed_marginal_probabilities, abs=1e-9
    )


def test_the_parameters_are_those_that_a_run_takes():
    """The default scenario's own numbers, lowered for a run and as coordinates."""
    scenario = load_scenario("configs/hyperscalers-2026.toml")
    market, own = lower(scenario).market, scenario.market
    mean, hazard = np.log(own.oas_mean_bp), own.hazard_per_year
    at = np.log(
        [own.oas_speed_per_year, own.oas_mean_bp[0], mean[1] - mean[0], mean[2] - mean[1]]
        + list(own.oas_sigma_per_sqrt_year)
        + [hazard[a][b] for a in range(3) for b in range(3) if a != b]
        + [own.jump_rate_per_year, own.jump_mean, own.jump_sigma]
    )
    at[1] = mean[0]
    found = SpreadMarket(*lowered_at(at, mixing_of(own.tail_dof)))
    for name in set(SpreadMarket._fields) - {"log_spread_cap"}:
        assert getattr(found, name) == pytest.approx(getattr(market, name), rel=1e-13), name


def test_histories_follow_the_equations():
    """Each step again in plain Python from the same draws."""
    generator = np.random.default_rng(6)
    uniforms, normals = 1.0 - generator.random((3, 80, 2)), generator.normal(size=(3, 80, 3))
    spreads, regimes = simulate_histories(POINT, uniforms, normals, 0, mixing_of(8.0))
    kappa = np.exp(POINT[0])
    step = np.exp(POINT[4:7]) * np.sqrt((1.0 - np.exp(-0.5 * kappa)) / (2.0 * kappa))
    jump = 1.0 - np.exp(-np.exp(POINT[13]) * 0.25)
    move = chances(POINT)
    jumps = 0
    for n in range(3):
        x, regime = means(POINT)[0], 0
        for t in range(80):
            others = [s for s in range(3) if s != regime]
            u = uniforms[n, t, 0]
            lower_, upper = (move[regime, s] for s in others)
            regime = others[0] if u <= lower_ else others[1] if u <= lower_ + upper else regime
            mean = means(POINT)[regime]
            x = mean + (x - mean) * np.exp(-0.25 * kappa)
            x += step[regime] * normals[n, t, 0] * mixing(normals[n, t, 1], 8.0)
            if uniforms[n, t, 1] < jump:
                x += np.exp(POINT[14]) + np.exp(POINT[15]) * normals[n, t, 2]
                jumps += 1
            assert spreads[n, t] == pytest.approx(x, rel=1e-12)
            assert regimes[n, t] == regime
    assert jumps > 2 and {0.0, 1.0, 2.0} == set(regimes.ravel())
