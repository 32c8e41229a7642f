"""What a run will take before it is started: time, memory, disk, from a small one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from capexrisk.run.backends import worker_count
from capexrisk.run.execute import Aside
from capexrisk.run.plan import RunPlan
from capexrisk.run.results import Results, simulate_plan
from capexrisk.run.speed import peak_mib
from capexrisk.scenario import Scenario

PILOT_CHUNKS = 32  # a chunk a net, and as many of independent paths
KEPT = "paths"
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
        Peak resident memory of the process; with processes as workers, of this one alone.
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
    pilot = replace(plan, paths=min(plan.paths, PILOT_CHUNKS * plan.chunk_paths), targets=())
    simulate_plan(
        scenario, replace(pilot, paths=max(worker_count(plan), 1))
    )  # loads or compiles the core
    with TemporaryDirectory() as folder:
        kept = Path(folder) / KEPT
        kept.mkdir()
        results = simulate_plan(scenario, pilot, Aside(keep_in=kept if keep_paths else None))
        write(results, Path(folder))
        written = time.perf_counter()
        sizes = {file: file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()}
    in_pilot = results.manifest["times"]["simulation_seconds"]
    # Whole chunks are shared out among workers: a smaller number of them is not shared evenly.
    simulation = in_pilot * plan.run_paths / pilot.run_paths
    of_paths = sum(size for file, size in sizes.items() if file.parent.name == KEPT)
    disk = sum(sizes.values()) - of_paths + of_paths * plan.run_paths / pilot.run_paths
    return Budget(
        paths=plan.run_paths,
        seconds=(written - began) - in_pilot + simulation,
        simulation=simulation,
        memory_mib=peak_mib(),
        disk_mib=disk / 2**20,
        pilot_paths=pilot.run_paths,
    )
