"""Offsets of one issuer's rows, counted from where that issuer's rows begin."""

from __future__ import annotations

from capexrisk.kernel.block import PITCH, rows

COUNT = 83
_row = rows(COUNT)

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
CAPITAL = next(_row)
PIPELINE_FIRST = next(_row)
PIPELINE_SECOND = next(_row)
CAPITAL_OTHER = next(_row)
LOG_PROGRAMME = next(_row)  # ln X + drift of step 9
LOG_FACTOR = next(_row)
CASH = next(_row)
BONDS = next(_row)
SECURED = next(_row)
PRIVATE = next(_row)
REVOLVER = next(_row)
COUPON = next(_row)
SPREAD = next(_row)
# The quarter's business
CAPACITY = next(_row)
AI_REVENUE = next(_row)
RUN_RATE = next(_row)  # core + extra of step 8, what step 12 adds to L
OCF = next(_row)
PROFIT = next(_row)
PLANNED = next(_row)
# The quarter's waterfall
DEBT = next(_row)  # before this quarter's until its books are closed, with it from then on
DUE_BONDS = next(_row)
DUE_SECURED = next(_row)
NET = next(_row)  # the need, or with its sign the surplus
NEED = next(_row)
SURPLUS = next(_row)
LEFT = next(_row)  # of the need, after the rungs climbed so far
CASH_FIRST = next(_row)
ASK = next(_row)  # of the channel now being rationed
BONDS_SOLD = next(_row)
SECURED_SOLD = next(_row)
PRIVATE_SOLD = next(_row)
CASH_LAST = next(_row)
DRAWN = next(_row)
EQUITY = next(_row)
CAPEX_CUT = next(_row)
DIVIDEND_CUT = next(_row)
UNMET = next(_row)
REPAID = next(_row)
BUYBACK = next(_row)
SPENT = next(_row)
LEASED = next(_row)
FREE_CASH_FLOW = next(_row)
# Money kept away this quarter, by obstacle
LOST_WINDOW = next(_row)
LOST_LEVERAGE = next(_row)
LOST_RATIONING = next(_row)
# What the calendar year has yielded so far
YEAR_OCF = next(_row)
YEAR_SPENT = next(_row)
YEAR_PROFIT = next(_row)
YEAR_FREE_CASH_FLOW = next(_row)  # known at its end
YEAR_STATE = next(_row)
# The year's flows, or the path's where no year is asked for
SUM_BONDS_SOLD = next(_row)
SUM_SECURED_SOLD = next(_row)
SUM_PRIVATE_SOLD = next(_row)
SUM_DRAWN = next(_row)
SUM_EQUITY = next(_row)
SUM_LEASED = next(_row)
SUM_CAPEX_CUT = next(_row)
SUM_BUYBACK = next(_row)
# What the path has yielded so far
ABOVE_LIMIT = next(_row)
NEGATIVE_QUARTER = next(_row)  # F0
BUYBACK_QUARTER = next(_row)  # F1
NEED_QUARTER = next(_row)  # F2
CUT_QUARTER = next(_row)  # F3
FAILURE_QUARTER = next(_row)  # F4
NET_DEBT_QUARTER = next(_row)
FALLEN_ANGEL_QUARTER = next(_row)
CUT_CAUSE = next(_row)
FAILURE_CAUSE = next(_row)
PEAK_SPREAD = next(_row)
LOWEST_CASH = next(_row)
DISTANCE = next(_row)  # to failure; kept only where it is asked for

SIZE = COUNT * PITCH
