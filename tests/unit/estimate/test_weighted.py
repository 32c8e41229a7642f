"""Probabilities from weighted paths and from repetitions."""

from __future__ import annotations

from math import exp, inf, isnan, log, sqrt

import numpy as np
import pytest

from capexrisk.estimate.intervals import normal_half_width
from capexrisk.estimate.weighted import WeightedHits, repeated


def filled(*batches: tuple[int, list[float]]) -> WeightedHits:
    found = WeightedHits()
    for n, weights in batches:
        found.add(n, np.array(weights))
    return found


def test_weights_of_one_count():
    found = filled((60, [1.0] * 6), (40, [1.0] * 4))
    estimate = found.probability()
    assert (estimate.value, estimate.n, found.hits) == (0.1, 100, 10)
    assert estimate.standard_error == pytest.approx(sqrt(0.1 * 0.9 / 100))
    assert found.effective_hits == pytest.approx(10)
    assert found.largest_share == pytest.approx(0.1)


def test_the_error_is_that_of_a_mean():
    weights = [0.5, 0.25, 2.0]
    values = np.array([*weights, *[0.0] * 7])
    estimate = filled((10, weights)).probability()
    assert estimate.value == pytest.approx(values.mean())
    assert estimate.standard_error == pytest.approx(values.std() / sqrt(10))


def test_the_interval_is_that_of_the_logarithm():
    found = filled((100, [1.0] * 4))
    low, high = found.probability()[3:5]
    half = normal_half_width() * found.relative_error
    assert log(high / 0.04) == pytest.approx(half) == pytest.approx(log(0.04 / low))


def test_one_weight_that_counts_for_all_shows():
    found = filled((1000, [1.0, 0.001, 0.001]))
    assert found.effective_hits == pytest.approx(1.0, rel=0.01)
    assert found.largest_share > 0.99


def test_no_hit_is_no_number():
    found = filled((100, []))
    assert found.relative_error == inf
    assert found.effective_hits == 0.0
    assert isnan(found.largest_share)


def test_repetitions():
    estimate = repeated(np.array([1e-4, 2e-4, 3e-4]), 5000)
    assert estimate.value == pytest.approx(2e-4)
    assert estimate.standard_error == pytest.approx(1e-4 / sqrt(3))
    # Student's with two degrees of freedom.
    assert estimate.ci_high == pytest.approx(2e-4 * exp(4.302653 * 0.5 / sqrt(3)), rel=1e-6)


def test_what_repetitions_cannot_tell_is_added():
    values = np.array([1e-4, 2e-4, 3e-4])
    known, biased = repeated(values, 5000), repeated(values, 5000, bias=0.3)
    assert biased.standard_error == pytest.approx(2e-4 * sqrt(1 / 12 + 0.09))
    assert biased.ci_low < known.ci_low and biased.ci_high > known.ci_high
