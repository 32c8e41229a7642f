"""Step 10: the need, the channels that ration, one after the other, and the last rungs.

Bonds come first, from the market of the issuer's grade; then each lender on pledge of
`model.vocabulary.CHANNELS`, for which the same two steps of a path are generated, one that asks and
one that serves. A loop over paths lets one channel serve and the next be asked, since each loop
costs a pass over the rows it touches. A channel's rows are constants of its steps.

`detail` is a constant of the entry point: rows that only causes or only tests read are left out of
the compiled code of runs that do not need them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, DISTANCE, EVERYTHING, TRACE
from capexrisk.kernel.dates import first_date
from capexrisk.kernel.distance import keep_distance, keep_run_distance
from capexrisk.kernel.market_quarter import ration, ration_bonds
from capexrisk.kernel.schedule import read_issuer
from capexrisk.model.funding import (
    asked_of_markets,
    bond_room,
    burn_rate,
    cut_factor,
    equity_limit,
    last_rungs,
    least,
    liquidity_of,
    maturing,
    pledge_of,
    pledge_room,
    run_margin,
    spend_surplus,
    target_cash,
)
from capexrisk.model.market import by_regime
from capexrisk.model.vocabulary import CHANNELS, PLEDGED
from capexrisk.numeric.jit import loop, scalar, section
from capexrisk.numeric.vecmath import positive_part, where

Compiled = Callable[..., Any]


@scalar
def ask_for_bonds(state, own, p, asked, issuer, market, lease_debt, detail):
    """Ask the bond market of the issuer's grade for an amount, as far as there is room; 10.2."""
    pledge = pledge_of(
        own[s.CAPITAL + p],
        own[s.PIPELINE_FIRST + p],
        own[s.PIPELINE_SECOND + p],
        own[s.PLANNED + p],
        issuer,
    )
    own[s.PLEDGE + p] = pledge
    other = positive_part(issuer.other_capital + own[s.CAPITAL_OTHER + p])
    assets = pledge + other + own[s.CASH + p]
    owed = own[s.DEBT + p] + lease_debt
    by_limit = bond_room(own[s.CASH_FLOW_YEAR + p], assets, owed, own[s.DUE + p], issuer)
    room = least(by_limit, issuer.bond_quarter_cap)
    regime, grade = state[m.REGIME + p], own[s.GRADE + p]
    investment_grade = by_regime(regime, market.channel_access[s.BONDS.number])
    high_yield = by_regime(regime, market.channel_access[s.HIGH_YIELD.number])
    access = high_yield if grade > 0.0 else investment_grade
    price = own[s.PRICE + p]
    asked = least(asked, room * access * price)
    own[s.ASK + p] = asked
    of_high_yield = asked * grade
    state[m.ASKED + p] += asked - of_high_yield
    state[m.ASKED_HIGH_YIELD + p] += of_high_yield
    if detail >= EVERYTHING:
        own[s.LOST_WINDOW + p] += room * price * (1.0 - access)
        own[s.LOST_LEVERAGE + p] = (issuer.bond_quarter_cap - room) * access * price


@scalar
def serve_bonds(state, own, p, detail):
    """Serve an issuer the share that its bond market takes of what it asked; 10.2."""
    asked, grade = own[s.ASK + p], own[s.GRADE + p]
    served, served_high_yield = state[m.SERVED + p], state[m.SERVED_HIGH_YIELD + p]
    sold = asked * where(grade > 0.0, served_high_yield, served)
    left = own[s.LEFT + p]
    used = least(sold, left)
    high_yield = sold * grade
    investment_grade = sold - high_yield
    own[s.LEFT + p] = left - used
    own[s.CASH + p] += sold - used  # money raised ahead of need is cash at once
    own[s.BONDS.amount + p] = investment_grade
    own[s.BONDS.total + p] += investment_grade
    own[s.HIGH_YIELD.amount + p] = high_yield
    own[s.HIGH_YIELD.total + p] += high_yield
    if detail >= EVERYTHING:
        own[s.LOST_RATIONING + p] = asked - sold


def asking(name: str) -> Compiled:
    """Make the step of one path in which an issuer asks a lender on pledge; 10.3 and 10.4."""
    rows, by_health = s.FLOW[name], CHANNELS[name].health

    @scalar
    def ask(state, own, p, issuer, market, advance, detail):
        access = by_regime(state[m.REGIME + p], market.channel_access[rows.number])
        willing = access * state[m.HEALTH + p] if by_health else access
        room = pledge_room(own[s.PLEDGE + p], own[rows.balance + p], advance)
        limit = room * willing
        asked = least(own[s.LEFT + p], limit)
        own[s.ASK + p] = asked
        state[m.ASKED + p] += asked
        if name == "secured":
            own[s.SECURED_LEFT + p] = limit
        if detail >= EVERYTHING:
            own[s.LOST_WINDOW + p] += room * (1.0 - willing)

    return ask


def serving(name: str) -> Compiled:
    """Make the step of one path in which a lender on pledge serves an issuer its share."""
    rows = s.FLOW[name]

    @scalar
    def serve(state, own, p, detail):
        asked = own[s.ASK + p]
        sold = asked * state[m.SERVED + p]
        own[s.LEFT + p] -= sold
        own[rows.amount + p] = sold
        own[rows.total + p] += sold
        if name == "secured":
            own[s.SECURED_LEFT + p] -= sold
        if detail >= EVERYTHING:
            own[s.LOST_RATIONING + p] += asked - sold

    return serve


@loop
def assess(state, own, issuer, market, maturity, leases, date, detail):
    """The need, cash above target (10.1), shares as a programme, and what is asked for bonds."""
    own_share = 1.0 - issuer.finance_lease_share
    lease_debt = market.lease_multiple * 4.0 * leases
    for p in range(BLOCK):
        alive = own[s.ALIVE + p] > 0.0
        regime = state[m.REGIME + p]
        is_open = regime < 0.5
        due_bonds, due_secured = maturing(
            maturity if alive else 0.0, own[s.BONDS.balance + p], own[s.SECURED.balance + p]
        )
        due = due_bonds + due_secured
        dividends = issuer.dividends if alive else 0.0
        investments = issuer.investments if (alive and is_open) else 0.0
        uses = own_share * own[s.PLANNED + p] + dividends + investments + due
        net = uses - own[s.OCF + p]
        need, surplus = positive_part(net), positive_part(-net)
        cash, target = own[s.CASH + p], target_cash(own[s.PLANNED + p], issuer)
        cash_first = least(need, positive_part(cash - target))
        left = need - cash_first
        cash -= cash_first
        asked = asked_of_markets(left, target - cash - surplus, market) if alive else 0.0
        could_sell = equity_limit(
            own[s.CASH_FLOW_YEAR + p],
            own[s.REVENUE_YEAR + p],
            state[m.EQUITY_PRICE + p],
            issuer,
            market,
        )
        access = by_regime(regime, market.channel_access[s.EQUITY.number])
        saleable = could_sell * access
        shares = least(issuer.equity_mix * asked, saleable) if is_open else 0.0
        used = least(shares, left)

        own[s.NEED_QUARTER + p] = first_date(own[s.NEED_QUARTER + p], left > 0.0, date)
        own[s.BONDS.balance + p] -= due_bonds
        own[s.SECURED.balance + p] -= due_secured
        own[s.DUE + p] = due
        own[s.NET + p] = net
        own[s.CASH + p] = cash + (shares - used)
        own[s.LEFT + p] = left - used
        own[s.SALEABLE + p] = saleable - shares
        own[s.SHARE_PROGRAMME.total + p] += shares
        own[s.INVESTMENTS.total + p] += investments
        state[m.BONDS_REPAID + p] += due_bonds * (1.0 - own[s.GRADE + p])
        if detail >= EVERYTHING:
            own[s.LOST_WINDOW + p] = could_sell * (1.0 - access)
        if detail >= TRACE:
            own[s.DUE_BONDS + p] = due_bonds
            own[s.DUE_SECURED + p] = due_secured
            own[s.NEED + p] = need
            own[s.SURPLUS + p] = surplus
            own[s.CASH_FIRST + p] = cash_first
            own[s.SHARE_PROGRAMME.amount + p] = shares
            own[s.INVESTMENTS.amount + p] = investments
        ask_for_bonds(state, own, p, asked - shares, issuer, market, lease_debt, detail)


def handing_over(serve: Compiled, following: str) -> Compiled:
    """Make the loop in which a channel serves an issuer, which then asks the following one."""
    ask = asking(following)

    @loop
    def hand_over(state, own, issuer, market, advance, detail):
        for p in range(BLOCK):
            serve(state, own, p, detail)
            ask(state, own, p, issuer, market, advance, detail)

    return hand_over


def chain(serve: Compiled, names: tuple[str, ...]) -> Compiled:
    """Chain lenders on pledge: `serve` is the step of the channel that has been asked."""
    if not names:

        @section
        def sell_last(state, market, schedule, k, detail):
            pass

        return sell_last

    name, *others = names
    hand_over, go_on = handing_over(serve, name), chain(serving(name), tuple(others))
    number, by_health = s.FLOW[name].number, CHANNELS[name].health

    @section
    def sell(state, market, schedule, k, detail):
        for i in range(schedule.issuers.shape[0]):
            own, issuer = s.rows_of(state, i), read_issuer(schedule.issuers, i)
            hand_over(state, own, issuer, market, schedule.advance[i, number], detail)
        access, absorb = market.channel_access[number], market.channel_absorb[number]
        ration(state, access, absorb, schedule.growth[k], by_health)
        go_on(state, market, schedule, k, detail)

    return sell


sell_on_pledge, serve_last = chain(serve_bonds, PLEDGED), serving(PLEDGED[-1])


@section
def sell(state, market, schedule, k, detail):
    """Let the bond markets and the lenders on pledge ration what they are asked; 10.2 to 10.4."""
    ration_bonds(state, market, schedule.growth[k])
    sell_on_pledge(state, market, schedule, k, detail)


@loop
def climb_last_rungs(state, own, issuer, market, detail):
    """Let the last lender serve; meet the rest from cash, the revolver, shares, cuts; 10.5 on."""
    for p in range(BLOCK):
        serve_last(state, own, p, detail)
        if detail == DISTANCE:
            keep_distance(own, p, issuer, market)
        cash = own[s.CASH + p]
        cash_last, drawn, equity, capex_cut, dividend_cut, unmet = last_rungs(
            own[s.LEFT + p],
            cash,
            own[s.REVOLVER.balance + p],
            own[s.PLANNED + p],
            own[s.SALEABLE + p],
            issuer,
        )
        own[s.CASH + p] = cash - cash_last
        own[s.REVOLVER.amount + p] = drawn
        own[s.CAPEX_CUT.amount + p] = capex_cut
        own[s.UNMET + p] = unmet
        own[s.REVOLVER.total + p] += drawn
        own[s.EQUITY.total + p] += equity
        own[s.CAPEX_CUT.total + p] += capex_cut
        if detail >= TRACE:
            own[s.CASH_LAST + p] = cash_last
            own[s.EQUITY.amount + p] = equity
            own[s.DIVIDEND_CUT + p] = dividend_cut


@loop
def spend(state, own, issuer, market, detail):
    """Spend the surplus and capex, and see whether lenders run; a cut also affects later plans."""
    own_share = 1.0 - issuer.finance_lease_share
    cuts = 0
    for p in range(BLOCK):
        cash = own[s.CASH + p]
        revolver = own[s.REVOLVER.balance + p]
        surplus, planned = positive_part(-own[s.NET + p]), own[s.PLANNED + p]
        target = target_cash(planned, issuer)
        repaid, buyback, kept = spend_surplus(surplus, cash, target, revolver, issuer)
        cut = own[s.CAPEX_CUT.amount + p]
        cuts += 1 if cut > 0.0 else 0
        # If all of it is cut, rounding must not leave a negative rest, which would be lent back.
        spent = positive_part(planned - cut / own_share)
        own[s.SPENT + p] = spent
        own[s.YEAR_SPENT + p] += spent
        own[s.BUYBACKS.total + p] += buyback
        own[s.BUYBACKS.amount + p] = buyback
        cash += kept
        revolver -= repaid
        own[s.CASH + p] = cash
        own[s.REVOLVER.balance + p] = revolver
        burn = burn_rate(own[s.BURN + p], planned, own[s.DUE + p], own[s.OCF + p], issuer)
        drawn = revolver + own[s.REVOLVER.amount + p]
        liquidity = liquidity_of(cash, drawn, own[s.SECURED_LEFT + p], issuer)
        own[s.BURN + p] = burn
        own[s.RUN_MARGIN + p] = run_margin(liquidity, burn, state[m.REGIME + p], market)
        if detail == DISTANCE:
            keep_run_distance(state, own, p, issuer, market)
        if detail >= TRACE:
            own[s.REPAID + p] = repaid
            own[s.LIQUIDITY + p] = liquidity
    if cuts > 0:
        for p in range(BLOCK):
            change = cut_factor(own[s.SPENT + p], own[s.PLANNED + p])
            own[s.LOG_FACTOR + p] += change if own[s.CAPEX_CUT.amount + p] > 0.0 else 0.0
