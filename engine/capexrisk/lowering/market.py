"""Market record of the kernel: logs, factors of a quarter, what is known at the start."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from math import log as log_of
from typing import Any

import numpy as np
from numpy.typing import NDArray

from capexrisk.lowering.columns import exp, expm1, lifted, log, number, sqrt, tables, total
from capexrisk.model.parameters import DELTA, Market
from capexrisk.model.vocabulary import BOND_MARKETS, CHANNELS
from capexrisk.scenario.cholesky import cholesky
from capexrisk.scenario.opening import Parameters, Start, balances

CLOSED = [0.0, 0.0, 0.0]  # access to what is no market


def lower_market(parameters: Parameters, start: Start) -> Market:
    """Lower the market, of one scenario or, as columns, of several.

    A field that has the name of a parameter takes its value as it is; the others are written here.
    """
    m = parameters["market"]
    nu = m["tail_dof"]
    root = cholesky(_matrix(m["correlation"]))
    hazard = m["hazard"]
    calm = _calm_chances(hazard)
    absorb = m["absorb"]
    premium_lost = _chance(m["premium_speed"])
    written: dict[str, Any] = {
        "saturation": m["demand_saturation"],
        "saturation_sigma": m["demand_saturation_sigma"],
        "speed": m["demand_speed"],
        "speed_sigma": m["demand_speed_sigma"],
        "log_revenue_yield": log(m["revenue_yield"]),
        "root": tuple(_entry(root, row, column) for row in range(5) for column in range(row + 1)),
        "mixing_scale": sqrt((nu - 2.0) / nu),
        "mixing_mean": 1.0 - 2.0 / (9.0 * nu),
        "mixing_sigma": sqrt(2.0 / (9.0 * nu)),
        "log_spread_start": log(m["oas0_bp"]),
        "log_spread_mean": tuple(log(level) for level in m["oas_mean_bp"]),
        "spread_decay": _decay(m["oas_speed"]),
        "spread_step": tuple(
            ornstein_uhlenbeck_step(sigma, m["oas_speed"]) for sigma in m["oas_sigma"]
        ),
        "log_spread_cap": log(m["oas_cap_bp"]),
        "jump_probability": _chance(m["jump_rate"]),
        "regime_start": float(m["regime0"]),
        "hazard_down": _triple([hazard[0][1], hazard[1][0], hazard[2][0]]),
        "hazard_up": _triple([hazard[0][2], hazard[1][2], hazard[2][1]]),
        "calm_to_open": _triple(calm[0]),
        "calm_to_stressed": _triple(calm[1]),
        "calm_to_shut": _triple(calm[2]),
        "shock_probability": _chance(m["shock_rate"]),
        "shock_loss": m["shock_loss_mean"],
        "shock_multiple": m["shock_hazard_multiple"],
        "log_fear_spread": log(m["fear_spread_bp"]),
        "demand_start": m["demand0"],
        "log_demand_start": log(m["demand0"]),
        "demand_step": m["demand_sigma"] * sqrt(DELTA),
        "linked_decay": _decay(m["linked_speed"]),
        "linked_step": m["linked_sigma"] * sqrt(DELTA),
        "capital_decay": _decay(m["depreciation"]),
        "utilisation_power": m["util_power"],
        "utilisation_start": start.utilisation,
        "variable_cost": m["variable_cost"],
        "fixed_cost": m["fixed_cost"],
        "calm_anchor": _chance(m["anchor_hazard"]),
        "log_without_anchor": _log_without(m["anchor_share"]),
        "earned_share": DELTA / m["prepaid_term"],
        "capex_decay": _decay(m["capex_speed"]),
        "run_quarters": _triple(m["run_quarters"]),
        "idio_decay": _decay(m["idio_speed"]),
        "spread_cap": m["spread_cap_bp"],
        "channel_access": tuple(_triple(m["access"].get(name, CLOSED)) for name in CHANNELS),
        "channel_absorb": tuple(absorb.get(name, 0.0) * DELTA for name in CHANNELS),
        "debt_share_start": m["boom_debt_share0"],
        "secured_extra": m["secured_extra_bp"],
        "channel_extra": tuple(m.get(f"{name}_extra_bp", 0.0) * 1e-4 for name in CHANNELS),
        "premium_start": tuple(
            m["premium_beta"] * issued / _or_one(absorb[name]) / premium_lost
            for name, issued in zip(BOND_MARKETS, m["issuance0"], strict=True)
        ),
        "premium_decay": _decay(m["premium_speed"]),
        "debt_start": total(total(balances(issuer)) for issuer in parameters["issuers"]),
    }
    return Market(**as_they_are(Market._fields, m, written), **written)


def as_they_are(
    fields: tuple[str, ...], parameters: Parameters, written: Parameters
) -> dict[str, Any]:
    """Parameters that a record takes under their own names and that nothing is written for."""
    return {
        field: number(parameters[field])
        for field in fields
        if field in parameters and field not in written
    }


def _triple(values: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(number(value) for value in values)


def _matrix(rows: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
    """A matrix; of columns, one of each case."""
    several = [value.size for row in rows for value in row if isinstance(value, np.ndarray)]
    found = tables(rows, max(several, default=1))
    return found if several else found[0]


def _entry(matrix: NDArray[Any], row: int, column: int) -> Any:
    """An entry of a matrix: a number, or a column."""
    value = matrix[..., row, column]
    return value if value.ndim else float(value)


@lifted
def _log_without(share: float) -> float:
    return log_of(1.0 - share) if share < 1.0 else -inf


@lifted
def _or_one(divisor: float) -> float:
    return divisor or 1.0


def _decay(rate: Any) -> Any:
    """What a quarter leaves of 1 at a rate a year."""
    return exp(-rate * DELTA)


def _chance(rate: Any) -> Any:
    """Chance of at least one event in a quarter at a rate a year; what a decay takes of 1."""
    return -expm1(-rate * DELTA)


def ornstein_uhlenbeck_step(sigma: Any, speed: Any) -> Any:
    """Standard deviation of a quarter's step."""
    return sigma * sqrt(-expm1(-2.0 * speed * DELTA) / (2.0 * speed))


def _calm_chances(hazard: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Chances to be in each regime after a quarter, from each, if no hazard is multiplied."""
    rates = _matrix(hazard)
    regimes = range(len(hazard))
    rates[..., regimes, regimes] = 0.0
    in_all = rates.sum(axis=-1)
    leave = -np.expm1(-in_all * DELTA)
    chances = rates * (leave / np.where(in_all > 0.0, in_all, 1.0))[..., None]
    chances[..., regimes, regimes] = 1.0 - leave
    return [[_entry(chances, old, new) for old in regimes] for new in regimes]
