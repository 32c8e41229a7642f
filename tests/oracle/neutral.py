"""What a figure means that a case leaves out: its mechanism is off."""

from __future__ import annotations

import numpy as np

NEVER = 99.0  # leverage that counts as none
CLOSED = [0.0, 0.0, 0.0]
ACCESS = dict.fromkeys(("high_yield", "secured", "private", "equity"), CLOSED)
ABSORB = dict.fromkeys(("high_yield", "secured", "private"), 0.0)
MARKET = {
    "fear_spread_bp": 100.0,
    "vigilante_share": 1.0,
    "shock_hazard_multiple": 1.0,
    "premium_speed": 1.0,
    "prepaid_term": 1.0,
    "correlation": np.identity(5).tolist(),
    "run_quarters": [0.0, 0.0, 0.0],
    "issuance0": [0.0, 0.0],
} | dict.fromkeys(
    (
        *("jump_rate", "jump_mean", "jump_sigma", "shock_rate", "shock_loss_mean"),
        *("vigilante", "fear_spread", "fear_glut", "fear_linked", "fear_failure"),
        *("demand_saturation_sigma", "demand_speed_sigma", "demand_sigma", "scarcity"),
        "spot_floor",
        *("revenue_yield_sigma", "variable_cost", "fixed_cost", "tax"),
        *("obsolescence", "book_depreciation"),
        *("anchor_hazard", "anchor_glut", "anchor_recovery", "anchor_share"),
        *("linked_speed", "linked_beta", "linked_sigma", "private_gamma", "private_glut"),
        *("spread_leverage", "fall_spread", "lease_multiple", "idio_speed"),
        *("rivalry", "race", "chase", "discipline_cap", "glut_discipline"),
        *("bond_market_growth", "boom_debt_share0", "premium_beta", "prefund_speed"),
        *("secured_extra_bp", "private_extra_bp", "revolver_extra_bp"),
        *("failure_jump", "failure_jump_cap", "fail_tolerance"),
        *("equity_beta", "value_revenue"),
    ),
    0.0,
)
ISSUER = {
    "seasonality": [1.0, 1.0, 1.0, 1.0],
    "relative_yield": 1.0,
    "high_yield": False,
    "fall_leverage": NEVER,
} | dict.fromkeys(
    (
        *("bonds", "secured_debt", "private_debt", "coupon", "buildout_capital", "construction"),
        *("dividends", "buybacks", "investments", "finance_lease_share", "revolver"),
        *("cash_min", "cash_target", "cash_cover"),
        *("depreciation_amortisation", "depreciation_other", "other_capital"),
        *("core_growth", "core_growth_sigma", "core_sigma", "core_beta"),
        *("cash_flow_noise", "incremental_margin", "contracted_share", "prepaid_share"),
        *("capex_growth_sigma", "capex_sigma", "capex_beta", "discipline", "idio_sigma"),
        *("secured_advance", "private_advance", "asset_limit", "equity_mix", "equity_access"),
    ),
    0.0,
)


def completed(case: dict) -> dict:
    """The case with the neutral value of each figure that it leaves out."""
    market = MARKET | case["market"]
    market["access"] = ACCESS | market["access"]
    market["absorb"] = ABSORB | market["absorb"]
    nothing = {key: [0.0] * case["quarters"] for key in ("maturities", "leases")}
    issuers = [ISSUER | nothing | issuer for issuer in case["issuers"]]
    return {"events": []} | case | {"market": market, "issuers": issuers}
