"""Compare the twin with the reference figures: ``python -m tests.oracle.compare PATHS``."""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from capexrisk.scenario import scenario_from_case
from tests.oracle.draws import random_draws
from tests.oracle.figures import figures
from tests.oracle.identities import waterfall_imbalance
from tests.oracle.twin import simulate

REFERENCE = Path(__file__).parent.parent / "reference"
BATCH = 50_000


def one_batch(seed: np.random.SeedSequence) -> tuple[dict[str, float], float]:
    """Figures of one batch, and its largest imbalance of sources and uses."""
    stored = json.loads((REFERENCE / "case.json").read_text())
    case = scenario_from_case(stored, start="2026Q1").parameters
    result = simulate(case, random_draws(case, BATCH, np.random.default_rng(seed)))
    opening = np.array([firm["cash"] for firm in case["issuers"]])
    return figures(case, result), float(np.abs(waterfall_imbalance(result, opening)).max())


def standard_score(
    values: np.ndarray, expected: dict[str, float], paths: int, reference_paths: int
) -> float:
    """Distance from the expected value in combined standard errors.

    Where both standard errors are 0 the figure is a share seen never or always (or a constant):
    a share below 1 in either sample size would show, so the scale is that of one path.
    """
    mean = values.mean()
    error = values.std(ddof=1) / np.sqrt(len(values))
    combined = np.hypot(error, expected["standard_error"])
    if expected["standard_error"] == 0 or error == 0:
        combined = max(combined, 1 / paths, 1 / reference_paths)
    return float((mean - expected["value"]) / combined)


def main() -> None:
    """Run the batches and print every figure's standard score, the worst first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", type=int, nargs="?", default=4 * BATCH)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--show", type=int, default=15)
    options = parser.parse_args()
    batches = max(2, -(-options.paths // BATCH))
    paths = batches * BATCH
    began = time.perf_counter()
    seeds = np.random.SeedSequence(options.seed).spawn(batches)
    with ProcessPoolExecutor(options.workers) as pool:
        outcomes = list(pool.map(one_batch, seeds))
    seconds = time.perf_counter() - began
    reference = json.loads((REFERENCE / "expected.json").read_text())
    rows = []
    for name, expected in reference["figures"].items():
        values = np.array([batch[name] for batch, _ in outcomes])
        score = standard_score(values, expected, paths, reference["paths"])
        rows.append((abs(score), score, name, values.mean(), expected))
    rows.sort(key=lambda row: -row[0])
    for _, score, name, mean, expected in rows[: options.show]:
        print(f"{score:8.2f}  {name:40s} {mean:14.6g} expected {expected['value']:14.6g}")
    within = sum(row[0] <= 4 for row in rows)
    squares = np.mean([row[1] ** 2 for row in rows])
    print(f"{within} of {len(rows)} within 4 standard errors; mean squared score {squares:.3f}")
    print(f"largest imbalance {max(imbalance for _, imbalance in outcomes):.2e} $bn")
    print(f"{paths} paths, {seconds:.0f} s, {paths / seconds:.0f} paths/s")


if __name__ == "__main__":
    main()
