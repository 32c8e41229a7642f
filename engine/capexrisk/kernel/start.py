"""Start of a path: the section "Start" of MODEL.md, and the draws made once a path."""

from __future__ import annotations

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, EVERYTHING, slot
from capexrisk.kernel.issuer_close import clear_year
from capexrisk.model.market import by_regime
from capexrisk.model.operations import revenue_drift
from capexrisk.numeric.jit import loop
from capexrisk.numeric.vecmath import exp

EXTREMES = tuple(s.EXTREMES.values())


@loop
def start_market(state, market, never):
    """Set the market's rows before the first quarter; `never` is the date of what never happens."""
    for p in range(BLOCK):
        state[m.SATURATION + p] = market.saturation * exp(
            market.saturation_sigma * state[m.Z_SATURATION + p]
        )
        state[m.SPEED + p] = market.speed * exp(market.speed_sigma * state[m.Z_SPEED + p])
        log_yield = market.log_revenue_yield + market.revenue_yield_sigma * state[m.Z_YIELD + p]
        state[m.YIELD + p] = exp(log_yield)
        state[m.LOG_YIELD + p] = log_yield
        state[m.REGIME + p] = market.regime_start
        state[m.LOG_SPREAD + p] = market.log_spread_start
        state[m.DEMAND + p] = market.demand_start
        state[m.LOG_DEMAND + p] = market.log_demand_start
        state[m.LINKED + p] = 0.0
        state[m.UTILISATION + p] = market.utilisation_start
        state[m.ANCHOR_LOST + p] = 0.0
        state[m.CHANCE_OPEN + p] = by_regime(market.regime_start, (1.0, 0.0, 0.0))
        state[m.CHANCE_STRESSED + p] = by_regime(market.regime_start, (0.0, 1.0, 0.0))
        state[m.CHANCE_SHUT + p] = by_regime(market.regime_start, (0.0, 0.0, 1.0))
        state[m.CHANCE_ANCHOR_LOST + p] = 0.0
        state[m.PREMIUM + p] = 0.0
        state[m.PREMIUM_HIGH_YIELD + p] = 0.0
        state[m.NET_BONDS + p] = 0.0
        state[m.FAILURE_JUMP + p] = 0.0
        state[m.FAILED + p] = 0.0
        state[m.FAILED_BUT_SMALLEST + p] = 0.0
        state[m.PROFIT + p] = 0.0
        state[m.ANCHOR_QUARTER + p] = never
        state[m.NOT_FINITE + p] = 0.0
        state[m.BAD_QUARTER + p] = never


@loop
def start_issuer(own, issuer, opening, never, detail):
    """Set an issuer's rows before the first quarter; `opening` are its balances."""
    for p in range(BLOCK):
        own[s.DRIFT + p] = revenue_drift(own[s.Z_GROWTH + p], issuer)
        own[s.CAPEX_GROWTH + p] = issuer.capex_growth_sigma * own[s.Z_CAPEX_GROWTH + p]
        own[s.ALIVE + p] = 1.0
        own[s.REVENUE + p] = issuer.core_revenue_start
        own[s.IDIOSYNCRATIC + p] = 0.0
        own[s.CASH_FLOW_YEAR + p] = issuer.ocf
        own[s.REVENUE_YEAR + p] = issuer.revenue_year_start
        own[s.CAPITAL + p] = issuer.buildout_capital
        own[s.PIPELINE_FIRST + p] = 0.5 * issuer.construction
        own[s.PIPELINE_SECOND + p] = 0.5 * issuer.construction
        own[s.CAPITAL_OTHER + p] = 0.0
        own[s.LOG_DEVIATION + p] = 0.0
        own[s.LOG_FACTOR + p] = 0.0
        own[s.CASH + p] = issuer.cash
        for number, balance in enumerate(s.OWED):
            own[balance + p] = opening[number]
        own[s.COUPON + p] = issuer.coupon
        own[s.GRADE + p] = issuer.high_yield
        own[s.ADVANCE + p] = 0.0
        own[s.BURN + p] = issuer.burn_start
    clear_year(own, EVERYTHING)
    for p in range(BLOCK):
        own[s.NEGATIVE_QUARTER + p] = never
        own[s.BUYBACK_QUARTER + p] = never
        own[s.NEED_QUARTER + p] = never
        own[s.CUT_QUARTER + p] = never
        own[s.FAILURE_QUARTER + p] = never
    if detail >= EVERYTHING:
        for p in range(BLOCK):
            own[s.NET_DEBT_QUARTER + p] = never
            own[s.HIGH_YIELD_QUARTER + p] = never
            own[s.CUT_CAUSE + p] = 0.0
            own[s.FAILURE_CAUSE + p] = 0.0
        for row, value in EXTREMES:
            for p in range(BLOCK):
                own[slot(row, p)] = value
