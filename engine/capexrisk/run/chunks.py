"""The task of a worker: one chunk of paths, from a lowered scenario to its totals."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import ScenarioError
from capexrisk.estimate.batch import ChunkTotals
from capexrisk.kernel.simulate import Workspace, simulate_chunk
from capexrisk.kernel.tally import QUARANTINE_LISTED
from capexrisk.lowering import LoweredScenario
from capexrisk.points.draws import Draws, IndependentDraws
from capexrisk.points.frozen import frozen_points
from capexrisk.run.outer import run_outer_chunk
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan
from capexrisk.uncertainty.design import input_design
from capexrisk.uncertainty.outer import OuterPoints


class PathSink(Protocol):
    """Receiver of single paths, chunk by chunk; it is sent to the workers, so it pickles."""

    def write(self, lowered: LoweredScenario, chunk: Chunk, outcomes: NDArray[np.float64]) -> None:
        """Take a chunk's outcomes, (paths, rows of the layout); NaN for broken paths."""

    def holds(self, chunk: Chunk) -> bool:
        """Whether a chunk's paths exist and are complete."""


def run_chunk(
    lowered: LoweredScenario,
    draws: Draws | OuterPoints,
    chunk: Chunk,
    sink: PathSink | None = None,
    work: Workspace | None = None,
) -> ChunkTotals:
    """Simulate one chunk of paths and total its outcomes.

    Parameters
    ----------
    lowered : LoweredScenario
    draws : Draws or OuterPoints
        Draws of a run that has this chunk; see `all_draws_of`.
    chunk : Chunk
    sink : PathSink, optional
        Also gets the chunk's single paths.
    work : Workspace, optional
        Memory that this thread used for an earlier chunk of a scenario with the same layout.

    Raises
    ------
    ValueError
        If the draws are for another number of issuers, quarters or paths.
    """
    if isinstance(draws, OuterPoints):
        return run_outer_chunk(draws, chunk, work)
    tally, kept = simulate_chunk(
        lowered.market,
        lowered.schedule,
        lowered.layout,
        source=draws.source(chunk.first_path),
        paths=chunk.paths,
        keep=range(lowered.layout.rows if sink is not None else 0),
        work=work,
    )
    if sink is not None:
        sink.write(lowered, chunk, kept)
    # The comparison takes a fifth of the time of searching the integers themselves.
    cells = np.flatnonzero(tally.histogram.reshape(-1) != 0)
    quarantined = int(tally.paths[1])
    return ChunkTotals(
        replicate=chunk.replicate,
        first_path=chunk.first_path,
        paths=int(tally.paths[0]),
        quarantined=quarantined,
        sums=tally.sums,
        squares=tally.squares,
        nonzero=tally.nonzero,
        # 32 bits hold both, and halve what is sent between processes.
        cells=cells.astype(np.int32),
        cell_counts=tally.histogram.reshape(-1)[cells].astype(np.int32),
        counts=tally.counts,
        joint=tally.joint,
        broken=tally.quarantine[: min(quarantined, QUARANTINE_LISTED)],
    )


def draws_of(lowered: LoweredScenario, plan: RunPlan) -> Draws:
    """Draws for a plan's paths: independent, or points rotated for this scenario.

    Raises
    ------
    DimensionError
        If a path has more draws than the sequence has dimensions.
    """
    if plan.sampler == "plain":
        return IndependentDraws(plan.seed)
    return frozen_points(lowered.market, lowered.schedule, plan.seed)


def all_draws_of(lowered: LoweredScenario, plan: RunPlan) -> Draws | OuterPoints:
    """Draws for a plan's paths and, with two levels, for the inputs; raises as `draws_of`.

    Raises
    ------
    ScenarioError
        With two levels: if no input has a distribution, or one leaves the bounds of its input.
    """
    if not plan.two_levels:
        return draws_of(lowered, plan)
    scenario, points = lowered.scenario, frozen_points(lowered.market, lowered.schedule, plan.seed)
    design = input_design(scenario)
    if design is None:
        raise ScenarioError(
            f"{scenario.name}: uncertainty.groups", "is empty", "give one, or outer = 0"
        )
    each = -(-plan.outer_points // REPLICATES)
    return OuterPoints(scenario, lowered, design, points, plan.inner, each)
