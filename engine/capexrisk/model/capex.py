"""Step 9: planned capital spending, the race and its discipline."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_most, positive_part


@scalar
def programme(log_programme, growth, z_market, z_own, time, issuer):
    """ln X + drift after the quarter that ends at `time`, the path's own growth rate c in years.

    drift = c t - σ² t²/2, σ = capex_growth_sigma, is advanced by the difference of a quarter.
    """
    noise, rate = issuer.capex_sigma, issuer.capex_growth_sigma
    before = time - DELTA
    correction = noise * noise * DELTA + rate * rate * (time * time - before * before)
    shock = issuer.capex_market_step * z_market + issuer.capex_own_step * z_own
    return log_programme + (growth * DELTA - 0.5 * correction) + shock


@scalar
def pull(log_factor, log_programme, market):
    """An issuer's contribution to the race: ln F + race (ln X + drift)."""
    return log_factor + market.race * log_programme


@scalar
def raced_factor(log_factor, pack, has_pack, spread, used, issuer, market):
    """ln F after rivalry and discipline."""
    chase = market.rivalry * (pack - log_factor) if has_pack > 0.0 else 0.0
    wider = positive_part(spread - issuer.spread) * 0.01
    restraint = issuer.discipline * at_most(wider, market.discipline_cap)
    idle = market.glut_discipline * positive_part(market.comfort_utilisation - used)
    return log_factor + DELTA * (chase - restraint - idle)
