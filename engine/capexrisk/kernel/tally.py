"""From the outcomes of blocks to the totals of a chunk."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.cells import CELLS
from capexrisk.kernel.histogram import cell_of
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.numeric.jit import loop

QUARANTINE_LISTED = 64  # broken paths named per chunk; the rest are only counted


class Tally(NamedTuple):
    """Totals over paths, every path of weight one."""

    sums: NDArray[np.float64]  # (amounts,)
    squares: NDArray[np.float64]  # (amounts,)
    nonzero: NDArray[np.int64]  # (amounts,) paths on which it is not 0
    histogram: NDArray[np.int64]  # (distributions, CELLS)
    counts: NDArray[np.int64]  # (counts, levels)
    joint: NDArray[np.int64]  # (issuers, issuers) paths on which both fail
    quarantine: NDArray[np.int64]  # (QUARANTINE_LISTED, 2) path and quarter
    paths: NDArray[np.int64]  # (2,) counted and quarantined


def empty_tally(layout: OutcomeLayout) -> Tally:
    """A tally of no paths."""
    issuers = layout.axes["issuer"]
    return Tally(
        sums=np.zeros(layout.amounts),
        squares=np.zeros(layout.amounts),
        nonzero=np.zeros(layout.amounts, dtype=np.int64),
        histogram=np.zeros((layout.distributions, CELLS), dtype=np.int64),
        counts=np.zeros((layout.rows - layout.amounts, layout.levels), dtype=np.int64),
        joint=np.zeros((issuers, issuers), dtype=np.int64),
        quarantine=np.zeros((QUARANTINE_LISTED, 2), dtype=np.int64),
        paths=np.zeros(2, dtype=np.int64),
    )


@loop
def quarantine_paths(outcomes, bad_quarters, never, first_path, paths, tally):
    """Take paths that are not finite out of a block; returns how many are left, moved to the front.

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
def sum_rows(outcomes, paths, tally, scratch):
    """Sums and squares of the amounts, halving the block pairwise: vectors, in a fixed order."""
    for r in range(tally.sums.size):
        base = r * BLOCK
        nonzero = 0
        for p in range(BLOCK):
            y = outcomes[base + p] if p < paths else 0.0
            scratch[p] = y
            scratch[BLOCK + p] = y * y
            nonzero += 1 if y != 0.0 else 0
        tally.nonzero[r] += nonzero
        half = BLOCK // 2
        while half > 0:
            for p in range(half):
                scratch[p] += scratch[half + p]
                scratch[BLOCK + p] += scratch[BLOCK + half + p]
            half //= 2
        tally.sums[r] += scratch[0]
        tally.squares[r] += scratch[BLOCK]


@loop
def count_rows(outcomes, paths, tally):
    """Histograms of the distributions, values of the counts."""
    for r in range(tally.histogram.shape[0]):
        base = r * BLOCK
        for p in range(paths):
            tally.histogram[r, cell_of(outcomes[base + p])] += 1
    amounts = tally.sums.size
    for r in range(tally.counts.shape[0]):
        base = (amounts + r) * BLOCK
        for p in range(paths):
            tally.counts[r, int(outcomes[base + p])] += 1


@loop
def count_joint(outcomes, failure_row, never, paths, tally):
    """Pairs of issuers that both fail on a path."""
    issuers = tally.joint.shape[0]
    for i in range(issuers):
        for p in range(paths):
            if outcomes[failure_row + i * BLOCK + p] < never:
                for j in range(issuers):
                    if outcomes[failure_row + j * BLOCK + p] < never:
                        tally.joint[i, j] += 1
