"""How often intervals over inputs hold the truth where it is known.

``python -m benchmarks.two_levels.coverage``: 1,000 seeds of the problems of
`tests.statistical.nested`, a quarter of an hour. ``--keep FILE`` keeps what was simulated, and
takes it from there the next time.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.markdown import table
from capexrisk.estimate.figures import Figures
from capexrisk.estimate.over_inputs import over_inputs
from tests.statistical.nested import PROBLEMS, simulate

SEEDS, POINTS, PATHS = 1000, 1024, 1024

Halves = dict[str, np.ndarray]  # (2, seeds, replicates, points each), by problem


def simulated(seeds: int, points: int, paths: int) -> Halves:
    runs = [simulate(seed, points, paths) for seed in range(seeds)]
    return {name: np.stack([run[name] for run in runs], axis=1) for name in PROBLEMS}


def held(figures: Figures, truth: float) -> float:
    """Share of intervals that hold it; an unknown end holds everything."""
    return float(np.mean(~(figures.ci_low > truth) & ~(figures.ci_high < truth)))


def row(name: str, halves: np.ndarray) -> list[str]:
    problem = PROBLEMS[name]
    figures = over_inputs(*halves, probability=problem.probability).figures
    truth = dict(problem.truth)
    if problem.probability:
        truth["share"] = truth["sd"] ** 2 / (truth["mean"] * (1.0 - truth["mean"]))
    shares = [f"{100 * held(figures[key], truth[key]):.1f}" if key in truth else "" for key in KEYS]
    of_sd = figures["sd"].value.mean() / truth["sd"] - 1.0
    width = truth["p95"] - truth["p5"]
    of_width = (figures["p95"].value - figures["p5"].value).mean() / width - 1.0
    return [name, *shares, f"{100 * of_sd:+.2f}", f"{100 * of_width:+.2f}"]


KEYS = ("mean", "sd", "p5", "p25", "p50", "p75", "p95", "share")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.two_levels.coverage")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--points", type=int, default=POINTS, help="outer points")
    parser.add_argument("--paths", type=int, default=PATHS, help="inner paths of a point")
    parser.add_argument("--keep", type=Path, help="file of what was simulated")
    chosen = parser.parse_args()
    if chosen.keep and chosen.keep.exists():
        halves: Halves = dict(np.load(chosen.keep))
    else:
        halves = simulated(chosen.seeds, chosen.points, chosen.paths)
        if chosen.keep:
            np.savez(chosen.keep, **halves)
    heads = ["intervals that hold the truth, %", *KEYS, "bias of sd, %", "of p95 - p5, %"]
    seeds = next(iter(halves.values())).shape[1]
    print(f"{seeds:,} seeds, {chosen.points:,} outer points, {chosen.paths:,} inner paths each\n")
    print(table(heads, [row(name, halves[name]) for name in PROBLEMS]))


if __name__ == "__main__":
    main()
