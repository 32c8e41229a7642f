"""A case as flat arrays: what the peers read in their loops, prepared once.

Everything that does not depend on a path is worked out here: decays, deviations of a quarter,
tables over the regime, the figures of MODEL.md's "Start". Market numbers keep the names of MODEL.md
as floats, issuer numbers as arrays over issuers, plans as arrays (issuers, quarters).

The result is a named tuple, which NumPy code, jitted JAX code and numba alike can take as it is.
Left out is what a speed comparison does not need: input checks and the quarantine of non-finite
paths.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from typing import Any

import numpy as np

from benchmarks.peers.figures import Case

DELTA = 0.25
QUARTERS_A_YEAR = 4
BASIS_POINT = 1e-4
RATIONED = ("bonds", "secured", "private")

Numbers = dict[str, Any]


def parameters(case: Case, *, columns: bool = False) -> Any:
    """The parameters of a case, as one named tuple.

    With `columns`, arrays over issuers are of shape (issuers, 1), to meet arrays (issuers, paths).
    """
    market = {key: float(value) for key, value in case["market"].items() if is_number(value)}
    issuers = {
        key: np.array([firm[key] for firm in case["issuers"]], dtype=float)
        for key in case["issuers"][0]
        if key != "name"
    }
    assert not market.keys() & issuers.keys()
    own = market | issuers
    own["firms"], own["quarters"] = len(case["issuers"]), int(case["quarters"])
    own["years"] = own["quarters"] // QUARTERS_A_YEAR
    own["smallest"] = int(np.argmin(issuers["market_cap"]))
    own["group_profit"] = float(case.get("thresholds", {}).get("group_profit", 1000))
    own |= markets(case["market"], own["quarters"])
    issuers |= firms(own)
    issuers |= start(own | issuers)
    own |= issuers
    if columns:
        own |= {key: value[:, None] for key, value in issuers.items() if np.ndim(value) == 1}
    return record(tuple(own))(**own)


def is_number(value: object) -> bool:
    return isinstance(value, int | float)


@cache
def record(fields: tuple[str, ...]) -> Any:
    """One type for one set of fields: a second case must not be compiled for again."""
    return namedtuple("Parameters", fields)


def markets(market: Numbers, quarters: int) -> Numbers:
    """Constants of steps 1 to 3 and 12, and what is indexed by the regime or by the quarter."""
    nu, kappa = market["tail_dof"], market["oas_speed"]
    growth = (1 + market["ig_growth"]) ** (DELTA * np.arange(quarters))
    deviation = np.sqrt((1 - np.exp(-2 * kappa * DELTA)) / (2 * kappa))
    out = {
        "regime0": int(market["regime0"]),
        "cholesky": np.linalg.cholesky(np.array(market["correlation"], dtype=float)),
        "mixing_scale": np.sqrt((nu - 2) / nu),
        "mixing_mean": 1 - 2 / (9 * nu),
        "mixing_sigma": np.sqrt(2 / (9 * nu)),
        "tech_probability": 1 - np.exp(-market["tech_rate"] * DELTA),
        "jump_probability": 1 - np.exp(-market["jump_rate"] * DELTA),
        "bond_market": market["ig_market"] * growth,
        "ai_debt0": market["ai_debt_share0"] * market["ig_market"],
        "log_fear_spread": np.log(market["fear_spread_bp"]),
        "log_oas0": np.log(market["oas0_bp"]),
        "log_oas_cap": np.log(market["oas_cap_bp"]),
        "log_oas_mean": np.log(np.array(market["oas_mean_bp"], dtype=float)),
        "oas_decay": np.exp(-kappa * DELTA),
        "oas_deviation": np.array(market["oas_sigma"], dtype=float) * deviation,
        "demand_drift": 0.5 * market["demand_sigma"] ** 2,
        "demand_deviation": market["demand_sigma"] * np.sqrt(DELTA),
        "software_decay": np.exp(-market["software_speed"] * DELTA),
        "software_deviation": market["software_sigma"] * np.sqrt(DELTA),
        "capital_decay": np.exp(-market["depreciation"] * DELTA),
        "idio_decay": np.exp(-market["idio_speed"] * DELTA),
        "premium_decay": np.exp(-market["premium_speed"] * DELTA),
        "access_equity": np.array(market["access"]["equity"], dtype=float),
    }
    for channel in RATIONED:
        access = np.array(market["access"][channel], dtype=float)
        out[f"access_{channel}"] = access
        out[f"absorb_{channel}"] = market["absorb"][channel] * DELTA * growth
    return out | hazards(np.array(market["hazard"], dtype=float))


def hazards(hazard: np.ndarray) -> Numbers:
    """By regime, the two others and the hazards to them: calm + worse * boost."""
    others = np.array([[1, 2], [0, 2], [0, 1]])
    here = np.arange(3)[:, None]
    rate = hazard[here, others]
    return {
        "other_regime": others,
        "hazard_calm": np.where(others < here, rate, 0.0),
        "hazard_worse": np.where(others > here, rate, 0.0),
    }


def firms(p: Numbers) -> Numbers:
    """Constants of the issuers' steps; `*_common` and `*_own` split a normal by its beta."""
    out = {
        "pipeline_rate": 1 - np.exp(-2 * DELTA / p["build_lag"]),
        "idio_deviation": p["idio_sigma"] * np.sqrt(DELTA),
        "log_spread0": np.log(p["spread_bp"] / p["oas0_bp"]),
        "own_share": 1 - p["finance_lease_share"],
        "cut_share": (1 - p["committed"]) * (1 - p["finance_lease_share"]),
        "discipline_rate": DELTA * p["discipline"] * (1 - p["committed"]) / 100,
        "equity_room": p["equity_access"] * p["market_cap"] / p["ocf"] * DELTA,
        "bond_access": p["access_bonds"][:, None] ** p["credit_tier"],  # (regimes, issuers)
    }
    for name in ("core", "capex"):
        deviation, beta = p[f"{name}_sigma"] * np.sqrt(DELTA), p[f"{name}_beta"]
        out[f"{name}_common"] = deviation * beta
        out[f"{name}_own"] = deviation * np.sqrt(1 - beta**2)
        out[f"{name}_convexity"] = 0.5 * deviation**2
    # ln X and the drift are only ever used as their sum; this is what a quarter adds to the drift
    ends = DELTA * np.arange(p["quarters"] + 1)
    steps = np.diff(0.5 * np.outer(p["capex_growth_sigma"] ** 2, ends**2))
    out["drift_convexity"] = steps + out["capex_convexity"][:, None]  # (issuers, quarters)
    return out


def start(p: Numbers) -> Numbers:
    """The figures of "Start" that are the same on every path."""
    units = p["relative_yield"] * p["ai_capital"]
    capacity = p["revenue_yield"] * units
    glut = capacity.sum() / p["demand0"]
    utilisation = (1 + glut ** p["util_power"]) ** (-1 / p["util_power"])
    spot = utilisation * max(1.0, 1 / glut) ** p["scarcity"]
    b = p["contracted_share"]
    ai_profit = capacity * ((1 - p["ai_variable_cost"]) * (b + (1 - b) * spot) - p["ai_fixed_cost"])
    debt = p["bonds"] + p["secured_debt"] + p["private_debt"]
    core = p["ocf"] + (1 - p["tax"]) * (p["coupon"] * debt - ai_profit)
    owed = debt + p["lease_multiple"] * 4 * p["leases"][:, 0]
    leverage = np.maximum(owed - p["cash"], 0.0) / p["ocf"]
    premium = p["premium_beta"] * p["issuance0"] / (p["absorb_bonds"][0] / DELTA)
    return {
        "utilisation0": utilisation,
        "core_margin": core / p["core_revenue"],
        "core_revenue0": p["core_revenue"] * DELTA * np.exp(0.375 * p["core_growth"]),
        "debt0": debt,
        "leverage0": np.minimum(p["leverage_cap_spread"], leverage),
        "capacity_share0": units / units.sum(),
        "premium0": premium / (1 - p["premium_decay"]),
    }
