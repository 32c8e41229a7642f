"""First-order and total effects beside SALib and OpenTURNS, where these apply: independent inputs.

``python -m benchmarks.sensitivity.peers``: 100 seeds of three problems whose effects are known, a
minute. Each tool gets about as many evaluations of the function; its intervals are those it gives.
Neither has Shapley effects, correlated inputs in groups, or estimates with noise.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import openturns as ot
from SALib.analyze import sobol as salib_analysis
from SALib.sample import sobol as salib_sample

from benchmarks.markdown import table
from capexrisk.estimate.nested_effects import nested_design, nested_effects
from tests.statistical.known_effects import PROBLEMS, Floats, Problem, independent_event

SEEDS, REPLICATES = 100, 32
EFFECTS = ("first_order", "total")
CASES = {
    "Ishigami": PROBLEMS["Ishigami"],
    "g-function": PROBLEMS["g-function"],
    "rare event, p = 0.01, independent": independent_event(),
}


class Found(NamedTuple):
    """Effects (inputs,) with the ends of their 95 % intervals, and the evaluations they took."""

    effects: dict[str, tuple[Floats, Floats, Floats]]
    evaluations: int


def by_capexrisk(problem: Problem, seed: int) -> Found:
    design = nested_design(
        problem.groups,
        problem.correlation,
        rounds=problem.rounds,
        replicates=REPLICATES,
        rng=np.random.default_rng(seed),
    )
    found = nested_effects(design.orders, problem.value(design.points))
    effects = {}
    for effect in EFFECTS:
        one = getattr(found, effect)
        effects[effect] = (one.value, one.ci_low, one.ci_high)
    return Found(effects, found.points)


def by_salib(problem: Problem, seed: int) -> Found:
    size = len(problem.groups)
    names = [f"x{i}" for i in range(size)]
    laws = {"bounds": [[0.0, 1.0]] * size, "dists": ["norm"] * size}
    asked = {"num_vars": size, "names": names, **laws}
    points = salib_sample.sample(asked, _base(problem), calc_second_order=False, seed=seed)
    found = salib_analysis.analyze(
        asked, problem.value(points), calc_second_order=False, conf_level=0.95, seed=seed
    )
    effects = {}
    for effect, key in zip(EFFECTS, ("S1", "ST"), strict=True):
        value, half = np.asarray(found[key]), np.asarray(found[f"{key}_conf"])
        effects[effect] = (value, value - half, value + half)
    return Found(effects, len(points))


def by_openturns(problem: Problem, seed: int) -> Found:
    """Martinez's estimator on independent draws, with its asymptotic intervals."""
    size, base = len(problem.groups), _base(problem)
    ot.RandomGenerator.SetSeed(seed)
    law = ot.JointDistribution([ot.Normal()] * size)
    points = np.array(ot.SobolIndicesExperiment(law, base, False).generate())
    values = problem.value(points)[:, None]
    found = ot.MartinezSensitivityAlgorithm(ot.Sample(points), ot.Sample(values), base)
    found.setUseAsymptoticDistribution(True)
    found.setConfidenceLevel(0.95)
    effects = {}
    for effect, name in zip(EFFECTS, ("FirstOrder", "TotalOrder"), strict=True):
        value = np.array(getattr(found, f"get{name}Indices")())
        ends = getattr(found, f"get{name}IndicesInterval")()
        effects[effect] = (value, np.array(ends.getLowerBound()), np.array(ends.getUpperBound()))
    return Found(effects, len(points))


TOOLS: dict[str, Callable[[Problem, int], Found]] = {
    "capexrisk": by_capexrisk,
    "SALib": by_salib,
    "OpenTURNS": by_openturns,
}


def _base(problem: Problem) -> int:
    """Base points, a power of two, that bring about as many evaluations as ours."""
    size = len(problem.groups)
    ours = 2 * size * size * problem.rounds * REPLICATES
    return 1 << round(float(np.log2(ours / (size + 2))))


def rows(name: str, seeds: int) -> list[list[str]]:
    problem, found = CASES[name], []
    runs = {tool: [ask(problem, seed) for seed in range(seeds)] for tool, ask in TOOLS.items()}
    for effect in EFFECTS:
        truth = problem.truth[effect]
        for tool, of_tool in runs.items():
            value, low, high = np.moveaxis([run.effects[effect] for run in of_tool], 0, 1)
            held = ((low <= truth) & (truth <= high)).mean(axis=0)
            error = np.sqrt(((value - truth) ** 2).mean(axis=0))
            found.append(
                [
                    name,
                    effect.replace("_", " "),
                    " ".join(f"{x:.3f}" for x in truth),
                    tool,
                    f"{of_tool[0].evaluations:,}",
                    " ".join(f"{x:.3f}" for x in error),
                    " ".join(f"{100 * x:.0f}" for x in held),
                ]
            )
    return found


HEADS = [
    *("problem", "effect", "truth", "tool", "evaluations", "root mean square error"),
    "95 % intervals that hold it, %",
]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sensitivity.peers")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    chosen = parser.parse_args()
    print(f"{chosen.seeds:,} seeds\n")
    print(table(HEADS, [row for name in CASES for row in rows(name, chosen.seeds)]))


if __name__ == "__main__":
    main()
