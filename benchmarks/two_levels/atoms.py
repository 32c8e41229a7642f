"""How often intervals hold quantiles over inputs beside values that many points share.

``python -m benchmarks.two_levels.atoms``: half a minute. As in `corrections`, conditional
probabilities are known functions of one input, and the inner paths independent.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.markdown import table
from benchmarks.two_levels.corrections import Law, halves, lognormal, probit
from capexrisk.estimate.over_inputs import LEVELS, over_inputs

SEEDS, POINTS, PATHS = 400, 1024, (256, 1024)


def none_then_evenly(none: float, most: float) -> Law:
    return lambda u: most * np.maximum(u - none, 0.0) / (1.0 - none)


LAWS: dict[str, Law] = {
    "probit, 0.9 to 22 %": probit(0.009, 0.22),
    "lognormal, 0.1 to 3 %": lognormal(0.001, 0.03),
    "evenly from 0 to 20 %": none_then_evenly(0.0, 0.2),
    "30 % at 0, evenly to 80 %": none_then_evenly(0.3, 0.8),
    "60 % at 0, evenly to 10 %": none_then_evenly(0.6, 0.1),
    "90 % at 0, evenly to 30 %": none_then_evenly(0.9, 0.3),
    "0.1 %, one in ten 50 %": lambda u: np.where(u < 0.9, 0.001, 0.5),
    "2 % or 20 %": lambda u: np.where(u < 0.5, 0.02, 0.2),
}


def held(law: Law, paths: int, seeds: int, rng: np.random.Generator) -> list[str]:
    """Share of intervals that hold the truth at each level, %."""
    figures = over_inputs(*halves(law, seeds, POINTS, paths, rng), probability=True).figures
    cells = []
    for level, truth in zip(LEVELS, law(np.array(LEVELS)), strict=True):
        found = figures[f"p{100 * level:g}"]
        cells.append(f"{100 * np.mean(~(found.ci_low > truth) & ~(found.ci_high < truth)):.0f}")
    return cells


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.two_levels.atoms")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    seeds = parser.parse_args().seeds
    rng = np.random.default_rng(17)
    rows = [
        [name, f"{paths}", *held(law, paths, seeds, rng)]
        for name, law in LAWS.items()
        for paths in PATHS
    ]
    heads = ["law", "paths", *(f"P{100 * level:g}" for level in LEVELS)]
    print(f"{seeds} seeds, {POINTS:,} outer points\n")
    print(table(heads, rows))


if __name__ == "__main__":
    main()
