"""Totals of a run: chunks added one after the other."""

from __future__ import annotations

from dataclasses import dataclass, field

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


@dataclass
class Totals:
    """Totals over all chunks so far, every path of weight one.

    Sums of doubles depend on their order: chunks are added in the order of their paths, whoever
    computed them, so that the same paths always give the same bits.

    Attributes
    ----------
    paths, quarantined : int
    mean, deviation : ndarray, shape (amounts,)
        Mean, and sum of squared deviations from it.
    nonzero : ndarray, shape (amounts,)
        Paths on which an amount is not 0.
    histogram : ndarray, shape (distributions, CELLS)
    counts : ndarray, shape (counts, levels)
    joint : ndarray, shape (issuers, issuers)
    broken : list of (path, quarter)
        The first quarantined paths.
    """

    layout: OutcomeLayout
    paths: int = 0
    quarantined: int = 0
    mean: Floats = field(init=False)
    deviation: Floats = field(init=False)
    nonzero: Integers = field(init=False)
    histogram: Integers = field(init=False)
    counts: Integers = field(init=False)
    joint: Integers = field(init=False)
    broken: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        layout = self.layout
        issuers = layout.axes["issuer"]
        self.mean = np.zeros(layout.amounts)
        self.deviation = np.zeros(layout.amounts)
        self.nonzero = np.zeros(layout.amounts, dtype=np.int64)
        self.histogram = np.zeros((layout.distributions, CELLS), dtype=np.int64)
        self.counts = np.zeros((layout.rows - layout.amounts, layout.levels), dtype=np.int64)
        self.joint = np.zeros((issuers, issuers), dtype=np.int64)

    def add(self, chunk: ChunkTotals) -> None:
        """Add the next chunk; means by the pairwise update of Chan, Golub and LeVeque (1979)."""
        self.quarantined += chunk.quarantined
        self.broken += [(int(path), int(quarter)) for path, quarter in chunk.broken]
        if chunk.paths == 0:
            return
        total = self.paths + chunk.paths
        mean = chunk.sums / chunk.paths
        deviation = np.maximum(chunk.squares - chunk.sums * mean, 0.0)
        shift = mean - self.mean
        self.deviation += deviation + shift * shift * (self.paths * chunk.paths / total)
        self.mean += shift * (chunk.paths / total)
        self.paths = total
        self.nonzero += chunk.nonzero
        self.histogram.reshape(-1)[chunk.cells] += chunk.cell_counts
        self.counts += chunk.counts
        self.joint += chunk.joint

    def rows(self, name: str) -> Integers:
        """Numbers of the rows of a quantity, in the shape of its axes."""
        shape = self.layout.shape(name)
        size = int(np.prod(shape, dtype=np.int64))
        rows: Integers = np.arange(size).reshape(shape) + self.layout.first[name]
        return rows

    def level_counts(self, name: str) -> Integers:
        """Counts of a count's values, shape (*axes, levels)."""
        quantity = next(q for q in self.layout.quantities if q.name == name)
        return self.counts[self.rows(name) - self.layout.amounts, : quantity.levels]
