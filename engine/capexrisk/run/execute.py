"""Running a plan: chunks to workers, totals in order, broken paths judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from capexrisk.errors import KernelFault
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import LoweredScenario
from capexrisk.run.backends import on_cluster, run_in_order
from capexrisk.run.checkpoint import Checkpoint
from capexrisk.run.chunks import net_of, run_chunk
from capexrisk.run.cluster import ClusterError
from capexrisk.run.interrupts import postponed_interrupts
from capexrisk.run.paths import paths_intact
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan

QUARANTINE_LIMIT = 1e-4  # share of broken paths above which a run is worth nothing
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Aside:
    """What goes on beside the counting.

    Attributes
    ----------
    keep_in : Path, optional
        Existing directory for single paths.
    progress : callable, optional
        Told the number of paths finished so far.
    checkpoint : Checkpoint, optional
        What a run begins with, and where it is kept while it goes on.
    """

    keep_in: Path | None = None
    progress: Progress | None = None
    checkpoint: Checkpoint | None = None


NOTHING: Final = Aside()


def begin_totals(lowered: LoweredScenario, plan: RunPlan, aside: Aside) -> Totals:
    """Totals to which the chunks of a plan are added: empty, or as a checkpoint has them.

    Raises
    ------
    ResumeMismatch, ResultsError
        If what is kept is of another run.
    """
    if aside.keep_in is not None and on_cluster(plan):
        raise ClusterError(
            "keep_paths: single paths would be written on the machines that compute them; leave it "
            "out, and replay the paths you want to see"
        )
    totals = Totals(lowered.layout, REPLICATES, independent=plan.sampler == "plain")
    if aside.checkpoint is not None:
        aside.checkpoint.restore(totals)
        if aside.keep_in is not None:
            _write_lost_paths(totals, lowered, plan, aside.keep_in)
    return totals


def execute(lowered: LoweredScenario, plan: RunPlan, aside: Aside = NOTHING) -> Totals:
    """Simulate all paths of a plan.

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite, or amounts have no standard error.
    DimensionError
        If a path has more draws than the plan's sampler can give.
    ResumeMismatch, ResultsError
        If what is kept is of another run.
    """
    totals = begin_totals(lowered, plan, aside)
    add_chunks(totals, lowered, plan, plan.chunks(), aside)
    return totals


def add_chunks(
    totals: Totals,
    lowered: LoweredScenario,
    plan: RunPlan,
    chunks: Iterable[Chunk],
    aside: Aside,
) -> None:
    """Simulate those of some chunks that the totals lack, and add them; errors as `execute`."""
    net_of(lowered, plan)  # refuses what is too large for it before a worker does
    levels, checkpoint = totals.levels, aside.checkpoint
    tasks = (
        (lowered, plan, chunk, aside.keep_in)
        for chunk in chunks
        if chunk.number // REPLICATES >= levels[chunk.replicate]
    )
    with postponed_interrupts() as postponed:
        for chunk_totals in run_in_order(plan, run_chunk, tasks):
            if checkpoint is not None:
                checkpoint.before(chunk_totals)
            with postponed():
                totals.add(chunk_totals)
            if aside.progress is not None:
                aside.progress(totals.counted + totals.quarantined)
    paths = totals.counted + totals.quarantined
    if totals.quarantined > QUARANTINE_LIMIT * paths:
        path, quarter = min(totals.broken)
        raise KernelFault(
            quarantine_note(totals.quarantined, paths, path, lowered.quarters[quarter])
            + "; the scenario's figures are too extreme for the model"
        )
    if not np.isfinite(totals.deviation).all():
        raise KernelFault(
            "amounts are too large to have a standard error; "
            "the scenario's figures are too extreme for the model"
        )


def _write_lost_paths(
    totals: Totals, lowered: LoweredScenario, plan: RunPlan, keep_in: Path
) -> None:
    """Write single paths again of chunks that are counted, and whose files are lost or damaged."""
    lost = (
        (lowered, plan, chunk, keep_in)
        for chunk in islice(plan.chunks(), plan.whole_chunks)
        if chunk.number // REPLICATES < totals.levels[chunk.replicate]
        and not paths_intact(keep_in, chunk)
    )
    for _ in run_in_order(plan, run_chunk, lost):
        pass


def quarantine_note(broken: int, paths: int, first: int, quarter: str) -> str:
    """One line on the paths that were left out because they were not finite."""
    return (
        f"{broken:,} of {paths:,} paths are not finite and count nowhere; "
        f"the first is path {first}, in {quarter}"
    )
