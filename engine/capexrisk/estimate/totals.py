"""Totals of a run, to which its chunks are added in order."""

from __future__ import annotations

from array import array
from dataclasses import InitVar, dataclass, field, replace
from mmap import ACCESS_COPY, mmap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.batch import BatchTotals, ChunkTotals
from capexrisk.estimate.outer import OuterTotals, joined
from capexrisk.kernel.cells import CELLS
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.kernel.tally import add_cells

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
ROUNDING = 1e-6  # a spread below this share of the mean is that of rounding in sums of squares
# Fields whose first axis is the replicate. The histogram is not among them: independent paths have
# a single one.
OF_REPLICATES = ("paths", "left_out", "mean", "deviation", "nonzero", "counts", "joint")


@dataclass
class Totals:
    """Totals over all chunks so far, with weight one for every path; first axis the replicate.

    Replicates are independent of each other: nets, whose paths depend on each other, or batches of
    independent paths (see `by_replicate`).

    Sums of doubles depend on their order: the chunks of a replicate are added in the order of their
    paths, whichever worker computed them, so that the same paths always give the same bits. All
    else is integers, which are added in any order.

    Attributes
    ----------
    replicates : int
        R; some may be empty.
    independent : bool
        Whether all paths are independent, and not only the replicates.
    two_levels : bool
        Whether the paths belong to outer points, whose totals are kept as well.
    paths, left_out : ndarray, shape (R,)
        Paths counted, and quarantined.
    mean, deviation : ndarray, shape (R, amounts)
        Mean, and sum of squared deviations from it.
    nonzero : ndarray, shape (R, amounts)
        Paths on which an amount is not 0.
    histogram : ndarray, shape (R, distributions, CELLS), or (1, ...) of independent paths
    counts : ndarray, shape (R, counts, levels)
    joint : ndarray, shape (R, issuers, issuers)
    broken : list of (path, quarter)
        The first quarantined paths of each chunk.
    ledger : list of array, R of them
        The chunks in the order in which they were added: first_path, paths and checksum of each,
        one after the other (three numbers a chunk: a long run has millions).
    outer : list of list of OuterTotals, R of them, or None
        With two levels: the outer points of each chunk.
    torn : bool
        True while a chunk is being added; if that was interrupted, the totals are inconsistent.
    """

    layout: OutcomeLayout
    replicates: int = 1
    independent: bool = True
    two_levels: InitVar[bool] = False
    paths: Integers = field(init=False)
    left_out: Integers = field(init=False)
    mean: Floats = field(init=False)
    deviation: Floats = field(init=False)
    nonzero: Integers = field(init=False)
    histogram: NDArray[Any] = field(init=False)
    counts: Integers = field(init=False)
    joint: Integers = field(init=False)
    broken: list[tuple[int, int]] = field(default_factory=list)
    ledger: list[array[int]] = field(init=False)
    torn: bool = field(default=False, init=False)
    outer: list[list[OuterTotals]] | None = field(default=None, init=False)

    def __post_init__(self, two_levels: bool) -> None:
        if two_levels:
            self.outer = [[] for _ in range(self.replicates)]
        layout, several = self.layout, self.replicates
        issuers = layout.axes["issuer"]
        # A replicate has fewer than 2**32 points, and there are as many histograms as replicates.
        of_cells = np.int64 if self.independent else np.uint32
        self.ledger = [array("q") for _ in range(several)]
        self.paths = np.zeros(several, dtype=np.int64)
        self.left_out = np.zeros(several, dtype=np.int64)
        self.mean = np.zeros((several, layout.amounts))
        self.deviation = np.zeros((several, layout.amounts))
        self.nonzero = np.zeros((several, layout.amounts), dtype=np.int64)
        histograms = 1 if self.independent else several
        self.histogram = _sparse_zeros((histograms, layout.distributions, CELLS), of_cells)
        self.counts = np.zeros((several, layout.rows - layout.amounts, layout.levels), np.int64)
        self.joint = np.zeros((several, issuers, issuers), dtype=np.int64)

    def clear(self) -> None:
        """Forget all chunks but keep the memory, which would take time to allocate."""
        if any(self.ledger):  # else it is 0, and new memory takes time when it is first written to
            for name in (*OF_REPLICATES, "histogram"):
                getattr(self, name).fill(0)
        self.broken.clear()
        self.ledger = [array("q") for _ in range(self.replicates)]
        self.outer = None if self.outer is None else [[] for _ in range(self.replicates)]
        self.torn = False

    def add(self, chunk: ChunkTotals) -> None:
        """Add the next chunk of its replicate."""
        self.add_batch(BatchTotals.of([chunk]))

    def add_batch(self, batch: BatchTotals) -> None:
        """Add the next chunks of a replicate: the same bits as if they were added one by one."""
        self.torn = True
        r = batch.replicate
        for entry, *of_chunk in zip(
            batch.entries, batch.quarantined, batch.sums, batch.squares, strict=True
        ):
            self.ledger[r].extend(entry[1:])
            self._add_amounts(r, entry.paths, *of_chunk)
        self.broken += [(int(path), int(quarter)) for path, quarter in batch.broken]
        if self.outer is not None:
            self.outer[r] += batch.outer
        self.nonzero[r] += batch.nonzero
        cells = self.histogram[0 if self.independent else r].reshape(-1)
        add_cells(cells, batch.cells, batch.cell_counts)
        self.counts[r] += batch.counts
        self.joint[r] += batch.joint
        self.torn = False

    def _add_amounts(
        self, r: int, paths: int, quarantined: int, sums: Floats, squares: Floats
    ) -> None:
        """Add a chunk's amounts, with the pairwise update of Chan, Golub and LeVeque (1979)."""
        self.left_out[r] += quarantined
        paths -= quarantined
        if paths == 0:
            return
        before = int(self.paths[r])
        total = before + paths
        mean = sums / paths
        deviation = np.maximum(squares - sums * mean, 0.0)
        shift = mean - self.mean[r]
        self.deviation[r] += deviation + shift * shift * (before * paths / total)
        self.mean[r] += shift * (paths / total)
        self.paths[r] = total

    def outer_points(self, replicate: int) -> OuterTotals:
        """The outer points of a replicate so far, in a two-level run."""
        assert self.outer is not None
        return joined(self.outer[replicate], self.layout)

    @property
    def counted(self) -> int:
        """Number of paths counted in all replicates."""
        return int(self.paths.sum())

    @property
    def quarantined(self) -> int:
        """Number of paths in all replicates that were left out because they were not finite."""
        return int(self.left_out.sum())

    @property
    def refused(self) -> int:
        """Number of these that belong to outer points whose scenario was refused."""
        found = [part for parts in self.outer or () for part in parts]
        points = sum(len(part.paths) for part in found) // 2
        refused = sum(len(part.refused) for part in found)
        return refused * (self.counted + self.quarantined) // points if points else 0

    @property
    def levels(self) -> list[int]:
        """Number of chunks of each replicate."""
        return [len(entries) // 3 for entries in self.ledger]

    def entries(self) -> Integers:
        """The chunks as rows of `ChunkEntry`, (chunks, 4); the first of each replicate first."""
        level = np.concatenate([np.arange(chunks) for chunks in self.levels])
        replicate = np.repeat(np.arange(self.replicates), self.levels)
        rest = [np.array(entries, dtype=np.int64).reshape(-1, 3) for entries in self.ledger]
        order = np.lexsort((replicate, level))
        return np.column_stack([replicate, np.concatenate(rest)])[order]

    def filled(self) -> Totals:
        """A copy without empty replicates."""
        some = self.paths > 0
        if some.all() or self.replicates == 1:
            return self
        kept = replace(self, replicates=int(some.sum()))
        for name in OF_REPLICATES:
            setattr(kept, name, getattr(self, name)[some])
        kept.histogram = self.histogram if self.independent else self.histogram[some]
        kept.ledger = [entries for entries, one in zip(self.ledger, some, strict=True) if one]
        return kept

    def pooled(self, row: int) -> tuple[float, float]:
        """Mean of an amount over all paths, and sum of their squared deviations from it.

        The sum is exactly 0 of an amount that is the same on every path.
        """
        means = self.mean[:, row]
        mean = float((means * self.paths).sum()) / max(self.counted, 1)
        between = float(((means - mean) ** 2 * self.paths).sum())
        deviation = float(self.deviation[:, row].sum()) + between
        return mean, deviation if deviation > (ROUNDING * mean) ** 2 * self.counted else 0.0

    def rows(self, name: str) -> Integers:
        """Indices of a quantity's rows, in the shape of its axes."""
        shape = self.layout.shape(name)
        size = int(np.prod(shape, dtype=np.int64))
        rows: Integers = np.arange(size).reshape(shape) + self.layout.first[name]
        return rows


def _sparse_zeros(shape: tuple[int, ...], dtype: type[np.integer]) -> NDArray[Any]:
    """Zeros most of which are never written to; memory is taken page by page, as it is.

    numpy asks for huge pages for a large array: a few numbers then take as much as a million.
    """
    size = int(np.prod(shape))
    try:
        memory = mmap(-1, max(size, 1) * np.dtype(dtype).itemsize, access=ACCESS_COPY)
    except OSError as error:  # as numpy says that the memory is full
        raise MemoryError(f"{size:,} numbers of a run's histograms ({error.strerror})") from None
    return np.frombuffer(memory, dtype, size).reshape(shape)
