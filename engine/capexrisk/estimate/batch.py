"""Totals as workers hand them over: of a chunk, and of a batch of chunks."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.ledger import ChunkEntry
from capexrisk.estimate.outer import OuterTotals

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class ChunkTotals:
    """Totals of one chunk of paths, small enough to be sent between processes.

    Attributes
    ----------
    replicate : int
        Number of the replicate to which its paths belong; see `Totals`.
    first_path : int
        Number of its first path; the others follow.
    paths, quarantined : int
        Paths counted, and paths left out because they were not finite.
    sums, squares : ndarray, shape (amounts,)
    nonzero : ndarray, shape (amounts,)
        Paths on which an amount is not 0.
    cells, cell_counts : ndarray
        The histograms' non-empty cells as flat indices into (distributions, CELLS).
    counts : ndarray, shape (counts, levels)
    joint : ndarray, shape (issuers, issuers)
    broken : ndarray, shape (listed, 2)
        Path and quarter of the first quarantined paths.
    outer : OuterTotals, optional
        Of the single outer points, in a two-level run.
    """

    replicate: int
    first_path: int
    paths: int
    quarantined: int
    sums: Floats
    squares: Floats
    nonzero: Integers
    cells: Integers
    cell_counts: Integers
    counts: Integers
    joint: Integers
    broken: Integers
    outer: OuterTotals | None = None

    def checksum(self) -> int:
        """CRC-32 of everything in it; equal bits give equal checksums."""
        head = np.array([self.replicate, self.first_path, self.paths, self.quarantined])
        arrays = (head, self.sums, self.squares, self.nonzero, self.cells, self.cell_counts)
        crc = 0
        for part in (*arrays, self.counts, self.joint, self.broken):
            crc = zlib.crc32(np.ascontiguousarray(part).data, crc)
        return crc if self.outer is None else self.outer.checksum(crc)

    def entry(self) -> ChunkEntry:
        """Its entry in the ledger."""
        paths = self.paths + self.quarantined
        return ChunkEntry(self.replicate, self.first_path, paths, self.checksum())


@dataclass(frozen=True, kw_only=True)
class BatchTotals:
    """Totals of some chunks of one replicate, one after the other: what is sent to be added.

    Integers are added up, for they give the same sum in any order. Sums of doubles do not: those of
    each chunk stay apart, to be added in the order of the run, so that batches change no bit.

    Attributes
    ----------
    replicate : int
    entries : list of ChunkEntry, n of them
        The chunks, as the ledger has them.
    quarantined : list of int, n of them
        Paths of each chunk that were left out.
    sums, squares : ndarray, shape (n, amounts)
        Of each chunk.
    nonzero, cells, cell_counts, counts, joint : ndarray
        Of all chunks together, as in `ChunkTotals`.
    broken : ndarray, shape (listed, 2)
        Path and quarter of the first quarantined paths of each chunk.
    outer : list of OuterTotals
        In a two-level run those of each chunk; empty otherwise.
    """

    replicate: int
    entries: list[ChunkEntry]
    quarantined: list[int]
    sums: Floats
    squares: Floats
    nonzero: Integers
    cells: Integers
    cell_counts: Integers
    counts: Integers
    joint: Integers
    broken: Integers
    outer: list[OuterTotals]

    @classmethod
    def of(cls, chunks: Sequence[ChunkTotals]) -> BatchTotals:
        """The totals of chunks of one replicate, in their order."""
        cells, cell_counts = _added_cells(chunks)
        return cls(
            replicate=chunks[0].replicate,
            entries=[chunk.entry() for chunk in chunks],
            quarantined=[chunk.quarantined for chunk in chunks],
            sums=np.stack([chunk.sums for chunk in chunks]),
            squares=np.stack([chunk.squares for chunk in chunks]),
            nonzero=_sum([chunk.nonzero for chunk in chunks]),
            cells=cells,
            cell_counts=cell_counts,
            counts=_sum([chunk.counts for chunk in chunks]),
            joint=_sum([chunk.joint for chunk in chunks]),
            broken=np.concatenate([chunk.broken for chunk in chunks]),
            outer=[chunk.outer for chunk in chunks if chunk.outer is not None],
        )


def _sum(parts: Sequence[Integers]) -> Integers:
    return parts[0] if len(parts) == 1 else np.sum(parts, axis=0)


def _added_cells(chunks: Sequence[ChunkTotals]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Cells that any chunk fills, in order, and their counts."""
    if len(chunks) == 1:
        return chunks[0].cells, chunks[0].cell_counts
    last = max(int(chunk.cells.max(initial=-1)) for chunk in chunks)
    histogram = np.zeros(last + 1, dtype=np.int32)
    for chunk in chunks:
        histogram[chunk.cells] += chunk.cell_counts  # a chunk names each cell once
    cells = np.flatnonzero(histogram).astype(np.int32)
    return cells, histogram[cells]
