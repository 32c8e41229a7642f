"""False discovery rates against Benjamini and Hochberg's procedure by its definition."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control, t

from capexrisk.estimate.false_discovery import false_discovery_rates
from capexrisk.estimate.intervals import student_half_width

NETS = 32
HALF = student_half_width(NETS)


def rates(value: np.ndarray, error: np.ndarray) -> np.ndarray:
    return false_discovery_rates(value, value - HALF * error, value + HALF * error, NETS)


def test_they_are_those_of_another_implementation():
    random = np.random.default_rng(4)
    error = random.uniform(0.5, 2.0, 500)
    value = error * random.standard_t(NETS - 1, 500) + np.where(np.arange(500) < 60, 4.0, 0.0)
    chance = 2.0 * t.sf(np.abs(value / error), NETS - 1)
    np.testing.assert_allclose(rates(value, error), false_discovery_control(chance), rtol=1e-9)


def test_of_nothing_but_noise_hardly_any_is_told():
    """One in twenty has an interval without 0; a false-alarm rate of 5 % by the procedure's own."""
    random = np.random.default_rng(7)
    value = random.standard_t(NETS - 1, 4000)
    outside = np.abs(value) > HALF
    assert 150 < outside.sum() < 250
    assert (rates(value, np.ones(4000)) <= 0.05).sum() == 0


def test_what_is_unknown_counts_nowhere():
    value = np.array([3.0, np.nan, 0.0, 5.0])
    error = np.array([1.0, 1.0, 0.0, np.nan])
    found = rates(value, error)
    assert np.isnan(found[[1, 3]]).all() and found[2] == 1.0
    assert found[0] == pytest.approx(2.0 * 2.0 * t.sf(3.0, NETS - 1))


def test_the_end_that_is_nearer_to_0_counts():
    """Of an interval widened by what a histogram cannot resolve."""
    (narrow,) = false_discovery_rates(*(np.array([x]) for x in (3.0, 1.0, 99.0)), NETS)
    (wide,) = false_discovery_rates(*(np.array([x]) for x in (3.0, -1.0, 4.0)), NETS)
    assert narrow < 0.05 < wide
    (certain,) = false_discovery_rates(*(np.array([x]) for x in (3.0, 3.0, 3.0)), NETS)
    assert certain == 0.0
