"""The market's quarter: steps 1 to 3, its part of 5, 9 and 10, and step 12."""

from __future__ import annotations

from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.dates import first_date
from capexrisk.model.capacity import (
    anchor_chance,
    anchor_lost_chance,
    contracted_earnings,
    spot_earnings,
    utilisation,
)
from capexrisk.model.demand import demand_growth, linked_stress
from capexrisk.model.feedback import collateral_spread, failure_jump, supply_premium
from capexrisk.model.funding import equity_price, lender_health, rationing
from capexrisk.model.market import (
    bond_market_share,
    by_regime,
    correlated,
    demand_shock,
    hazard_boost,
    market_log_spread,
    mixing_factor,
    next_regime,
    put_into,
    regime_chances,
    scheduled_regime,
)
from capexrisk.model.vocabulary import BOND_MARKETS, CHANNELS
from capexrisk.numeric.jit import loop
from capexrisk.numeric.vecmath import at_least, exp, log, nan_if_beyond, where

BONDS, HIGH_YIELD = (list(CHANNELS).index(name) for name in BOND_MARKETS)


@loop
def open_market(state, market, scheduled, growth):
    """Steps 1 to 3; also clears the sums over issuers."""
    for p in range(BLOCK):
        scale = mixing_factor(state[m.Z_MIXING + p], market)
        z_spread, z_demand, z_capex, z_macro, z_linked = correlated(
            state[m.E_SPREAD + p],
            state[m.E_DEMAND + p],
            state[m.E_CAPEX + p],
            state[m.E_MACRO + p],
            state[m.E_LINKED + p],
            scale,
            market,
        )
        state[m.Z_CAPEX + p] = z_capex
        state[m.Z_MACRO + p] = z_macro

        shock, loss = demand_shock(
            state[m.U_SHOCK + p], state[m.U_SHOCK_SIZE + p], scheduled, market
        )
        share = bond_market_share(state[m.NET_BONDS + p], growth, market)
        x = state[m.LOG_SPREAD + p]
        jump = state[m.FAILURE_JUMP + p]
        linked = state[m.LINKED + p]
        boost = hazard_boost(shock, share, x, state[m.UTILISATION + p], linked, jump, market)
        regime = state[m.REGIME + p]
        chances = state[m.CHANCE_OPEN + p], state[m.CHANCE_STRESSED + p], state[m.CHANCE_SHUT + p]
        chances = regime_chances(chances, regime, boost, market)
        state[m.CHANCE_OPEN + p] = put_into(scheduled, 0.0, chances[0])
        state[m.CHANCE_STRESSED + p] = put_into(scheduled, 1.0, chances[1])
        state[m.CHANCE_SHUT + p] = put_into(scheduled, 2.0, chances[2])
        drawn = next_regime(regime, state[m.U_REGIME + p], boost, market)
        regime = scheduled_regime(scheduled, drawn)
        u_jump, z_jump = state[m.U_JUMP + p], state[m.Z_JUMP + p]
        x = market_log_spread(x, regime, z_spread, u_jump, z_jump, jump, scheduled, market)
        demand = state[m.DEMAND + p]
        growth_of_demand = demand_growth(
            demand, state[m.SATURATION + p], state[m.SPEED + p], z_demand, loss, market
        )
        state[m.BOND_SHARE + p] = share
        state[m.REGIME + p] = regime
        state[m.LOG_SPREAD + p] = x
        log_demand = state[m.LOG_DEMAND + p] + growth_of_demand
        state[m.LOG_DEMAND + p] = log_demand
        state[m.DEMAND + p] = exp(log_demand)
        state[m.LINKED + p] = linked_stress(linked, growth_of_demand, z_linked, scheduled, market)
        state[m.EQUITY_PRICE + p] = equity_price(x, market)
        state[m.COLLATERAL + p] = collateral_spread(x, state[m.PREMIUM + p], market)
    for p in range(BLOCK):
        state[m.CAPITAL_WEIGHT + p] = 0.0
        state[m.PULL + p] = 0.0
        state[m.PULL_WEIGHT + p] = 0.0
        state[m.ASKED + p] = 0.0
        state[m.ASKED_HIGH_YIELD + p] = 0.0
        state[m.BONDS_REPAID + p] = 0.0
        state[m.FAILING_DEBT + p] = 0.0


@loop
def use_capacity(state, market, scheduled, k):
    """Step 5 without the issuers' revenue: utilisation, the anchor customer, spot earnings."""
    for p in range(BLOCK):
        log_weight = log(state[m.CAPITAL_WEIGHT + p])
        state[m.LOG_CAPITAL_WEIGHT + p] = log_weight
        state[m.LOG_GLUT + p] = state[m.LOG_YIELD + p] + log_weight - state[m.LOG_DEMAND + p]
    for p in range(BLOCK):
        state[m.UTILISATION + p] = utilisation(state[m.LOG_GLUT + p], market)
    leaving = 0
    for p in range(BLOCK):
        lost = state[m.ANCHOR_LOST + p]
        hazard = anchor_chance(state[m.UTILISATION + p], scheduled, market)
        chance = anchor_lost_chance(state[m.CHANCE_ANCHOR_LOST + p], lost, hazard, market)
        state[m.CHANCE_ANCHOR_LOST + p] = chance if scheduled.anchor_loss == 0.0 else 1.0
        drawn = 1.0 if state[m.U_ANCHOR + p] < hazard else 0.0
        leaves = at_least(drawn, scheduled.anchor_loss) * (1.0 - lost)
        gone = leaves > 0.0
        leaving += 1 if gone else 0
        left = market.log_without_anchor if gone else 0.0
        state[m.DEMAND + p] *= where(gone, 1.0 - market.anchor_share, 1.0)
        state[m.LOG_DEMAND + p] += left
        state[m.LOG_GLUT + p] -= left
        state[m.ANCHOR_LOST + p] = lost + leaves
        state[m.ANCHOR_QUARTER + p] = first_date(state[m.ANCHOR_QUARTER + p], gone, k)
    if leaving > 0:
        for p in range(BLOCK):
            state[m.UTILISATION + p] = utilisation(state[m.LOG_GLUT + p], market)
    for p in range(BLOCK):
        used = state[m.UTILISATION + p]
        spot = spot_earnings(used, state[m.LOG_GLUT + p], market)
        state[m.SPOT + p] = spot
        state[m.CONTRACTED + p] = contracted_earnings(spot, state[m.ANCHOR_LOST + p], market)
        state[m.HEALTH + p] = lender_health(state[m.LINKED + p], used, market)


@loop
def find_pack(state):
    """The pack to which the race is drawn: the weighted mean of the survivors; step 9."""
    for p in range(BLOCK):
        weight = state[m.PULL_WEIGHT + p]
        state[m.PULL + p] = state[m.PULL + p] / (weight if weight > 0.0 else 1.0)


@loop
def ration(state, access, absorb, growth, by_health):
    """Share of asks that lenders on pledge serve; clears the sum for the next channel; step 10."""
    for p in range(BLOCK):
        health = state[m.HEALTH + p] if by_health else 1.0
        capacity = absorb * growth * by_regime(state[m.REGIME + p], access) * health
        state[m.SERVED + p] = rationing(state[m.ASKED + p], capacity)
        state[m.ASKED + p] = 0.0


@loop
def ration_bonds(state, market, growth):
    """Share of asks that each bond market serves, and what it sells to all; step 10."""
    absorbed, absorbed_high_yield = market.channel_absorb[BONDS], market.channel_absorb[HIGH_YIELD]
    for p in range(BLOCK):
        regime = state[m.REGIME + p]
        asked, asked_high_yield = state[m.ASKED + p], state[m.ASKED_HIGH_YIELD + p]
        access = by_regime(regime, market.channel_access[BONDS])
        access_high_yield = by_regime(regime, market.channel_access[HIGH_YIELD])
        served = rationing(asked, absorbed * growth * access)
        capacity = absorbed_high_yield * growth * access_high_yield
        served_high_yield = rationing(asked_high_yield, capacity)
        state[m.SERVED + p] = served
        state[m.SERVED_HIGH_YIELD + p] = served_high_yield
        state[m.BONDS_SOLD + p] = asked * served
        state[m.HIGH_YIELD_SOLD + p] = asked_high_yield * served_high_yield
        state[m.ASKED + p] = 0.0


@loop
def close_market(state, market, growth, k):
    """Step 12; also dates the first quarter in which a path is not finite."""
    capacity = market.channel_absorb[BONDS] * growth
    capacity_high_yield = market.channel_absorb[HIGH_YIELD] * growth
    start, start_high_yield = market.premium_start
    for p in range(BLOCK):
        sold, sold_high_yield = state[m.BONDS_SOLD + p], state[m.HIGH_YIELD_SOLD + p]
        premium = supply_premium(state[m.PREMIUM + p], sold, capacity, start, market)
        premium_high_yield = supply_premium(
            state[m.PREMIUM_HIGH_YIELD + p],
            sold_high_yield,
            capacity_high_yield,
            start_high_yield,
            market,
        )
        state[m.PREMIUM + p] = premium
        state[m.PREMIUM_HIGH_YIELD + p] = premium_high_yield
        state[m.FAILURE_JUMP + p] = failure_jump(state[m.FAILING_DEBT + p], market)
        state[m.NET_BONDS + p] += sold - state[m.BONDS_REPAID + p]
        total = abs(state[m.LOG_SPREAD + p]) + state[m.DEMAND + p]
        total += abs(premium) + abs(premium_high_yield)
        # An infinite price could hide: times an access of 0 it is NaN, which a minimum ignores.
        total += state[m.EQUITY_PRICE + p]
        broken = state[m.NOT_FINITE + p] + nan_if_beyond(total)
        state[m.NOT_FINITE + p] = broken
        state[m.BAD_QUARTER + p] = first_date(state[m.BAD_QUARTER + p], broken != 0.0, k)
