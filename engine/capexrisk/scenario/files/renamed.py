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
    "UPGRADE",
    "is_of_earlier_edition",
]

UPGRADE: Final = "the file is of an earlier edition; bring it up to date with capexrisk upgrade"

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
EVENTS: Final = {
    "technology_shock": "demand_shock",
    "software_stress": "linked_stress",
    "tenant_loss": "anchor_loss",
}


def is_of_earlier_edition(key: str, table: str) -> bool:
    """Whether a key of the market, of an issuer or a kind of event was known to an earlier edition.

    >>> is_of_earlier_edition("tenant_share", "market"), is_of_earlier_edition("tax", "market")
    (True, False)
    """
    if table == "events":
        return key in EVENTS
    kind = "market" if table == "market" else "issuers"
    return key in {**RENAMED[kind], **DROPPED[kind]} or (table == "market" and key in MOVED)
