"""What travels comes out as it went in."""

from __future__ import annotations

import pickle
from dataclasses import fields, replace

import numpy as np
import pytest

from capexrisk.estimate.batch import BatchTotals
from capexrisk.lowering import lower
from capexrisk.points.draws import IndependentDraws
from capexrisk.run.batches import run_batch
from capexrisk.run.plan import RunPlan
from capexrisk.run.workers.serialisation import pack, unpack
from tests.unit.scenarios import small_scenario


@pytest.fixture(scope="module")
def totals() -> BatchTotals:
    plan = RunPlan(paths=8_192, seed=3, sampler="plain")
    return run_batch(lower(small_scenario()), IndependentDraws(plan.seed), tuple(plan.chunks()))


def assert_same(left: np.ndarray, right: np.ndarray) -> None:
    assert (left.dtype, left.shape) == (right.dtype, right.shape)
    assert left.tobytes() == right.tobytes()
    assert left.flags.writeable


def assert_unchanged(totals: BatchTotals) -> None:
    found = unpack(pack(totals))
    for field in fields(BatchTotals):
        left, right = getattr(found, field.name), getattr(totals, field.name)
        if isinstance(right, np.ndarray):
            assert_same(left, right)
        else:
            assert left == right, field.name


def test_totals_of_a_batch_come_out_as_they_went_in(totals):
    assert_unchanged(totals)


def test_so_do_totals_of_nothing_and_of_large_numbers(totals):
    nothing = np.zeros(0, dtype=np.int32)
    assert_unchanged(replace(totals, cells=nothing, cell_counts=nothing))
    far, many = np.array([3, 2**31 - 1], np.int32), np.array([2**31 - 1, 1], np.int32)
    assert_unchanged(replace(totals, cells=far, cell_counts=many))
    assert_unchanged(replace(totals, counts=totals.counts + 2**40))


def test_they_take_a_fifth_of_the_bytes(totals):
    size, packed = pack(totals)
    assert len(packed) < size < len(pickle.dumps(totals))
    assert len(packed) < len(pickle.dumps(totals)) / 5


def test_other_results_travel_too():
    assert unpack(pack([1, (2.5, "x"), None])) == [1, (2.5, "x"), None]


@pytest.mark.parametrize(
    "values",
    [
        np.array([0.1, -0.0, np.nan, np.inf, 5e-324]),
        np.arange(24, dtype=np.float32).reshape(2, 3, 4).transpose(2, 0, 1),
        np.array([[-1, 2**62], [3, -(2**63)]]),
        np.array([2**64 - 1, 0], dtype=np.uint64),
        np.array([], dtype=np.int64).reshape(0, 2),
        np.array([7, 255], dtype=np.uint8),
        np.array(3),
        np.array([True, False]),
    ],
)
def test_so_do_arrays_of_any_kind(values):
    assert_same(unpack(pack(values)), values)
