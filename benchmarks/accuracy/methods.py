"""Ways to estimate the probability of a failure: this engine's, and OpenTURNS'."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from benchmarks.accuracy.problems import Floats, Problem

WANTED = 0.05  # relative standard error
OF_SPLITTING = 0.1  # what it aims at: paths are scaled by the error it has, and its bias stays
NETS, POINTS = 32, 1024
MOST_PATHS = 4_000_000
OPENTURNS_BLOCK = 1_000
OPENTURNS_LEVEL = 10_000  # paths of a level of its subset sampling


class Answer(NamedTuple):
    """An estimated probability and the paths it took; its standard error, NaN if none is told."""

    probability: float
    paths: int
    error: float


Method = Callable[[Problem, int], Answer]


class Counted:
    """A distance that counts the paths it is asked for."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.paths = problem, 0

    def __call__(self, z: Any) -> Floats:
        draws = np.asarray(z)
        self.paths += len(draws)
        return self.problem.distance(draws)


def nets(problem: Problem, seed: int) -> Answer:
    """Scrambled Sobol nets, of SciPy, in the engine's numbers."""
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(NETS):
        points = qmc.Sobol(problem.dimensions, rng=rng).random(POINTS)
        z = ndtri(np.clip(points, 1e-16, 1.0 - 1e-16))
        means.append(float((problem.distance(z) < 0.0).mean()))
    return Answer(float(np.mean(means)), NETS * POINTS, float(np.std(means, ddof=1)) / NETS**0.5)


def counting(problem: Problem, seed: int) -> Answer:
    """Independent paths, as many as `nets` takes: what a path costs."""
    z = np.random.default_rng(seed).standard_normal((NETS * POINTS, problem.dimensions))
    p = float((problem.distance(z) < 0.0).mean())
    return Answer(p, NETS * POINTS, (p * (1.0 - p) / (NETS * POINTS)) ** 0.5)


def rare(method: str) -> Method:
    """The searches of `capexrisk.study.rare.search`."""

    def run(problem: Problem, seed: int) -> Answer:
        from capexrisk.study.rare.search import estimate_rare

        found = estimate_rare(
            problem.limit_state(),
            method=method,  # type: ignore[arg-type]
            relative_error=OF_SPLITTING if method == "splitting" else WANTED,
            max_paths=MOST_PATHS,
            seed=seed,
        )
        return Answer(found.estimate.value, found.paths, found.estimate.standard_error)

    return run


def openturns(method: str) -> Method:
    """OpenTURNS' own, told to stop at the same error where it can be told."""

    def run(problem: Problem, seed: int) -> Answer:
        import openturns as ot

        ot.RandomGenerator.SetSeed(seed)
        counted = Counted(problem)
        function = ot.PythonFunction(
            problem.dimensions, 1, func_sample=lambda z: counted(z)[:, None]
        )
        inputs = ot.RandomVector(ot.Normal(problem.dimensions))
        event = ot.ThresholdEvent(ot.CompositeRandomVector(function, inputs), ot.Less(), 0.0)
        algorithm = _openturns(ot, method, event, problem.dimensions)
        algorithm.run()
        result = algorithm.getResult()
        p = result.getProbabilityEstimate()
        return Answer(p, counted.paths, p * result.getCoefficientOfVariation())

    return run


def _openturns(ot: Any, method: str, event: Any, dimensions: int) -> Any:
    if method in ("subset", "cross-entropy"):  # as many paths a level, whatever error is wanted
        algorithm = (
            ot.SubsetSampling(event)
            if method == "subset"
            else ot.StandardSpaceCrossEntropyImportanceSampling(event, 0.1)
        )
        algorithm.setBlockSize(OPENTURNS_BLOCK)
        algorithm.setMaximumOuterSampling(OPENTURNS_LEVEL // OPENTURNS_BLOCK)
        return algorithm
    experiment = ot.MonteCarloExperiment()
    if method == "importance":
        # About the design point: FORM, from a start off the origin, where slopes may vanish.
        search = ot.AbdoRackwitz()
        search.setStartingPoint([0.1] * dimensions)
        form = ot.FORM(search, event)
        form.run()
        design = form.getResult().getStandardSpaceDesignPoint()
        proposal = ot.Normal(design, ot.CovarianceMatrix(dimensions))
        experiment = ot.ImportanceSamplingExperiment(
            ot.Normal(dimensions), proposal, OPENTURNS_BLOCK
        )
    algorithm = ot.ProbabilitySimulationAlgorithm(event, experiment)
    algorithm.setMaximumCoefficientOfVariation(WANTED)
    algorithm.setBlockSize(OPENTURNS_BLOCK)
    algorithm.setMaximumOuterSampling(MOST_PATHS // OPENTURNS_BLOCK)
    return algorithm


# Counting is run for what a path costs; the paths it takes are (1 - p) / (p WANTED**2).
COUNTING = ("counting", "OpenTURNS counting")
METHODS: dict[str, Method] = {
    "counting": counting,
    "nets": nets,
    "importance": rare("importance"),
    "splitting": rare("splitting"),
    "auto": rare("auto"),
    "OpenTURNS counting": openturns("counting"),
    "OpenTURNS subset": openturns("subset"),
    "OpenTURNS importance": openturns("importance"),
    "OpenTURNS cross-entropy": openturns("cross-entropy"),
}
NEVER = inf
