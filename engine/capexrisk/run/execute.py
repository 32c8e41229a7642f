"""Running a plan: chunks to workers, totals in order, broken paths judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from capexrisk.errors import KernelFault
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import LoweredScenario
from capexrisk.run.backends import run_in_order
from capexrisk.run.chunks import net_of, run_chunk
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan

QUARANTINE_LIMIT = 1e-4  # share of broken paths above which a run is worth nothing
Progress = Callable[[int], None]


def execute(
    lowered: LoweredScenario,
    plan: RunPlan,
    *,
    keep_in: Path | None = None,
    progress: Progress | None = None,
) -> Totals:
    """Simulate all paths of a plan.

    Parameters
    ----------
    lowered : LoweredScenario
    plan : RunPlan
    keep_in : Path, optional
        Existing directory for single paths.
    progress : callable, optional
        Told the number of paths finished so far.

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite, or amounts have no standard error.
    DimensionError
        If a path has more draws than the plan's sampler can give.
    """
    totals = Totals(lowered.layout, REPLICATES, independent=plan.sampler == "plain")
    add_chunks(totals, lowered, plan, plan.chunks(), keep_in, progress)
    return totals


def add_chunks(
    totals: Totals,
    lowered: LoweredScenario,
    plan: RunPlan,
    chunks: Iterable[Chunk],
    keep_in: Path | None,
    progress: Progress | None,
) -> None:
    """Simulate chunks of a plan and add them to the totals; parameters and errors as `execute`."""
    net_of(lowered, plan)  # refuses what is too large for it before a worker does
    tasks = ((lowered, plan, chunk, keep_in) for chunk in chunks)
    for chunk_totals in run_in_order(plan, run_chunk, tasks):
        totals.add(chunk_totals)
        if progress is not None:
            progress(totals.counted + totals.quarantined)
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


def quarantine_note(broken: int, paths: int, first: int, quarter: str) -> str:
    """One line on the paths that were left out because they were not finite."""
    return (
        f"{broken:,} of {paths:,} paths are not finite and count nowhere; "
        f"the first is path {first}, in {quarter}"
    )
