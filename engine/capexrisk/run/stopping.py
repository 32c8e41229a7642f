"""Execution of a plan until its targets are reached.

The run is checked after fixed numbers of paths: FIRST_LOOK, then each time they have doubled. It
stops when every standard error is at most what is wanted, whatever the values are. Such a rule is
valid asymptotically, as the errors wanted become small: Y. S. Chow and H. Robbins, "On the
asymptotic theory of fixed-width sequential confidence intervals for the mean", Annals of
Mathematical Statistics 36 (1965), and for simulations P. W. Glynn and W. Whitt, "The asymptotic
validity of sequential stopping rules for stochastic simulations", Annals of Applied Probability 2
(1992). What it costs at 32 replicates, whose error is itself known to an eighth only, is half a
point of the 95 % (Student's intervals of normal means, 40,000 runs: 94.5 %; 94.2 % with looks ten
times as often, hence few looks).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice

from capexrisk.errors import TargetError
from capexrisk.estimate.table import EstimateTable
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import LoweredScenario
from capexrisk.run.chunks import all_draws_of, run_chunk
from capexrisk.run.execute import NO_HOOKS, Hooks, add_chunks, begin_totals
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan
from capexrisk.run.targets import Standing, parse_target


def execute_until(
    lowered: LoweredScenario, plan: RunPlan, hooks: Hooks = NO_HOOKS
) -> tuple[Totals, list[Standing]]:
    """Simulate paths of a plan until its targets are reached or its paths or seconds are spent.

    Returns
    -------
    Totals
    list of Standing
        Progress towards each target at the end.

    Raises
    ------
    TargetError, UnknownName
        If a target cannot be read, or if the first look shows that it is out of reach.
    KernelFault, DimensionError, ResumeMismatch, ResultsError
        As for `execute`.
    """
    targets = [parse_target(text, lowered) for text in plan.targets]
    draws = all_draws_of(lowered, plan)
    totals = begin_totals(lowered, plan, draws, hooks)
    run_chunk(lowered, draws, Chunk(0, 0, 0, 1))  # warm up: pace excludes compiling
    began = time.perf_counter()
    before = totals.counted + totals.quarantined
    reached = _chunks_reached(totals)
    standings: list[Standing] = []
    for end, leg in _legs(plan):
        add_chunks(totals, lowered, plan, draws, leg, hooks)
        if end < reached:
            continue  # an earlier attempt checked here and continued
        table = EstimateTable(totals, lowered)
        standings = [
            Standing(target, table[target.name].estimate, totals.counted) for target in targets
        ]
        if targets and all(standing.reached for standing in standings):
            break
        seconds, paths = time.perf_counter() - began, totals.counted + totals.quarantined
        pace = seconds / (paths - before) if paths > before else 0.0  # of this attempt
        if end == plan.first_look and paths < plan.run_paths:
            _refuse_unreachable(standings, plan, pace)
        next_leg = pace * min(paths, plan.run_paths - paths)
        if plan.max_seconds is not None and seconds + next_leg > plan.max_seconds:
            break
    return totals, standings


def _chunks_reached(totals: Totals) -> int:
    """Number of chunks up to the last one that is counted."""
    furthest = (REPLICATES * (level - 1) + r for r, level in enumerate(totals.levels) if level)
    return max(furthest, default=-1) + 1


def _legs(plan: RunPlan) -> Iterator[tuple[int, Iterator[Chunk]]]:
    """The chunks between one check and the next, with their total number so far.

    Exhaust each leg before asking for the next.
    """
    chunks, count = plan.chunks(), plan.chunk_count
    done, end = 0, min(plan.first_look, count)
    while done < count:
        yield end, islice(chunks, end - done)
        done, end = end, min(2 * end, count)


def _refuse_unreachable(standings: list[Standing], plan: RunPlan, pace: float) -> None:
    """Refuse targets out of reach of the allowed paths or seconds, before these are spent."""
    for standing in standings:
        if standing.estimate.statistic == "mean" and standing.estimate.value == 0.0:
            raise TargetError(
                f"target {standing.target}: is 0 on all of {standing.paths:,} paths, so that "
                "the number it takes is unknown"
            )
        least = standing.least_paths(nets=plan.sampler == "sobol")
        if least > plan.run_paths:
            raise TargetError(
                f"target {standing.target}: takes {least:,} paths at least, and {plan.run_paths:,} "
                "are allowed; allow more, or ask for less"
            )
        takes = pace * least
        if plan.max_seconds is not None and takes > plan.max_seconds:
            raise TargetError(
                f"target {standing.target}: takes {least:,} paths at least, about {takes:,.0f} s, "
                f"and {plan.max_seconds:g} s are allowed; allow more, or ask for less"
            )
