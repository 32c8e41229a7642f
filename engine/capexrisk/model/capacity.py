"""Steps 4 and 5: capacity entering service, utilisation, tenants, AI revenue."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import exp, log, positive_part


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
def utilisation(glut, market):
    """U = (1 + G^p)^(-1/p), a smooth min(1, 1/G); step 5.

    For G > 1 the same number is written as (1 + G^-p)^(-1/p) / G, so that G^p cannot overflow.
    """
    p = market.utilisation_power
    log_glut = log(glut)
    folded = exp(-p * abs(log_glut))
    smooth = exp(-log(1.0 + folded) / p)
    return smooth * exp(-positive_part(log_glut))


@scalar
def tenant_leaves(u, used, market):
    """1 where the anchor tenant is lost in this quarter, if it was there; step 5."""
    idle = positive_part(market.comfort_utilisation - used)
    probability = 1.0 - exp(-market.tenant_hazard * (1.0 + market.tenant_glut * idle) * DELTA)
    return 1.0 if u < probability else 0.0


@scalar
def spot_earnings(used, glut, market):
    """Spot earnings per unit of capacity, S = U max(1, 1/G)^scarcity; step 5."""
    return used * exp(market.scarcity * positive_part(-log(glut)))


@scalar
def ai_business(capacity, spot, tenant_lost, issuer, market):
    """(revenue A, cash profit π) of a quarter; step 5."""
    contracted = market.tenant_recovery * spot if tenant_lost > 0.0 else 1.0
    b = issuer.contracted_share
    revenue = capacity * (b * contracted + (1.0 - b) * spot) * DELTA
    profit = (1.0 - market.variable_cost) * revenue - market.fixed_cost * capacity * DELTA
    return revenue, profit
