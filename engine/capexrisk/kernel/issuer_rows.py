"""Offsets of one issuer's rows, relative to its first row."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from capexrisk.kernel import market_rows
from capexrisk.kernel.block import ABSENT, rows
from capexrisk.model.vocabulary import BALANCES, CHANNELS, FLOWS, OWED_AS
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.rows import rows_from

_row = rows()


class FlowRows(NamedTuple):
    """Rows of a flow: raised through a channel, cut, prepaid or spent beside capex."""

    number: int  # of a channel, in tables by channel
    amount: int  # of the quarter
    total: int  # of the year, or of the path if not collected by year
    balance: int  # in which it is owed; ABSENT if it is not


class LentRows(NamedTuple):
    """Rows of a channel whose money is owed."""

    number: int
    amount: int
    balance: int
    pooled: bool
    leased: bool  # whether finance leases, lent at source, add to it


BALANCE = {name: next(_row) for name in BALANCES}
FLOW = {
    name: FlowRows(number, next(_row), next(_row), BALANCE.get(OWED_AS.get(name, ""), ABSENT))
    for number, name in enumerate(FLOWS)
}
OWED = tuple(BALANCE.values())
LENT = tuple(
    LentRows(
        FLOW[name].number,
        FLOW[name].amount,
        FLOW[name].balance,
        CHANNELS[name].pooled,
        OWED_AS["finance_leases"] == name,
    )
    for name in OWED_AS
    if not CHANNELS[name].at_source
)
TOTALS = tuple(flow.total for flow in FLOW.values())
# Flows that a loop treats separately.
SHARE_PROGRAMME = FLOW["share_programme"]
BONDS = FLOW["bonds"]
HIGH_YIELD = FLOW["high_yield"]
SECURED = FLOW["secured"]
REVOLVER = FLOW["revolver"]
EQUITY = FLOW["equity"]
FINANCE_LEASES = FLOW["finance_leases"]
CAPEX_CUT = FLOW["capex_cut"]
BUYBACKS = FLOW["buybacks"]
PREPAYMENTS = FLOW["prepayments"]
INVESTMENTS = FLOW["investments"]

# Draws of the quarter
Z_REVENUE = next(_row)
Z_FLOW = next(_row)
Z_CAPEX = next(_row)
Z_SPREAD = next(_row)
# Drawn once a path
Z_GROWTH = next(_row)
Z_CAPEX_GROWTH = next(_row)
DRIFT = next(_row)  # of the log of core revenue, a quarter
CAPEX_GROWTH = next(_row)  # a year
# State
ALIVE = next(_row)
REVENUE = next(_row)
IDIOSYNCRATIC = next(_row)
CASH_FLOW_YEAR = next(_row)  # L, the last four quarters' cash flow
REVENUE_YEAR = next(_row)  # Y, the last four quarters' revenue
CAPITAL = next(_row)
PIPELINE_FIRST = next(_row)
PIPELINE_SECOND = next(_row)
CAPITAL_OTHER = next(_row)
LOG_DEVIATION = next(_row)  # ln X of step 9
LOG_PROGRAMME = next(_row)  # ln X less half its variance, plus drift
LOG_FACTOR = next(_row)
CASH = next(_row)
COUPON = next(_row)
SPREAD = next(_row)
GRADE = next(_row)  # 0 investment grade, 1 high yield
ADVANCE = next(_row)  # B, prepaid by customers and not yet earned
BURN = next(_row)  # β, a quarter's
# The quarter's business
CAPACITY = next(_row)
LAG = next(_row)  # fall in its share of capacity
NOISE = next(_row)  # of its cash flow
LEVERAGE = next(_row)
STRETCH = next(_row)  # what it adds to the log spread
REVENUE_NOW = next(_row)  # core and build-out
PRICE = next(_row)  # min(1, spread at the start / spread)
EARNED = next(_row)  # of the advance
RUN_RATE = next(_row)  # core + extra of step 8, what step 12 adds to L
OCF = next(_row)
PROFIT = next(_row)
PLANNED = next(_row)
# The quarter's waterfall
DEBT = next(_row)  # before this quarter's until its books are closed, with it from then on
DUE = next(_row)
DUE_BONDS = next(_row)
DUE_SECURED = next(_row)
NET = next(_row)  # the need, or with its sign the surplus
NEED = next(_row)
SURPLUS = next(_row)
LEFT = next(_row)  # of the need, after the rungs climbed so far
CASH_FIRST = next(_row)
PLEDGE = next(_row)  # what an issuer can pledge
SALEABLE = next(_row)  # shares that can still be sold
SECURED_LEFT = next(_row)  # of the limit of secured debt
ASK = next(_row)  # of the channel now being rationed
CASH_LAST = next(_row)
DIVIDEND_CUT = next(_row)
UNMET = next(_row)
LIQUIDITY = next(_row)  # ℓ, at the quarter's end
RUN_MARGIN = next(_row)  # liquidity beyond what lenders want to see; a run below 0
REPAID = next(_row)
SPENT = next(_row)
FREE_CASH_FLOW = next(_row)
# Money withheld this quarter, by obstacle
LOST_WINDOW = next(_row)
LOST_LEVERAGE = next(_row)
LOST_RATIONING = next(_row)
# The calendar year so far
YEAR_OCF = next(_row)
YEAR_SPENT = next(_row)
YEAR_PROFIT = next(_row)
YEAR_INTEREST = next(_row)  # after tax, less what cash earns
YEAR_ADVANCES = next(_row)  # received, less what was earned of them
YEAR_FREE_CASH_FLOW = next(_row)  # known at its end
YEAR_STATE = next(_row)
# The path so far
NEGATIVE_QUARTER = next(_row)  # F0
BUYBACK_QUARTER = next(_row)  # F1
NEED_QUARTER = next(_row)  # F2
CUT_QUARTER = next(_row)  # F3
FAILURE_QUARTER = next(_row)  # F4
NET_DEBT_QUARTER = next(_row)
HIGH_YIELD_QUARTER = next(_row)  # of the fall
CUT_CAUSE = next(_row)
FAILURE_CAUSE = next(_row)
# Extremes of the path, by quantity of `outcomes`, each with its value before the first quarter
EXTREMES = {"peak_spread": (next(_row), 0.0), "lowest_cash": (next(_row), inf)}
PEAK_SPREAD, LOWEST_CASH = (row for row, _ in EXTREMES.values())
DISTANCE = next(_row)  # to failure; kept only on request

SIZE = next(_row)


def state_size(issuers: int) -> int:
    """Length of the state of a block: the market's rows, then each issuer's."""
    return market_rows.SIZE + issuers * SIZE


@scalar
def rows_of(state, i):
    """Rows of issuer i.

    They have their own pointer, so that row offsets stay compile-time constants in the loops.
    """
    return rows_from(state, market_rows.SIZE + i * SIZE)
