"""The end of an issuer's quarter: step 11, its part of step 12, tiers of distress and causes."""

from __future__ import annotations

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.model.causes import binding_cause, lost_to_glut, lost_to_tenant
from capexrisk.model.feedback import blended_coupon, bond_rate, secured_rate
from capexrisk.model.operations import accounting_profit
from capexrisk.numeric.jit import loop, scalar
from capexrisk.numeric.vecmath import nan_if_beyond, positive_part


@loop
def close_books(state, own, issuer, market):
    """Step 11, and L of step 12; adds the issuer to the market's sums."""
    for p in range(BLOCK):
        alive = own[s.ALIVE + p] > 0.0
        spread = own[s.SPREAD + p]
        bonds_sold = own[s.BONDS_SOLD + p]
        secured_new = own[s.SECURED_SOLD + p] + own[s.LEASED + p]
        private_sold = own[s.PRIVATE_SOLD + p]
        drawn = own[s.DRAWN + p]
        bonds = own[s.BONDS + p] - own[s.DUE_BONDS + p]
        secured = own[s.SECURED + p] - own[s.DUE_SECURED + p]
        private = own[s.PRIVATE + p]
        revolver = own[s.REVOLVER + p] - own[s.REPAID + p]

        own_rate = bond_rate(spread, market)
        interest = (
            bonds_sold * own_rate
            + secured_new * secured_rate(spread, state[m.COLLATERAL + p], market)
            + private_sold * (own_rate + market.private_extra)
            + drawn * (own_rate + market.revolver_extra)
        )
        coupon = own[s.COUPON + p]
        blended = blended_coupon(
            coupon,
            bonds + secured + private + revolver,
            bonds_sold + secured_new + private_sold + drawn,
            interest,
        )
        own[s.COUPON + p] = blended if alive else coupon
        own[s.BONDS + p] = bonds + bonds_sold
        own[s.SECURED + p] = secured + secured_new
        own[s.PRIVATE + p] = private + private_sold
        own[s.REVOLVER + p] = revolver + drawn
        state[m.BONDS_SOLD + p] += bonds_sold
        state[m.BONDS_REPAID + p] += own[s.DUE_BONDS + p]

    for p in range(BLOCK):
        alive = own[s.ALIVE + p] > 0.0
        spent = own[s.SPENT + p]
        other = own[s.CAPITAL_OTHER + p]
        profit = accounting_profit(own[s.OCF + p], own[s.CAPITAL + p], other, issuer, market)
        profit = profit if alive else 0.0
        own[s.PIPELINE_FIRST + p] += issuer.ai_share * spent
        own[s.CAPITAL_OTHER + p] = (
            other + (1.0 - issuer.ai_share) * spent - issuer.depreciation_other
        )
        own[s.PROFIT + p] = profit
        own[s.YEAR_FREE_CASH_FLOW + p] += own[s.FREE_CASH_FLOW + p]
        own[s.CASH_FLOW_YEAR + p] = 0.75 * own[s.CASH_FLOW_YEAR + p] + own[s.RUN_RATE + p]
        state[m.PROFIT + p] += profit


@scalar
def sum_of_quarter(own, p):
    """A number as large as any of the issuer's quarter: of sizes, so that none cancels another."""
    return (
        abs(own[s.SPREAD + p])
        + abs(own[s.COUPON + p])
        + abs(own[s.REVENUE + p])
        + abs(own[s.CASH_FLOW_YEAR + p])
        + abs(own[s.OCF + p])
        + abs(own[s.FREE_CASH_FLOW + p])
        + abs(own[s.PROFIT + p])
        + abs(own[s.PLANNED + p])
    )


@loop
def date_distress(state, own, issuer, market, leases, smallest, k):
    """Tiers of distress, net debt and fallen angels are dated; failures leave the field."""
    lease_debt = market.lease_multiple * 4.0 * leases
    for p in range(BLOCK):
        alive = own[s.ALIVE + p] > 0.0
        need = own[s.NEED + p]
        fails = own[s.UNMET + p] > market.fail_tolerance * need
        fails = fails and alive
        idle_programme = alive and issuer.buybacks > 0.0 and own[s.BUYBACK + p] == 0.0
        short = need > own[s.CASH_FIRST + p]
        cut = own[s.CAPEX_CUT + p] > 0.0

        debt = own[s.BONDS + p] + own[s.SECURED + p] + own[s.PRIVATE + p] + own[s.REVOLVER + p]
        cash = own[s.CASH + p]
        limit = issuer.leverage_limit * positive_part(own[s.CASH_FLOW_YEAR + p])
        above = 1.0 if debt + lease_debt > limit else 0.0
        angel = alive and above * own[s.ABOVE_LIMIT + p] * issuer.within_limit > 0.0

        dated = own[s.BUYBACK_QUARTER + p]
        own[s.BUYBACK_QUARTER + p] = k if (idle_programme and dated > k) else dated
        dated = own[s.NEED_QUARTER + p]
        own[s.NEED_QUARTER + p] = k if (short and dated > k) else dated
        dated = own[s.CUT_QUARTER + p]
        own[s.CUT_QUARTER + p] = k if (cut and dated > k) else dated
        dated = own[s.FAILURE_QUARTER + p]
        own[s.FAILURE_QUARTER + p] = k if fails else dated
        dated = own[s.NET_DEBT_QUARTER + p]
        in_net_debt = alive and debt > cash
        own[s.NET_DEBT_QUARTER + p] = k if (in_net_debt and dated > k) else dated
        dated = own[s.FALLEN_ANGEL_QUARTER + p]
        own[s.FALLEN_ANGEL_QUARTER + p] = k if (angel and dated > k) else dated

        lowest = own[s.LOWEST_CASH + p]
        own[s.LOWEST_CASH + p] = cash if (alive and cash < lowest) else lowest
        own[s.ABOVE_LIMIT + p] = above
        state[m.FAILING_DEBT + p] += debt if fails else 0.0
        state[m.FAILED + p] += 1.0 if fails else 0.0
        state[m.FAILED_BUT_SMALLEST + p] += 1.0 if (fails and not smallest) else 0.0

        total = abs(cash) + abs(debt) + sum_of_quarter(own, p)
        state[m.NOT_FINITE + p] += nan_if_beyond(total)


@loop
def assign_causes(state, own, issuer, market, plan, k):
    """The cause of the first cut and of the failure, after `date_distress`; failures leave here.

    A failing issuer's year is judged at once for F0, since nothing flows after it.

    Cuts are rare, so this loop branches instead of computing causes nobody asks for.
    """
    own_share = 1.0 - issuer.finance_lease_share
    for p in range(BLOCK):
        first_cut = own[s.CUT_QUARTER + p] == k
        fails = own[s.FAILURE_QUARTER + p] == k
        if first_cut or fails:
            capacity = own[s.CAPACITY + p]
            spot = state[m.SPOT + p]
            cause = binding_cause(
                own[s.LOST_WINDOW + p],
                own[s.LOST_LEVERAGE + p],
                own[s.LOST_RATIONING + p],
                lost_to_tenant(capacity, spot, state[m.TENANT_LOST + p], issuer, market),
                lost_to_glut(capacity, spot, issuer, market),
                positive_part(own_share * (own[s.PLANNED + p] - plan)),
            )
            if first_cut:
                own[s.CUT_CAUSE + p] = cause
            if fails:
                own[s.FAILURE_CAUSE + p] = cause
                own[s.ALIVE + p] = 0.0
                negative = own[s.YEAR_FREE_CASH_FLOW + p] < 0.0
                if negative and own[s.NEGATIVE_QUARTER + p] > k:
                    own[s.NEGATIVE_QUARTER + p] = k


@loop
def close_year(own, k):
    """F0: the year's free cash flow is judged in its last quarter and starts again at 0.

    YEAR_STATE tells both: 1 if it was negative, plus 2 if the issuer has failed by now.
    """
    for p in range(BLOCK):
        negative = own[s.YEAR_FREE_CASH_FLOW + p] < 0.0
        dated = own[s.NEGATIVE_QUARTER + p]
        failed = 0.0 if own[s.ALIVE + p] > 0.0 else 2.0
        own[s.NEGATIVE_QUARTER + p] = k if (negative and dated > k) else dated
        own[s.YEAR_STATE + p] = (1.0 if negative else 0.0) + failed
        own[s.YEAR_FREE_CASH_FLOW + p] = 0.0
