"""Paths per second of a whole run, beside the plain NumPy twin, in one interleaved session.

    python benchmarks/throughput.py [--paths N] [--rounds R]

Machines differ and are shared: the ratio to the twin is the figure to keep, paths per second are
for orientation. Everything a run collects is collected; writing files is not included.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # the twin lives in tests/

import capexrisk as cr  # noqa: E402
from tests.oracle.draws import random_draws  # noqa: E402
from tests.oracle.twin import simulate as simulate_twin  # noqa: E402

TWIN_PATHS = 10_000


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    before = os.getloadavg()[0]
    scenario = cr.load_scenario(ROOT / "configs" / "hyperscalers-2026.toml")
    case = scenario.model_case()
    cores = os.cpu_count() or 1
    cr.simulate(scenario, paths=1)  # compiles, or loads the cache

    def engine(jobs: int) -> float:
        results = cr.simulate(scenario, paths=options.paths, seed=1, n_jobs=jobs)
        return float(results.manifest["times"]["paths_per_second"])

    def twin() -> float:
        draws = random_draws(case, TWIN_PATHS, np.random.default_rng(1))
        return TWIN_PATHS / seconds(lambda: simulate_twin(case, draws))

    measured: dict[str, list[float]] = {"NumPy twin, 1 core, draws given": []}
    measured |= {f"engine, {jobs} worker(s)": [] for jobs in sorted({1, cores})}
    for _ in range(options.rounds):
        measured["NumPy twin, 1 core, draws given"].append(twin())
        for jobs in sorted({1, cores}):
            measured[f"engine, {jobs} worker(s)"].append(engine(jobs))

    baseline = measured["NumPy twin, 1 core, draws given"]
    after = os.getloadavg()[0]
    print(f"{options.paths:,} paths, {options.rounds} interleaved rounds, {cores} cores")
    print(f"load average {before:.1f} before, {after:.1f} after (busy workers included)")
    print(f"{'implementation':<34}{'paths/s, median (range)':>34}{'ratio to twin':>16}")
    for name, rates in measured.items():
        ratio = statistics.median(r / b for r, b in zip(rates, baseline, strict=True))
        spread = f"{statistics.median(rates):,.0f} ({min(rates):,.0f}-{max(rates):,.0f})"
        print(f"{name:<34}{spread:>34}{ratio:>16.1f}")


if __name__ == "__main__":
    main()
