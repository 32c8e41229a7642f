"""Step 10 for one issuer, rung by rung: each loop serves one channel and asks the next.

`detail` is a constant of the entry point: rows that only causes or only tests read are left out of
the compiled code of runs that do not want them.
"""

from __future__ import annotations

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, EVERYTHING, TRACE
from capexrisk.model.funding import (
    bond_access,
    bond_ask,
    bond_price_factor,
    bond_room,
    cut_factor,
    equity_limit,
    last_rungs,
    least,
    maturing,
    private_room,
    secured_room,
    spend_surplus,
)
from capexrisk.model.market import by_regime
from capexrisk.numeric.jit import loop
from capexrisk.numeric.vecmath import positive_part


@loop
def ask_bonds(state, own, issuer, market, maturity, leases, date, detail):
    """The need, 10.1 (cash above target), and what is asked of the bond market (10.2)."""
    own_share = 1.0 - issuer.finance_lease_share
    lease_debt = market.lease_multiple * 4.0 * leases
    for p in range(BLOCK):
        alive = own[s.ALIVE + p] > 0.0
        planned = own[s.PLANNED + p]
        due_bonds, due_secured = maturing(
            maturity if alive else 0.0, own[s.BONDS + p], own[s.SECURED + p]
        )
        due = due_bonds + due_secured
        dividends = issuer.dividends if alive else 0.0
        net = own_share * planned + dividends + due - own[s.OCF + p]
        need = positive_part(net)
        cash = own[s.CASH + p]
        cash_first = least(need, positive_part(cash - issuer.cash_target))
        left = need - cash_first

        price = bond_price_factor(own[s.SPREAD + p], issuer)
        access = bond_access(state[m.REGIME + p], issuer)
        owed = own[s.DEBT + p] + lease_debt
        room = bond_room(own[s.CASH_FLOW_YEAR + p], owed, due, issuer)
        capped = least(room, issuer.bond_quarter_cap)
        limit = capped * access * price
        ask = bond_ask(left, cash - cash_first, planned, limit, issuer, market)

        dated = own[s.NEED_QUARTER + p]
        own[s.NEED_QUARTER + p] = date if (left > 0.0 and dated > date) else dated
        own[s.BONDS + p] -= due_bonds
        own[s.SECURED + p] -= due_secured
        own[s.NET + p] = net
        own[s.CASH + p] = cash - cash_first
        own[s.LEFT + p] = left
        own[s.ASK + p] = ask
        state[m.BONDS_REPAID + p] += due_bonds
        state[m.ASKED + p] += ask
        if detail >= EVERYTHING:
            own[s.LOST_WINDOW + p] = capped * price * (1.0 - access)
            own[s.LOST_LEVERAGE + p] = (issuer.bond_quarter_cap - capped) * access * price
        if detail >= TRACE:
            own[s.DUE_BONDS + p] = due_bonds
            own[s.DUE_SECURED + p] = due_secured
            own[s.NEED + p] = need
            own[s.SURPLUS + p] = positive_part(-net)
            own[s.CASH_FIRST + p] = cash_first


@loop
def serve_bonds_ask_secured(state, own, issuer, market, detail):
    """10.2 served; 10.3 asked. What bonds bring beyond the need goes to cash at once."""
    for p in range(BLOCK):
        ask = own[s.ASK + p]
        sold = ask * state[m.SERVED + p]
        before = own[s.LEFT + p]
        used = least(sold, before)
        left = before - used

        pledge = (
            own[s.CAPITAL + p]
            + own[s.PIPELINE_FIRST + p]
            + own[s.PIPELINE_SECOND + p]
            + issuer.ai_share * own[s.PLANNED + p]
        )
        room = secured_room(pledge, own[s.SECURED + p], issuer)
        access = by_regime(state[m.REGIME + p], market.access_secured)
        next_ask = least(left, room * access)

        own[s.BONDS_SOLD + p] = sold
        own[s.CASH + p] += sold - used
        own[s.LEFT + p] = left
        own[s.ASK + p] = next_ask
        state[m.ASKED + p] += next_ask
        state[m.BONDS_SOLD + p] += sold
        if detail >= EVERYTHING:
            own[s.LOST_WINDOW + p] += room * (1.0 - access)
            own[s.LOST_RATIONING + p] = ask - sold


@loop
def serve_secured_ask_private(state, own, issuer, market, detail):
    """10.3 served; 10.4 asked."""
    for p in range(BLOCK):
        ask = own[s.ASK + p]
        sold = ask * state[m.SERVED + p]
        left = own[s.LEFT + p] - sold

        pledge = (
            own[s.CAPITAL + p]
            + own[s.PIPELINE_FIRST + p]
            + own[s.PIPELINE_SECOND + p]
            + issuer.ai_share * own[s.PLANNED + p]
        )
        room = private_room(pledge, own[s.PRIVATE + p], issuer)
        willing = by_regime(state[m.REGIME + p], market.access_private) * state[m.HEALTH + p]
        next_ask = least(left, room * willing)

        own[s.SECURED_SOLD + p] = sold
        own[s.SUM_SECURED_SOLD + p] += sold
        own[s.LEFT + p] = left
        own[s.ASK + p] = next_ask
        state[m.ASKED + p] += next_ask
        if detail >= EVERYTHING:
            own[s.LOST_WINDOW + p] += room * (1.0 - willing)
            own[s.LOST_RATIONING + p] += ask - sold


@loop
def climb_last_rungs(state, own, issuer, market, detail):
    """10.4 served, and 10.5 to 10.10."""
    for p in range(BLOCK):
        ask = own[s.ASK + p]
        private_sold = ask * state[m.SERVED + p]
        saleable = equity_limit(own[s.CASH_FLOW_YEAR + p], state[m.EQUITY_PRICE + p], issuer)
        access = by_regime(state[m.REGIME + p], market.access_equity)
        cash = own[s.CASH + p]
        cash_last, drawn, equity, capex_cut, dividend_cut, unmet = last_rungs(
            own[s.LEFT + p] - private_sold,
            cash,
            own[s.REVOLVER + p],
            own[s.PLANNED + p],
            saleable * access,
            issuer,
        )
        own[s.PRIVATE_SOLD + p] = private_sold
        own[s.CASH + p] = cash - cash_last
        own[s.DRAWN + p] = drawn
        own[s.CAPEX_CUT + p] = capex_cut
        own[s.UNMET + p] = unmet
        own[s.SUM_PRIVATE_SOLD + p] += private_sold
        own[s.SUM_DRAWN + p] += drawn
        own[s.SUM_EQUITY + p] += equity
        own[s.SUM_CAPEX_CUT + p] += capex_cut
        if detail >= EVERYTHING:
            own[s.LOST_RATIONING + p] += ask - private_sold
            own[s.LOST_WINDOW + p] += saleable * (1.0 - access)
        if detail >= TRACE:
            own[s.CASH_LAST + p] = cash_last
            own[s.EQUITY + p] = equity
            own[s.DIVIDEND_CUT + p] = dividend_cut


@loop
def spend(own, issuer, detail):
    """The surplus, and capex as it is spent, with its effect on later plans where it was cut."""
    own_share = 1.0 - issuer.finance_lease_share
    cuts = 0
    for p in range(BLOCK):
        cash = own[s.CASH + p]
        revolver = own[s.REVOLVER + p]
        surplus = positive_part(-own[s.NET + p])
        repaid, buyback, kept = spend_surplus(surplus, cash, revolver, issuer)
        cut = own[s.CAPEX_CUT + p]
        cuts += 1 if cut > 0.0 else 0
        # Where all of it is cut, rounding must not leave a negative rest: it would be lent back.
        spent = positive_part(own[s.PLANNED + p] - cut / own_share)
        own[s.SPENT + p] = spent
        own[s.YEAR_SPENT + p] += spent
        own[s.SUM_BUYBACK + p] += buyback
        own[s.BUYBACK + p] = buyback
        own[s.CASH + p] = cash + kept
        own[s.REVOLVER + p] = revolver - repaid
        if detail >= TRACE:
            own[s.REPAID + p] = repaid
    if cuts > 0:
        for p in range(BLOCK):
            change = cut_factor(own[s.SPENT + p], own[s.PLANNED + p])
            own[s.LOG_FACTOR + p] += change if own[s.CAPEX_CUT + p] > 0.0 else 0.0
