"""Step 3: demand for capacity, and the stress it puts on the linked sector and its lenders."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar


@scalar
def demand_growth(demand, saturation, speed, z, loss, market):
    """Log growth of demand over the quarter: stochastic logistic less the shock's loss."""
    drift = speed * (1.0 - demand / saturation) - 0.5 * market.demand_sigma * market.demand_sigma
    return drift * DELTA + market.demand_step * z - loss


@scalar
def linked_stress(stress, growth, z, scheduled, market):
    """Stress of the linked sector: mean-reverting, fed by the growth of demand and by events."""
    drawn = stress * market.linked_decay + market.linked_beta * growth + market.linked_step * z
    return drawn + scheduled.linked
