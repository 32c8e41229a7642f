"""Totals of a chunk, summed from the outcomes of its blocks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.block import BLOCK, LANES, slot
from capexrisk.kernel.cells import CELLS
from capexrisk.kernel.histogram import cell_of
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.numeric.jit import entry, loop

COPIES = 8  # of every counter, for eight consecutive paths
QUARANTINE_LISTED = 64  # broken paths named per chunk; the rest are only counted


class Tally(NamedTuple):
    """Totals over paths, with weight one for every path."""

    sums: NDArray[np.float64]  # (amounts,)
    squares: NDArray[np.float64]  # (amounts,)
    nonzero: NDArray[np.int64]  # (amounts,) paths on which it is not 0
    histogram: NDArray[np.int32]  # (distributions, CELLS)
    counts: NDArray[np.int64]  # (counts, levels)
    joint: NDArray[np.int64]  # (issuers, issuers) paths on which both fail
    quarantine: NDArray[np.int64]  # (QUARANTINE_LISTED, 2) path and quarter
    paths: NDArray[np.int64]  # (2,) counted and quarantined


class RunningTally(NamedTuple):
    """Totals while blocks are added, with sums in vector lanes and counts in copies.

    A sum per lane adds eight numbers at once, in an order fixed by the code and not the machine. A
    counter written by the previous path would stall this one, hence copies.
    """

    sums: NDArray[np.float64]  # (amounts, LANES)
    squares: NDArray[np.float64]  # (amounts, LANES)
    nonzero: NDArray[np.int64]  # (amounts,)
    histogram: NDArray[np.int32]  # (distributions, CELLS)
    counts: NDArray[np.int64]  # (counts, COPIES, levels)
    joint: NDArray[np.int64]  # (issuers, issuers)
    quarantine: NDArray[np.int64]  # (QUARANTINE_LISTED, 2)
    paths: NDArray[np.int64]  # (2,)
    cells: NDArray[np.int64]  # (BLOCK,) scratch


def empty_tally(layout: OutcomeLayout) -> RunningTally:
    """Make an empty tally."""
    issuers = layout.axes["issuer"]
    return RunningTally(
        sums=np.zeros((layout.amounts, LANES)),
        squares=np.zeros((layout.amounts, LANES)),
        nonzero=np.zeros(layout.amounts, dtype=np.int64),
        histogram=np.zeros((layout.distributions, CELLS), dtype=np.int32),
        counts=np.zeros((layout.rows - layout.amounts, COPIES, layout.levels), dtype=np.int64),
        joint=np.zeros((issuers, issuers), dtype=np.int64),
        quarantine=np.zeros((QUARANTINE_LISTED, 2), dtype=np.int64),
        paths=np.zeros(2, dtype=np.int64),
        cells=np.empty(BLOCK, dtype=np.int64),
    )


def clear(tally: RunningTally, *, keep_histogram: bool = False) -> None:
    """Reset a tally to no paths; what the histogram has counted may stay."""
    for part in tally:
        if not (keep_histogram and part is tally.histogram):
            part.fill(0)


def finished(tally: RunningTally) -> Tally:
    """Totals with lanes and copies added up; all but the histogram, 4 MB, are new arrays."""
    return Tally(
        sums=tally.sums.sum(axis=1),
        squares=tally.squares.sum(axis=1),
        nonzero=tally.nonzero.copy(),
        histogram=tally.histogram,
        counts=tally.counts.sum(axis=1),
        joint=tally.joint.copy(),
        quarantine=tally.quarantine.copy(),
        paths=tally.paths.copy(),
    )


@entry
def add_cells(histogram, cells, counts):
    """Add counts to the cells of a flat histogram, each named once."""
    for index in range(cells.size):
        histogram[np.uint64(cells[index])] += counts[index]


@loop
def quarantine_paths(outcomes, bad_quarters, never, first_path, paths, tally):
    """Remove paths that are not finite from a block; returns how many are left, in front.

    Every row of outcomes is compacted in the same way, so a broken path counts nowhere.
    """
    kept = 0
    rows = outcomes.size // BLOCK
    for p in range(paths):
        if bad_quarters[p] < never:
            listed = tally.paths[1]
            if listed < QUARANTINE_LISTED:
                tally.quarantine[listed, 0] = first_path + p
                tally.quarantine[listed, 1] = int(bad_quarters[p])
            tally.paths[1] += 1
        else:
            if kept < p:
                for r in range(rows):
                    outcomes[r * BLOCK + kept] = outcomes[r * BLOCK + p]
            kept += 1
    return kept


@loop
def clear_slots(outcomes, paths):
    """Fill unused slots with zeros, so that an incomplete block can be summed like any other."""
    if paths < BLOCK:
        for r in range(outcomes.size // BLOCK):
            for p in range(paths, BLOCK):
                outcomes[slot(r * BLOCK, p)] = 0.0


@loop
def add_amounts(outcomes, paths, units, tally):
    """Add up the amounts; those of distributions also in cells, while they are in the first cache.

    `units` (distributions,) are those of the histograms.
    """
    distributions = tally.histogram.shape[0]
    for r in range(distributions):
        sum_row(outcomes, r, tally)
        count_cells(outcomes, r, paths, 1.0 / units[r], tally)
    for r in range(distributions, tally.sums.shape[0]):
        sum_row(outcomes, r, tally)


@loop
def sum_row(outcomes, r, tally):
    """Add up a row, its squares, and the paths on which it is not 0.

    The loop over lanes takes its length from the array: one of constant length would be unrolled
    instead of vectorised.
    """
    sums, squares = tally.sums[r], tally.squares[r]
    nonzero = 0
    for lane in range(sums.size):
        total = 0.0
        square = 0.0
        for group in range(BLOCK // LANES):
            y = outcomes[slot(r * BLOCK + group * LANES, lane)]
            total += y
            square += y * y
            nonzero += 1 if y != 0.0 else 0
        sums[lane] += total
        squares[lane] += square
    tally.nonzero[r] += nonzero


@loop
def count_cells(outcomes, r, paths, per_unit, tally):
    """Fill a row's histogram: first the cells, vectorised, then one count per path."""
    cells, histogram = tally.cells, tally.histogram[r]
    for p in range(BLOCK):
        cells[p] = cell_of(outcomes[slot(r * BLOCK, p)] * per_unit)
    for p in range(paths):
        histogram[np.uint64(cells[p])] += np.int32(1)


@loop
def count_levels(outcomes, paths, tally):
    """Count the values of counts; all paths at once if they agree, as in most blocks."""
    amounts = tally.sums.shape[0]
    for r in range(tally.counts.shape[0]):
        row = (amounts + r) * BLOCK
        counts = tally.counts[r]
        value = outcomes[row]
        others = 0
        for p in range(BLOCK):
            others += 1 if outcomes[slot(row, p)] != value else 0
        if others == 0:
            counts[0, np.uint64(value)] += paths
        else:
            for p in range(paths):
                counts[p % COPIES, np.uint64(np.int64(outcomes[slot(row, p)]))] += 1


@loop
def count_joint(outcomes, failure_row, never, paths, tally):
    """Count pairs of issuers that both fail on a path."""
    issuers = tally.joint.shape[0]
    for i in range(issuers):
        for p in range(paths):
            if outcomes[failure_row + i * BLOCK + p] < never:
                for j in range(issuers):
                    if outcomes[failure_row + j * BLOCK + p] < never:
                        tally.joint[i, j] += 1
