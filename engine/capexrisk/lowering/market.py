"""Market record of the kernel: logs, factors of a quarter, what is known at the start."""

from __future__ import annotations

from math import exp, inf, log, sqrt
from typing import Any

import numpy as np

from capexrisk.model.parameters import DELTA, Market, Triple
from capexrisk.model.vocabulary import BOND_MARKETS, CHANNELS
from capexrisk.scenario.opening import Parameters, Start, balances

CLOSED = [0.0, 0.0, 0.0]  # access to what is no market


def lower_market(parameters: Parameters, start: Start) -> Market:
    """Lower the market.

    A field that has the name of a parameter takes its value as it is; the others are written here.
    """
    m = parameters["market"]
    nu = m["tail_dof"]
    root = np.linalg.cholesky(np.array(m["correlation"], dtype=float))
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
        "root": tuple(float(root[row, column]) for row in range(5) for column in range(row + 1)),
        "mixing_scale": sqrt((nu - 2.0) / nu),
        "mixing_mean": 1.0 - 2.0 / (9.0 * nu),
        "mixing_sigma": sqrt(2.0 / (9.0 * nu)),
        "log_spread_start": log(m["oas0_bp"]),
        "log_spread_mean": _triple([log(level) for level in m["oas_mean_bp"]]),
        "spread_decay": _decay(m["oas_speed"]),
        "spread_step": _triple(
            [ornstein_uhlenbeck_step(sigma, m["oas_speed"]) for sigma in m["oas_sigma"]]
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
        "log_without_anchor": log(1.0 - m["anchor_share"]) if m["anchor_share"] < 1.0 else -inf,
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
            m["premium_beta"] * issued / (absorb[name] or 1.0) / premium_lost
            for name, issued in zip(BOND_MARKETS, m["issuance0"], strict=True)
        ),
        "premium_decay": _decay(m["premium_speed"]),
        "debt_start": sum(sum(balances(issuer)) for issuer in parameters["issuers"]),
    }
    return Market(**as_they_are(Market._fields, m, written), **written)


def as_they_are(
    fields: tuple[str, ...], parameters: Parameters, written: Parameters
) -> dict[str, Any]:
    """Parameters that a record takes under their own names and that nothing is written for."""
    return {
        field: float(parameters[field])
        for field in fields
        if field in parameters and field not in written
    }


def _triple(values: list[float]) -> Triple:
    first, second, third = (float(value) for value in values)
    return first, second, third


def _decay(rate: float) -> float:
    """What a quarter leaves of 1 at a rate a year."""
    return exp(-rate * DELTA)


def _chance(rate: float) -> float:
    """Chance of at least one event in a quarter at a rate a year; what a decay takes of 1."""
    return -float(np.expm1(-rate * DELTA))


def ornstein_uhlenbeck_step(sigma: float, speed: float) -> float:
    """Standard deviation of a quarter's step."""
    return sigma * sqrt(-np.expm1(-2.0 * speed * DELTA) / (2.0 * speed))


def _calm_chances(hazard: list[list[float]]) -> list[list[float]]:
    """Chances to be in each regime after a quarter, from each, if no hazard is multiplied."""
    rates = np.array(hazard, dtype=float)
    np.fill_diagonal(rates, 0.0)
    total = rates.sum(axis=1)
    leave = -np.expm1(-total * DELTA)
    chances = rates * (leave / np.where(total > 0.0, total, 1.0))[:, None]
    np.fill_diagonal(chances, 1.0 - leave)
    return [list(column) for column in chances.T]
