"""Growth, volatility, correlation and seasonality of cash flow and capex, pooled over firms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .panel import CAPEX, CASH_FLOW, Flow, Panel
from .pooling import Pooled, Prior, pool
from .structure import CAPEX_STRUCTURE, CASH_FLOW_STRUCTURE, Structure, on_grid

__all__ = ["Correlation", "FirmCalibration", "FlowEstimates", "calibrate_firms"]

Floats = NDArray[np.float64]

YEAR: Final = 4
GROWTH_PRIOR: Final = Prior(np.array([0.1]), np.array([0.5]), np.array([0.1]))
SEASON_PRIOR: Final = Prior(np.array([0.0]), np.array([0.5]), np.array([0.15]))
LEAST_YEARS: Final = 3  # a jackknife over two says nothing
# Four-quarter changes of neighbouring years overlap. Of independent random walks of four firms the
# error of the jackknife alone is too small by 1.25 with six years, by 1.19 with twelve.
OVERLAP: Final = 1.2
LOADING_PRIOR: Final = (0.5, 0.25)
GROWTH_GRID: Final = np.linspace(-1.0, 1.5, 501)[:, None]
SEASON_GRID: Final = np.linspace(-1.5, 1.5, 601)[:, None]


@dataclass(frozen=True)
class Correlation:
    """A mean correlation of four-quarter log changes.

    Attributes
    ----------
    value, error : float
        Mean over pairs and quarters, and its jackknife error over calendar years; NaN with fewer
        than three common years.
    pairs, years : int
    """

    value: float
    error: float
    pairs: int
    years: int

    @property
    def told(self) -> bool:
        """Whether enough years are common."""
        return bool(np.isfinite(self.error))


@dataclass(frozen=True)
class FlowEstimates:
    """One flow of all firms.

    Attributes
    ----------
    firms : tuple of str
    quarters : tuple of int
    movement : Pooled
        Logs of (volatility, noise) or (volatility, speed).
    growth : Pooled
        Slope of the log, a year.
    seasons, season_errors : (n, 4) arrays
        Factors of calendar quarters, mean 1, and their errors.
    correlation : Correlation
        Between firms.
    """

    firms: tuple[str, ...]
    quarters: tuple[int, ...]
    movement: Pooled
    growth: Pooled
    seasons: Floats
    season_errors: Floats
    correlation: Correlation


@dataclass(frozen=True)
class FirmCalibration:
    """What quarters of firms tell.

    Attributes
    ----------
    panel : Panel
    cash_flow, capex : FlowEstimates
    together : Correlation
        Of a firm's cash flow with its capex.
    """

    panel: Panel
    cash_flow: FlowEstimates
    capex: FlowEstimates
    together: Correlation

    @property
    def core_beta(self) -> tuple[float, float]:
        """Loading of core revenue on what all firms share, and its error.

        Noise adds twice its variance to that of a four-quarter change and nothing to what is
        shared, so the loading's square is the correlation over the walk's share of the variance.
        """
        sigma, noise = np.exp(self.cash_flow.movement.mean)
        return _loading(self.cash_flow.correlation, float(sigma**2 / (sigma**2 + 2.0 * noise**2)))

    @property
    def capex_beta(self) -> tuple[float, float]:
        """Loading of capex on what all firms share, and its error."""
        return _loading(self.capex.correlation, 1.0)


def calibrate_firms(panel: Panel) -> FirmCalibration:
    """Estimate what the flows of a panel's firms have in common and how they differ."""
    changes = {
        column: {firm: _changes(flow) for firm, flow in flows.items()}
        for column, flows in panel.flows.items()
    }
    between = {
        column: correlation([(own[a], own[b]) for a, b in combinations(own, 2)])
        for column, own in changes.items()
    }
    cash, capex = changes[CASH_FLOW], changes[CAPEX]
    return FirmCalibration(
        panel=panel,
        cash_flow=_estimates(panel.flows[CASH_FLOW], CASH_FLOW_STRUCTURE, between[CASH_FLOW]),
        capex=_estimates(panel.flows[CAPEX], CAPEX_STRUCTURE, between[CAPEX]),
        together=correlation([(cash[firm], capex[firm]) for firm in cash if firm in capex]),
    )


def _estimates(flows: dict[str, Flow], structure: Structure, between: Correlation) -> FlowEstimates:
    found = [on_grid(flow, structure.covariance, structure.grid) for flow in flows.values()]
    likelihood, effects, variances = (np.array(part) for part in zip(*found, strict=True))
    movement = pool(likelihood, structure.grid, structure.prior)
    # A firm's own seasons and trend, over what is not known of its volatility.
    each = movement.weights[:, None, :]
    mean = (each @ effects)[:, 0]
    variance = (each @ (variances + (effects - mean[:, None, :]) ** 2))[:, 0]
    seasons, errors = _seasons(mean[:, :YEAR], variance[:, :YEAR])
    return FlowEstimates(
        firms=tuple(flows),
        quarters=tuple(flow.log_usd_bn.size for flow in flows.values()),
        movement=movement,
        growth=_growth(mean[:, YEAR], variance[:, YEAR], between),
        seasons=seasons,
        season_errors=errors,
        correlation=between,
    )


def _growth(slopes: Floats, variance: Floats, between: Correlation) -> Pooled:
    """Growth, pooled. Firms' errors are correlated: the part that all share is no firm's own.

    It is left out of what tells firms apart, and added to the error of their mean.
    """
    shared = min(max(between.value, 0.0), 0.9) if between.told else 0.0
    found = _normal(slopes, (1.0 - shared) * variance, GROWTH_GRID, GROWTH_PRIOR)
    common = shared * float(variance.mean())
    return replace(
        found,
        mean_covariance=found.mean_covariance + common,
        with_mean=found.with_mean + common,
        covariance=found.covariance + common,
    )


def _seasons(logs: Floats, variances: Floats) -> tuple[Floats, Floats]:
    """Factors of the calendar quarters, each pulled towards the firms' mean; errors."""
    pooled = [
        _normal(logs[:, quarter], variances[:, quarter], SEASON_GRID, SEASON_PRIOR)
        for quarter in range(YEAR)
    ]
    factors = np.exp(np.column_stack([one.firms[:, 0] for one in pooled]))
    factors /= factors.mean(axis=1, keepdims=True)
    return factors, factors * np.column_stack([one.errors[:, 0] for one in pooled])


def _normal(values: Floats, variances: Floats, grid: Floats, prior: Prior) -> Pooled:
    off = (grid[:, 0][None, :] - values[:, None]) ** 2 / variances[:, None]
    return pool(-0.5 * off, grid, prior)


def _changes(flow: Flow) -> dict[int, float]:
    """Four-quarter log changes of a flow by quarter: mean 0, variance 1."""
    change = flow.log_usd_bn[YEAR:] - flow.log_usd_bn[:-YEAR]
    standard = (change - change.mean()) / change.std()
    return dict(zip(flow.quarters[YEAR:].tolist(), standard.tolist(), strict=True))


def correlation(pairs: list[tuple[dict[int, float], dict[int, float]]]) -> Correlation:
    """Mean correlation of pairs of changes; its error from leaving out one calendar year in turn.

    That is made larger by `OVERLAP`, as changes of neighbouring years have quarters in common.

    All pairs are taken to have the same, which is the target towards which Ledoit and Wolf shrink
    a covariance matrix: the model has one loading for all, and few years tell no more.

    References
    ----------
    Ledoit, O., Wolf, M. (2004). Honey, I shrunk the sample covariance matrix. Journal of Portfolio
    Management 30(4), 110-119.
    """
    products: dict[int, list[float]] = {}
    used = 0
    for one, other in pairs:
        common = sorted(one.keys() & other.keys())
        used += bool(common)
        for quarter in common:
            products.setdefault(quarter // YEAR, []).append(one[quarter] * other[quarter])
    sums = np.array([sum(year) for year in products.values()])
    counts = np.array([len(year) for year in products.values()])
    if sums.size < LEAST_YEARS:
        return Correlation(float("nan"), float("nan"), used, sums.size)
    value = float(sums.sum() / counts.sum())
    without = (sums.sum() - sums) / (counts.sum() - counts)
    spread = ((without - without.mean()) ** 2).sum() * (sums.size - 1) / sums.size
    return Correlation(
        min(max(value, -1.0), 1.0), OVERLAP * float(np.sqrt(spread)), used, sums.size
    )


def _loading(between: Correlation, share: float) -> tuple[float, float]:
    """Root of a correlation over the share of variance that can be shared, and its error.

    It is pulled towards the library's 0.5 as far as its error is large beside 0.25.
    """
    middle, width = LOADING_PRIOR
    if not between.error > 0.0:
        return middle, width
    square = min(max(between.value / share, 0.0), 1.0)
    # The error of a root grows without bound at 0: there that of the root of the error is taken.
    error = between.error / share / (2.0 * max(np.sqrt(square), np.sqrt(between.error / share) / 2))
    weight = width**2 / (width**2 + error**2)
    return float(weight * np.sqrt(square) + (1.0 - weight) * middle), float(error * np.sqrt(weight))
