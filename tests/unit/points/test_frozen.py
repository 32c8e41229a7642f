"""Points given to a run: frozen with one scenario and used for another, or supplied."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest

from capexrisk.kernel.points import path_number
from capexrisk.kernel.simulate import simulate_chunk, trace_block, workspace
from capexrisk.kernel.simulate_distance import measure_distances
from capexrisk.points import frozen
from capexrisk.points.draws import IndependentDraws, SuppliedDraws
from capexrisk.points.frozen import frozen_points
from capexrisk.points.layout import dimensions
from capexrisk.run.chunks import run_chunk
from capexrisk.run.plan import Chunk
from tests.unit.kernel.blocks import Block, lowered, reference_case, with_quarters
from tests.unit.points.shapes import philox_numbers, points_of

QUARTERS = 5


@pytest.fixture(scope="module")
def scenario():
    return lowered(with_quarters(reference_case(), QUARTERS))


@pytest.fixture(scope="module")
def moved():
    """The same shape, and half as much again of everybody's capex: another rotation."""
    case = with_quarters(reference_case(), QUARTERS)
    for issuer in case["issuers"]:
        issuer["capex_plan"] = [1.5 * capex for capex in issuer["capex_plan"]]
    return lowered(case)


def drawn(scenario, points):
    source = points.source(path_number(2, 64))
    states, outcomes = trace_block(
        scenario.market, scenario.schedule, scenario.layout, source=source
    )
    return Block(scenario, states, outcomes).draws()


def test_frozen_points_give_another_scenario_the_same_draws(scenario, moved):
    points, own = (frozen_points(each.market, each.schedule, 3) for each in (scenario, moved))
    first, second, turned = drawn(scenario, points), drawn(moved, points), drawn(moved, own)
    for name, draw in first.items():
        np.testing.assert_array_equal(draw, second[name])
    assert (first["capex"] != turned["capex"]).any()


def test_points_are_the_same_after_a_pickle(scenario):
    """Workers get them so; what is worked out when it is asked for is not sent along."""
    points = frozen_points(scenario.market, scenario.schedule, 3)
    before = pickle.dumps(points)
    first = drawn(scenario, points)
    assert pickle.dumps(points) == before
    second = drawn(scenario, pickle.loads(before))
    for name, draw in first.items():
        np.testing.assert_array_equal(draw, second[name])


def test_chunks_of_a_replicate_share_its_scramble(monkeypatch):
    points = points_of(2, 3)
    frozen.scrambled_directions.cache_clear()
    made = []
    scramble = frozen.scramble

    def counted(directions, *, seed, replicate):
        made.append(replicate)
        return scramble(directions, seed=seed, replicate=replicate)

    monkeypatch.setattr(frozen, "scramble", counted)
    sources = [points.source(path_number(r, first)) for first in (0, 1024) for r in (4, 9)]
    assert made == [4, 9]
    assert sources[0].points.numbers is sources[2].points.numbers
    assert not sources[0].points.numbers.flags.writeable
    # A source of its own for each thread: the rest is a block's memory.
    assert sources[0].points.base is not sources[2].points.base


def test_points_and_draws_of_another_shape_are_refused(scenario):
    record = (scenario.market, scenario.schedule, scenario.layout)
    with pytest.raises(ValueError, match="2 issuers over 3 quarters, the scenario 6 over 5; make"):
        simulate_chunk(*record, source=points_of(2, 3).source(0), paths=64)
    uniforms = np.full((dimensions(6, QUARTERS), 70), 0.5)
    draws = SuppliedDraws(uniforms, 6, QUARTERS)
    asked = {"quarters": QUARTERS, "paths": 70}
    measure_distances(*record[:2], source=draws.source(0), **asked)
    with pytest.raises(ValueError, match="draws of 70 paths, and paths 64 to 70 are wanted"):
        simulate_chunk(*record, source=draws.source(64), paths=7)


@pytest.mark.slow
def test_supplied_draws_are_simulated_as_the_paths_of_the_same_numbers(scenario):
    """All outcomes, bit by bit, and every total; with a last block that is not full.

    Slow since nothing else compiles this entry point for them; `test_simulate_distance` is quick.
    """
    paths, every = 150, range(scenario.layout.rows)
    supplied = SuppliedDraws(philox_numbers(scenario, 7, 64 + paths), 6, QUARTERS)
    (tally, kept), (expected, of_seed) = (
        simulate_chunk(
            scenario.market,
            scenario.schedule,
            scenario.layout,
            source=draws.source(64),
            paths=paths,
            keep=every,
        )
        for draws in (supplied, IndependentDraws(7))
    )
    np.testing.assert_array_equal(kept.view(np.int64), of_seed.view(np.int64))
    for part, other in zip(tally, expected, strict=True):
        np.testing.assert_array_equal(part, other)


def test_a_workspace_that_was_used_before_changes_nothing(scenario, moved):
    """Whatever it held: another scenario, other draws, broken paths, half a block."""
    work = workspace(scenario.layout)
    points = frozen_points(scenario.market, scenario.schedule, 3)
    chunk = Chunk(0, 1, path_number(1, 128), 192)
    fresh = run_chunk(scenario, points, chunk)
    other = run_chunk(moved, points, chunk, None, work)
    overflowing = replace(moved, market=moved.market._replace(speed=5.0, speed_sigma=5.0))
    broken = run_chunk(overflowing, IndependentDraws(1), Chunk(0, 0, 64, 150), None, work)
    assert broken.quarantined > 0
    listed = broken.checksum()
    again = run_chunk(scenario, points, chunk, None, work)
    assert again.checksum() == fresh.checksum() != other.checksum()
    assert broken.checksum() == listed  # a chunk's totals are its own
