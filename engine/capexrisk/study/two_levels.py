"""How a scenario's answers spread over its uncertain inputs: a run of two levels."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from capexrisk.archive.checksums import record_of_chunks
from capexrisk.archive.job import Job
from capexrisk.archive.manifest import InputsRecord
from capexrisk.errors import BudgetExceeded, KernelFault
from capexrisk.estimate.ledger import ChunkEntry
from capexrisk.estimate.outer import OuterTotals
from capexrisk.estimate.totals import Totals
from capexrisk.run.chunks import all_draws_of
from capexrisk.run.execute import NO_HOOKS, Hooks, execute
from capexrisk.run.plan import REPLICATES
from capexrisk.scenario import digest_of_uncertainty
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.section import Refused
from capexrisk.uncertainty.outer import AT_ONCE, HALVES, OuterPoints

if TYPE_CHECKING:
    from capexrisk.archive.inputs import InputResults

MOST_REFUSED: Final = 1e-3  # share of the outer points
# Of the first 1,024 points: at the limit above ten or more are refused once in ten million runs.
MANY_REFUSED: Final = 10
MOST_MEMORY: Final = 0.8  # share of the machine's that the totals of the points may take


class PointsRun(NamedTuple):
    """Outer points that were simulated: what `inputs_of` tells of.

    Attributes
    ----------
    job : Job
    draws : OuterPoints
    totals : Totals
    seconds : float
        That their paths took.
    """

    job: Job
    draws: OuterPoints
    totals: Totals
    seconds: float


def simulate_points(job: Job, hooks: Hooks = NO_HOOKS) -> PointsRun:
    """Run the outer points of a job, `Job.over_inputs`.

    Raises
    ------
    KernelFault
        If more than one outer point in 1,000 is refused, or one path in 10,000 is not finite.
    """
    lowered, plan = job.lowered, job.plan
    clock = time.perf_counter()
    draws = all_draws_of(lowered, plan)
    assert isinstance(draws, OuterPoints)
    _refuse_early(draws)
    totals = execute(lowered, plan, hooks, draws)
    seconds = time.perf_counter() - clock
    if hooks.keeper is not None:
        hooks.keeper.close()
    refused = refused_points(totals)
    if len(refused) > MOST_REFUSED * plan.outer_points:
        raise _too_many(refused, plan.outer_points, draws)
    return PointsRun(job, draws, totals, seconds)


def inputs_of(run: PointsRun) -> InputResults:
    """How the answers spread over outer points that were simulated."""
    job, draws, totals, seconds = run
    import pandas as pd  # late: see `simulate_job`

    from capexrisk.archive.inputs import InputResults
    from capexrisk.estimate.input_table import input_table, point_table

    lowered, plan = job.lowered, job.plan
    refused = refused_points(totals)
    entries = totals.entries()
    return InputResults(
        table=input_table(totals, lowered),
        points=point_table(totals, lowered),
        chunks=pd.DataFrame(entries, columns=list(ChunkEntry._fields)),
        record=InputsRecord(
            digest=digest_of_uncertainty(job.scenario),
            outer=plan.outer_points,
            inner=plan.inner,
            paths_counted=totals.counted,
            paths_quarantined=totals.quarantined - len(refused) * plan.inner,
            refused=tuple(why_refused(*point, draws) for point in refused),
            dimensions=draws.design.dimensions,
            simulation_seconds=round(seconds, 3),
            chunks=record_of_chunks(entries),
        ),
    )


def refuse_beyond_memory(job: Job) -> None:
    """Refuse a job whose totals of outer points this machine cannot hold.

    Raises
    ------
    BudgetExceeded
    """
    if job.over_inputs is None:
        return
    needed = memory_of_points(job.over_inputs, job.over_inputs.plan.outer_points)
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > MOST_MEMORY * machine:
        raise BudgetExceeded(
            f"the totals of {job.over_inputs.plan.outer_points:,} points of the inputs would take "
            f"{needed / 2**30:,.0f} GiB of memory, and the machine has {machine / 2**30:,.0f}; "
            "take fewer points"
        )


def memory_of_points(job: Job, points: int) -> float:
    """Memory of the totals of so many outer points, bytes: as they arrive, and put together."""
    room = OuterTotals.room(job.lowered.layout, HALVES)
    return 2.0 * points * sum(values.nbytes for _, values in room.arrays())


def _refuse_early(draws: OuterPoints) -> None:
    """Refuse, before a path is simulated, points of which far too many are refused."""
    first = min(AT_ONCE, draws.points)
    draws.lower_ahead(range(REPLICATES))
    refused = [
        (net, point)
        for net in range(REPLICATES)
        for point, here in enumerate(draws.lowered(net, 0, first))
        if here is None
    ]
    seen, points = REPLICATES * first, REPLICATES * draws.points
    if len(refused) > (MOST_REFUSED * points if seen == points else MANY_REFUSED):
        raise _too_many(refused, seen, draws)


def _too_many(refused: list[tuple[int, int]], points: int, draws: OuterPoints) -> KernelFault:
    return KernelFault(
        f"{len(refused):,} of {points:,} points of the inputs are refused, the first because "
        f"{why_refused(*refused[0], draws)}; narrow the ranges of these inputs"
    )


def refused_points(totals: Totals) -> list[tuple[int, int]]:
    """Replicate and number of each outer point whose scenario is refused."""
    return [
        (replicate, point)
        for replicate in range(totals.replicates)
        for point in totals.outer_points(replicate).refused.tolist()
    ]


def why_refused(replicate: int, point: int, outer: OuterPoints) -> str:
    """One line: which point, which input, and why it is refused."""
    name = f"point {point} of net {replicate}"
    try:
        outer.parameters(outer.numbers(replicate, point, 1)[0])
    except Refused as why:
        return f"{name}: {_place(outer, why)}: {why.value}"
    raise AssertionError(name)


def _place(outer: OuterPoints, why: Refused) -> str:
    """Where a refused number stands, as a path."""
    section, *rest = why.at
    if section == "issuers" and rest:
        rest[0] = outer.scenario.issuers[int(rest[0])].name
    return write_path((section, *rest))
