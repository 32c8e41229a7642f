"""Time and memory of a run as its paths grow: a process each, all cores."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from benchmarks.contender import once
from benchmarks.power_law import power_law
from benchmarks.scenarios import default
from benchmarks.settings import Settings, tell
from capexrisk.run.measurement import interleave, spread

HERE = "benchmarks.parts.paths"
FITTED_FROM = 10**5  # below, starting counts
ONCE_FROM = 10**8  # a run of minutes is its own average


def run() -> Callable[..., float]:
    import capexrisk as cr

    cr.simulate(default(), paths=1, sampler="plain")  # loads the core: a start, not a path

    def work(paths: int) -> float:
        results = cr.simulate(default(), paths=paths, seed=1, sampler="plain")
        return float(results.manifest.times.simulation_seconds)

    return work


def measure(settings: Settings) -> dict[str, Any]:
    sizes = [10**power for power in range(4, 13) if 10**power <= settings.most_paths]
    once(f"{HERE}:run", request={"paths": 1})  # fills the compiler's cache

    def process(paths: int) -> Callable[[int], dict[str, float]]:
        def turn(number: int) -> dict[str, float]:
            tell(f"{paths:,} paths")
            clock = time.perf_counter()
            answer = once(f"{HERE}:run", request={"paths": paths})
            whole = time.perf_counter() - clock
            return {
                "simulation_seconds": answer["value"],
                "process_seconds": whole,
                "peak_mib": answer["peak_mib"],
            }

        return turn

    often = interleave({n: process(n) for n in sizes if n < ONCE_FROM}, settings.rounds)
    rare = interleave({n: process(n) for n in sizes if n >= ONCE_FROM}, 1)
    rows = [
        {"paths": n, **{key: [one[key] for one in found] for key in found[0]}}
        for n, found in (often | rare).items()
    ]
    points = [
        (row["paths"], spread(row["simulation_seconds"]).median)
        for row in rows
        if row["paths"] >= FITTED_FROM
    ]
    fit = None
    if len(points) > 2:
        fit = {"from": FITTED_FROM} | power_law(*zip(*points, strict=True))
    return {"rows": rows, "fit": fit}
