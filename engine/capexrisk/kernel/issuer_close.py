"""The end of an issuer's quarter: step 11, its part of step 12, tiers of distress and causes.

The loops are short on purpose: a processor overlaps several paths only while their instructions
fit into its window, so one long loop took longer than its parts.
"""

from __future__ import annotations

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, EVERYTHING, TRACE
from capexrisk.kernel.dates import first_date
from capexrisk.model.causes import RUN, binding_cause, lost_to_anchor, lost_to_glut
from capexrisk.model.feedback import blended_coupon, bond_rate, secured_rate
from capexrisk.model.operations import accounting_profit
from capexrisk.numeric.jit import loop, scalar
from capexrisk.numeric.vecmath import maximum, minimum, nan_if_square_beyond, positive_part, where

HUGE = 1e300  # minimum(x, inf) would be x to the compiler


@loop
def close_books(state, own, issuer, market):
    """Step 11: cost of debt, and balances including this quarter's debt."""
    for p in range(BLOCK):
        spread = own[s.SPREAD + p]
        leased = issuer.finance_lease_share * own[s.SPENT + p]
        own_rate = bond_rate(spread, market)
        pooled_rate = secured_rate(spread, state[m.COLLATERAL + p], market)
        remaining, new, interest = 0.0, 0.0, 0.0
        for balance in s.OWED:
            remaining += own[balance + p]
        for lent in s.LENT:
            added = own[lent.amount + p] + (leased if lent.leased else 0.0)
            rate = pooled_rate if lent.pooled else own_rate + market.channel_extra[lent.number]
            new += added
            interest += added * rate
            own[lent.balance + p] += added
        alive = own[s.ALIVE + p] > 0.0
        own[s.COUPON + p] = blended_coupon(own[s.COUPON + p], remaining, new, interest, alive)
        own[s.DEBT + p] = remaining + new


@loop
def close_accounts(own, issuer, market, detail):
    """Step 11: profit, and capex entering the pipeline; also L and Y of step 12."""
    own_share = 1.0 - issuer.finance_lease_share
    for p in range(BLOCK):
        spent = own[s.SPENT + p]
        cash_flow = own[s.OCF + p]
        other = own[s.CAPITAL_OTHER + p]
        advance = own[s.PREPAYMENTS.amount + p] - own[s.EARNED + p]
        profit = accounting_profit(cash_flow, advance, own[s.CAPITAL + p], other, issuer, market)
        profit = profit if own[s.ALIVE + p] > 0.0 else 0.0
        own[s.PROFIT + p] = profit
        own[s.YEAR_PROFIT + p] += profit
        own[s.YEAR_OCF + p] += cash_flow
        own[s.YEAR_ADVANCES + p] += advance if own[s.ALIVE + p] > 0.0 else 0.0
        own[s.PIPELINE_FIRST + p] += issuer.buildout_share * spent
        own[s.CAPITAL_OTHER + p] = (
            other + (1.0 - issuer.buildout_share) * spent - issuer.depreciation_other
        )
        own[s.CASH_FLOW_YEAR + p] = 0.75 * own[s.CASH_FLOW_YEAR + p] + own[s.RUN_RATE + p]
        own[s.REVENUE_YEAR + p] = 0.75 * own[s.REVENUE_YEAR + p] + own[s.REVENUE_NOW + p]
        if detail >= EVERYTHING:
            own[s.FREE_CASH_FLOW + p] = cash_flow - own_share * spent
        if detail >= TRACE:
            # Not in close_books: to store a product there would change the rounding of its sum.
            own[s.FINANCE_LEASES.amount + p] = issuer.finance_lease_share * spent


@loop
def date_distress(state, own, issuer, market, smallest, k):
    """Date F1, F3 and F4; returns the number of paths that fail or cut capex for the first time."""
    struck = 0
    for p in range(BLOCK):
        alive = own[s.ALIVE + p] > 0.0
        unmet = own[s.UNMET + p] > market.fail_tolerance * positive_part(own[s.NET + p])
        fails = alive and (unmet or own[s.RUN_MARGIN + p] < 0.0)
        idle_programme = alive and issuer.buybacks > 0.0 and own[s.BUYBACKS.amount + p] == 0.0
        debt = own[s.DEBT + p]
        cuts = own[s.CAPEX_CUT.amount + p] > 0.0
        dated = own[s.CUT_QUARTER + p]
        struck += 1 if ((cuts and dated > k) or fails) else 0
        own[s.CUT_QUARTER + p] = first_date(dated, cuts, k)
        own[s.BUYBACK_QUARTER + p] = first_date(own[s.BUYBACK_QUARTER + p], idle_programme, k)
        own[s.FAILURE_QUARTER + p] = first_date(own[s.FAILURE_QUARTER + p], fails, k)
        state[m.FAILING_DEBT + p] += debt if fails else 0.0
        state[m.FAILED + p] += 1.0 if fails else 0.0
        state[m.FAILED_BUT_SMALLEST + p] += 1.0 if (fails and not smallest) else 0.0
    for p in range(BLOCK):
        squares = square(own[s.SPREAD + p]) + square(own[s.COUPON + p])
        squares += square(own[s.REVENUE + p]) + square(own[s.CASH_FLOW_YEAR + p])
        squares += square(own[s.REVENUE_YEAR + p]) + square(own[s.ADVANCE + p])
        squares += square(own[s.OCF + p]) + square(own[s.PROFIT + p])
        squares += square(own[s.PLANNED + p])
        squares += square(own[s.CASH + p]) + square(own[s.DEBT + p])
        state[m.NOT_FINITE + p] += nan_if_square_beyond(squares)
    return struck


@scalar
def square(x):
    """x * x; a sum of squares is at least its largest term, since none cancels another."""
    return x * x


@loop
def date_balances(own, issuer, k):
    """Date net debt and the fall to high yield; update a path's lowest cash and peak spread."""
    for p in range(BLOCK):
        alive = own[s.ALIVE + p] > 0.0
        cash = own[s.CASH + p]
        fallen = own[s.GRADE + p] > issuer.high_yield
        in_debt = alive and own[s.DEBT + p] > cash
        own[s.HIGH_YIELD_QUARTER + p] = first_date(own[s.HIGH_YIELD_QUARTER + p], fallen, k)
        own[s.NET_DEBT_QUARTER + p] = first_date(own[s.NET_DEBT_QUARTER + p], in_debt, k)
        own[s.LOWEST_CASH + p] = minimum(own[s.LOWEST_CASH + p], where(alive, cash, HUGE))
        spread = where(alive, own[s.SPREAD + p], 0.0)
        own[s.PEAK_SPREAD + p] = maximum(own[s.PEAK_SPREAD + p], spread)


@loop
def leave(own, issuer, k):
    """Remove failed issuers and judge their year at once, since nothing flows after it."""
    own_share = 1.0 - issuer.finance_lease_share
    for p in range(BLOCK):
        fails = own[s.FAILURE_QUARTER + p] == k
        negative = own[s.YEAR_OCF + p] - own_share * own[s.YEAR_SPENT + p] < 0.0
        own[s.ALIVE + p] *= where(fails, 0.0, 1.0)
        dated = own[s.NEGATIVE_QUARTER + p]
        own[s.NEGATIVE_QUARTER + p] = first_date(dated, fails and negative, k)


@loop
def assign_causes(state, own, issuer, market, plan, k):
    """Assign the causes of the first cut and of the failure; both rows are 0 until then."""
    own_share = 1.0 - issuer.finance_lease_share
    for p in range(BLOCK):
        capacity = own[s.CAPACITY + p]
        spot = state[m.SPOT + p]
        cause = binding_cause(
            own[s.LOST_WINDOW + p],
            own[s.LOST_LEVERAGE + p],
            own[s.LOST_RATIONING + p],
            lost_to_anchor(capacity, spot, state[m.ANCHOR_LOST + p], issuer, market),
            lost_to_glut(capacity, spot, issuer, market),
            positive_part(own_share * (own[s.PLANNED + p] - plan)),
        )
        unmet = own[s.UNMET + p] > market.fail_tolerance * positive_part(own[s.NET + p])
        of_failure = where(unmet, cause, RUN)
        own[s.CUT_CAUSE + p] += where(own[s.CUT_QUARTER + p] == k, cause, 0.0)
        own[s.FAILURE_CAUSE + p] += where(own[s.FAILURE_QUARTER + p] == k, of_failure, 0.0)


@loop
def close_year(state, own, issuer, k):
    """F0: judge the year's free cash flow in its last quarter; leases and the group's profit.

    YEAR_STATE holds both: 1 if the cash flow was negative, plus 2 if the issuer has failed by now.
    """
    own_share = 1.0 - issuer.finance_lease_share
    for p in range(BLOCK):
        spent = own[s.YEAR_SPENT + p]
        free_cash_flow = own[s.YEAR_OCF + p] - own_share * spent
        negative = free_cash_flow < 0.0
        failed = 0.0 if own[s.ALIVE + p] > 0.0 else 2.0
        own[s.NEGATIVE_QUARTER + p] = first_date(own[s.NEGATIVE_QUARTER + p], negative, k)
        own[s.YEAR_FREE_CASH_FLOW + p] = free_cash_flow
        own[s.YEAR_STATE + p] = (1.0 if negative else 0.0) + failed
        own[s.FINANCE_LEASES.total + p] += issuer.finance_lease_share * spent
        state[m.PROFIT + p] += own[s.YEAR_PROFIT + p]


@loop
def clear_year(own, detail):
    """Reset the sums of a calendar year to 0.

    Flows that are not collected by year continue to the end of the path.
    """
    for p in range(BLOCK):
        own[s.YEAR_OCF + p] = 0.0
        own[s.YEAR_SPENT + p] = 0.0
        own[s.YEAR_PROFIT + p] = 0.0
        own[s.YEAR_INTEREST + p] = 0.0
        own[s.YEAR_ADVANCES + p] = 0.0
    if detail >= EVERYTHING:
        for p in range(BLOCK):
            for total in s.TOTALS:
                own[total + p] = 0.0
