"""Keys and words of earlier editions of the scenario file, and what became of them."""

from __future__ import annotations

from typing import Final

__all__ = [
    "DROPPED",
    "EVENTS",
    "LISTED",
    "MOVED",
    "NEEDED",
    "RENAMED",
    "REREAD",
    "UPGRADE",
    "told_of_earlier_edition",
]

UPGRADE: Final = "capexrisk upgrade brings a file of an earlier edition up to date"

# By table: "market", or "issuers" for those of issuers and their defaults.
RENAMED: Final = {
    "market": {
        "ai_debt_share0": "boom_debt_share0",
        "ai_fixed_cost": "fixed_cost",
        "ai_variable_cost": "variable_cost",
        "fear_software": "fear_linked",
        "ig_growth_per_year": "bond_market_growth_per_year",
        "ig_market_usd_bn": "bond_market_usd_bn",
        "software_beta": "linked_beta",
        "software_sigma_per_sqrt_year": "linked_sigma_per_sqrt_year",
        "software_speed_per_year": "linked_speed_per_year",
        "tech_hazard_multiple": "shock_hazard_multiple",
        "tech_loss_mean": "shock_loss_mean",
        "tech_rate_per_year": "shock_rate_per_year",
        "tenant_glut": "anchor_glut",
        "tenant_hazard_per_year": "anchor_hazard_per_year",
        "tenant_recovery": "anchor_recovery",
        "tenant_share": "anchor_share",
    },
    "issuers": {
        "ai_capital_usd_bn": "buildout_capital_usd_bn",
        "ai_share": "buildout_share",
    },
}
MOVED: Final = {"cash_flow_noise": "issuer_defaults"}  # from the market
DROPPED: Final = {
    "market": {
        "leverage_cap_spread": "leverage counts without an end; see cash_flow_floor",
        "prefund_until": "firms borrow ahead up to their cash target; see prefund_speed",
    },
    "issuers": {
        "credit_tier": "there are two bond markets; see high_yield and fall_leverage",
        "prefund": "firms borrow ahead up to their cash target; see prefund_speed",
    },
}
# Of the market: a number is now a list, of which the rest is 0: high-yield bonds.
LISTED: Final = {"issuance0_usd_bn_per_year": 2}
# Of the market: keys that a whole file has needed since, with the library's values.
NEEDED: Final = {
    "cash_flow_floor": (0.05, "assumed: new in this edition; a twentieth of revenue"),
    "capex_speed_per_year": (
        1.0,
        "assumed: new in this edition; half of a deviation from the plan is gone in eight months",
    ),
}
# Of the market: keys that stayed and mean something else, which only their author can translate.
REREAD: Final = {
    "spread_leverage": "is an elasticity to one plus leverage now, no longer a share a turn of "
    "leverage: look at its value, 0.5 where 0.15 stood",
}
EVENTS: Final = {
    "technology_shock": "demand_shock",
    "software_stress": "linked_stress",
    "tenant_loss": "anchor_loss",
}


def told_of_earlier_edition(key: str, table: str) -> str:
    """What became of a key of the market or of an issuer, or of a kind of event; "" if nothing.

    >>> told_of_earlier_edition("tenant_share", "market").split(";")[0]
    'it is anchor_share now'
    >>> told_of_earlier_edition("prefund", "thresholds")
    ''
    """
    kind = "issuers" if table == "issuer_defaults" else table
    renamed = EVENTS if table == "events" else RENAMED.get(kind, {})
    if key in renamed:
        return f"it is {renamed[key]} now; {UPGRADE}"
    if key in DROPPED.get(kind, {}):
        return f"it is no input now: {DROPPED[kind][key]}; {UPGRADE}"
    if kind == "market" and key in MOVED:
        return f"it is {MOVED[key]}.{key}, or an issuer's; {UPGRADE}"
    return ""
