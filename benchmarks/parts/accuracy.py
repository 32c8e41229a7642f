"""Paths and seconds to a relative error of 5 %, where the probability is known."""

from __future__ import annotations

import time
from typing import Any

import joblib
import numpy as np

from benchmarks.settings import Settings, tell

# Of the default scenario: by the end of the horizon, both on one path, within the first year.
# With how many seeds each: the rarer, the longer it takes.
EVENTS = {
    ("funding_failure/Meta", "importance"): 20,
    ("funding_failure/Microsoft", "importance"): 20,
    ("failure_with:Meta/Microsoft", "importance"): 5,
    ("funding_failure/Microsoft/2026", "importance"): 2,
    ("funding_failure/Meta", "splitting"): 5,
    ("funding_failure/Microsoft", "splitting"): 5,
}
EVENT_ERROR, EVENT_PATHS = 0.1, 6_000_000
SEEDS, LEAST_SEEDS, QUICK_SEEDS = 100, 20, 3
PATIENCE = 40.0  # seconds for the seeds of a method; then LEAST_SEEDS will do
FEW = 10.0  # hits expected below which counting and nets are not run


def one(name: str, number: int, seed: int) -> tuple[float, int, float]:
    """Relative error of a method's answer to a problem, its paths, and seconds."""
    from benchmarks.accuracy.methods import METHODS

    problem = _problems()[number]
    clock = time.perf_counter()
    found = METHODS[name](problem, seed)
    return (
        found.probability / problem.probability - 1.0,
        found.paths,
        time.perf_counter() - clock,
    )


def measure(settings: Settings) -> dict[str, Any]:
    from benchmarks.accuracy.methods import METHODS, WANTED

    seeds = QUICK_SEEDS if settings.quick else SEEDS
    rows = []
    for number, problem in enumerate(_problems()):
        tell(f"{problem.name}: {len(METHODS)} ways, {seeds} seeds")
        for name in METHODS:
            row = {"problem": problem.name, "probability": problem.probability, "method": name}
            rows.append(row | _of_seeds(name, number, seeds))
    return {"wanted": WANTED, "rows": rows, "events": _events(quick=settings.quick)}


def _of_seeds(name: str, number: int, seeds: int) -> dict[str, Any]:
    """What a method does on a problem, over seeds; for counting, what its error must be."""
    from benchmarks.accuracy.methods import COUNTING, NETS, POINTS, WANTED

    problem = _problems()[number]
    p = problem.probability
    if name in COUNTING:
        # Its error is known: (1 - p) / (p n). Only what a path costs is measured, on an easy limit.
        found = [one(name, 0, seed) for seed in range(1, 4)]
        needed = (1.0 - p) / (p * WANTED**2)
        each = float(np.median([seconds / paths for _, paths, seconds in found]))
        return {"paths_to_wanted": needed, "seconds_to_wanted": needed * each, "seeds": 0}
    if name == "nets" and p * NETS * POINTS < FEW:
        return {"missing": "fewer than ten hits"}
    found, clock = [], time.perf_counter()
    work = joblib.Parallel(n_jobs=-1, return_as="generator")
    batches = np.array_split(np.arange(1, seeds + 1), max(seeds // LEAST_SEEDS, 1))
    try:
        for batch in batches:
            found += work(joblib.delayed(one)(name, number, int(seed)) for seed in batch)
            if time.perf_counter() - clock > PATIENCE:
                break
    except Exception as error:  # noqa: BLE001 - a tool that gives up is a finding
        return {"missing": f"gives up: {type(error).__name__}"}
    errors, paths, seconds = (np.array(part, dtype=float) for part in zip(*found, strict=True))
    square = float((errors**2).mean())
    scale = square / WANTED**2
    return {
        "seeds": len(found),
        "paths": float(paths.mean()),
        "error": square**0.5,
        "bias": float(errors.mean()),
        "bias_error": float(errors.std(ddof=1)) / len(found) ** 0.5,
        "paths_to_wanted": float(paths.mean()) * scale,
        "seconds_to_wanted": float(seconds.mean()) * scale,
    }


def _problems() -> tuple[Any, ...]:
    from benchmarks.accuracy.problems import RELIABILITY, cash_flow_problems

    return (*cash_flow_problems(), *RELIABILITY)


def _events(*, quick: bool) -> list[dict[str, Any]]:
    """Rare events of the default scenario, by each method, beside the truth of a long count."""
    import capexrisk as cr
    from benchmarks.accuracy import truth
    from benchmarks.scenarios import default

    known, paths = truth.read(), truth.record()["run"]["paths_counted"]
    rows = []
    for (event, method), wanted in EVENTS.items():
        seeds = 2 if quick else wanted
        tell(f"{event} by {method}, {seeds} seeds")
        clock = time.perf_counter()
        found = [
            cr.rare_event(
                default(),
                event,
                method=method,
                relative_error=EVENT_ERROR,
                max_paths=EVENT_PATHS,
                seed=seed,
            )
            for seed in range(1, seeds + 1)
        ]
        spent = time.perf_counter() - clock
        frame = found[0].to_frame().iloc[0]
        key = (frame["issuer"], frame["period"], frame["metric"], "probability")
        true = float(known.loc[key, "value"])
        values = np.array([one.found.estimate.value for one in found])
        errors = np.array([one.found.estimate.standard_error for one in found])
        taken = float(np.mean([one.found.paths for one in found]))
        error = float(np.sqrt(((values / true - 1.0) ** 2).mean()))
        rows.append(
            {
                "event": event,
                "method": method,
                "seeds": seeds,
                "truth": true,
                "truth_error": float(known.loc[key, "standard_error"]),
                "truth_paths": paths,
                "mean": float(values.mean()),
                "mean_error": float(values.std(ddof=1) / seeds**0.5),
                "stated_error": float(np.median(errors / values)),
                "error": error,
                "paths": taken,
                "paths_to_count": (1.0 - true) / (true * EVENT_ERROR**2),
                "held": int(
                    sum(
                        one.found.estimate.ci_low <= true <= one.found.estimate.ci_high
                        for one in found
                    )
                ),
                "seconds": spent / seeds,
            }
        )
    return rows
