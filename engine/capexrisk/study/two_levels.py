"""How a scenario's answers spread over its uncertain inputs: a run of two levels."""

from __future__ import annotations

import time
from typing import Final

import pandas as pd

from capexrisk.archive.checksums import record_of_chunks
from capexrisk.archive.inputs import InputResults
from capexrisk.archive.job import Job
from capexrisk.archive.manifest import InputsRecord
from capexrisk.errors import KernelFault
from capexrisk.estimate.input_table import input_table, point_table
from capexrisk.estimate.totals import ChunkEntry, Totals
from capexrisk.run.chunks import all_draws_of
from capexrisk.run.execute import NO_HOOKS, Hooks, execute
from capexrisk.scenario import digest_of_uncertainty
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.section import Refused
from capexrisk.uncertainty.outer import OuterPoints

MOST_REFUSED: Final = 1e-3  # share of the outer points


def inputs_of(job: Job, hooks: Hooks = NO_HOOKS) -> InputResults:
    """Run the outer points of a job, `Job.over_inputs`, and tell how its answers spread.

    Raises
    ------
    KernelFault
        If more than one outer point in 1,000 is refused, or one path in 10,000 is not finite.
    """
    lowered, plan = job.lowered, job.plan
    clock = time.perf_counter()
    draws = all_draws_of(lowered, plan)
    assert isinstance(draws, OuterPoints)
    totals = execute(lowered, plan, hooks, draws)
    seconds = time.perf_counter() - clock
    if hooks.keeper is not None:
        hooks.keeper.keep(to_disk=False)
    points = plan.outer_points
    refused = refused_points(totals)
    if len(refused) > MOST_REFUSED * points:
        raise KernelFault(
            f"{len(refused):,} of {points:,} points of the inputs are refused, the first because "
            f"{why_refused(*refused[0], draws)}; narrow the ranges of these inputs"
        )
    entries = totals.entries()
    return InputResults(
        table=input_table(totals, lowered),
        points=point_table(totals, lowered),
        chunks=pd.DataFrame(entries, columns=list(ChunkEntry._fields)),
        record=InputsRecord(
            digest=digest_of_uncertainty(job.scenario),
            outer=points,
            inner=plan.inner,
            paths_counted=totals.counted,
            paths_quarantined=totals.quarantined - len(refused) * plan.inner,
            refused=tuple(why_refused(*point, draws) for point in refused),
            dimensions=draws.design.dimensions,
            simulation_seconds=round(seconds, 3),
            chunks=record_of_chunks(entries),
        ),
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
