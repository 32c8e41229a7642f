"""Distances to failure: their sign is the kernel's own failure, whoever gives the draws."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.kernel.simulate_distance import measure_distances
from capexrisk.points.draws import IndependentDraws, SuppliedDraws
from capexrisk.points.layout import dimensions
from tests.unit.kernel.blocks import lowered, reference_case
from tests.unit.points.shapes import philox_numbers

SEED, PATHS = 5, 2048


@pytest.fixture(scope="module")
def scenario():
    return lowered(reference_case())


def measured(scenario, quarters: int, draws, *, first_path=0, paths: int = PATHS) -> np.ndarray:
    distances, broken = measure_distances(
        scenario.market,
        scenario.schedule,
        source=draws.source(first_path),
        quarters=quarters,
        paths=paths,
    )
    assert not broken.any()
    return distances


@pytest.mark.parametrize("quarters", [1, 4, 7, 12])
def test_a_distance_is_negative_where_the_issuer_has_failed_by_then(scenario, quarters):
    draws = IndependentDraws(SEED)
    first = scenario.layout.first["tiers"] + 4 * len(scenario.issuers)
    _, dates = simulate_chunk(
        scenario.market,
        scenario.schedule,
        scenario.layout,
        source=draws.source(128),
        paths=PATHS,
        keep=range(first, first + len(scenario.issuers)),
    )
    failed = quarters > dates.T
    found = measured(scenario, quarters, draws, first_path=128)
    np.testing.assert_array_equal(found < 0.0, failed)
    assert failed.any() or quarters == 1


def test_a_longer_horizon_only_comes_nearer(scenario):
    short, long = (measured(scenario, quarters, IndependentDraws(SEED)) for quarters in (6, 9))
    assert (long <= short).all() and (long < short).any()


def test_supplied_draws_are_the_paths_of_the_same_numbers(scenario):
    """Bit by bit, and with a last block that is not full."""
    quarters, paths = 12, 2 * BLOCK
    supplied = SuppliedDraws(philox_numbers(scenario, SEED, paths), 6, quarters)
    for count in (paths, paths - 37):
        found = measured(scenario, quarters, supplied, paths=count)
        expected = measured(scenario, quarters, IndependentDraws(SEED), paths=count)
        np.testing.assert_array_equal(found, expected)


def test_every_supplied_number_matters_but_the_spare_ones(scenario):
    """A draw at the wrong place would leave another without an effect."""
    quarters = 2
    issuers = len(scenario.issuers)
    base = np.random.default_rng(1).random((dimensions(issuers, quarters), BLOCK))
    changed = []
    for dimension in range(len(base)):
        other = base.copy()
        other[dimension] = 1.0 - 0.01 * other[dimension]
        low = base.copy()
        low[dimension] *= 0.01
        pair = [
            measured(scenario, quarters, SuppliedDraws(numbers, issuers, quarters), paths=BLOCK)
            for numbers in (other, low)
        ]
        changed.append((pair[0] != pair[1]).any())
    silent = np.flatnonzero(~np.array(changed))
    spare = 3
    # The last quarter's linked stress and anchor, for instance, come too late to be felt, and a
    # size of a jump or shock that does not happen is not felt either.
    assert spare in silent
    assert len(silent) <= 6, silent
