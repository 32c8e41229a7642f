"""Steps 1 and 2: the demand shock, the regime of the bond market, the market spread."""

from __future__ import annotations

from math import sqrt

from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_least, at_most, exp, log, positive_part

SMALLEST_CHI_SQUARE = 0.1


@scalar
def by_regime(regime, triple):
    """The entry of an (open, stressed, shut) triple for this path's regime."""
    return triple[0] if regime < 0.5 else (triple[1] if regime < 1.5 else triple[2])


@scalar
def mixing_factor(z, market):
    """Scale that turns normals into a Student-t: sqrt((ν-2)/ν) (χ²_ν/ν)^(-1/2), Wilson-Hilferty."""
    v = at_least(market.mixing_mean + z * market.mixing_sigma, SMALLEST_CHI_SQUARE)
    return market.mixing_scale / (v * sqrt(v))


@scalar
def correlated(e0, e1, e2, e3, e4, scale, market):
    """The five market normals: scale · L e, in the order spread, demand, capex, macro, linked."""
    r = market.root
    z0 = r[0] * e0
    z1 = r[1] * e0 + r[2] * e1
    z2 = r[3] * e0 + r[4] * e1 + r[5] * e2
    z3 = r[6] * e0 + r[7] * e1 + r[8] * e2 + r[9] * e3
    z4 = r[10] * e0 + r[11] * e1 + r[12] * e2 + r[13] * e3 + r[14] * e4
    return z0 * scale, z1 * scale, z2 * scale, z3 * scale, z4 * scale


@scalar
def demand_shock(u, u_size, scheduled, market):
    """(1, log loss of demand) where a shock is drawn or scheduled, else (0, 0); step 1."""
    drawn = 1.0 if u < market.shock_probability else 0.0
    loss = -market.shock_loss * log(u_size) * drawn + scheduled.loss
    return at_least(drawn, scheduled.shock), loss


@scalar
def bond_market_share(net_bonds, growth, market):
    """The boom's share of the bond market before this quarter's sales; step 1."""
    return (market.debt_share_start * market.bond_market + net_bonds) / (
        market.bond_market * growth
    )


@scalar
def hazard_boost(shock, share, x, utilisation, linked, failure_jump, market):
    """Factor on the hazards of worsening; step 1."""
    return (
        (market.shock_multiple if shock > 0.0 else 1.0)
        * (1.0 + market.vigilante * positive_part(share - market.vigilante_share))
        * exp(market.fear_spread * positive_part(x - market.log_fear_spread))
        * (1.0 + market.fear_glut * positive_part(market.comfort_utilisation - utilisation))
        * (1.0 + market.fear_linked * positive_part(linked))
        * (1.0 + market.fear_failure * failure_jump)
    )


@scalar
def regime_changes(regime, boost, market):
    """A quarter's chances: (leave, to the lower-numbered other, to the higher one); step 1.

    The lower-numbered other regime is a worsening only from open, the higher-numbered one from
    open and from stressed; nothing is worse than shut.
    """
    down = by_regime(regime, market.hazard_down) * (boost if regime < 0.5 else 1.0)
    up = by_regime(regime, market.hazard_up) * (boost if regime < 1.5 else 1.0)
    total = down + up
    leave = 1.0 - exp(-total * DELTA)
    divisor = total if total > 0.0 else 1.0
    return leave, leave * down / divisor, leave * up / divisor


@scalar
def next_regime(regime, u, boost, market):
    """Regime after one quarter of the Markov chain with these hazards; step 1."""
    leave, to_lower, _ = regime_changes(regime, boost, market)
    lower = 1.0 if regime < 0.5 else 0.0
    upper = 1.0 if regime > 1.5 else 2.0
    return lower if u <= to_lower else (upper if u <= leave else regime)


@scalar
def put_into(scheduled, regime, drawn):
    """`drawn`, or in a quarter with a scheduled regime 1 if it is `regime`, else 0; step 1."""
    here = 1.0 if scheduled.regime == regime else 0.0
    return drawn if scheduled.regime < 0.0 else here


@scalar
def scheduled_regime(scheduled, drawn):
    """The regime drawn, or the scheduled one; step 1."""
    return drawn if scheduled.regime < 0.0 else scheduled.regime


@scalar
def regime_chances(chances, regime, boost, market):
    """A path's values for the chances of (open, stressed, shut): P + (ĉ - e_s) P₀; its yield.

    `chances` and `regime` are those before the quarter.
    """
    leave, to_lower, to_upper = regime_changes(regime, boost, market)
    is_open, is_shut = regime < 0.5, regime > 1.5
    stay = 1.0 - leave
    open_ = stay if is_open else to_lower
    stressed = to_lower if is_open else (to_upper if is_shut else stay)
    shut = stay if is_shut else to_upper
    apart = (
        chances[0] - (1.0 if is_open else 0.0),
        chances[1] - (0.0 if is_open or is_shut else 1.0),
        chances[2] - (1.0 if is_shut else 0.0),
    )
    return (
        open_ + weighted(apart, market.calm_to_open),
        stressed + weighted(apart, market.calm_to_stressed),
        shut + weighted(apart, market.calm_to_shut),
    )


@scalar
def weighted(triple, weights):
    """Weighted sum of a triple's numbers."""
    return triple[0] * weights[0] + triple[1] * weights[1] + triple[2] * weights[2]


@scalar
def market_log_spread(x, regime, z, u_jump, z_jump, failure_jump, scheduled, market):
    """ln of the market spread: exact Ornstein-Uhlenbeck step and jumps; step 2."""
    mean = by_regime(regime, market.log_spread_mean)
    jump = market.jump_mean + market.jump_sigma * z_jump
    x = (
        mean
        + (x - mean) * market.spread_decay
        + by_regime(regime, market.spread_step) * z
        + (jump if u_jump < market.jump_probability else 0.0)
        + failure_jump
        + scheduled.jump
    )
    return at_most(x, market.log_spread_cap)
