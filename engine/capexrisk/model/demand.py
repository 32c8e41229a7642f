"""Step 3: demand for AI, and the stress it puts on software and its lenders."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar


@scalar
def demand_growth(demand, saturation, speed, z, loss, market):
    """Log growth of demand over the quarter: stochastic logistic less the shock's loss."""
    drift = speed * (1.0 - demand / saturation) - 0.5 * market.demand_sigma * market.demand_sigma
    return drift * DELTA + market.demand_step * z - loss


@scalar
def software_stress(stress, growth, z, scheduled, market):
    """Stress of software firms: mean-reverting, fed by the growth of AI demand and by events."""
    drawn = (
        stress * market.software_decay + market.software_beta * growth + market.software_step * z
    )
    return drawn + scheduled.software
