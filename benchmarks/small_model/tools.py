"""The small model in each tool, in the way its documentation recommends where speed matters.

Every tool draws its own three standard normals, plain Monte Carlo, and runs the same function.
Tools that take vectors get it over arrays; monaco runs one case at a time and gets it over single
numbers. One thread each, but for the row of monaco that says otherwise.

What differs in what they do: the engine draws all 69 numbers of a path, switched off or not, walks
all twelve steps of each quarter, and collects the whole catalogue of results with histograms. The
others draw three numbers and give five figures. What they cannot do is the engine's whole model:
see `small_model`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

import capexrisk as cr
from benchmarks.small_model.figures import (
    Figures,
    events_of,
    figures_of,
    moments,
    probability,
)
from benchmarks.small_model.small_model import NUMBERS, SHOCKS, SmallModel, Year
from benchmarks.small_model.small_scenario import START, small_case, small_scenario

SLICE = 8_192  # samples walked at a time: their intermediate arrays stay in the processor's cache
MANY = 1_000_000
FEW = 4_000  # one case at a time


@dataclass(frozen=True)
class Tool:
    """A tool: its name in the table, its package, the samples it is timed over, and the run."""

    NAME: str
    package: str
    samples: int
    run: Callable[[int, int], Figures]  # (paths, seed) -> figure: (value, standard error)

    def available(self) -> bool:
        """Whether its package is installed."""
        try:
            self.version()
        except PackageNotFoundError:
            return False
        return True

    def version(self) -> str:
        return version(self.package)


@cache
def model() -> SmallModel:
    return SmallModel(small_case())


@cache
def scenario() -> Any:
    return small_scenario()


def walk(*shocks: np.ndarray) -> Year:
    """The model over arrays of shocks, slice by slice."""
    n = len(shocks[0])
    year = Year(np.empty(n), np.empty(n, bool), np.empty(n, bool))
    for first in range(0, n, SLICE):
        rows = slice(first, first + SLICE)
        for whole, part in zip(year, model()(*(z[rows] for z in shocks)), strict=True):
            whole[rows] = part
    return year


def with_engine(paths: int, seed: int) -> Figures:
    """`capexrisk.simulate` with one worker, and the figures out of its tidy table."""
    results = cr.simulate(scenario(), paths=paths, seed=seed, sampler="plain", n_jobs=1)

    def row(metric: str, period: str, statistic: str) -> Any:
        issuer = results.issuers[0]
        found = results.estimates(metric, issuer=issuer, period=period, statistic=statistic)
        return found.iloc[0]

    year, last_quarter = START[:4], results.quarters[-1]
    average = row("free_cash_flow", year, "mean")
    sd = average.standard_error * paths**0.5
    cells = results.distributions
    cells = cells[(cells["metric"] == "free_cash_flow") & (cells["period"] == year)]
    middles = ((cells["lower"] + cells["upper"]) / 2 - average.value) / sd
    kurtosis = float((cells["count"] * middles**4).sum() / paths)  # for one standard error only
    events = {
        "fcf_negative": row("negative_fcf", year, "probability"),
        "capex_cut": row("capex_cut", last_quarter, "probability"),
        "funding_failure": row("funding_failure", last_quarter, "probability"),
    }
    return moments(float(average.value), float(sd), kurtosis, paths) | {
        name: (float(found.value), float(found.standard_error)) for name, found in events.items()
    }


def with_numpy(paths: int, seed: int) -> Figures:
    """Normals of a NumPy generator, and the function."""
    return figures_of(walk(*np.random.default_rng(seed).standard_normal((len(SHOCKS), paths))))


def with_openturns(paths: int, seed: int) -> Figures:
    """A composite random vector on a vectorised `PythonFunction`, and statistics of its sample.

    The function returns a NumPy array, as OpenTURNS advises; turning it into a `Sample` takes
    longer than computing it, and a `Sample` returned by the function takes longer still.
    """
    import openturns as ot

    def walk_sample(sample: Any) -> np.ndarray:
        return np.column_stack(walk(*np.ascontiguousarray(np.asarray(sample).T)))

    ot.TBB.Disable()
    ot.RandomGenerator.SetSeed(seed)
    function = ot.PythonFunction(len(SHOCKS), len(Year._fields), func_sample=walk_sample)
    shocks = ot.RandomVector(ot.Normal(len(SHOCKS)))
    sample = ot.CompositeRandomVector(function, shocks).getSample(paths)
    mean, fcf = sample.computeMean(), sample.getMarginal(0)
    sd, kurtosis = fcf.computeStandardDeviation()[0], fcf.computeKurtosis()[0]
    negative = fcf.computeEmpiricalCDF([0.0])  # P(FCF <= 0), and no path is at 0
    return moments(mean[0], sd, kurtosis, paths) | {
        "fcf_negative": probability(negative, paths),
        "capex_cut": probability(mean[1], paths),
        "funding_failure": probability(mean[2], paths),
    }


def with_riskpy(paths: int, seed: int) -> Figures:
    """A `Model` with a vectorised formula, and its `Result`.

    A formula has one output, free cash flow; the two events are kept hooks by the formula.
    """
    from riskpy.mc import Model, Normal

    hooks = []

    def free_cash_flow(core_growth: Any, capex_growth: Any, revenue_yield: Any) -> Any:
        hooks.append(walk(core_growth, capex_growth, revenue_yield))
        return hooks[-1].fcf

    risk_model = Model(**{name: Normal(mean=0.0, sd=1.0) for name in SHOCKS})
    result = risk_model.run(paths, seed=seed, fn=free_cash_flow, keep_inputs=False)
    return {
        **moments(result.mean, result.std, result.kurtosis + 3.0, paths),
        "fcf_negative": probability(result.prob_below(0.0), paths),
        **events_of(hooks[-1]),
    }


# monaco's three functions of a case; at the top of the module, so that workers find them.


def _before(case: Any) -> tuple[float, ...]:
    return tuple(case.invals[name].val for name in SHOCKS)


def _run(*shocks: float) -> tuple[Any, ...]:
    return tuple(model()(*shocks, ops=NUMBERS))


def _after(case: Any, *year: Any) -> None:
    for name, value in zip(Year._fields, year, strict=True):
        case.addOutVal(name, float(value))


def with_monaco(paths: int, seed: int, workers: int = 1) -> Figures:
    """A `Sim` of random cases, in this process or in monaco's pool of processes."""
    import monaco as mc
    from scipy.stats import norm

    sim = mc.Sim(
        name="small_model",
        ndraws=paths,
        fcns=mc.SimulationFunctions(preprocess=_before, run=_run, postprocess=_after),
        samplemethod=mc.SampleMethod.RANDOM,
        seed=seed,
        singlethreaded=workers == 1,
        ncores=workers,
        verbose=False,
        debug=True,
    )
    for name in SHOCKS:
        sim.addInVar(name=name, dist=norm, distkwargs={"loc": 0.0, "scale": 1.0})
    sim.runSim()
    if sim.pool is not None:
        sim.pool.shutdown()
    return figures_of(Year(*(np.array(sim.outvars[name].nums) for name in Year._fields)))


def with_monaco_in_parallel(paths: int, seed: int) -> Figures:
    """The same in two processes; starting them, and sending each case, is part of the run."""
    return with_monaco(paths, seed, workers=2)


TOOLS = (
    Tool("capexrisk", "capexrisk", MANY, with_engine),
    Tool("NumPy", "numpy", MANY, with_numpy),
    Tool("OpenTURNS", "openturns", MANY, with_openturns),
    Tool("open-riskpy", "open-riskpy", MANY, with_riskpy),
    Tool("monaco", "monaco", FEW, with_monaco),
    Tool("monaco, 2 processes", "monaco", FEW, with_monaco_in_parallel),
)
