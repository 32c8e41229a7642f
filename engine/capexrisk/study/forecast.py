"""What a run will take before it is started: time, memory, disk, from a small one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from capexrisk.archive.checkpoint import TOTALS, checkpoint_in
from capexrisk.archive.job import new_job
from capexrisk.archive.paths import PathFiles
from capexrisk.archive.places import CHECKPOINT
from capexrisk.archive.results import Results
from capexrisk.errors import BudgetExceeded
from capexrisk.kernel.cells import CELLS
from capexrisk.lowering import lower
from capexrisk.run.execute import Hooks
from capexrisk.run.measurement import peak_mib
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.run.workers.backends import run_in_order, worker_count
from capexrisk.scenario import Scenario
from capexrisk.study.simulation import simulate_job

PILOT_CHUNKS = 32  # a chunk a net, and as many of independent paths
KEPT = "paths"
ASKED = 4  # times each worker is asked what it takes, so that none is left out
Writer = Callable[[Results, Path], object]


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What a run is expected to take.

    Attributes
    ----------
    paths : int
        That will be run: whole nets.
    seconds : float
        From start to end, compiled code from the cache; of it `simulation` grows with the paths.
    simulation : float
    memory_mib : float
        Peak resident memory of the process and of the processes that work for it on this machine.
    disk_mib : float
        Of all files that it leaves.
    pilot_paths : int
        Of the small run that this was told from.
    """

    paths: int
    seconds: float
    simulation: float
    memory_mib: float
    disk_mib: float
    pilot_paths: int


def estimate_budget(
    scenario: Scenario,
    plan: RunPlan,
    *,
    write: Writer,
    keep_paths: bool = False,
    began: float | None = None,
) -> Budget:
    """Run a small part of a plan, with all that it writes, and extrapolate.

    Time grows with paths, memory does not, files do where single paths are kept.

    Parameters
    ----------
    scenario : Scenario
    plan : RunPlan
    write : callable
        Writes a run's files into a directory, as the run itself would.
    keep_paths : bool
        Whether every single path is written.
    began : float, optional
        Reading of `time.perf_counter` from which the start is timed. Default: now.

    Raises
    ------
    KernelFault
        If more than one path in 10,000 is not finite.
    """
    began = time.perf_counter() if began is None else began
    pilot = replace(
        plan, paths=min(plan.paths, PILOT_CHUNKS * plan.chunk_paths), targets=(), max_seconds=None
    )
    warm = replace(pilot, paths=max(worker_count(plan), 1))
    simulate_job(new_job(scenario, warm))  # loads or compiles the core
    job = new_job(scenario, pilot, keep_paths=keep_paths)
    with TemporaryDirectory() as place:
        folder, kept = Path(place), Path(place) / KEPT
        kept.mkdir()
        with checkpoint_in(folder / CHECKPOINT, job) as checkpoint:
            results = simulate_job(
                job, Hooks(PathFiles(kept) if keep_paths else None, None, checkpoint)
            )
        write(results, folder)
        written = time.perf_counter()
        sizes = {file: file.stat().st_size for file in folder.rglob("*") if file.is_file()}
    in_pilot = results.manifest["times"]["simulation_seconds"]
    # Whole chunks are shared out among workers: a smaller number of them is not shared evenly.
    simulation = in_pilot * plan.run_paths / pilot.run_paths
    of_paths = sum(size for file, size in sizes.items() if file.parent.name == KEPT)
    disk = sum(sizes.values()) - of_paths + of_paths * plan.run_paths / pilot.run_paths
    # Of the checkpoint's parts a short run writes only some.
    parts = [size for file, size in sizes.items() if file.match(TOTALS)]
    if parts and plan.sampler == "sobol":
        disk += (REPLICATES - len(parts)) * sum(parts) / len(parts)
    return Budget(
        paths=plan.run_paths,
        seconds=(written - began) - in_pilot + simulation,
        simulation=simulation,
        memory_mib=peak_mib() + _peak_of_workers(plan),
        disk_mib=disk / 2**20,
        pilot_paths=pilot.run_paths,
    )


def refuse_beyond(scenario: Scenario, plan: RunPlan, most_mib: float, *, write: Writer) -> None:
    """Refuse a run that is expected to take more memory than is allowed.

    What its histograms alone take is known at once; the rest a small run tells.

    Raises
    ------
    BudgetExceeded
    """
    layout = lower(scenario, plan.collect).layout
    copies = 1 if plan.sampler == "plain" else REPLICATES
    least = layout.distributions * CELLS * 4 * (copies + 2 * worker_count(plan)) / 2**20
    if least > most_mib:
        raise _beyond(f"at least {least:,.0f}", most_mib)
    expected = estimate_budget(scenario, plan, write=write).memory_mib
    if expected > most_mib:
        raise _beyond(f"about {expected:,.0f}", most_mib)


def _beyond(expected: str, most_mib: float) -> BudgetExceeded:
    return BudgetExceeded(
        f"the run would take {expected} MiB of memory, {most_mib:,.0f} are allowed; allow more, or "
        "take fewer issuers or quarters"
    )


def _peak_of_workers(plan: RunPlan) -> float:
    """Peak memory of the processes that work on this machine, MiB."""
    if plan.backend != "loky":
        return 0.0
    workers = worker_count(plan)
    found = run_in_order(plan, peak_mib, [()] * (ASKED * workers))
    return workers * max(found)
