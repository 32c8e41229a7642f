"""One issuer's quarter before its funding: steps 4 to 9."""

from __future__ import annotations

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, EVERYTHING
from capexrisk.model.capacity import buildout_business, pipeline
from capexrisk.model.capex import deviation, programme, pull, raced_factor
from capexrisk.model.funding import prepayment, price_factor
from capexrisk.model.operations import (
    capacity_lag,
    cash_flow_noise,
    core_revenue,
    grade_of,
    idiosyncratic,
    issuer_spread,
    leverage,
    net_interest,
    operating_cash_flow,
    stretch,
)
from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import loop
from capexrisk.numeric.vecmath import exp, where


@loop
def build(state, own, issuer, market):
    """Step 4: capacity entering service; adds the issuer's capacity to the market's."""
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
def grow(state, own, issuer, market):
    """Step 6: core revenue; also the noise of step 8.

    One logarithm and one exponential that do not wait for each other, then the exponential that
    waits for the logarithm: the processor holds too few paths of all three in one loop.
    """
    for p in range(BLOCK):
        weighted = issuer.relative_yield * own[s.CAPITAL + p]
        own[s.LAG + p] = capacity_lag(weighted, state[m.LOG_CAPITAL_WEIGHT + p], issuer)
        own[s.NOISE + p] = cash_flow_noise(own[s.Z_FLOW + p], issuer)
    for p in range(BLOCK):
        own[s.REVENUE + p] = core_revenue(
            own[s.REVENUE + p],
            own[s.DRIFT + p],
            own[s.LAG + p],
            state[m.Z_MACRO + p],
            own[s.Z_REVENUE + p],
            issuer,
            market,
        )


@loop
def price_debt(state, own, issuer, market, leases):
    """Step 7: the issuer's grade and its spread.

    Each loop has one division, logarithm or exponential: the processor works on few paths at a time
    where one such waits for another.
    """
    lease_debt = market.lease_multiple * 4.0 * leases
    for p in range(BLOCK):
        debt = 0.0
        for balance in s.OWED:
            debt += own[balance + p]
        owed, cash_flow = debt + lease_debt, own[s.CASH_FLOW_YEAR + p]
        grade = grade_of(own[s.GRADE + p], own[s.ALIVE + p] > 0.0, owed, cash_flow, issuer)
        eta = idiosyncratic(own[s.IDIOSYNCRATIC + p], own[s.Z_SPREAD + p], issuer, market)
        own[s.DEBT + p] = debt
        own[s.GRADE + p] = grade
        own[s.IDIOSYNCRATIC + p] = eta
        own[s.LEVERAGE + p] = leverage(owed, own[s.CASH + p], cash_flow, issuer)
    for p in range(BLOCK):
        own[s.STRETCH + p] = stretch(own[s.LEVERAGE + p], own[s.GRADE + p], issuer, market)
    for p in range(BLOCK):
        premium, premium_high_yield = state[m.PREMIUM + p], state[m.PREMIUM_HIGH_YIELD + p]
        own[s.SPREAD + p] = issuer_spread(
            state[m.LOG_SPREAD + p],
            own[s.IDIOSYNCRATIC + p],
            own[s.STRETCH + p],
            where(own[s.GRADE + p] > 0.0, premium_high_yield, premium),
            issuer,
            market,
        )
    for p in range(BLOCK):
        own[s.PRICE + p] = price_factor(own[s.SPREAD + p], issuer)


@loop
def operate(state, own, issuer, market, leases, season, detail):
    """Steps 5 and 8: build-out revenue, operating cash flow, what is earned of advances."""
    for p in range(BLOCK):
        capacity = state[m.YIELD + p] * issuer.relative_yield * own[s.CAPITAL + p]
        buildout_revenue, buildout_profit = buildout_business(
            capacity, state[m.CONTRACTED + p], state[m.SPOT + p], issuer, market
        )
        core = own[s.REVENUE + p]
        cash_flow, run_rate = operating_cash_flow(
            core,
            buildout_profit,
            own[s.DEBT + p],
            own[s.COUPON + p],
            own[s.CASH + p],
            leases,
            season,
            own[s.NOISE + p],
            issuer,
            market,
        )
        advance = own[s.ADVANCE + p]
        earned = advance * market.earned_share
        own[s.ADVANCE + p] = advance - earned
        own[s.EARNED + p] = earned
        own[s.RUN_RATE + p] = run_rate
        own[s.REVENUE_NOW + p] = core + buildout_revenue
        own[s.OCF + p] = cash_flow - earned if own[s.ALIVE + p] > 0.0 else 0.0
        if detail >= EVERYTHING:
            own[s.CAPACITY + p] = capacity
    # A loop of its own: to store a product in the first would change the rounding of its sum.
    for p in range(BLOCK):
        rate = net_interest(own[s.DEBT + p], own[s.COUPON + p], own[s.CASH + p], issuer, market)
        paid = (1.0 - market.tax) * rate * DELTA
        own[s.YEAR_INTEREST + p] += paid if own[s.ALIVE + p] > 0.0 else 0.0


@loop
def race(state, own, issuer, market, plan, time, variance):
    """Step 9, first half: the issuer's own programme, and its pull on the others."""
    for p in range(BLOCK):
        log_deviation = deviation(
            own[s.LOG_DEVIATION + p], state[m.Z_CAPEX + p], own[s.Z_CAPEX + p], issuer, market
        )
        log_programme = programme(log_deviation, own[s.CAPEX_GROWTH + p], time, variance, issuer)
        weight = plan * own[s.ALIVE + p]
        own[s.LOG_DEVIATION + p] = log_deviation
        own[s.LOG_PROGRAMME + p] = log_programme
        state[m.PULL + p] += weight * pull(own[s.LOG_FACTOR + p], log_programme, market)
        state[m.PULL_WEIGHT + p] += weight


@loop
def plan_capex(state, own, issuer, market, plan):
    """Step 9, second half: all issuers respond to the pack at once; what customers prepay."""
    for p in range(BLOCK):
        log_factor = raced_factor(
            own[s.LOG_FACTOR + p],
            state[m.PULL + p],
            state[m.PULL_WEIGHT + p],
            own[s.SPREAD + p],
            own[s.PRICE + p],
            state[m.UTILISATION + p],
            issuer,
            market,
        )
        own[s.LOG_FACTOR + p] = log_factor
    for p in range(BLOCK):
        programmed = plan * exp(own[s.LOG_PROGRAMME + p] + own[s.LOG_FACTOR + p])
        planned = programmed if own[s.ALIVE + p] > 0.0 else 0.0
        prepaid = prepayment(planned, state[m.SPOT + p], state[m.ANCHOR_LOST + p], issuer, market)
        own[s.PLANNED + p] = planned
        own[s.PREPAYMENTS.amount + p] = prepaid
        own[s.PREPAYMENTS.total + p] += prepaid
        own[s.ADVANCE + p] += prepaid
        own[s.OCF + p] += prepaid
