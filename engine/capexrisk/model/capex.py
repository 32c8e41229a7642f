"""Step 9: planned capital spending, the race and its discipline."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_most, positive_part


@scalar
def capex_noise(log_noise, z_market, z_own, issuer):
    """ln X after the quarter."""
    sigma = issuer.capex_sigma
    shock = issuer.capex_beta * z_market + issuer.capex_own * z_own
    return log_noise - 0.5 * sigma * sigma * DELTA + sigma * 0.5 * shock


@scalar
def growth_drift(growth, time, issuer):
    """Log effect of the path's own growth rate after `time` years, its mean taken out."""
    sigma = issuer.capex_growth_sigma
    return growth * time - 0.5 * sigma * sigma * time * time


@scalar
def pull(log_factor, log_noise, drift, market):
    """What an issuer adds to the race: ln F + race (ln X + drift)."""
    return log_factor + market.race * (log_noise + drift)


@scalar
def raced_factor(log_factor, pack, has_pack, spread, used, issuer, market):
    """ln F after rivalry and discipline."""
    chase = market.rivalry * (pack - log_factor) if has_pack > 0.0 else 0.0
    wider = positive_part(spread - issuer.spread) * 0.01
    restraint = issuer.discipline * at_most(wider, market.discipline_cap)
    idle = market.glut_discipline * positive_part(market.comfort_utilisation - used)
    return log_factor + DELTA * (chase - restraint - idle)
