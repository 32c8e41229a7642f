"""Step 10: the need, the rationed channels one after the other, and the last rungs.

The chain of channels is `model.vocabulary.CHANNELS`: for each channel whose lenders ration, the
same two steps of a path are generated, one that asks and one that serves. A loop over paths lets
one channel serve and the next be asked, since each loop costs a pass over the rows it touches. A
channel's rows are constants of its steps.

`detail` is a constant of the entry point: rows that only causes or only tests read are left out of
the compiled code of runs that do not need them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, DISTANCE, EVERYTHING, TRACE
from capexrisk.kernel.distance import keep_distance
from capexrisk.kernel.market_quarter import ration
from capexrisk.kernel.schedule import read_issuer
from capexrisk.model.funding import (
    bond_access,
    bond_price_factor,
    bond_room,
    cut_factor,
    equity_limit,
    last_rungs,
    least,
    maturing,
    pledge_of,
    pledge_room,
    spend_surplus,
    wanted_of_bonds,
)
from capexrisk.model.market import by_regime
from capexrisk.model.vocabulary import CHANNELS, RATIONED
from capexrisk.numeric.jit import loop, scalar, section
from capexrisk.numeric.vecmath import positive_part

Compiled = Callable[..., Any]


@scalar
def lent_by_cash_flow(state, own, p, issuer, leases_owed):
    """(room, share of it that is open, price factor) of the bond market; 10.2."""
    owed = own[s.DEBT + p] + leases_owed
    room = bond_room(own[s.CASH_FLOW_YEAR + p], owed, own[s.DUE + p], issuer)
    access = bond_access(state[m.REGIME + p], issuer)
    price = bond_price_factor(own[s.SPREAD + p], issuer)
    return least(room, issuer.bond_quarter_cap), access, price


# The room to a leverage limit, what matures and what moves the premium belong to one market. A
# second one needs a cap, a limit and sums of its own.
assert [entry.base for entry in CHANNELS.values()].count("cash_flow") == 1, "one bond market"


def asking(name: str) -> Compiled:
    """Make the step of one path in which an issuer asks a channel for the rest of its need."""
    rows, channel = s.FLOW[name], CHANNELS[name]
    of_bonds, by_health = channel.base == "cash_flow", channel.health

    @scalar
    def lent_on_pledge(state, own, p, issuer, market, advance):
        """(room, share of it that is open, price factor); 10.3 and 10.4."""
        pledge = pledge_of(
            own[s.CAPITAL + p],
            own[s.PIPELINE_FIRST + p],
            own[s.PIPELINE_SECOND + p],
            own[s.PLANNED + p],
            issuer,
        )
        access = by_regime(state[m.REGIME + p], market.channel_access[rows.number])
        willing = access * state[m.HEALTH + p] if by_health else access
        return pledge_room(pledge, own[rows.balance + p], advance), willing, 1.0

    @scalar
    def ask(state, own, p, issuer, market, advance, leases, detail):
        left = own[s.LEFT + p]
        if of_bonds:
            wanted = wanted_of_bonds(left, own[s.CASH + p], own[s.PLANNED + p], issuer, market)
            leases_owed = market.lease_multiple * 4.0 * leases
            room, willing, price = lent_by_cash_flow(state, own, p, issuer, leases_owed)
        else:
            wanted = left
            room, willing, price = lent_on_pledge(state, own, p, issuer, market, advance)
        asked = least(wanted, room * willing * price)
        own[s.ASK + p] = asked
        state[m.ASKED + p] += asked
        if detail >= EVERYTHING:
            own[s.LOST_WINDOW + p] += room * price * (1.0 - willing)
            if of_bonds:
                own[s.LOST_LEVERAGE + p] = (issuer.bond_quarter_cap - room) * willing * price

    return ask


def serving(name: str) -> Compiled:
    """Make the step of one path in which a channel serves an issuer its share of what it asked."""
    rows, of_bonds = s.FLOW[name], CHANNELS[name].base == "cash_flow"

    @scalar
    def serve(state, own, p, detail):
        asked = own[s.ASK + p]
        sold = asked * state[m.SERVED + p]
        left = own[s.LEFT + p]
        used = least(sold, left) if of_bonds else sold
        own[s.LEFT + p] = left - used
        own[rows.amount + p] = sold
        own[rows.total + p] += sold
        if of_bonds:
            # Money raised ahead of need goes to cash at once.
            own[s.CASH + p] += sold - used
            state[m.BONDS_SOLD + p] += sold
        if detail >= EVERYTHING:
            own[s.LOST_RATIONING + p] += asked - sold

    return serve


ASK = {name: asking(name) for name in RATIONED}
SERVE = {name: serving(name) for name in RATIONED}


FIRST = s.FLOW[RATIONED[0]].number
ask_first, serve_last = asking(RATIONED[0]), serving(RATIONED[-1])


@loop
def assess(state, own, issuer, market, maturity, advance, leases, date, detail):
    """Compute the need, meet it from cash above target (10.1), and ask the first channel."""
    own_share = 1.0 - issuer.finance_lease_share
    for p in range(BLOCK):
        alive = own[s.ALIVE + p] > 0.0
        due_bonds, due_secured = maturing(
            maturity if alive else 0.0, own[s.BONDS.balance + p], own[s.SECURED.balance + p]
        )
        due = due_bonds + due_secured
        dividends = issuer.dividends if alive else 0.0
        net = own_share * own[s.PLANNED + p] + dividends + due - own[s.OCF + p]
        need = positive_part(net)
        cash = own[s.CASH + p]
        cash_first = least(need, positive_part(cash - issuer.cash_target))
        left = need - cash_first

        dated = own[s.NEED_QUARTER + p]
        own[s.NEED_QUARTER + p] = date if (left > 0.0 and dated > date) else dated
        own[s.BONDS.balance + p] -= due_bonds
        own[s.SECURED.balance + p] -= due_secured
        own[s.DUE + p] = due
        own[s.NET + p] = net
        own[s.CASH + p] = cash - cash_first
        own[s.LEFT + p] = left
        state[m.BONDS_REPAID + p] += due_bonds
        if detail >= EVERYTHING:
            own[s.LOST_WINDOW + p] = 0.0
            own[s.LOST_RATIONING + p] = 0.0
        if detail >= TRACE:
            own[s.DUE_BONDS + p] = due_bonds
            own[s.DUE_SECURED + p] = due_secured
            own[s.NEED + p] = need
            own[s.SURPLUS + p] = positive_part(-net)
            own[s.CASH_FIRST + p] = cash_first
        ask_first(state, own, p, issuer, market, advance, leases, detail)


def handing_over(name: str, following: str) -> Compiled:
    """Make the loop in which a channel serves an issuer, which then asks the following one."""
    serve, ask = serving(name), asking(following)

    @loop
    def hand_over(state, own, issuer, market, advance, leases, detail):
        for p in range(BLOCK):
            serve(state, own, p, detail)
            ask(state, own, p, issuer, market, advance, leases, detail)

    return hand_over


def chain(names: tuple[str, ...]) -> Compiled:
    """Chain channels: the first, which all issuers have asked, hands over to the next."""
    name, *others = names
    number, by_health = s.FLOW[name].number, CHANNELS[name].health

    @section
    def ration_asks(state, market, growth):
        access, absorb = market.channel_access[number], market.channel_absorb[number]
        ration(state, access, absorb, growth, by_health)

    if not others:

        @section
        def sell_last(state, market, schedule, k, detail):
            ration_asks(state, market, schedule.growth[k])

        return sell_last

    hand_over, go_on = handing_over(name, others[0]), chain(tuple(others))
    asked = s.FLOW[others[0]].number

    @section
    def sell(state, market, schedule, k, detail):
        ration_asks(state, market, schedule.growth[k])
        for i in range(schedule.issuers.shape[0]):
            own, issuer = s.rows_of(state, i), read_issuer(schedule.issuers, i)
            advance, leases = schedule.advance[i, asked], schedule.leases[i, k]
            hand_over(state, own, issuer, market, advance, leases, detail)
        go_on(state, market, schedule, k, detail)

    return sell


sell = chain(RATIONED)


@loop
def climb_last_rungs(state, own, issuer, market, detail):
    """Let the last channel serve; meet the rest from cash, the revolver, equity, cuts; 10.5 on."""
    for p in range(BLOCK):
        serve_last(state, own, p, detail)
        if detail == DISTANCE:
            keep_distance(state, own, p, issuer, market)
        saleable = equity_limit(own[s.CASH_FLOW_YEAR + p], state[m.EQUITY_PRICE + p], issuer)
        access = by_regime(state[m.REGIME + p], market.channel_access[s.EQUITY.number])
        cash = own[s.CASH + p]
        cash_last, drawn, equity, capex_cut, dividend_cut, unmet = last_rungs(
            own[s.LEFT + p],
            cash,
            own[s.REVOLVER.balance + p],
            own[s.PLANNED + p],
            saleable * access,
            issuer,
        )
        own[s.CASH + p] = cash - cash_last
        own[s.REVOLVER.amount + p] = drawn
        own[s.CAPEX_CUT.amount + p] = capex_cut
        own[s.UNMET + p] = unmet
        own[s.REVOLVER.total + p] += drawn
        own[s.EQUITY.total + p] += equity
        own[s.CAPEX_CUT.total + p] += capex_cut
        if detail >= EVERYTHING:
            own[s.LOST_WINDOW + p] += saleable * (1.0 - access)
        if detail >= TRACE:
            own[s.CASH_LAST + p] = cash_last
            own[s.EQUITY.amount + p] = equity
            own[s.DIVIDEND_CUT + p] = dividend_cut


@loop
def spend(own, issuer, detail):
    """Spend the surplus and capex; a cut also affects later plans."""
    own_share = 1.0 - issuer.finance_lease_share
    cuts = 0
    for p in range(BLOCK):
        cash = own[s.CASH + p]
        revolver = own[s.REVOLVER.balance + p]
        surplus = positive_part(-own[s.NET + p])
        repaid, buyback, kept = spend_surplus(surplus, cash, revolver, issuer)
        cut = own[s.CAPEX_CUT.amount + p]
        cuts += 1 if cut > 0.0 else 0
        # If all of it is cut, rounding must not leave a negative rest, which would be lent back.
        spent = positive_part(own[s.PLANNED + p] - cut / own_share)
        own[s.SPENT + p] = spent
        own[s.YEAR_SPENT + p] += spent
        own[s.BUYBACKS.total + p] += buyback
        own[s.BUYBACKS.amount + p] = buyback
        own[s.CASH + p] = cash + kept
        own[s.REVOLVER.balance + p] = revolver - repaid
        if detail >= TRACE:
            own[s.REPAID + p] = repaid
    if cuts > 0:
        for p in range(BLOCK):
            change = cut_factor(own[s.SPENT + p], own[s.PLANNED + p])
            own[s.LOG_FACTOR + p] += change if own[s.CAPEX_CUT.amount + p] > 0.0 else 0.0
