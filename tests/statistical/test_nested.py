"""Two-level estimates where the truth is known: `nested` names the problems.

Each test fails once in 10,000 fresh seeds if the code is right; seeds are fixed. The 1,000 seeds of
`benchmarks.two_levels.coverage` say more.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import binom, multivariate_normal, norm, t

from capexrisk.estimate.over_inputs import over_inputs
from tests.statistical import nested
from tests.statistical.nested import PROBLEMS, simulate
from tests.statistical.scores import FALSE_ALARM, limit

pytestmark = pytest.mark.slow

SEEDS, POINTS, PATHS = 25, 1024, 256
FIRMS, BATCHES = 8, 64
COVERED = 0.92  # what few seeds can tell from much less; heavy tails cost the sd a little
BIAS = 0.02  # of the spread


@pytest.fixture(scope="module")
def halves():
    """(2, seeds, replicates, points each) of each problem."""
    runs = [simulate(seed, POINTS, PATHS) for seed in range(SEEDS)]
    return {name: np.stack([run[name] for run in runs], axis=1) for name in PROBLEMS}


@pytest.fixture(scope="module")
def figures(halves):
    return {
        name: over_inputs(*halves[name], probability=problem.probability).figures
        for name, problem in PROBLEMS.items()
    }


def test_truths_are_those_of_adaptive_integration():
    chance = quad(lambda z: nested.merton(0.27 * np.exp(0.25 * z)) * norm.pdf(z), -8.0, 8.0)[0]
    assert PROBLEMS["Merton"].truth["mean"] == pytest.approx(chance, rel=1e-3)
    # Quarter ends of a firm of volatility 30 %, as one multivariate normal.
    ends = nested.STEP * np.arange(1, nested.QUARTERS + 1)
    mean = (nested.GROWTH - 0.3**2 / 2.0) * ends - nested.LOG_BARRIER
    covariance = 0.3**2 * np.minimum.outer(ends, ends)
    alive = multivariate_normal.cdf(np.zeros(4), -mean, covariance, abseps=1e-5)
    assert 1.0 - alive == pytest.approx(float(nested.black_cox(np.array(0.3))), abs=1e-4)


@pytest.mark.parametrize("name", PROBLEMS)
def test_paths_estimate_the_closed_form(name):
    problem = PROBLEMS[name]
    inputs = problem.inputs(np.random.default_rng(8).random((FIRMS, 2)))
    draws = np.random.default_rng(9).normal(size=(FIRMS, BATCHES, nested.QUARTERS, 4000))
    found = problem.estimate(tuple(value[:, None, None] for value in inputs), draws)
    error = found.std(axis=1, ddof=1) / np.sqrt(BATCHES)
    scores = (found.mean(axis=1) - problem.exact(*inputs)) / error
    assert np.abs(scores).max() <= t.isf(FALSE_ALARM / 2 / FIRMS, BATCHES - 1)


def test_intervals_hold_the_truth(figures):
    """Over all figures of a seed, and each over the seeds."""
    held = {
        (name, key): (figures[name][key].ci_low <= truth) & (truth <= figures[name][key].ci_high)
        for name, problem in PROBLEMS.items()
        for key, truth in problem.truth.items()
    }
    by_seed = np.mean(list(held.values()), axis=0)
    error = by_seed.std(ddof=1) / np.sqrt(SEEDS)
    assert by_seed.mean() >= COVERED - t.isf(FALSE_ALARM / 2, SEEDS - 1) * error
    fewest = binom.ppf(FALSE_ALARM / 2 / len(held), SEEDS, COVERED)
    assert {at: hits.sum() for at, hits in held.items() if hits.sum() < fewest} == {}


@pytest.mark.parametrize("name", PROBLEMS)
def test_the_spread_has_little_bias(name, figures):
    truth, found = PROBLEMS[name].truth, figures[name]
    spreads = {
        "sd": (found["sd"].value, truth["sd"]),
        "p5 to p95": (found["p95"].value - found["p5"].value, truth["p95"] - truth["p5"]),
    }
    most = limit(len(spreads) * len(PROBLEMS))
    for values, wanted in spreads.values():
        error = values.std(ddof=1) / np.sqrt(SEEDS)
        assert abs(values.mean() - wanted) <= BIAS * wanted + most * error
