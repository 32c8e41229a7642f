"""Speed of a scenario on this machine, with one worker and all, in full and means only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import get_args

from capexrisk.errors import ArgumentError
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.run.chunks import draws_of, run_chunk
from capexrisk.run.execute import execute
from capexrisk.run.measurement import Spread, interleave, peak_mib, ratios
from capexrisk.run.plan import Chunk, RunPlan
from capexrisk.run.workers.backends import worker_count
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import Collect, Sampler

RUN_SECONDS = 1.0  # approximate length of a measured run if no number of paths is given


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way of running the scenario, and how long each of its runs took.

    Attributes
    ----------
    workers : int
        Threads.
    collect : {"everything", "means"}
    paths : int
        Paths of each run.
    seconds : tuple of float
        One run per round: the simulation alone, without tables and files.
    """

    workers: int
    collect: Collect
    paths: int
    seconds: tuple[float, ...]

    @property
    def rates(self) -> list[float]:
        """Paths per second in each round."""
        return [self.paths / seconds for seconds in self.seconds]


@dataclass(frozen=True, kw_only=True)
class StartUp:
    """Seconds until the first chunk was computed.

    Attributes
    ----------
    prepare : float
        Imports, reading and lowering the scenario.
    load : float
        Compiling the core, or loading it from the cache.
    chunk : float
        The first chunk itself.
    load_means : float
        Compiling or loading the core that collects means only; not part of the sum.
    """

    prepare: float
    load: float
    chunk: float
    load_means: float

    @property
    def first_chunk(self) -> float:
        """Seconds until the first chunk was computed: the sum of these three."""
        return self.prepare + self.load + self.chunk


@dataclass(frozen=True, kw_only=True)
class MeasuredSpeed:
    """What `measure_speed` found.

    Attributes
    ----------
    start : StartUp
    ways : tuple of Way
        One worker, then all workers where there are more; with everything collected, then means.
    peak_mib : float
        Peak resident memory of this process so far, MiB, compiler and libraries included.
    """

    start: StartUp
    ways: tuple[Way, ...]
    peak_mib: float

    def speed_up(self, way: Way) -> Spread:
        """Speed relative to one worker, as ratios within each round."""
        (one,) = (w for w in self.ways if w.workers == 1 and w.collect == way.collect)
        return ratios(way.rates, one.rates)


def measure_speed(
    scenario: Scenario,
    *,
    seed: int,
    sampler: Sampler = "sobol",
    rounds: int,
    paths: int | None = None,
    began: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> MeasuredSpeed:
    """Measure a scenario's speed by running it in this process, in each way in turn.

    Parameters
    ----------
    scenario : Scenario
    seed : int
        Seed of all draws.
    sampler : {"sobol", "plain"}
    rounds : int
        How often each way is run, 1 or more. Every other round runs backwards.
    paths : int, optional
        Paths of each run, rounded up to whole nets. Default: as many as keep each worker busy for
        a second, or two by rounding.
    began : float, optional
        Reading of `time.perf_counter` from which the start is timed. Default: now.
    progress : callable, optional
        Called with a description of each step.

    Raises
    ------
    ArgumentError
        If seed, sampler, rounds or paths are out of range.
    KernelFault
        If more than one path in 10,000 is not finite.
    """
    if rounds < 1:
        raise ArgumentError("rounds", f"{rounds} is out of range; give 1 or more")
    first = RunPlan(paths=1 if paths is None else paths, seed=seed, sampler=sampler)
    tell = progress or (lambda _: None)
    tell("Starting (the first run compiles)")
    lowered = {collect: lower(scenario, collect) for collect in get_args(Collect)}
    first = replace(first, paths=1, backend="threading")
    start = _start(lowered, first, time.perf_counter() if began is None else began)

    workers = worker_count(first)
    per_worker = max(round(RUN_SECONDS / start.chunk), 1) * first.chunk_paths
    plans = [
        RunPlan(
            paths=per_worker * count if paths is None else paths,
            seed=seed,
            sampler=sampler,
            jobs=count,
            backend="threading",
            collect=collect,
        )
        for collect in get_args(Collect)
        for count in sorted({1, workers})
    ]
    for plan in plans:
        tell("Warming up")
        simulation_seconds(lowered[plan.collect], _short(plan))

    def turn(plan: RunPlan) -> Callable[[int], float]:
        return lambda _: simulation_seconds(lowered[plan.collect], plan)

    seconds = interleave({plan: turn(plan) for plan in plans}, rounds, progress)
    ways = tuple(
        Way(
            workers=plan.jobs or 1, collect=plan.collect, paths=plan.run_paths, seconds=tuple(found)
        )
        for plan, found in seconds.items()
    )
    return MeasuredSpeed(start=start, ways=ways, peak_mib=peak_mib())


def simulation_seconds(lowered: LoweredScenario, plan: RunPlan) -> float:
    """Seconds of a run's simulation, without tables and files."""
    clock = time.perf_counter()
    execute(lowered, plan)
    return time.perf_counter() - clock


def first_chunk(lowered: LoweredScenario, plan: RunPlan) -> tuple[float, float]:
    """Seconds to compile the core or load it from the cache, and of the first chunk itself."""
    times = [time.perf_counter()]
    draws = draws_of(lowered, plan)
    for paths in (1, plan.chunk_paths):
        run_chunk(lowered, draws, Chunk(0, 0, 0, paths))
        times.append(time.perf_counter())
    load, chunk = (b - a for a, b in pairwise(times))
    return load, chunk


def _start(lowered: dict[Collect, LoweredScenario], plan: RunPlan, began: float) -> StartUp:
    prepare = time.perf_counter() - began
    load, chunk = first_chunk(lowered["everything"], plan)
    load_means, _ = first_chunk(lowered["means"], plan)
    return StartUp(prepare=prepare, load=load, chunk=chunk, load_means=load_means)


def _short(plan: RunPlan) -> RunPlan:
    """The plan cut to at most one chunk per worker, to start threads and allocate their memory."""
    return replace(plan, paths=min(plan.paths, (plan.jobs or 1) * plan.chunk_paths))
