"""Steps 11 and 12: the cost of new debt, and the issuers' effect on the market."""

from __future__ import annotations

from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_most, exp, where

BASIS_POINT = 1e-4


@scalar
def bond_rate(spread, market):
    """Annual coupon of a new bond."""
    return market.risk_free + spread * BASIS_POINT


@scalar
def collateral_spread(x, premium, market):
    """Spread in bp at which a good pool of collateral is financed: the market's plus an extra.

    `premium` is what the investment-grade market's has risen by.
    """
    return exp(x + premium) + market.secured_extra


@scalar
def secured_rate(spread, collateral, market):
    """Annual coupon of secured debt and finance leases, at the lower of own and pool's spread."""
    return market.risk_free + at_most(spread, collateral) * BASIS_POINT


@scalar
def blended_coupon(coupon, remaining, new, new_interest, alive):
    """Debt-weighted mean coupon of remaining and new debt; unchanged without debt, or failed."""
    total = remaining + new
    owes = alive and total > 0.0
    return where(owes, remaining * coupon + new_interest, coupon) / where(owes, total, 1.0)


@scalar
def supply_premium(premium, sold, capacity, start, market):
    """What a bond market's premium has risen by, a - a_0, after a quarter's sales; step 12."""
    paid = market.premium_beta * sold / (capacity if capacity > 0.0 else 1.0)
    return (premium + start) * market.premium_decay + paid - start


@scalar
def failure_jump(failing_debt, market):
    """Jump of the log market spread next quarter, J; step 12."""
    scaled = (
        market.failure_jump * failing_debt / (market.debt_start if market.debt_start > 0.0 else 1.0)
    )
    jump = at_most(scaled, market.failure_jump_cap)
    return jump if market.debt_start > 0.0 else 0.0
