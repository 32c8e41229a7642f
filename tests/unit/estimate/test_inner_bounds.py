"""Bounds of quantiles over the inputs at which no path, or every path, hits."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.estimate.figures import Figures
from capexrisk.estimate.inner_bounds import bounded

PATHS = np.full((3, 4, 8), 50.0)
NONE, SOME, EVERY = 0, 1, 2


def interval(low: float, high: float) -> Figures:
    chances = np.broadcast_to(np.array([0.0, 0.5, 1.0])[:, None, None], PATHS.shape)
    value, ends = np.array([0.0, 0.5, 1.0]), np.ones(3)
    seen = Figures(value, np.full(3, np.nan), low * ends, high * ends)
    return bounded(seen, chances, PATHS, 0.5)


def test_only_those_without_a_hit_or_a_miss_are_bounded() -> None:
    found = interval(0.4, 0.6)
    assert (found.ci_low[SOME], found.ci_high[SOME]) == (0.4, 0.6)
    assert found.ci_low[NONE] == 0.0
    assert found.ci_high[EVERY] == 1.0


@pytest.mark.parametrize("known", [0.0, np.nan])
def test_a_bound_is_that_of_the_few_paths_behind_it(known: float) -> None:
    found = interval(1.0 - known, known)
    assert 0.0 < found.ci_high[NONE] < 0.1
    assert found.ci_low[EVERY] == pytest.approx(1.0 - found.ci_high[NONE])


def test_a_wider_interval_stays() -> None:
    found = interval(0.3, 0.7)
    assert found.ci_high[NONE] == 0.7
    assert found.ci_low[EVERY] == 0.3
