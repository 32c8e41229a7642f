"""Totals of a run, to which its chunks are added in order."""

from __future__ import annotations

import zlib
from array import array
from dataclasses import InitVar, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.ledger import ChunkEntry
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


@dataclass
class Totals:
    """Totals over all chunks so far, with weight one for every path; first axis the replicate.

    Replicates are independent of each other: nets, whose paths depend on each other, or batches of
    independent paths (see `by_replicate`).

    Sums of doubles depend on their order: the chunks of a replicate are added in the order of their
    paths, whichever worker computed them, so that the same paths always give the same bits.

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
        self.histogram = np.zeros((histograms, layout.distributions, CELLS), dtype=of_cells)
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
        """Add the next chunk, with the pairwise update of Chan, Golub and LeVeque (1979)."""
        self.torn = True
        self._add(chunk)
        self.torn = False

    def _add(self, chunk: ChunkTotals) -> None:
        r = chunk.replicate
        self.ledger[r].extend(chunk.entry()[1:])
        self.left_out[r] += chunk.quarantined
        self.broken += [(int(path), int(quarter)) for path, quarter in chunk.broken]
        if self.outer is not None and chunk.outer is not None:
            self.outer[r].append(chunk.outer)
        if chunk.paths == 0:
            return
        before = int(self.paths[r])
        total = before + chunk.paths
        mean = chunk.sums / chunk.paths
        deviation = np.maximum(chunk.squares - chunk.sums * mean, 0.0)
        shift = mean - self.mean[r]
        self.deviation[r] += deviation + shift * shift * (before * chunk.paths / total)
        self.mean[r] += shift * (chunk.paths / total)
        self.paths[r] = total
        self.nonzero[r] += chunk.nonzero
        cells = self.histogram[0 if self.independent else r].reshape(-1)
        add_cells(cells, chunk.cells, chunk.cell_counts)
        self.counts[r] += chunk.counts
        self.joint[r] += chunk.joint

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
