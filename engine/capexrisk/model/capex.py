"""Step 9: planned capital spending, the race and its discipline."""

from __future__ import annotations

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_most, positive_part


@scalar
def deviation(log_deviation, z_market, z_own, issuer, market):
    """ln X: an Ornstein-Uhlenbeck process about 0, exact step of a quarter; step 9."""
    shock = issuer.capex_market_step * z_market + issuer.capex_own_step * z_own
    return log_deviation * market.capex_decay + shock


@scalar
def programme(log_deviation, growth, time, variance, issuer):
    """ln X less half its variance, plus drift c t - σ² t²/2, σ = capex_growth_sigma; step 9.

    `variance` is that of ln X at `time` for capex_sigma = 1.
    """
    rate, noise = issuer.capex_growth_sigma, issuer.capex_sigma  # in this order: it decides bits
    correction = noise * noise * variance + rate * rate * (time * time)
    return log_deviation + growth * time - 0.5 * correction


@scalar
def pull(log_factor, log_programme, market):
    """An issuer's contribution to the race: ln F + race times its programme."""
    return log_factor + market.race * log_programme


@scalar
def raced_factor(log_factor, pack, has_pack, spread, price, used, issuer, market):
    """ln F after rivalry, discipline and the chase of what is scarce.

    `price` is min(1, spread_bp / s), which holds back who pays more than at the start.
    """
    drawn = market.rivalry * (pack - log_factor) if has_pack > 0.0 else 0.0
    wider = positive_part(spread - issuer.spread) * 0.01
    restraint = issuer.discipline * at_most(wider, market.discipline_cap)
    busier = used - market.comfort_utilisation
    chased = market.chase * positive_part(busier) * price
    idle = market.glut_discipline * positive_part(-busier)
    return log_factor + DELTA * (drawn - restraint + chased - idle)
