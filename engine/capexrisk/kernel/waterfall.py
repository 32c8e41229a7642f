"""Step 10 for one issuer, rung by rung: each loop serves one channel and asks the next."""

from __future__ import annotations

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.model.funding import (
    bond_access,
    bond_ask,
    bond_price_factor,
    bond_room,
    cut_factor,
    equity_limit,
    least,
    maturing,
    private_room,
    secured_room,
)
from capexrisk.model.market import by_regime
from capexrisk.numeric.jit import loop
from capexrisk.numeric.vecmath import positive_part


@loop
def ask_bonds(state, own, issuer, market, maturity):
    """The need, 10.1 (cash above target), and what is asked of the bond market (10.2)."""
    own_share = 1.0 - issuer.finance_lease_share
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

        regime = state[m.REGIME + p]
        price = bond_price_factor(own[s.SPREAD + p], issuer)
        room = bond_room(own[s.CASH_FLOW_YEAR + p], own[s.OWED + p], due, issuer)
        ask = bond_ask(left, cash - cash_first, planned, room, regime, price, issuer, market)
        access = bond_access(regime, issuer)
        capped = least(room, issuer.bond_quarter_cap)

        own[s.DUE_BONDS + p] = due_bonds
        own[s.DUE_SECURED + p] = due_secured
        own[s.NEED + p] = need
        own[s.SURPLUS + p] = positive_part(-net)
        own[s.CASH_FIRST + p] = cash_first
        own[s.LEFT + p] = left
        own[s.ASK + p] = ask
        state[m.ASKED + p] += ask
        own[s.LOST_WINDOW + p] = capped * price * (1.0 - access)
        own[s.LOST_LEVERAGE + p] = (issuer.bond_quarter_cap - capped) * access * price


@loop
def serve_bonds_ask_secured(state, own, issuer, market):
    """10.2 served; 10.3 asked. What bonds bring beyond the need goes to cash at once."""
    for p in range(BLOCK):
        ask = own[s.ASK + p]
        sold = ask * state[m.SERVED + p]
        before = own[s.LEFT + p]
        used = least(sold, before)
        left = before - used
        cash = own[s.CASH + p] - own[s.CASH_FIRST + p] + (sold - used)

        pledge = (
            own[s.CAPITAL + p]
            + own[s.PIPELINE_FIRST + p]
            + own[s.PIPELINE_SECOND + p]
            + issuer.ai_share * own[s.PLANNED + p]
        )
        room = secured_room(pledge, own[s.SECURED + p] - own[s.DUE_SECURED + p], issuer)
        access = by_regime(state[m.REGIME + p], market.access_secured)
        next_ask = least(left, room * access)

        own[s.BONDS_SOLD + p] = sold
        own[s.CASH + p] = cash
        own[s.LEFT + p] = left
        own[s.ASK + p] = next_ask
        state[m.ASKED + p] += next_ask
        own[s.LOST_WINDOW + p] += room * (1.0 - access)
        own[s.LOST_RATIONING + p] = ask - sold


@loop
def serve_secured_ask_private(state, own, issuer, market):
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
        own[s.LEFT + p] = left
        own[s.ASK + p] = next_ask
        state[m.ASKED + p] += next_ask
        own[s.LOST_WINDOW + p] += room * (1.0 - willing)
        own[s.LOST_RATIONING + p] += ask - sold


@loop
def settle(state, own, issuer, market):
    """10.4 served, 10.5 to 10.10, the surplus, and capex as it is spent."""
    own_share = 1.0 - issuer.finance_lease_share
    flexible = (1.0 - issuer.committed) * own_share
    for p in range(BLOCK):
        ask = own[s.ASK + p]
        private_sold = ask * state[m.SERVED + p]
        left = own[s.LEFT + p] - private_sold

        cash = own[s.CASH + p]
        cash_last = least(left, positive_part(cash - issuer.cash_min))
        left -= cash_last
        revolver = own[s.REVOLVER + p]
        drawn = least(left, positive_part(issuer.revolver - revolver))
        left -= drawn
        saleable = equity_limit(own[s.CASH_FLOW_YEAR + p], state[m.EQUITY_PRICE + p], issuer)
        access = by_regime(state[m.REGIME + p], market.access_equity)
        equity = least(left, saleable * access)
        left -= equity
        planned = own[s.PLANNED + p]
        capex_cut = least(left, flexible * planned)
        left -= capex_cut
        dividend_cut = least(left, issuer.dividends)
        left -= dividend_cut

        surplus = own[s.SURPLUS + p]
        repaid = least(surplus, revolver)
        surplus -= repaid
        cash -= cash_last
        refill = least(surplus, positive_part(issuer.cash_target - cash))
        surplus -= refill
        buyback = least(surplus, issuer.buybacks)
        cash += refill + (surplus - buyback)

        # Where all of it is cut, rounding must not leave a negative rest: it would be lent back.
        spent = positive_part(planned - capex_cut / own_share)
        log_factor = own[s.LOG_FACTOR + p]
        own[s.PRIVATE_SOLD + p] = private_sold
        own[s.LOST_RATIONING + p] += ask - private_sold
        own[s.LOST_WINDOW + p] += saleable * (1.0 - access)
        own[s.CASH_LAST + p] = cash_last
        own[s.DRAWN + p] = drawn
        own[s.EQUITY + p] = equity
        own[s.CAPEX_CUT + p] = capex_cut
        own[s.DIVIDEND_CUT + p] = dividend_cut
        own[s.UNMET + p] = left
        own[s.REPAID + p] = repaid
        own[s.BUYBACK + p] = buyback
        own[s.CASH + p] = cash
        own[s.SPENT + p] = spent
        own[s.LEASED + p] = issuer.finance_lease_share * spent
        own[s.FREE_CASH_FLOW + p] = own[s.OCF + p] - own_share * spent
        own[s.LOG_FACTOR + p] = (
            log_factor + cut_factor(spent, planned) if capex_cut > 0.0 else log_factor
        )
