"""Time, memory and disk of a run, forecast from a small one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from capexrisk.archive.checkpoint import OVER_INPUTS, TOTALS, checkpoint_in
from capexrisk.archive.directory import CHECKPOINT
from capexrisk.archive.job import Job
from capexrisk.archive.paths import PathFiles
from capexrisk.errors import BudgetExceeded
from capexrisk.kernel.cells import CELLS
from capexrisk.kernel.selftest import core_cache
from capexrisk.lowering import lower
from capexrisk.run.execute import Hooks
from capexrisk.run.measurement import peak_mib
from capexrisk.run.plan import CHUNK_POINTS, REPLICATES, RunPlan
from capexrisk.run.workers.backends import run_in_order, worker_count
from capexrisk.scenario import Scenario
from capexrisk.study.simulation import simulate_job
from capexrisk.study.two_levels import memory_of_points

if TYPE_CHECKING:
    from capexrisk.archive.results import Results

PILOT_CHUNKS = 32  # one per net, and as many for independent paths
KEPT = "paths"
QUERIES = 4  # per worker, so that every worker answers at least once
Writer = Callable[["Results", Path], object]


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """Expected time, memory and disk space of a run.

    Attributes
    ----------
    paths : int
        Number of paths that will be run: whole nets.
    seconds : float
        From start to end, with compiled code from the cache: what compiling takes here is not
        counted, if the cache keeps the code for the run.
    simulation : float
        The part of `seconds` that is proportional to the number of paths.
    memory_mib : float
        Peak resident memory of the process and of its worker processes on this machine.
    disk_mib : float
        Size of all files that it writes.
    pilot_paths : int
        Number of paths of the small run from which this is extrapolated.
    """

    paths: int
    seconds: float
    simulation: float
    memory_mib: float
    disk_mib: float
    pilot_paths: int


def forecast_run(
    scenario: Scenario,
    plan: RunPlan,
    *,
    write: Writer,
    keep_paths: bool = False,
    began: float | None = None,
) -> Forecast:
    """Forecast a run by running a small part of its plan, files included, and extrapolating.

    Time grows with the number of paths, memory does not, and files do if single paths are kept.
    All three grow with the number of outer points.

    Parameters
    ----------
    scenario : Scenario
    plan : RunPlan
    write : callable
        Writes a run's files into a directory, as the run itself would.
    keep_paths : bool
        Whether single paths are written.
    began : float, optional
        Reading of `time.perf_counter` from which the start is timed. Default: now.

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite.
    """
    began = time.perf_counter() if began is None else began
    pilot = replace(
        plan,
        paths=min(plan.paths, PILOT_CHUNKS * plan.chunk_paths),
        outer=min(plan.outer, PILOT_CHUNKS * CHUNK_POINTS // plan.inner),
        targets=(),
        max_seconds=None,
    )
    warm = replace(pilot, paths=max(worker_count(plan), 1), outer=0)
    loading, before = time.perf_counter(), _compiled_files()
    simulate_job(Job(scenario=scenario, plan=warm))  # loads or compiles the core
    compiling = 0.0 if _compiled_files() == before else time.perf_counter() - loading
    job = Job(scenario=scenario, plan=pilot, keep_paths=keep_paths)
    with TemporaryDirectory() as place:
        folder, kept = Path(place), Path(place) / KEPT
        kept.mkdir()
        with checkpoint_in(folder / CHECKPOINT, job) as checkpoint:
            results = simulate_job(
                job,
                Hooks(PathFiles(kept) if keep_paths else None, None, checkpoint),
                Hooks(keeper=checkpoint.over_inputs),
            )
        write(results, folder)
        written = time.perf_counter()
        sizes = {file: file.stat().st_size for file in folder.rglob("*") if file.is_file()}
    in_pilot = results.manifest.times.simulation_seconds
    inputs = results.manifest.inputs
    of_inputs = 0.0 if inputs is None else inputs.simulation_seconds
    wider = plan.outer / pilot.outer if pilot.outer else 1.0
    # Workers take whole chunks: a small number of chunks is not shared evenly.
    simulation = in_pilot * plan.run_paths / pilot.run_paths + of_inputs * wider
    of_paths = sum(size for file, size in sizes.items() if file.parent.name == KEPT)
    of_points = sum(size for file, size in sizes.items() if file.parent.name == OVER_INPUTS)
    disk = sum(sizes.values()) - of_paths + of_paths * plan.run_paths / pilot.run_paths
    disk += of_points * (wider - 1.0)
    # A short run writes only some parts of the checkpoint.
    parts = [
        size
        for file, size in sizes.items()
        if file.match(TOTALS) and file.parent.name != OVER_INPUTS
    ]
    if parts and plan.sampler == "sobol":
        disk += (REPLICATES - len(parts)) * sum(parts) / len(parts)
    return Forecast(
        paths=plan.run_paths,
        seconds=(written - began) - compiling - in_pilot - of_inputs + simulation,
        simulation=simulation,
        memory_mib=peak_mib() + _peak_of_workers(plan) + _of_points(job, plan.outer - pilot.outer),
        disk_mib=disk / 2**20,
        pilot_paths=pilot.run_paths,
    )


def _of_points(job: Job, points: int) -> float:
    """Memory of so many outer points, MiB: once as they arrive, once put together."""
    return 0.0 if job.over_inputs is None else memory_of_points(job, points) / 2**20


def _compiled_files() -> set[tuple[Path, int]]:
    """The files of the cache of compiled code, and when each was written."""
    files = Path(core_cache()).glob("*.nb[ci]")
    return {(file, file.stat().st_mtime_ns) for file in files}


def refuse_beyond(scenario: Scenario, plan: RunPlan, most_mib: float, *, write: Writer) -> None:
    """Refuse a run that is expected to exceed the memory allowed.

    The size of its histograms is known at once; a small run shows the rest.

    Raises
    ------
    BudgetExceeded
    """
    layout = lower(scenario, plan.collect).layout
    copies = 1 if plan.sampler == "plain" else REPLICATES
    least = layout.distributions * CELLS * 4 * (copies + 2 * worker_count(plan)) / 2**20
    if least > most_mib:
        raise _beyond(f"at least {least:,.0f}", most_mib)
    expected = forecast_run(scenario, plan, write=write).memory_mib
    if expected > most_mib:
        raise _beyond(f"about {expected:,.0f}", most_mib)


def _beyond(expected: str, most_mib: float) -> BudgetExceeded:
    return BudgetExceeded(
        f"the run would take {expected} MiB of memory, {most_mib:,.0f} are allowed; allow more, or "
        "take fewer issuers or quarters"
    )


def _peak_of_workers(plan: RunPlan) -> float:
    """Peak memory of the worker processes on this machine, MiB."""
    if plan.backend != "loky":
        return 0.0
    workers = worker_count(plan)
    found = run_in_order(plan, peak_mib, [()] * (QUERIES * workers))
    return workers * max(found)
