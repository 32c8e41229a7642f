"""Totals of a run: chunks added one after the other."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.cells import CELLS
from capexrisk.kernel.outcomes import OutcomeLayout

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class ChunkTotals:
    """Totals of one chunk of paths, small enough to be sent between processes.

    Attributes
    ----------
    replicate : int
        To which its paths belong; see `Totals`.
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

    def checksum(self) -> int:
        """CRC-32 of everything in it, the same for the same bits."""
        head = np.array([self.replicate, self.first_path, self.paths, self.quarantined])
        arrays = (head, self.sums, self.squares, self.nonzero, self.cells, self.cell_counts)
        crc = 0
        for part in (*arrays, self.counts, self.joint, self.broken):
            crc = zlib.crc32(np.ascontiguousarray(part).data, crc)
        return crc


class ChunkEntry(NamedTuple):
    """What is kept of a chunk after it was added: which it was, and the checksum of its totals."""

    replicate: int
    first_path: int
    paths: int
    checksum: int


@dataclass
class Totals:
    """Totals over all chunks so far, every path of weight one, by replicate on the first axis.

    Replicates are independent of each other: nets, whose paths depend on each other, or batches of
    independent paths (see `replicated`).

    Sums of doubles depend on their order: the chunks of a replicate are added in the order of their
    paths, whoever computed them, so that the same paths always give the same bits.

    Attributes
    ----------
    replicates : int
        R; some may be empty.
    independent : bool
        Whether all paths are, and not only the replicates.
    paths : ndarray, shape (R,)
    quarantined : int
    mean, deviation : ndarray, shape (R, amounts)
        Mean, and sum of squared deviations from it.
    nonzero : ndarray, shape (amounts,)
        Paths of all replicates on which an amount is not 0.
    histogram : ndarray, shape (R, distributions, CELLS), or (1, ...) of independent paths
    counts : ndarray, shape (R, counts, levels)
    joint : ndarray, shape (R, issuers, issuers)
    broken : list of (path, quarter)
        The first quarantined paths.
    ledger : list of ChunkEntry
        The chunks, in the order in which they were added.
    """

    layout: OutcomeLayout
    replicates: int = 1
    independent: bool = True
    paths: Integers = field(init=False)
    quarantined: int = 0
    mean: Floats = field(init=False)
    deviation: Floats = field(init=False)
    nonzero: Integers = field(init=False)
    histogram: NDArray[Any] = field(init=False)
    counts: Integers = field(init=False)
    joint: Integers = field(init=False)
    broken: list[tuple[int, int]] = field(default_factory=list)
    ledger: list[ChunkEntry] = field(default_factory=list)

    def __post_init__(self) -> None:
        layout, several = self.layout, self.replicates
        issuers = layout.axes["issuer"]
        # A replicate has fewer than 2**32 points, and there are as many histograms as replicates.
        of_cells = np.int64 if self.independent else np.uint32
        self.paths = np.zeros(several, dtype=np.int64)
        self.mean = np.zeros((several, layout.amounts))
        self.deviation = np.zeros((several, layout.amounts))
        self.nonzero = np.zeros(layout.amounts, dtype=np.int64)
        histograms = 1 if self.independent else several
        self.histogram = np.zeros((histograms, layout.distributions, CELLS), dtype=of_cells)
        self.counts = np.zeros((several, layout.rows - layout.amounts, layout.levels), np.int64)
        self.joint = np.zeros((several, issuers, issuers), dtype=np.int64)

    def add(self, chunk: ChunkTotals) -> None:
        """Add the next chunk; means by the pairwise update of Chan, Golub and LeVeque (1979)."""
        paths = chunk.paths + chunk.quarantined
        entry = ChunkEntry(chunk.replicate, chunk.first_path, paths, chunk.checksum())
        self.ledger.append(entry)
        self.quarantined += chunk.quarantined
        self.broken += [(int(path), int(quarter)) for path, quarter in chunk.broken]
        if chunk.paths == 0:
            return
        r = chunk.replicate
        before = int(self.paths[r])
        total = before + chunk.paths
        mean = chunk.sums / chunk.paths
        deviation = np.maximum(chunk.squares - chunk.sums * mean, 0.0)
        shift = mean - self.mean[r]
        self.deviation[r] += deviation + shift * shift * (before * chunk.paths / total)
        self.mean[r] += shift * (chunk.paths / total)
        self.paths[r] = total
        self.nonzero += chunk.nonzero
        cells = self.histogram[0 if self.independent else r].reshape(-1)
        cells[chunk.cells] += chunk.cell_counts.astype(cells.dtype)
        self.counts[r] += chunk.counts
        self.joint[r] += chunk.joint

    @property
    def counted(self) -> int:
        """Paths of all replicates."""
        return int(self.paths.sum())

    def filled(self) -> Totals:
        """The same without empty replicates."""
        some = self.paths > 0
        if some.all() or self.replicates == 1:
            return self
        kept = replace(self, replicates=int(some.sum()))
        for name in ("paths", "mean", "deviation", "counts", "joint"):
            setattr(kept, name, getattr(self, name)[some])
        kept.histogram = self.histogram if self.independent else self.histogram[some]
        kept.nonzero = self.nonzero
        return kept

    def pooled(self, row: int) -> tuple[float, float]:
        """Mean of an amount over all paths, and sum of their squared deviations from it."""
        means = self.mean[:, row]
        mean = float(means @ self.paths) / max(self.counted, 1)
        between = float(((means - mean) ** 2) @ self.paths)
        return mean, float(self.deviation[:, row].sum()) + between

    def rows(self, name: str) -> Integers:
        """Numbers of the rows of a quantity, in the shape of its axes."""
        shape = self.layout.shape(name)
        size = int(np.prod(shape, dtype=np.int64))
        rows: Integers = np.arange(size).reshape(shape) + self.layout.first[name]
        return rows

    def level_counts(self, name: str) -> Integers:
        """Counts of a count's values, shape (*axes, levels, R)."""
        quantity = next(q for q in self.layout.quantities if q.name == name)
        found = self.counts[:, self.rows(name) - self.layout.amounts, : quantity.levels]
        return np.moveaxis(found, 0, -1)
