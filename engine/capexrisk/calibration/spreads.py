"""The market's spread process from a history: estimates, what is not told, moments beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import TableError

from .compiled.filter import smoothed_regimes
from .compiled.histories import simulate_histories
from .compiled.process import Mixing
from .coordinates import SHUT, STRESSED, log_inputs
from .fit import Mode, Target, climb, factor_nodes, mode, posterior
from .moments import moments
from .series import SpreadSeries

__all__ = ["SpreadCalibration", "calibrate_spreads", "simulated"]

Floats = NDArray[np.float64]

REFITS: Final = 24  # the bias of the log speed is then known to about 0.06
REFIT_CHAINS: Final = 48
REFIT_STEPS: Final = 42
HISTORIES: Final = 2_000
BATCHES: Final = 20  # of histories, for the simulated moments' errors
BURN_IN: Final = 200  # quarters: fifty years


@dataclass(frozen=True)
class SpreadCalibration:
    """What a history of spreads tells; arrays of 16 are in the order of `coordinates.INPUTS`.

    Attributes
    ----------
    series : SpreadSeries
    optimum : Mode
    effective : float
        Effective draws behind mean and covariance.
    log_mean : (16,) array
        Posterior of the inputs' logs, the speed cleared of its small-sample bias; means of the
        stressed and shut regimes as multiples of the open one.
    covariance : (16, 16) array
        Of the same.
    told : (16,) array
        Share of the prior's variance that the history took away, 0 where it added to it.
    bias, bias_error : float
        Small-sample bias of the log speed that was taken off, and its standard error.
    regimes : (3,) array
        Shares of the history's quarters that were open, stressed and shut: smoothed chances.
    history : (7,) array
        `moments.MOMENTS` of the history.
    process, process_error : (7,) arrays
        Those of the process at the estimates, and their simulation's standard errors.
    single_low, single_high : (7,) arrays
        P5 and P95 of them in single histories as long as this one.
    stress : (2,) array
        Share of time that the process is stressed or shut, and its standard error.
    """

    series: SpreadSeries
    optimum: Mode
    effective: float
    log_mean: Floats
    covariance: Floats
    told: Floats
    bias: float
    bias_error: float
    regimes: Floats
    history: Floats
    process: Floats
    process_error: Floats
    single_low: Floats
    single_high: Floats
    stress: Floats

    @property
    def log_sd(self) -> Floats:
        """Standard deviations of the inputs' logs."""
        return np.sqrt(np.diag(self.covariance))


def calibrate_spreads(series: SpreadSeries, seed: int = 1) -> SpreadCalibration:
    """Fit the market's spread process of MODEL.md to a history.

    Raises
    ------
    TableError
        If no optimum is sound.
    """
    generator = np.random.Generator(np.random.Philox(seed))
    target = Target.of(series.log_bp)
    try:
        best = mode(target, generator)
        drawn = posterior(target, best.at, generator)
    except TableError as problem:
        raise TableError(series.name, problem.value, problem.hint) from None
    logs = log_inputs(drawn.draws)
    log_mean, covariance = logs.mean(axis=0), np.cov(logs, rowvar=False)
    shifts = speed_shifts(target, coordinates_at(log_mean), generator, REFITS)
    bias = float(shifts.mean())
    log_mean[0] -= bias
    covariance[0, 0] += shifts.var(ddof=1) / shifts.size
    told = np.maximum(1.0 - drawn.draws.var(axis=0) / target.spread**2, 0.0)
    at = coordinates_at(log_mean)
    nodes = factor_nodes(target.mixing)
    regimes = smoothed_regimes(best.at, target.log_bp, *nodes, target.mixing).mean(axis=0)
    paths, states = simulated(at, target.mixing, generator, HISTORIES, series.log_bp.size)
    batches = np.array([moments(part) for part in np.split(paths, BATCHES)])
    single = np.array([moments(one[None, :]) for one in paths])
    low, high = np.quantile(single, [0.05, 0.95], axis=0)
    stressed = (states > 0.5).mean(axis=1)
    return SpreadCalibration(
        series=series,
        optimum=best,
        effective=drawn.effective,
        log_mean=log_mean,
        covariance=covariance,
        told=told,
        bias=bias,
        bias_error=float(shifts.std(ddof=1) / np.sqrt(shifts.size)),
        regimes=regimes,
        history=moments(series.log_bp[None, :]),
        process=moments(paths),
        process_error=batches.std(axis=0, ddof=1) / np.sqrt(BATCHES),
        single_low=low,
        single_high=high,
        stress=np.array([stressed.mean(), stressed.std(ddof=1) / np.sqrt(stressed.size)]),
    )


def speed_shifts(target: Target, at: Floats, generator: np.random.Generator, refits: int) -> Floats:
    """By how much estimated log speeds of simulated histories are off that of the process.

    Their mean is the small-sample bias, by the parametric bootstrap (Tang and Chen 2009): the
    optimum of a few decades comes back faster than the process does. The posterior's mean, which is
    estimated here as it is there, is off by less.

    References
    ----------
    Tang, C. Y., Chen, S. X. (2009). Parameter estimation and bias correction for diffusion
    processes. Journal of Econometrics 149, 65-81.
    """
    paths, _ = simulated(at, target.mixing, generator, refits, target.log_bp.size)
    again = [Target.of(path) for path in paths]
    drawn = [
        posterior(one, climb(one, at)[1], generator, REFIT_CHAINS, REFIT_STEPS) for one in again
    ]
    return np.array([one.draws[:, 0].mean() - at[0] for one in drawn])


def simulated(
    at: Floats, mixing: Mixing, generator: np.random.Generator, number: int, quarters: int
) -> tuple[Floats, Floats]:
    """Log spreads and regimes of histories of the process: (number, quarters) arrays each."""
    shape = (number, quarters + BURN_IN)
    uniforms = 1.0 - generator.random((*shape, 2))  # (0, 1], as the equations want them
    normals = generator.standard_normal((*shape, 3))
    spreads, states = simulate_histories(at, uniforms, normals, BURN_IN, mixing)
    return np.asarray(spreads), np.asarray(states)


def coordinates_at(log_mean: Floats) -> Floats:
    """Coordinates of the process whose inputs have these logs; inverse of `log_inputs`."""
    at = log_mean.copy()
    at[STRESSED] = np.log(log_mean[STRESSED])
    at[SHUT] = np.log(log_mean[SHUT] - log_mean[STRESSED])
    return at
