"""Chunks added up: means and deviations as numpy's over all paths at once."""

from __future__ import annotations

import errno
from dataclasses import replace

import numpy as np
import pytest

from capexrisk.estimate.batch import ChunkTotals
from capexrisk.estimate.totals import OF_REPLICATES, Totals
from capexrisk.kernel.cells import CELLS
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.model.vocabulary import FLOWS

LAYOUT = OutcomeLayout.of(quarters=2, years=1, issuers=2)
SIZES = [700, 1, 0, 64, 2000, 0, 35]


def chunk_of(
    amounts: np.ndarray, rng: np.random.Generator, quarantined: int = 0, replicate: int = 0
) -> ChunkTotals:
    """Totals of a chunk of (paths, amounts), with made-up counts."""
    paths = amounts.shape[0]
    filled = rng.choice(LAYOUT.distributions * CELLS, size=min(paths, 50), replace=False)
    shape = (LAYOUT.rows - LAYOUT.amounts, LAYOUT.levels)
    return ChunkTotals(
        replicate=replicate,
        first_path=0,
        paths=paths,
        quarantined=quarantined,
        sums=amounts.sum(axis=0),
        squares=(amounts**2).sum(axis=0),
        nonzero=(amounts != 0.0).sum(axis=0),
        cells=np.sort(filled),
        cell_counts=rng.integers(1, 9, size=filled.size),
        counts=rng.integers(0, paths + 1, size=shape),
        joint=rng.integers(0, paths + 1, size=(2, 2)),
        broken=np.arange(2 * quarantined).reshape(-1, 2),
    )


@pytest.fixture
def amounts() -> np.ndarray:
    """Columns of all kinds: far from zero, tiny, huge, constant, zero."""
    rng = np.random.default_rng(7)
    values = rng.standard_normal((sum(SIZES), LAYOUT.amounts))
    values[:, 1] = 1e3 + values[:, 1]
    values[:, 2] *= 1e-9
    values[:, 3] = 1e12 * np.exp(values[:, 3])
    values[:, 4] = 7.25
    values[:, 5] = 0.0
    return values


@pytest.fixture
def chunks(amounts) -> list[ChunkTotals]:
    rng = np.random.default_rng(8)
    parts = np.split(amounts, np.cumsum(SIZES)[:-1])
    return [chunk_of(part, rng, quarantined=index % 3) for index, part in enumerate(parts)]


def added(chunks: list[ChunkTotals]) -> Totals:
    totals = Totals(LAYOUT)
    for chunk in chunks:
        totals.add(chunk)
    return totals


def bits(values: np.ndarray) -> np.ndarray:
    return values.view(np.int64)


def test_mean_and_deviation_are_those_of_all_paths_together(amounts, chunks):
    """Tolerances: rounding of a sum of 2,800 numbers, which a square of their size magnifies."""
    totals = added(chunks)
    assert totals.counted == totals.paths[0] == amounts.shape[0]
    size = np.abs(amounts).mean(axis=0)
    off = np.abs(totals.mean[0] - amounts.mean(axis=0))
    np.testing.assert_array_less(off, 1e-13 * size + 1e-300)
    deviation = ((amounts - amounts.mean(axis=0)) ** 2).sum(axis=0)
    rounding = 1e-13 * (amounts**2).sum(axis=0) + 1e-300
    np.testing.assert_array_less(np.abs(totals.deviation[0] - deviation), rounding)
    assert (totals.deviation >= 0.0).all()
    assert totals.mean[0, 4] == 7.25 and totals.deviation[0, 5] == 0.0


def test_counts_are_added(chunks):
    totals = added(chunks)
    histogram = np.zeros(LAYOUT.distributions * CELLS, dtype=np.int64)
    for chunk in chunks:
        histogram[chunk.cells] += chunk.cell_counts
    filled = [chunk for chunk in chunks if chunk.paths]
    np.testing.assert_array_equal(totals.histogram.reshape(-1), histogram)
    np.testing.assert_array_equal(totals.counts[0], sum(chunk.counts for chunk in filled))
    np.testing.assert_array_equal(totals.joint[0], sum(chunk.joint for chunk in filled))


def test_quarantined_paths_are_kept_in_order_from_empty_chunks_too(chunks):
    totals = added(chunks)
    assert totals.quarantined == sum(chunk.quarantined for chunk in chunks) == 6
    assert totals.broken == [(0, 1), (0, 1), (2, 3), (0, 1), (0, 1), (2, 3)]
    assert all(type(path) is int and type(quarter) is int for path, quarter in totals.broken)


def test_an_empty_chunk_changes_nothing(chunks):
    with_empty, without = added(chunks), added([chunk for chunk in chunks if chunk.paths])
    np.testing.assert_array_equal(bits(with_empty.mean), bits(without.mean))
    np.testing.assert_array_equal(bits(with_empty.deviation), bits(without.deviation))


def test_the_same_order_gives_the_same_bits_and_another_the_same_digits(amounts, chunks):
    first, again, turned = added(chunks), added(chunks), added(chunks[::-1])
    np.testing.assert_array_equal(bits(first.mean), bits(again.mean))
    np.testing.assert_array_equal(bits(first.deviation), bits(again.deviation))
    # The order has a say, or this test would not guard anything.
    assert (bits(first.mean) != bits(turned.mean)).any()
    size = np.abs(amounts).mean(axis=0)
    np.testing.assert_array_less(np.abs(first.mean - turned.mean)[0], 1e-13 * size + 1e-300)
    np.testing.assert_array_equal(first.histogram, turned.histogram)
    np.testing.assert_array_equal(first.counts, turned.counts)
    np.testing.assert_array_equal(first.joint, turned.joint)


def test_what_interrupts_an_addition_is_told(chunks):
    totals = added(chunks[:2])
    assert not totals.torn
    with pytest.raises(ValueError, match="broadcast"):
        totals.add(replace(chunks[3], joint=np.zeros((3, 2, 2), dtype=np.int64)))
    assert totals.torn


def test_adding_leaves_the_chunk_alone(chunks):
    before = [(chunk.sums.copy(), chunk.counts.copy()) for chunk in chunks]
    added(chunks)
    for chunk, (sums, counts) in zip(chunks, before, strict=True):
        np.testing.assert_array_equal(chunk.sums, sums)
        np.testing.assert_array_equal(chunk.counts, counts)


def test_the_largest_amounts_the_kernel_lets_pass_have_a_deviation():
    """1e144, beyond which a path counts as broken: squares are finite, and nothing warns."""
    rng = np.random.default_rng(9)
    amounts = rng.standard_normal((10, LAYOUT.amounts))
    amounts[3:7, 0] = 1e144
    chunk = chunk_of(amounts, rng)
    totals = added([chunk, chunk])
    assert totals.deviation[0, 0] == pytest.approx(20 * 0.24e288, rel=1e-12)


def test_rows_find_their_quantity():
    totals = Totals(LAYOUT)
    assert totals.rows("fcf_quarter").shape == (2, 2)
    assert totals.rows("flows_year").shape == (len(FLOWS), 2, 1)
    assert totals.rows("outside_funding").shape == ()
    every = np.concatenate([np.ravel(totals.rows(name)) for name in LAYOUT.quantities])
    np.testing.assert_array_equal(every, np.arange(LAYOUT.rows))


def test_replicates_are_added_up_apart(amounts):
    """Each as if it were alone; what is counted over all of them is counted over all."""
    parts = np.split(amounts, [300, 700, 1100, 1300])
    order = [2, 0, 1, 0, 2]
    rng = np.random.default_rng(11)
    chunks = [chunk_of(p, rng, replicate=r) for p, r in zip(parts, order, strict=True)]
    totals = Totals(LAYOUT, 3, independent=False)
    for chunk in chunks:
        totals.add(chunk)
    for r in range(3):
        alone = added([replace(chunk, replicate=0) for chunk in chunks if chunk.replicate == r])
        for name in (*OF_REPLICATES, "histogram"):
            np.testing.assert_array_equal(getattr(totals, name)[r], getattr(alone, name)[0])
    np.testing.assert_array_equal(totals.nonzero.sum(axis=0), (amounts != 0.0).sum(axis=0))
    assert totals.levels == [2, 1, 2]
    in_order = [chunks[n].entry() for n in (1, 2, 0, 3, 4)]  # the first of each, then the second
    np.testing.assert_array_equal(totals.entries(), in_order)
    assert totals.counted == amounts.shape[0]


def test_a_full_memory_is_one(monkeypatch):
    """Memory that is mapped says it in another way than numpy's."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.setattr("capexrisk.estimate.totals.mmap", full)
    with pytest.raises(MemoryError, match=r"histograms \(Cannot allocate memory\)"):
        Totals(LAYOUT)
