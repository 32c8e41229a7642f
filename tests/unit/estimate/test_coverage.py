"""How often intervals hold the truth, over many samples whose law is known."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import binom, chi2

from capexrisk.estimate.independent import Estimate, mean, quantiles
from tests.unit.estimate.samples import at_risk_of, binned

SAMPLES = 400
PATHS = 5_000
LEVELS = (0.05, 0.5, 0.95)
# Woodruff's interval covers between 0.94 and 0.96 at 5,000 paths (exact, by the binomial law).
COVERAGE = (0.94, 0.96)


def covered_bounds(comparisons: int) -> tuple[int, int]:
    """Numbers of samples, of SAMPLES, that leave a right code alone but once in 10,000 runs."""
    tail = 1e-4 / comparisons / 2
    low, high = COVERAGE
    return int(binom.ppf(tail, SAMPLES, low)), int(binom.isf(tail, SAMPLES, high))


def normal(rng: np.random.Generator) -> np.ndarray:
    return 12.0 + 40.0 * rng.standard_normal(PATHS)


def narrow(rng: np.random.Generator) -> np.ndarray:
    return 290.0 + 12.0 * rng.standard_normal(PATHS)


def lognormal(rng: np.random.Generator) -> np.ndarray:
    return np.exp(3.0 + 0.7 * rng.standard_normal(PATHS))


Z = ndtri(np.array(LEVELS))
TRUTH = {normal: 12.0 + 40.0 * Z, narrow: 290.0 + 12.0 * Z, lognormal: np.exp(3.0 + 0.7 * Z)}


@pytest.mark.slow
@pytest.mark.parametrize("law", [normal, narrow, lognormal])
def test_intervals_of_quantiles_cover(law):
    """False-alarm rate 1e-4 over the nine comparisons of the three laws."""
    rng = np.random.default_rng(17)
    covered = np.zeros(len(LEVELS), dtype=int)
    for _ in range(SAMPLES):
        found = quantiles(binned(law(rng)), LEVELS)
        low, high = np.array([(e.ci_low, e.ci_high) for e in found]).T
        covered += (low <= TRUTH[law]) & (TRUTH[law] <= high)
    fewest, most = covered_bounds(comparisons=9)
    assert (covered >= fewest).all() and (covered <= most).all(), covered


@pytest.mark.slow
def test_intervals_hold_a_point_mass_wherever_it_lies_in_its_cell():
    """30 % at one value: its quantiles are that value on every sample, so every interval has it.

    False-alarm rate: the level would have to leave the mass, 30 sigma away.
    """
    rng = np.random.default_rng(18)
    for _ in range(SAMPLES):
        mass = rng.uniform(-100.0, 100.0)
        values = np.where(rng.random(1000) < 0.3, mass, mass + 50.0 * rng.standard_normal(1000))
        below = (values < mass).mean()
        (found,) = quantiles(binned(values), (below + 0.15,))
        assert found.ci_low <= mass <= found.ci_high


def at_risk(values: np.ndarray) -> Estimate:
    deviation = float(((values - values.mean()) ** 2).sum())
    average = mean(float(values.mean()), deviation, values.size)
    return at_risk_of(average, binned(values))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("law", "truth"),
    [(normal, -40.0 * Z[0]), (lognormal, np.exp(3.0 + 0.7**2 / 2) - np.exp(3.0 + 0.7 * Z[0]))],
    ids=["normal", "lognormal"],
)
def test_cash_flow_at_risk_has_the_error_it_says_and_covers(law, truth):
    """Stated errors against the spread over samples, and coverage.

    False-alarm rate 1e-4 over the four comparisons. The spread is judged by the chi-square law
    of a variance, whose kurtosis for the lognormal mean is near enough to the normal's at 5,000
    paths; the mean of the stated variances may be off by 4 % of its own (its noise, and the
    quantiles' skewness). Without the covariance of mean and quantile the normal law's ratio
    would be 0.63.
    """
    rng = np.random.default_rng(19)
    found = [at_risk(law(rng)) for _ in range(SAMPLES)]
    values = np.array([e.value for e in found])
    stated = np.mean([e.standard_error**2 for e in found])
    ratio = values.var(ddof=1) / stated
    tail = 1e-4 / 4 / 2
    degrees = SAMPLES - 1
    assert 0.96 * chi2.ppf(tail, degrees) / degrees <= ratio
    assert ratio <= 1.04 * chi2.isf(tail, degrees) / degrees
    covered = sum(e.ci_low <= truth <= e.ci_high for e in found)
    fewest, most = covered_bounds(comparisons=4)
    assert fewest <= covered <= most


@pytest.mark.slow
def test_means_cover():
    """False-alarm rate 1e-4; t at 5,000 paths is the normal law."""
    rng = np.random.default_rng(20)
    covered = 0
    for _ in range(SAMPLES):
        values = normal(rng)
        error = float(((values - values.mean()) ** 2).sum())
        found = mean(float(values.mean()), error, values.size)
        assert found.standard_error == pytest.approx(40.0 / sqrt(PATHS), rel=0.06)
        covered += found.ci_low <= 12.0 <= found.ci_high
    fewest, most = covered_bounds(comparisons=1)
    assert fewest <= covered <= most
