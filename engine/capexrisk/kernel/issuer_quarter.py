"""A quarter of one issuer before its funding: steps 4 to 9."""

from __future__ import annotations

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.model.capacity import ai_business, pipeline
from capexrisk.model.capex import capex_noise, growth_drift, pull, raced_factor
from capexrisk.model.operations import (
    capacity_lag,
    core_revenue,
    idiosyncratic,
    issuer_spread,
    leverage,
    operating_cash_flow,
)
from capexrisk.numeric.jit import loop
from capexrisk.numeric.vecmath import exp


@loop
def build(state, own, issuer, market):
    """Step 4: what enters service; adds the issuer's capacity to the market's."""
    for p in range(BLOCK):
        capital, first, second = pipeline(
            own[s.CAPITAL + p],
            own[s.PIPELINE_FIRST + p],
            own[s.PIPELINE_SECOND + p],
            issuer,
            market,
        )
        own[s.CAPITAL + p] = capital
        own[s.PIPELINE_FIRST + p] = first
        own[s.PIPELINE_SECOND + p] = second
        state[m.CAPITAL_WEIGHT + p] += issuer.relative_yield * capital


@loop
def operate(state, own, issuer, market, leases, season):
    """Steps 5 to 8: AI revenue, core revenue, spread, operating cash flow."""
    lease_debt = market.lease_multiple * 4.0 * leases
    for p in range(BLOCK):
        weighted = issuer.relative_yield * own[s.CAPITAL + p]
        capacity = state[m.YIELD + p] * weighted
        ai_revenue, ai_profit = ai_business(
            capacity, state[m.SPOT + p], state[m.TENANT_LOST + p], issuer, market
        )
        lag = capacity_lag(weighted / state[m.CAPITAL_WEIGHT + p], issuer)
        revenue = core_revenue(
            own[s.REVENUE + p],
            own[s.GROWTH + p],
            lag,
            state[m.Z_MACRO + p],
            own[s.Z_REVENUE + p],
            issuer,
            market,
        )
        debt = own[s.BONDS + p] + own[s.SECURED + p] + own[s.PRIVATE + p] + own[s.REVOLVER + p]
        owed = debt + lease_debt
        eta = idiosyncratic(own[s.IDIOSYNCRATIC + p], own[s.Z_SPREAD + p], issuer, market)
        geared = leverage(
            owed,
            own[s.CASH + p],
            own[s.CASH_FLOW_YEAR + p],
            issuer,
            market,
        )
        spread = issuer_spread(
            state[m.LOG_SPREAD + p], eta, geared, state[m.PREMIUM + p], issuer, market
        )
        cash_flow, run_rate = operating_cash_flow(
            revenue,
            ai_profit,
            debt,
            own[s.COUPON + p],
            leases,
            season,
            own[s.Z_FLOW + p],
            issuer,
            market,
        )
        alive = own[s.ALIVE + p] > 0.0
        peak = own[s.PEAK_SPREAD + p]
        own[s.CAPACITY + p] = capacity
        own[s.AI_REVENUE + p] = ai_revenue
        own[s.REVENUE + p] = revenue
        own[s.IDIOSYNCRATIC + p] = eta
        own[s.OWED + p] = owed
        own[s.SPREAD + p] = spread
        own[s.RUN_RATE + p] = run_rate
        own[s.OCF + p] = cash_flow if alive else 0.0
        own[s.PEAK_SPREAD + p] = spread if (alive and spread > peak) else peak


@loop
def race(state, own, issuer, market, plan, time):
    """Step 9, first half: the issuer's own noise, and its pull on the others."""
    for p in range(BLOCK):
        log_noise = capex_noise(
            own[s.LOG_NOISE + p],
            state[m.Z_CAPEX + p],
            own[s.Z_CAPEX + p],
            issuer,
        )
        drift = growth_drift(own[s.CAPEX_GROWTH + p], time, issuer)
        weight = plan * own[s.ALIVE + p]
        own[s.LOG_NOISE + p] = log_noise
        state[m.PULL + p] += weight * pull(own[s.LOG_FACTOR + p], log_noise, drift, market)
        state[m.PULL_WEIGHT + p] += weight


@loop
def plan_capex(state, own, issuer, market, plan, time):
    """Step 9, second half: everyone answers the pack at once."""
    for p in range(BLOCK):
        log_factor = raced_factor(
            own[s.LOG_FACTOR + p],
            state[m.PULL + p],
            state[m.PULL_WEIGHT + p],
            own[s.SPREAD + p],
            state[m.UTILISATION + p],
            issuer,
            market,
        )
        drift = growth_drift(own[s.CAPEX_GROWTH + p], time, issuer)
        planned = plan * exp(drift + own[s.LOG_NOISE + p] + log_factor)
        own[s.LOG_FACTOR + p] = log_factor
        own[s.PLANNED + p] = planned if own[s.ALIVE + p] > 0.0 else 0.0
