"""Steps 11 and 12: the cost of new debt, and the issuers' effect on the market."""

from __future__ import annotations

from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_most, exp

BASIS_POINT = 1e-4


@scalar
def bond_rate(spread, market):
    """Annual coupon of a new bond."""
    return market.risk_free + spread * BASIS_POINT


@scalar
def collateral_spread(x, premium, market):
    """Spread in bp at which a good pool of collateral is financed: the market's plus an extra."""
    return exp(x + premium - market.premium_start) + market.secured_extra


@scalar
def secured_rate(spread, collateral, market):
    """Annual coupon of secured debt and finance leases, at the lower of own and pool's spread."""
    return market.risk_free + at_most(spread, collateral) * BASIS_POINT


@scalar
def blended_coupon(coupon, remaining, new, new_interest):
    """Debt-weighted mean coupon of remaining and new debt; unchanged without debt."""
    total = remaining + new
    blended = (remaining * coupon + new_interest) / (total if total > 0.0 else 1.0)
    return blended if total > 0.0 else coupon


@scalar
def supply_premium(premium, sold, capacity, market):
    """Premium a after a quarter's bond sales by all; step 12."""
    return premium * market.premium_decay + market.premium_beta * sold / capacity


@scalar
def failure_jump(failing_debt, market):
    """Jump of the log market spread next quarter, J; step 12."""
    scaled = (
        market.failure_jump * failing_debt / (market.debt_start if market.debt_start > 0.0 else 1.0)
    )
    jump = at_most(scaled, market.failure_jump_cap)
    return jump if market.debt_start > 0.0 else 0.0
