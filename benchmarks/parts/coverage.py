"""How often 95 % intervals hold the truth: of runs, stopped ones, known laws, rare failures."""

from __future__ import annotations

from typing import Any

from benchmarks.settings import Settings, tell

SEEDS, QUICK_SEEDS = 1_000, 10


def measure(settings: Settings) -> dict[str, Any]:
    from benchmarks.accuracy import convergence, coverage, laws, searches, truth

    seeds = QUICK_SEEDS if settings.quick else SEEDS
    record = truth.record()
    tell(f"{seeds:,} runs of {coverage.PATHS:,} paths with each sampler")
    runs = coverage.of_runs(seeds)
    tell(f"{seeds:,} runs that stop, for each target and sampler")
    stopped = coverage.of_stopped_runs(seeds)
    tell(f"{seeds:,} samples of known laws, and searches for rare failures")
    return {
        "seeds": seeds,
        "truth": {"paths": record["run"]["paths"], "digest": record["scenario"]["digest"]},
        "paths": coverage.PATHS,
        "runs": runs,
        "stopped": stopped,
        "laws": laws.of_laws(seeds),
        "searches": searches.of_searches(seeds),
        "convergence": convergence.of_runs(10 if settings.quick else 17),
    }
