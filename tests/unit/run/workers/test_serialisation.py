"""What travels comes out as it went in."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace

import numpy as np
import pytest

from capexrisk.estimate.totals import ChunkTotals
from capexrisk.lowering import lower
from capexrisk.points.draws import IndependentDraws
from capexrisk.run.chunks import run_chunk
from capexrisk.run.plan import RunPlan
from capexrisk.run.workers.serialisation import pack, unpack
from tests.unit.scenarios import small_scenario


@pytest.fixture(scope="module")
def totals() -> ChunkTotals:
    plan = RunPlan(paths=8_192, seed=3, sampler="plain")
    (chunk,) = plan.chunks()
    return run_chunk(lower(small_scenario()), IndependentDraws(plan.seed), chunk)


def assert_unchanged(totals: ChunkTotals) -> None:
    (found,) = unpack(pack([totals]))
    assert found.checksum() == totals.checksum()
    for field in fields(ChunkTotals):
        left, right = getattr(found, field.name), getattr(totals, field.name)
        if isinstance(right, np.ndarray):
            assert (left.dtype, left.shape) == (right.dtype, right.shape), field.name


def test_totals_of_a_chunk_come_out_as_they_went_in(totals):
    assert_unchanged(totals)


def test_so_do_totals_of_nothing_and_of_large_numbers(totals):
    nothing = np.zeros(0, dtype=np.int32)
    assert_unchanged(replace(totals, cells=nothing, cell_counts=nothing))
    far, many = np.array([3, 2**31 - 1], np.int32), np.array([2**31 - 1, 1], np.int32)
    assert_unchanged(replace(totals, cells=far, cell_counts=many))
    assert_unchanged(replace(totals, counts=totals.counts + 2**40))


def test_they_take_a_fifth_of_the_bytes(totals):
    size, packed = pack([totals])
    assert len(packed) < size < len(pickle.dumps(totals))
    assert len(packed) < len(pickle.dumps(totals)) / 5


def test_other_results_travel_too():
    assert unpack(pack([1, (2.5, "x"), None])) == [1, (2.5, "x"), None]
