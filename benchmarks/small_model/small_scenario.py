"""The small scenario: a weakened Oracle alone in its market, with three shocks.

Figures come from the case that the peers have (`peers/contract.py`) and are changed here, in the
open, under the names of MODEL.md. What can be switched off by a parameter is; the market shrinks to
its one issuer.
"""

from __future__ import annotations

from benchmarks.peers.contract import contract_case
from benchmarks.peers.figures import Case
from capexrisk.scenario import Scenario, scenario_from_case

ISSUER = "Oracle"
START = "2026Q1"
QUARTERS = 4
STRESSED = 1  # position of the regime in lists over regimes

# Everything else that is random or only reacts to what is random elsewhere.
SWITCHED_OFF: Case = {
    "oas_sigma": [0.0] * 3,
    "jump_rate": 0.0,
    "hazard": [[0.0] * 3 for _ in range(3)],
    "shock_rate": 0.0,
    "demand_saturation_sigma": 0.0,
    "demand_speed_sigma": 0.0,
    "demand_sigma": 0.0,
    "linked_beta": 0.0,
    "linked_sigma": 0.0,
    "private_gamma": 0.0,
    "anchor_hazard": 0.0,
    "spread_leverage": 0.0,
    "premium_beta": 0.0,
    "rivalry": 0.0,
    "glut_discipline": 0.0,
    "chase": 0.0,
    "prefund_speed": 0.0,
    "value_revenue": 0.0,
    "run_quarters": [0.0] * 3,
}
# A weaker Oracle with a smaller plan, so that each event happens on some paths and not on others.
WEAKENED: Case = {
    "core_sigma": 0.0,
    "cash_flow_noise": 0.0,
    "capex_sigma": 0.0,
    "idio_sigma": 0.0,
    "core_growth_sigma": 0.25,
    "capex_growth_sigma": 0.5,
    "leverage_limit": 5.4,
    "secured_advance": 0.05,
    "private_advance": 0.05,
    "revolver": 2.0,
    "equity_access": 0.01,
    "equity_mix": 0.0,
    "cash_cover": 0.0,
    "asset_limit": 0.0,
    "fall_leverage": 99.0,
    "prepaid_share": 0.0,
    "investments": 0.0,
}
CAPEX_SCALE = 0.45


def small_case() -> Case:
    """The engine's parameters of the small scenario, under the names of MODEL.md."""
    case = contract_case()
    market, firms = case["market"], case["issuers"]
    firm = next(firm for firm in firms if firm["name"] == ISSUER)
    # The market shrinks with its issuers: demand with the capacity, funding with the plans.
    capacity = firm["buildout_capital"] / sum(other["buildout_capital"] for other in firms)
    plans = sum(firm["capex_plan"][:QUARTERS]) / sum(
        sum(other["capex_plan"][:QUARTERS]) for other in firms
    )
    market |= SWITCHED_OFF
    market |= {
        "regime0": STRESSED,
        "oas_mean_bp": [market["oas0_bp"]] * 3,  # the spread stays where it starts
        "demand0": market["demand0"] * capacity,
        "demand_saturation": market["demand_saturation"] * capacity,
        "absorb": {channel: plans * money for channel, money in market["absorb"].items()},
    }
    firm |= WEAKENED
    firm["capex_plan"] = [CAPEX_SCALE * planned for planned in firm["capex_plan"]]
    for key in ("capex_plan", "maturities", "leases"):
        firm[key] = firm[key][:QUARTERS]
    return case | {"quarters": QUARTERS, "issuers": [firm]}


def small_scenario() -> Scenario:
    """The small scenario for the engine."""
    return scenario_from_case(small_case(), start=START, name="one issuer three shocks")
