"""One chunk of paths, from a lowered scenario to its totals: the work of a worker."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from capexrisk.estimate.totals import ChunkTotals
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.kernel.tally import QUARANTINE_LISTED
from capexrisk.lowering import LoweredScenario
from capexrisk.run.paths import write_paths
from capexrisk.run.plan import Chunk


def run_chunk(
    lowered: LoweredScenario, seed: int, chunk: Chunk, keep_in: Path | None
) -> ChunkTotals:
    """Simulate a chunk; with `keep_in`, also write its single paths there."""
    tally, kept = simulate_chunk(
        lowered.market,
        lowered.schedule,
        lowered.layout,
        seed=seed,
        first_path=chunk.first_path,
        paths=chunk.paths,
        keep=keep_in is not None,
    )
    if keep_in is not None:
        write_paths(keep_in, lowered, chunk, kept)
    cells = np.flatnonzero(tally.histogram)
    quarantined = int(tally.paths[1])
    return ChunkTotals(
        paths=int(tally.paths[0]),
        quarantined=quarantined,
        sums=tally.sums,
        squares=tally.squares,
        nonzero=tally.nonzero,
        cells=cells,
        cell_counts=tally.histogram.reshape(-1)[cells].astype(np.int64),
        counts=tally.counts,
        joint=tally.joint,
        broken=tally.quarantine[: min(quarantined, QUARANTINE_LISTED)],
    )
