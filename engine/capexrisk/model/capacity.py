"""Steps 4 and 5: capacity entering service, utilisation, anchor customer, build-out revenue."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_least, exp, log, positive_part


@scalar
def pipeline(capital, first, second, issuer, market):
    """(K, P1, P2) after a quarter of the two-stage pipeline; step 4."""
    out_first = issuer.pipeline_outflow * first
    out_second = issuer.pipeline_outflow * second
    return (
        capital * market.capital_decay + out_second,
        first - out_first,
        second - out_second + out_first,
    )


@scalar
def utilisation(log_glut, market):
    """U = (1 + G^p)^(-1/p), a smooth min(1, 1/G), from ln G; step 5.

    For G > 1 the same number is written as (1 + G^-p)^(-1/p) / G, so that G^p cannot overflow.
    """
    p = market.utilisation_power
    folded = exp(-p * abs(log_glut))
    return exp(-log(1.0 + folded) / p - positive_part(log_glut))


@scalar
def anchor_chance(used, scheduled, market):
    """Probability that the anchor customer, if still there, is lost in this quarter; step 5."""
    idle = positive_part(market.comfort_utilisation - used)
    drawn = 1.0 - exp(-market.anchor_hazard * (1.0 + market.anchor_glut * idle) * DELTA)
    return drawn if scheduled.anchor_loss == 0.0 else 1.0


@scalar
def anchor_lost_chance(chance, lost, hazard, market):
    """A path's value for the chance of the anchor's loss: P + (ĉ - 1{lost})(1 - h₀); its yield.

    `chance` and `lost` are those before the quarter, `hazard` is its `anchor_chance`.
    """
    after = lost + (1.0 - lost) * hazard
    return after + (chance - lost) * (1.0 - market.calm_anchor)


@scalar
def spot_earnings(used, log_glut, market):
    """Spot earnings per unit of capacity, S = max(spot_floor, U max(1, 1/G)^scarcity); step 5."""
    return at_least(used * exp(market.scarcity * positive_part(-log_glut)), market.spot_floor)


@scalar
def contracted_earnings(spot, anchor_lost, market):
    """Earnings per unit of contracted capacity: 1, or the part that spot recovers; step 5."""
    return market.anchor_recovery * spot if anchor_lost > 0.0 else 1.0


@scalar
def buildout_business(capacity, contracted, spot, issuer, market):
    """(revenue A, cash profit π) of a quarter; step 5."""
    b = issuer.contracted_share
    size = capacity * DELTA
    earned = b * contracted + (1.0 - b) * spot
    return size * earned, size * ((1.0 - market.variable_cost) * earned - market.fixed_cost)
