"""An issuer's record of the kernel: flows of a quarter, margins and offsets of the start."""

from __future__ import annotations

from math import exp, inf, log, sqrt
from typing import Any

import numpy as np

from capexrisk.lowering.market import Parameters, Start, as_they_are, opening
from capexrisk.model.parameters import DELTA, Issuer, Market

REVENUE_LEAD = 0.375  # years from the middle of the base year to its last quarter


def lower_issuer(
    i: Parameters, m: Parameters, start: Start, market: Market, total_weight: float
) -> Issuer:
    """Lower an issuer.

    A field that has the name of a parameter takes its value as it is; the others, and those that
    are a quarter's, are written here.

    Parameters
    ----------
    i, m : dict
        Parameters of the issuer and of the market.
    start : Start
    market : Market
        The market, lowered.
    total_weight : float
        Sum over all issuers of relative yield times build-out capital.
    """
    b = i["contracted_share"]
    capacity = m["revenue_yield"] * i["relative_yield"] * i["buildout_capital"]
    buildout_profit = capacity * (
        (1.0 - m["variable_cost"]) * (b + (1.0 - b) * start.spot) - m["fixed_cost"]
    )
    debt = sum(opening(i))
    interest = i["coupon"] * debt
    owed = debt + m["lease_multiple"] * 4.0 * i["leases"][0]
    net_leverage = max(owed - i["cash"], 0.0) / max(i["ocf"], 0.05 * i["ocf"])
    access = [level ** i["credit_tier"] for level in m["access"]["bonds"]]
    share = i["relative_yield"] * i["buildout_capital"] / total_weight
    core_step, capex_step = i["core_sigma"] * sqrt(DELTA), i["capex_sigma"] * sqrt(DELTA)
    written: dict[str, Any] = {
        "core_revenue_start": i["core_revenue"] * DELTA * exp(REVENUE_LEAD * i["core_growth"]),
        "core_margin": (i["ocf"] + (1.0 - m["tax"]) * (interest - buildout_profit))
        / i["core_revenue"],
        "dividends": i["dividends"] * DELTA,
        "buybacks": i["buybacks"] * DELTA,
        "spread": i["spread_bp"],
        "log_spread_offset": log(i["spread_bp"] / m["oas0_bp"])
        - market.spread_leverage * min(m["leverage_cap_spread"], net_leverage)
        - market.premium_start,
        "bond_access_open": access[0],
        "bond_access_stressed": access[1],
        "bond_access_shut": access[2],
        "depreciation_amortisation": i["depreciation_amortisation"] * DELTA,
        "depreciation_other": i["depreciation_other"] * DELTA,
        "core_market_step": core_step * i["core_beta"],
        "core_own_step": core_step * sqrt(1.0 - i["core_beta"] ** 2),
        "capex_market_step": capex_step * i["capex_beta"],
        "capex_own_step": capex_step * sqrt(1.0 - i["capex_beta"] ** 2),
        "log_capacity_share_start": log(share) if share > 0.0 else -inf,
        "idio_step": i["idio_sigma"] * sqrt(DELTA),
        "discipline": i["discipline"] * (1.0 - i["committed"]),
        "pipeline_outflow": -float(np.expm1(-2.0 * DELTA / i["build_lag"])),
        "equity_access": i["equity_access"] * DELTA,
        "within_limit": float(owed <= i["leverage_limit"] * i["ocf"]),
    }
    return Issuer(**as_they_are(Issuer._fields, i, written), **written)
