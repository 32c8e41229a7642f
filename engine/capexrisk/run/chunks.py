"""One chunk of paths, from a lowered scenario to its totals: the work of a worker."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.totals import ChunkTotals
from capexrisk.kernel.points import Net
from capexrisk.kernel.simulate import simulate_chunk
from capexrisk.kernel.tally import QUARANTINE_LISTED
from capexrisk.lowering import LoweredScenario
from capexrisk.points.layout import sobol_net
from capexrisk.run.plan import Chunk, RunPlan


class PathSink(Protocol):
    """Takes the single paths of chunks; it is sent to the workers, so it pickles."""

    def write(self, lowered: LoweredScenario, chunk: Chunk, outcomes: NDArray[np.float64]) -> None:
        """Take the outcomes of a chunk, (paths, rows of the layout)."""

    def holds(self, chunk: Chunk) -> bool:
        """Whether the paths of a chunk are there, whole."""


def run_chunk(
    lowered: LoweredScenario, plan: RunPlan, chunk: Chunk, sink: PathSink | None = None
) -> ChunkTotals:
    """Simulate a chunk; a sink also gets its single paths."""
    tally, kept = simulate_chunk(
        lowered.market,
        lowered.schedule,
        lowered.layout,
        seed=plan.seed,
        first_path=chunk.first_path,
        paths=chunk.paths,
        net=net_of(lowered, plan),
        keep=sink is not None,
    )
    if sink is not None:
        sink.write(lowered, chunk, kept)
    cells = np.flatnonzero(tally.histogram)
    quarantined = int(tally.paths[1])
    return ChunkTotals(
        replicate=chunk.replicate,
        first_path=chunk.first_path,
        paths=int(tally.paths[0]),
        quarantined=quarantined,
        sums=tally.sums,
        squares=tally.squares,
        nonzero=tally.nonzero,
        # 32 bits hold both, and are half as much to send between processes.
        cells=cells.astype(np.int32),
        cell_counts=tally.histogram.reshape(-1)[cells].astype(np.int32),
        counts=tally.counts,
        joint=tally.joint,
        broken=tally.quarantine[: min(quarantined, QUARANTINE_LISTED)],
    )


def net_of(lowered: LoweredScenario, plan: RunPlan) -> Net | None:
    """The sequence whose points the paths are; None if they are independent.

    Raises
    ------
    DimensionError
        If a path has more draws than the sequence has dimensions.
    """
    if plan.sampler == "plain":
        return None
    return sobol_net(lowered.market, lowered.schedule)
