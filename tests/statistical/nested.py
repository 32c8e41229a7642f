"""A small two-level simulation where the answer is known: closed forms with uncertain inputs.

Outer and inner points are SciPy's scrambled Sobol points. Consecutive outer points of a replicate
take consecutive blocks of the replicate's two inner nets.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.special import ndtr, ndtri
from scipy.stats import qmc

REPLICATES = 32
QUARTERS = 4
INPUTS = 8  # four behind each of two uncertain numbers, as many judgements stand behind a figure
LEVELS = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
GRID = 1024  # of the integrals over each input

Inputs = tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Problem:
    """A value conditional on inputs.

    Attributes
    ----------
    inputs : callable
        Uncertain numbers of the closed form for two uniform ones, (..., 2).
    exact : callable
        The conditional value for inputs.
    estimate : callable
        The same from inner paths: inputs of shape (..., 1), normal draws of shape (..., QUARTERS,
        paths).
    probability : bool
    """

    inputs: Callable[[np.ndarray], Inputs]
    exact: Callable[..., np.ndarray]
    estimate: Callable[[Inputs, np.ndarray], np.ndarray]
    probability: bool = True

    @cached_property
    def truth(self) -> dict[str, float]:
        """Mean, sd and quantiles over the inputs, by the midpoint rule."""
        middle = (np.arange(GRID) + 0.5) / GRID
        u = np.stack(np.meshgrid(middle, middle, indexing="ij"), axis=-1)
        values = np.ravel(self.exact(*self.inputs(u)))
        quantiles = np.quantile(values, LEVELS, method="hazen")
        named = {f"p{100 * level:g}": q for level, q in zip(LEVELS, quantiles, strict=True)}
        return {"mean": values.mean(), "sd": values.std(), **named}


def lognormal(u: np.ndarray, median: float, sigma: float) -> np.ndarray:
    return median * np.exp(sigma * ndtri(u))


# Merton's firm: assets follow geometric Brownian motion; debt is due after a year.
LOG_LEVERAGE, GROWTH = np.log(0.65), 0.03
# Black and Cox's firm fails at the first end of a quarter at which assets are below the barrier.
LOG_BARRIER = np.log(0.7)
STEP = 1.0 / QUARTERS


def volatility(u: np.ndarray) -> Inputs:
    return (lognormal(u[..., 0], 0.27, 0.25),)


def merton(sigma: np.ndarray) -> np.ndarray:
    return ndtr((LOG_LEVERAGE - GROWTH + sigma**2 / 2.0) / sigma)


def merton_paths(inputs: Inputs, draws: np.ndarray) -> np.ndarray:
    (sigma,) = inputs
    assets = GROWTH - sigma**2 / 2.0 + sigma * draws[..., 0, :]
    return (assets < LOG_LEVERAGE).mean(axis=-1)


def black_cox(sigma: np.ndarray) -> np.ndarray:
    """Integral over the assets at the end of each quarter, interpolated in the volatility."""
    return np.interp(sigma, *_failures())


@cache
def _failures() -> tuple[np.ndarray, list[float]]:
    nodes = np.linspace(0.05, 1.0, 400)
    return nodes, [_failure(node) for node in nodes]


def _failure(sigma: float) -> float:
    """Chance of a firm of known volatility: Gauss and Legendre's rule, quarter after quarter."""
    x, weight = leggauss(120)
    drift, step = (GROWTH - sigma**2 / 2.0) * STEP, sigma * np.sqrt(STEP)
    high = LOG_BARRIER + 8.0 * sigma + 0.5
    at = LOG_BARRIER + (x + 1.0) / 2.0 * (high - LOG_BARRIER)
    weight = weight / 2.0 * (high - LOG_BARRIER)

    def density(to: np.ndarray, start: np.ndarray | float) -> np.ndarray:
        return np.exp(-(((to - start - drift) / step) ** 2) / 2.0) / (step * np.sqrt(2.0 * np.pi))

    alive = density(at, 0.0)
    for _ in range(QUARTERS - 1):
        alive = density(at[:, None], at[None, :]) @ (alive * weight)
    return 1.0 - float(alive @ weight)


def black_cox_paths(inputs: Inputs, draws: np.ndarray) -> np.ndarray:
    (sigma,) = inputs
    drift, step = (GROWTH - sigma**2 / 2.0) * STEP, sigma * np.sqrt(STEP)
    assets = np.zeros(draws.shape[:-2] + draws.shape[-1:])
    failed = np.zeros(assets.shape, dtype=bool)
    for quarter in range(QUARTERS):
        assets += drift + step * draws[..., quarter, :]
        failed |= assets < LOG_BARRIER
    return failed.mean(axis=-1)


# Vasicek's large pool: the share of loans lost, given one factor.
LIMIT, TAIL = 0.08, 0.95


def pool(u: np.ndarray) -> Inputs:
    return lognormal(u[..., 0], 0.03, 0.3), 0.1 + 0.15 * u[..., 1]


def pool_quantile(p: np.ndarray, rho: np.ndarray, factor: float = ndtri(TAIL)) -> np.ndarray:
    return ndtr((ndtri(p) + np.sqrt(rho) * factor) / np.sqrt(1.0 - rho))


def pool_chance(p: np.ndarray, rho: np.ndarray) -> np.ndarray:
    return ndtr((ndtri(p) - np.sqrt(1.0 - rho) * ndtri(LIMIT)) / np.sqrt(rho))


def pool_losses(inputs: Inputs, draws: np.ndarray) -> np.ndarray:
    p, rho = inputs
    return pool_quantile(p, rho, draws[..., 1, :])


def pool_quantile_paths(inputs: Inputs, draws: np.ndarray) -> np.ndarray:
    # The loss rises with the factor: its quantile is the loss at the factor's.
    factor = np.sort(draws[..., 1, :], axis=-1)
    place = TAIL * factor.shape[-1] - 0.5
    lower = int(place)
    inside = place - lower
    factor = (
        factor[..., lower : lower + 1] * (1 - inside) + factor[..., lower + 1 : lower + 2] * inside
    )
    return pool_quantile(*inputs, factor)[..., 0]


def pool_chance_paths(inputs: Inputs, draws: np.ndarray) -> np.ndarray:
    p, rho = inputs
    factor = (ndtri(LIMIT) * np.sqrt(1.0 - rho) - ndtri(p)) / np.sqrt(rho)
    return (draws[..., 1, :] > factor).mean(axis=-1)


# Ornstein and Uhlenbeck's spread after a year, in %, from 3 towards 1, in exact quarterly steps.
START, LONG_RUN, SIGMA, HIGH = 3.0, 1.0, 0.8, 2.5


def speed(u: np.ndarray) -> Inputs:
    return (lognormal(u[..., 0], 0.7, 0.5),)


def reverted(kappa: np.ndarray) -> np.ndarray:
    return LONG_RUN + (START - LONG_RUN) * np.exp(-kappa)


def reverted_high(kappa: np.ndarray) -> np.ndarray:
    deviation = SIGMA * np.sqrt(-np.expm1(-2.0 * kappa) / (2.0 * kappa))
    return ndtr((reverted(kappa) - HIGH) / deviation)


def spreads(inputs: Inputs, draws: np.ndarray) -> np.ndarray:
    (kappa,) = inputs
    decay = np.exp(-kappa * STEP)
    deviation = SIGMA * np.sqrt(-np.expm1(-2.0 * kappa * STEP) / (2.0 * kappa))
    off = np.full(draws.shape[:-2] + draws.shape[-1:], START - LONG_RUN)
    for quarter in range(QUARTERS):
        off = off * decay + deviation * draws[..., quarter, :]
    return LONG_RUN + off


PROBLEMS = {
    "Merton": Problem(volatility, merton, merton_paths),
    "Black and Cox, quarterly": Problem(volatility, black_cox, black_cox_paths),
    "Vasicek, chance": Problem(pool, pool_chance, pool_chance_paths),
    "Vasicek, quantile": Problem(pool, pool_quantile, pool_quantile_paths, probability=False),
    "Ornstein and Uhlenbeck, mean": Problem(
        speed, reverted, lambda i, z: spreads(i, z).mean(axis=-1), probability=False
    ),
    "Ornstein and Uhlenbeck, chance": Problem(
        speed, reverted_high, lambda i, z: (spreads(i, z) > HIGH).mean(axis=-1)
    ),
}


def normal(dimensions: int, points: int, rng: np.random.Generator) -> np.ndarray:
    """Normal draws at scrambled points, (points, dimensions)."""
    return ndtri(np.maximum(qmc.Sobol(dimensions, rng=rng).random(points), 2.0**-32))


def simulate(seed: int, points: int, paths: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Both halves' estimates of every problem, (REPLICATES, points each).

    Parameters
    ----------
    points : int
        Outer points of all replicates together.
    paths : int
        Inner paths of an outer point.
    """
    rng = np.random.default_rng(seed)
    each, half = points // REPLICATES, paths // 2
    found = {name: np.empty((2, REPLICATES, each)) for name in PROBLEMS}
    for replicate in range(REPLICATES):
        z = normal(INPUTS, each, rng).reshape(each, 2, -1)
        u = ndtr(z.sum(axis=-1) / np.sqrt(z.shape[-1]))
        inputs = {
            name: tuple(value[:, None] for value in problem.inputs(u))
            for name, problem in PROBLEMS.items()
        }
        for side in range(2):
            draws = normal(QUARTERS, each * half, rng)
            draws = draws.reshape(each, half, QUARTERS).transpose(0, 2, 1)
            for name, problem in PROBLEMS.items():
                found[name][side, replicate] = problem.estimate(inputs[name], draws)
    return {name: (first, second) for name, (first, second) in found.items()}
