"""Execution of a plan: workers simulate chunks, whose totals are added in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final, Protocol

import numpy as np

from capexrisk.errors import ClusterError, KernelFault
from capexrisk.estimate.batch import BatchTotals
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import LoweredScenario
from capexrisk.points.draws import Draws
from capexrisk.run.batches import batches, run_batch
from capexrisk.run.chunks import PathSink, all_draws_of, run_chunk
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan
from capexrisk.run.quarantine import quarantine_note
from capexrisk.run.signals import deferred_interrupts
from capexrisk.run.workers.backends import most_in_batch, on_cluster, run_in_order
from capexrisk.uncertainty.outer import OuterPoints

QUARANTINE_LIMIT = 1e-4  # share of broken paths above which a run is refused
Progress = Callable[[int], None]


class Keeper(Protocol):
    """Keeper of a run's totals while it is in progress, so that it can be resumed.

    Attributes
    ----------
    restored : int
        Paths that `restore` found.
    """

    restored: int

    def restore(self, totals: Totals) -> None:
        """Restore the kept totals into empty ones, and keep these from then on."""

    def before(self, batch: BatchTotals) -> None:
        """Keep a part of the totals if it is due; called just before `batch` is added."""

    def close(self) -> None:
        """Keep every part of the totals that has changed, and let them go: none is added to."""


@dataclass(frozen=True)
class Hooks:
    """Optional side outputs of a run.

    Attributes
    ----------
    paths : PathSink, optional
        Takes the single paths of each chunk, in the worker that simulates them.
    progress : callable, optional
        Called with the number of paths finished so far.
    keeper : Keeper, optional
        Restores the totals at the beginning and keeps them while the run is in progress.
    """

    paths: PathSink | None = None
    progress: Progress | None = None
    keeper: Keeper | None = None


NO_HOOKS: Final = Hooks()


def begin_totals(
    lowered: LoweredScenario, plan: RunPlan, draws: Draws | OuterPoints, hooks: Hooks
) -> Totals:
    """Totals to which a plan's chunks are added: empty, or restored by the keeper.

    Raises
    ------
    ResumeMismatch, ResultsError
        If the kept totals belong to another run.
    """
    if hooks.paths is not None and on_cluster(plan):
        raise ClusterError(
            "keep_paths: single paths would be written on the machines that compute them; leave it "
            "out, and replay the paths you want to see"
        )
    totals = Totals(
        lowered.layout,
        REPLICATES,
        independent=plan.sampler == "plain",
        two_levels=plan.two_levels,
    )
    if hooks.keeper is not None:
        hooks.keeper.restore(totals)
        if hooks.paths is not None:
            _write_lost_paths(totals, lowered, plan, draws, hooks.paths)
    return totals


def execute(
    lowered: LoweredScenario,
    plan: RunPlan,
    hooks: Hooks = NO_HOOKS,
    draws: Draws | OuterPoints | None = None,
) -> Totals:
    """Simulate all paths of a plan.

    Parameters
    ----------
    lowered : LoweredScenario
    plan : RunPlan
    hooks : Hooks
    draws : Draws, optional
        Draws to use instead of the plan's own, of the kind its sampler says: points frozen for
        another scenario are nets ("sobol"), supplied draws count as independent ("plain").

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite, or amounts have no standard error.
    DimensionError
        If a path has more draws than the sequence has dimensions.
    ResumeMismatch, ResultsError
        If the kept totals belong to another run.
    """
    draws = all_draws_of(lowered, plan) if draws is None else draws
    totals = begin_totals(lowered, plan, draws, hooks)
    add_chunks(totals, lowered, plan, draws, plan.chunks(), hooks)
    return totals


def add_chunks(
    totals: Totals,
    lowered: LoweredScenario,
    plan: RunPlan,
    draws: Draws | OuterPoints,
    chunks: Iterable[Chunk],
    hooks: Hooks,
) -> None:
    """Simulate and add the chunks that the totals lack; raises as `execute` does."""
    levels, keeper = totals.levels, hooks.keeper
    lacking = (chunk for chunk in chunks if chunk.number // REPLICATES >= levels[chunk.replicate])
    tasks = (
        (lowered, draws, batch, hooks.paths) for batch in batches(lacking, most_in_batch(plan))
    )
    with deferred_interrupts() as deferred:
        for batch_totals in run_in_order(plan, run_batch, tasks):
            if keeper is not None:
                keeper.before(batch_totals)
            with deferred():
                totals.add_batch(batch_totals)
            if hooks.progress is not None:
                hooks.progress(totals.counted + totals.quarantined)
    refuse_faulty(totals, lowered)


def refuse_faulty(totals: Totals, lowered: LoweredScenario) -> None:
    """Refuse totals that cannot yield estimates.

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite, or amounts have no standard error.
    """
    paths = totals.counted + totals.quarantined
    broken = totals.quarantined - totals.refused
    if broken > QUARANTINE_LIMIT * paths:
        path, quarter = min(totals.broken)
        raise KernelFault(
            quarantine_note(broken, paths, path, lowered.quarters[quarter])
            + "; the scenario's inputs are too extreme for the model"
        )
    if not np.isfinite(totals.deviation).all():
        raise KernelFault(
            "amounts are too large to have a standard error; "
            "the scenario's inputs are too extreme for the model"
        )


def _write_lost_paths(
    totals: Totals,
    lowered: LoweredScenario,
    plan: RunPlan,
    draws: Draws | OuterPoints,
    sink: PathSink,
) -> None:
    """Rewrite single paths that are lost or damaged, by simulating their chunks again."""
    lost = (
        (lowered, draws, chunk, sink)
        for chunk in islice(plan.chunks(), plan.whole_chunks)
        if chunk.number // REPLICATES < totals.levels[chunk.replicate] and not sink.holds(chunk)
    )
    for _ in run_in_order(plan, run_chunk, lost):
        pass


def refuse_broken(broken: int, paths: int) -> None:
    """Refuse a scenario with too many broken paths, where none of them can be named.

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite.
    """
    if broken > QUARANTINE_LIMIT * paths:
        raise KernelFault(
            f"{broken:,} of {paths:,} paths are not finite; "
            "the scenario's inputs are too extreme for the model"
        )
