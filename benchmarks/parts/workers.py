"""The simulation of a run by number of workers: threads and processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.contender import Contender
from benchmarks.machine import cores
from benchmarks.scenarios import default
from benchmarks.settings import Settings, tell
from capexrisk.run.measurement import interleave

COUNTS = (1, 2, 3, 4, 6, 8, 12, 16)
BACKENDS = ("threading", "loky")
CHUNK_PATHS = 16_384  # the work a worker is given at a time
PATHS = 1_000_000  # 61 chunks: with half as many the last one leaves a worker idle for 5 %
FEW_PATHS = 50_000


def runs() -> Callable[..., float]:
    from capexrisk.lowering import lower
    from capexrisk.run.plan import RunPlan
    from capexrisk.run.speed import simulation_seconds

    lowered = lower(default())

    def work(workers: int, backend: Any, paths: int, seed: int) -> float:
        plan = RunPlan(paths=paths, seed=seed, sampler="plain", jobs=workers, backend=backend)
        return simulation_seconds(lowered, plan)

    return work


def measure(settings: Settings) -> dict[str, Any]:
    paths = FEW_PATHS if settings.quick else PATHS
    counts = [count for count in COUNTS if count <= cores()]
    rows = []
    # A child for each back end: a pool of processes would weigh on the threads beside it.
    contenders = {name: Contender("benchmarks.parts.workers:runs") for name in BACKENDS}

    def turn(backend: str, workers: int) -> Callable[[int], float]:
        def run(number: int) -> float:
            asked = {"workers": workers, "backend": backend, "seed": 1 + number}
            if backend == "loky":  # a pool of another size has new processes: warm them, too
                contenders[backend].ask(**asked, paths=2 * workers * CHUNK_PATHS)
            return float(contenders[backend].ask(**asked, paths=paths)["value"])

        return run

    turns = {(backend, count): turn(backend, count) for backend in BACKENDS for count in counts}
    for backend in BACKENDS:
        contenders[backend].ask(workers=max(counts), backend=backend, seed=0, paths=paths)
    tell(f"{settings.rounds} rounds of {len(turns)} runs of {paths:,} paths")
    for (backend, count), seconds in interleave(turns, settings.rounds).items():
        rows.append({"backend": backend, "workers": count, "seconds": seconds})
    for contender in contenders.values():
        contender.close()
    return {"paths": paths, "cores": cores(), "rows": rows}
