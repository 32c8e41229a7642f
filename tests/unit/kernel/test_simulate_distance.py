"""Distances to failure: their sign is the kernel's own failure, whoever gives the draws."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from capexrisk.kernel import draws
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.kernel.simulate_distance import measure_distances
from capexrisk.points.given import given_draws
from capexrisk.points.layout import dimensions
from tests.unit.kernel.blocks import lowered, reference_case

SEED, PATHS = 5, 2048


@numba.njit
def fill(rows, first_path, quarter, name, key, seed):
    """Numbers of two draws at their addresses into two rows."""
    for p in range(rows.shape[1]):
        path = np.uint64(first_path + p)
        rows[0, p], rows[1, p] = draws.uniform_pair(path, quarter, name, key, seed)


@pytest.fixture(scope="module")
def scenario():
    return lowered(reference_case())


def philox_numbers(scenario, paths: int) -> np.ndarray:
    """The engine's own numbers, in a net's order of dimensions."""
    issuers, quarters = scenario.schedule.capex_plan.shape
    uniforms = np.empty((dimensions(issuers, quarters), paths))
    order = given_draws(uniforms, issuers, quarters)
    once, market, keys = draws.ONCE, draws.MARKET_KEY, scenario.schedule.issuer_keys

    def put(dimension: int, quarter, name, key) -> None:
        rows = uniforms[dimension : dimension + 2]
        fill(rows, 0, np.uint64(quarter), np.uint64(name), key, np.uint64(SEED))

    for pair in range(2):
        put(2 * pair, once, 1 + pair, market)
    for i, key in enumerate(keys):
        put(order.of_issuers_path + 2 * i, once, 3, key)
    for k in range(quarters):
        for pair in range(4):
            put(order.of_market + 8 * k + 2 * pair, k, 4 + pair, market)
        for pair in range(2):
            put(order.of_events + 4 * k + 2 * pair, k, 8 + pair, market)
        for i, key in enumerate(keys):
            for pair in range(2):
                put(order.of_issuers + 4 * (k * issuers + i) + 2 * pair, k, 10 + pair, key)
    return uniforms


def measured(scenario, quarters: int, paths: int = PATHS, **source) -> np.ndarray:
    distances, broken = measure_distances(
        scenario.market, scenario.schedule, quarters=quarters, paths=paths, **source
    )
    assert not broken.any()
    return distances


@pytest.mark.parametrize("quarters", [1, 4, 7, 12])
def test_a_distance_is_negative_where_the_issuer_has_failed_by_then(scenario, quarters):
    _, kept = simulate_chunk(
        scenario.market,
        scenario.schedule,
        scenario.layout,
        seed=SEED,
        first_path=128,
        paths=PATHS,
        keep=True,
    )
    first = scenario.layout.first["tiers"] + 4 * len(scenario.issuers)
    failed = quarters > kept[:, first : first + len(scenario.issuers)].T
    found = measured(scenario, quarters, seed=SEED, first_path=128)
    np.testing.assert_array_equal(found < 0.0, failed)
    assert failed.any() or quarters == 1


def test_a_longer_horizon_only_comes_nearer(scenario):
    short, long = (measured(scenario, quarters, seed=SEED) for quarters in (6, 9))
    assert (long <= short).all() and (long < short).any()


def test_given_draws_are_the_paths_of_the_same_numbers(scenario):
    """Bit by bit, and with a last block that is not full."""
    quarters, paths = 12, 2 * BLOCK
    given = given_draws(philox_numbers(scenario, paths), len(scenario.issuers), quarters)
    for count in (paths, paths - 37):
        found = measured(scenario, quarters, count, given=given)
        np.testing.assert_array_equal(found, measured(scenario, quarters, count, seed=SEED))


def test_every_given_number_matters_but_the_spare_ones(scenario):
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
            measured(scenario, quarters, BLOCK, given=given_draws(numbers, issuers, quarters))
            for numbers in (other, low)
        ]
        changed.append((pair[0] != pair[1]).any())
    silent = np.flatnonzero(~np.array(changed))
    spare = 3
    # The last quarter's software stress and tenant, for instance, come too late to be felt, and a
    # size of a jump or shock that does not happen is not felt either.
    assert spare in silent
    assert len(silent) <= 6, silent
