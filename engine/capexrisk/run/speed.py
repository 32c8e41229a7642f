"""How fast a scenario runs on this machine: by one worker and by all, with all detail or less."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, get_args

from capexrisk.kernel.outcomes import Collect
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.run.chunks import run_chunk
from capexrisk.run.execute import execute
from capexrisk.run.plan import Chunk, RunPlan, Sampler
from capexrisk.run.workers.backends import worker_count
from capexrisk.scenario import Scenario

RUN_SECONDS = 1.0  # what a measured run lasts, about, if nobody says how many paths


class Spread(NamedTuple):
    """What was found over the rounds."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to run the scenario, and how long each of its runs took.

    Attributes
    ----------
    workers : int
        Threads.
    collect : {"everything", "figures"}
    paths : int
        Paths of each run.
    seconds : tuple of float
        A run a round: the simulation alone, without tables and files.
    """

    workers: int
    collect: Collect
    paths: int
    seconds: tuple[float, ...]

    @property
    def rates(self) -> list[float]:
        """Paths per second, by round."""
        return [self.paths / seconds for seconds in self.seconds]


@dataclass(frozen=True, kw_only=True)
class Start:
    """Seconds before the first chunk was there.

    Attributes
    ----------
    prepare : float
        Imports, reading and lowering the scenario.
    load : float
        Compiling the core, or loading it from the cache.
    chunk : float
        The first chunk itself.
    load_figures : float
        Compiling or loading the core that collects figures only; not part of the sum.
    """

    prepare: float
    load: float
    chunk: float
    load_figures: float

    @property
    def first_chunk(self) -> float:
        """Seconds until the first chunk was there."""
        return self.prepare + self.load + self.chunk


@dataclass(frozen=True, kw_only=True)
class Speed:
    """What `measure_speed` found.

    Attributes
    ----------
    start : Start
    ways : tuple of Way
        One worker, then all workers where there are more; with everything collected, then figures.
    peak_mib : float
        Peak resident memory of this process so far, MiB, compiler and libraries included.
    """

    start: Start
    ways: tuple[Way, ...]
    peak_mib: float

    def speed_up(self, way: Way) -> Spread:
        """How many times as fast as one worker: ratios within each round."""
        (one,) = (w for w in self.ways if w.workers == 1 and w.collect == way.collect)
        return spread([a / b for a, b in zip(way.rates, one.rates, strict=True)])


def measure_speed(
    scenario: Scenario,
    *,
    seed: int,
    sampler: Sampler = "sobol",
    rounds: int,
    paths: int | None = None,
    began: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> Speed:
    """Run a scenario over and over in this process, in each way in turn.

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
        Told in words what begins.

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite.
    """
    tell = progress or (lambda _: None)
    tell("Starting (the first run compiles)")
    lowered = {collect: lower(scenario, collect) for collect in get_args(Collect)}
    first = RunPlan(paths=1, seed=seed, sampler=sampler, backend="threading")
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
    seconds: list[list[float]] = [[] for _ in plans]
    for plan in plans:
        tell("Warming up")
        _seconds(lowered[plan.collect], _short(plan))
    for number in range(rounds):
        tell(f"Round {number + 1} of {rounds}")
        turns = list(zip(plans, seconds, strict=True))
        for plan, found in turns if number % 2 == 0 else reversed(turns):
            found.append(_seconds(lowered[plan.collect], plan))
    ways = tuple(
        Way(
            workers=plan.jobs or 1, collect=plan.collect, paths=plan.run_paths, seconds=tuple(found)
        )
        for plan, found in zip(plans, seconds, strict=True)
    )
    return Speed(start=start, ways=ways, peak_mib=peak_mib())


def spread(values: Sequence[float]) -> Spread:
    """Median, least and greatest."""
    return Spread(statistics.median(values), min(values), max(values))


def peak_mib() -> float:
    """Peak resident memory of this process so far, MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it forked
        line = next(x for x in status.read_text("ascii", "replace").split("\n") if "VmHWM" in x)
        return int(line.split()[1]) / 2**10
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _start(lowered: dict[Collect, LoweredScenario], plan: RunPlan, began: float) -> Start:
    times = [began, time.perf_counter()]
    steps: tuple[tuple[Collect, int], ...]
    steps = (("everything", 1), ("everything", plan.chunk_paths), ("figures", 1))
    for collect, paths in steps:
        run_chunk(lowered[collect], plan, Chunk(0, 0, 0, paths), None)
        times.append(time.perf_counter())
    prepare, load, chunk, load_figures = (b - a for a, b in pairwise(times))
    return Start(prepare=prepare, load=load, chunk=chunk, load_figures=load_figures)


def _short(plan: RunPlan) -> RunPlan:
    """The plan with a chunk's paths for each worker at most: wakes the threads, their memory."""
    return replace(plan, paths=min(plan.paths, (plan.jobs or 1) * plan.chunk_paths))


def _seconds(lowered: LoweredScenario, plan: RunPlan) -> float:
    clock = time.perf_counter()
    execute(lowered, plan)
    return time.perf_counter() - clock
