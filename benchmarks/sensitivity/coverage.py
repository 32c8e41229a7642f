"""How often intervals of sensitivity indices hold the truth, where it is known.

``python -m benchmarks.sensitivity.coverage``: 500 seeds of the problems of
`tests.statistical.known_effects`, some minutes.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.markdown import table
from capexrisk.estimate.figures import Figures
from capexrisk.estimate.given_data import first_order
from capexrisk.estimate.nested_effects import nested_design, nested_effects
from tests.statistical.known_effects import PROBLEMS, Problem

SEEDS, REPLICATES, EACH = 500, 32, 32
KINDS = ("shapley", "first_order", "total")
GIVEN = (
    "linear, correlated",
    "groups, correlated",
    "lognormal, correlated",
)  # whose effects polynomials of degree 4 have


def of_seed(problem: Problem, seed: int) -> list[Figures]:
    """Effects by the nested estimator, then first-order ones from 1,024 given points."""
    rng = np.random.default_rng(seed)
    design = nested_design(
        problem.groups, problem.correlation, rounds=problem.rounds, replicates=REPLICATES, rng=rng
    )
    found = nested_effects(design.orders, *problem.estimates(design.points, rng))
    root = np.linalg.cholesky(problem.correlation)
    normals = rng.standard_normal((REPLICATES, EACH, len(root))) @ root.T
    halves = problem.estimates(normals, rng)
    given = first_order(normals, *halves, problem.groups, problem.correlation)
    return [*(getattr(found, kind) for kind in KINDS), given]


def rows(name: str, seeds: int) -> list[list[str]]:
    problem = PROBLEMS[name]
    runs = [of_seed(problem, seed) for seed in range(seeds)]
    found = []
    for number, kind in enumerate((*KINDS, "first order, given points")):
        if number == len(KINDS) and name not in GIVEN:
            continue
        truth = problem.truth["first_order" if number == len(KINDS) else kind]
        figures = [run[number] for run in runs]
        value = np.array([one.value for one in figures])
        error = np.array([one.standard_error for one in figures])
        held = np.mean([(one.ci_low <= truth) & (truth <= one.ci_high) for one in figures], axis=0)
        bias = (value.mean(axis=0) - truth) / (value.std(axis=0, ddof=1) / np.sqrt(seeds))
        ratio = np.sqrt((error**2).mean(axis=0)) / value.std(axis=0, ddof=1)
        found.append(
            [
                name,
                kind.replace("_", " "),
                " ".join(f"{x:.3f}" for x in truth),
                f"{error.mean():.3f}",
                " ".join(f"{100 * x:.1f}" for x in held),
                f"{np.abs(bias).max():.1f}",
                f"{ratio.min():.2f} to {ratio.max():.2f}",
            ]
        )
    return found


HEADS = [
    *("problem", "effect", "truth", "standard error", "95 % intervals that hold it, %"),
    *("largest bias, of its error", "stated over true error"),
]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sensitivity.coverage")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("problems", nargs="*", metavar="PROBLEM", help=", ".join(PROBLEMS))
    chosen = parser.parse_args()
    names = chosen.problems or list(PROBLEMS)
    print(f"{chosen.seeds:,} seeds\n")
    print(table(HEADS, [row for name in names for row in rows(name, chosen.seeds)]))


if __name__ == "__main__":
    main()
