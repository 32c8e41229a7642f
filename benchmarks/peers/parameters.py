"""A case as flat arrays: what the peers read in their loops, prepared once.

Everything that does not depend on a path is worked out here: decays, deviations of a quarter,
tables over the regime, the figures of MODEL.md's "Start". Market numbers keep the names of MODEL.md
as floats, issuer numbers as arrays over issuers, plans as arrays (issuers, quarters); what is
worked out from them has a name of its own.

The result is a named tuple, which numba takes as it is, and from which the C peer fills its records
by name. Left out is what a speed comparison does not need: input checks and the quarantine of
non-finite paths.
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
NEVER = 99.0  # leverage that counts as none
BOND_MARKETS = ("bonds", "high_yield")
RATIONED = (*BOND_MARKETS, "secured", "private")

Numbers = dict[str, Any]


def parameters(case: Case) -> Any:
    """The parameters of a case, as one named tuple."""
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
    own["group_profit"] = float(case["thresholds"]["group_profit"])
    own |= markets(case["market"], own["quarters"])
    own |= firms(own)
    own |= start(own)
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
    growth = (1 + market["bond_market_growth"]) ** (DELTA * np.arange(quarters))
    deviation = np.sqrt((1 - np.exp(-2 * kappa * DELTA)) / (2 * kappa))
    hazard = market["hazard"]
    out = {
        "regime0": int(market["regime0"]),
        "cholesky": np.linalg.cholesky(np.array(market["correlation"], dtype=float)),
        "mixing_scale": np.sqrt((nu - 2) / nu),
        "mixing_mean": 1 - 2 / (9 * nu),
        "mixing_sigma": np.sqrt(2 / (9 * nu)),
        "shock_probability": 1 - np.exp(-market["shock_rate"] * DELTA),
        "jump_probability": 1 - np.exp(-market["jump_rate"] * DELTA),
        "bond_market": market["bond_market"] * growth,
        "boom_debt0": market["boom_debt_share0"] * market["bond_market"],
        "log_fear_spread": np.log(market["fear_spread_bp"]),
        # To the lower-numbered and to the higher-numbered other regime.
        "hazard_lower": np.array([hazard[0][1], hazard[1][0], hazard[2][0]], dtype=float),
        "hazard_upper": np.array([hazard[0][2], hazard[1][2], hazard[2][1]], dtype=float),
        "log_oas0": np.log(market["oas0_bp"]),
        "log_oas_cap": np.log(market["oas_cap_bp"]),
        "log_oas_mean": np.log(np.array(market["oas_mean_bp"], dtype=float)),
        "oas_decay": np.exp(-kappa * DELTA),
        "oas_deviation": np.array(market["oas_sigma"], dtype=float) * deviation,
        "demand_drift": 0.5 * market["demand_sigma"] ** 2,
        "demand_deviation": market["demand_sigma"] * np.sqrt(DELTA),
        "linked_decay": np.exp(-market["linked_speed"] * DELTA),
        "linked_deviation": market["linked_sigma"] * np.sqrt(DELTA),
        "capital_decay": np.exp(-market["depreciation"] * DELTA),
        "idio_decay": np.exp(-market["idio_speed"] * DELTA),
        "capex_decay": np.exp(-market["capex_speed"] * DELTA),
        "earned_rate": DELTA / market["prepaid_term"],
        "premium_decay": np.exp(-market["premium_speed"] * DELTA),
        "access_equity": np.array(market["access"]["equity"], dtype=float),
        "run_quarters": np.array(market["run_quarters"], dtype=float),
    }
    for channel in RATIONED:
        out[f"access_{channel}"] = np.array(market["access"][channel], dtype=float)
        out[f"absorb_{channel}"] = market["absorb"][channel] * DELTA * growth
    for channel, issued in zip(BOND_MARKETS, market["issuance0"], strict=True):
        absorbed = market["absorb"][channel]
        supply = market["premium_beta"] / absorbed if absorbed > 0 else 0.0
        # Premiums are counted from the start's, which this takes away a quarter.
        out[f"premium_loss_{channel}"] = supply * issued
        out[f"premium_rate_{channel}"] = supply / (DELTA * growth)
    return out


def firms(p: Numbers) -> Numbers:
    """Constants of the issuers' steps; `*_common` and `*_own` split a normal by its beta."""
    own_share = 1 - p["finance_lease_share"]
    ends = DELTA * np.arange(1, p["quarters"] + 1)
    kappa = p["capex_speed"]
    core = p["core_sigma"] * np.sqrt(DELTA)
    capex = p["capex_sigma"] * np.sqrt((1 - np.exp(-2 * kappa * DELTA)) / (2 * kappa))
    variance = np.outer(p["capex_sigma"] ** 2, (1 - np.exp(-2 * kappa * ends)) / (2 * kappa))
    return {
        "pipeline_rate": 1 - np.exp(-2 * DELTA / p["build_lag"]),
        "idio_deviation": p["idio_sigma"] * np.sqrt(DELTA),
        "own_share": own_share,
        "cut_share": (1 - p["committed"]) * own_share,
        "prepaid_rate": p["prepaid_share"] * p["buildout_share"] * own_share,
        "cover_rate": 4 * p["cash_cover"] * own_share,
        "target_floor": np.maximum(p["cash_target"], p["cash_min"]),
        "discipline_rate": DELTA * p["discipline"] * (1 - p["committed"]) / 100,
        "fall_leverage": np.where(p["fall_leverage"] < NEVER, p["fall_leverage"], 1e30),
        "lease_debt": p["lease_multiple"] * 4 * p["leases"],  # (issuers, quarters)
        "core_common": core * p["core_beta"],
        "core_own": core * np.sqrt(1 - p["core_beta"] ** 2),
        "core_convexity": 0.5 * core**2,
        "capex_common": capex * p["capex_beta"],
        "capex_own": capex * np.sqrt(1 - p["capex_beta"] ** 2),
        # 9: what all paths take off ln X and the drift (issuers, quarters)
        "capex_convexity": 0.5 * (variance + np.outer(p["capex_growth_sigma"] ** 2, ends**2)),
        "flow_convexity": 0.5 * p["cash_flow_noise"] ** 2,
    }


def start(p: Numbers) -> Numbers:
    """The figures of "Start" that are the same on every path."""
    units = p["relative_yield"] * p["buildout_capital"]
    capacity = p["revenue_yield"] * units
    glut = capacity.sum() / p["demand0"]
    utilisation = (1 + glut ** p["util_power"]) ** (-1 / p["util_power"])
    spot = utilisation * max(1.0, 1 / glut) ** p["scarcity"]
    b = p["contracted_share"]
    sales = capacity * (b + (1 - b) * spot)
    profit = (1 - p["variable_cost"]) * sales - p["fixed_cost"] * capacity
    debt = p["bonds"] + p["secured_debt"] + p["private_debt"]
    margin = (p["ocf"] + (1 - p["tax"]) * (p["coupon"] * debt - profit)) / p["core_revenue"]
    added_margin = np.maximum(margin, p["incremental_margin"])
    revenue = p["core_revenue"] + sales
    floor = p["cash_flow_floor"] * revenue
    net_debt = np.maximum(debt + p["lease_debt"][:, 0] - p["cash"], 0.0)
    leverage = net_debt / np.maximum(p["ocf"], floor)
    on_bonds = np.minimum(p["maturities"][:, 0], p["bonds"])
    due = on_bonds + np.minimum(p["maturities"][:, 0] - on_bonds, p["secured_debt"])
    spending = (p["committed"] * p["own_share"] - p["prepaid_rate"]) * p["capex_plan"][:, 0]
    return {
        "utilisation0": utilisation,
        "core_margin": added_margin,
        "core_fixed": (added_margin - margin) * p["core_revenue"] * DELTA,
        "core_revenue0": p["core_revenue"] * DELTA * np.exp(0.375 * p["core_growth"]),
        "debt0": debt,
        "revenue0": revenue,
        "flow_floor": floor,
        "value0": np.maximum(p["ocf"], 0.0) + p["value_revenue"] * revenue,
        # 7: what is fixed in the log of the spread
        "log_spread0": np.log(p["spread_bp"] / p["oas0_bp"])
        - p["spread_leverage"] * np.log(1 + leverage),
        "capacity_share0": units / units.sum(),
        "burn0": np.maximum(spending + due - p["ocf"] * DELTA, 0.0),
    }
