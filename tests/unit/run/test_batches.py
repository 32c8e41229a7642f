"""Batches: which chunks they have, and that their totals are those of the chunks, to the bit."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.estimate.parts import arrays_of, part_count
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import lower
from capexrisk.run import execute, plan
from capexrisk.run.batches import batches
from capexrisk.run.plan import REPLICATES, RunPlan
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import uncertain

CHUNK = 64
SIZES = (1, 2, 16)
PLANS = {
    "sobol": RunPlan(paths=REPLICATES * 8 * CHUNK, seed=2),
    "plain": RunPlan(paths=REPLICATES * 9 * CHUNK + 7 * CHUNK + 5, seed=2, sampler="plain"),
    "two levels": RunPlan(
        paths=REPLICATES * 4 * 128, seed=2, two_levels=True, outer=1, inner=128, jobs=2
    ),
}
of_each_kind = pytest.mark.parametrize("kind", PLANS)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(plan, "CHUNK_POINTS", CHUNK)
    monkeypatch.setattr(plan, "CHUNK_PATHS", CHUNK)


@of_each_kind
@pytest.mark.parametrize("most", SIZES)
def test_a_batch_is_of_one_replicate_and_keeps_its_order(kind, most):
    chunks = list(PLANS[kind].chunks())
    found = list(batches(chunks, most))
    assert sorted(chunk.number for batch in found for chunk in batch) == list(range(len(chunks)))
    before = [0] * REPLICATES
    for batch in found:
        (replicate,) = {chunk.replicate for chunk in batch}
        levels = [chunk.number // REPLICATES for chunk in batch]
        assert levels == [before[replicate] + k for k in range(len(batch))]
        assert len(batch) <= min(max(before[replicate], 1), most)
        before[replicate] += len(batch)


@of_each_kind
def test_batches_of_one_are_the_chunks_as_they_are(kind):
    chunks = list(PLANS[kind].chunks())
    assert [*batches(chunks, 1)] == [(chunk,) for chunk in chunks]


@of_each_kind
def test_no_batch_goes_beyond_a_number_of_paths_at_which_a_run_may_stop(kind):
    chunks = list(PLANS[kind].chunks())
    found = list(batches(chunks, 16))
    for levels in (1, 2, 4, 8):
        ends = REPLICATES * levels
        sides = [{chunk.number < ends for chunk in batch} for batch in found]
        assert all(len(side) == 1 for side in sides)
        assert sides == sorted(sides, key=lambda side: True not in side)  # and none comes before


def test_a_chunk_that_is_cut_short_comes_last_and_alone():
    *_, last = PLANS["plain"].chunks()
    assert last.paths == 5
    assert [*batches(PLANS["plain"].chunks(), 16)][-1] == (last,)


def totals_of(kind: str, most: int) -> Totals:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "most_in_batch", lambda _: most)
        patch.setattr(plan, "CHUNK_POINTS", 128 if kind == "two levels" else CHUNK)
        scenario = uncertain() if kind == "two levels" else small_scenario(2, ["Oracle"])
        return execute.execute(lower(scenario), PLANS[kind])


@of_each_kind
def test_their_sizes_change_no_bit_of_the_totals(kind):
    one_by_one, found = totals_of(kind, 1), totals_of(kind, 16)
    for part in range(part_count(one_by_one)):
        left, right = arrays_of(found, part), arrays_of(one_by_one, part)
        assert left.keys() == right.keys()
        for name in left:
            assert left[name].tobytes() == right[name].tobytes(), name
    np.testing.assert_array_equal(found.entries(), one_by_one.entries())
