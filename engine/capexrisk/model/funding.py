"""Step 10: the need, the channels that fill it, and what happens when they do not.

The kernel walks the waterfall channel by channel, because three channels ration their lenders'
capacity among all issuers: first all of them ask, then all are served. Each function here is one
rung, for one issuer on one path; amounts are $bn of the quarter.
"""

from __future__ import annotations

from capexrisk.model.market import by_regime
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import at_most, exp, log, positive_part

SMALLEST_CUT_FACTOR = 0.05


least = at_most  # of two amounts; a NaN in the first is kept


@scalar
def maturing(due, bonds, secured):
    """(due on bonds, due on secured debt); anything beyond both balances lapses."""
    on_bonds = least(due, bonds)
    return on_bonds, least(due - on_bonds, secured)


@scalar
def bond_room(cash_flow, owed, due, issuer):
    """Leverage room: further debt that is possible before the limit; 10.2."""
    return positive_part(issuer.leverage_limit * positive_part(cash_flow) - (owed - due))


@scalar
def bond_price_factor(spread, issuer):
    """Factor by which wide spreads shrink the order book: min(1, spread_bp / s); 10.2."""
    return at_most(issuer.spread / spread, 1.0)


@scalar
def bond_access(regime, issuer):
    """How far the bond window is open for this issuer: access^credit_tier; 10.2."""
    return by_regime(
        regime, (issuer.bond_access_open, issuer.bond_access_stressed, issuer.bond_access_shut)
    )


@scalar
def wanted_of_bonds(need, cash, planned, issuer, market):
    """Amount an issuer wants from the bond market: the need, or more if it funds ahead; 10.2."""
    low_on_cash = cash < market.prefund_until * issuer.cash_target
    wish = issuer.prefund * planned if low_on_cash else 0.0
    return wish if wish > need else need


@scalar
def pledge_of(capital, first, second, planned, issuer):
    """Assets an issuer can pledge: built, in the pipeline, planned; 10.3."""
    return capital + first + second + issuer.buildout_share * planned


@scalar
def pledge_room(pledge, balance, advance):
    """Unused borrowing base, before access; 10.3 and 10.4."""
    return positive_part(advance * pledge - balance)


@scalar
def lender_health(linked, used, market):
    """Willingness of private lenders; 10.4."""
    idle = positive_part(market.comfort_utilisation - used)
    return exp(-market.private_gamma * (positive_part(linked) + market.private_glut * idle))


@scalar
def rationing(asked, capacity):
    """Share of every ask that is served; 10.2 to 10.4."""
    return capacity / asked if asked > capacity else 1.0


@scalar
def equity_price(x, market):
    """Value of equity relative to the start, as market spreads move; 10.7."""
    return exp(-market.equity_beta * (x - market.log_spread_start))


@scalar
def equity_limit(cash_flow, price, issuer):
    """Equity that could be sold in an open market, before access; 10.7."""
    value = issuer.market_cap * (positive_part(cash_flow) / issuer.ocf) * price
    return issuer.equity_access * value


@scalar
def last_rungs(left, cash, revolver, planned, saleable, issuer):
    """(cash, revolver, equity, cut of capex, cut of dividends, unmet) of a need; 10.5 to 10.10."""
    cash_last = least(left, positive_part(cash - issuer.cash_min))
    left -= cash_last
    drawn = least(left, positive_part(issuer.revolver - revolver))
    left -= drawn
    equity = least(left, saleable)
    left -= equity
    flexible = (1.0 - issuer.committed) * (1.0 - issuer.finance_lease_share)
    capex_cut = least(left, flexible * planned)
    left -= capex_cut
    dividend_cut = least(left, issuer.dividends)
    return cash_last, drawn, equity, capex_cut, dividend_cut, left - dividend_cut


@scalar
def spend_surplus(surplus, cash, revolver, issuer):
    """(revolver repaid, bought back, rest kept in cash) of a surplus; after 10.10."""
    repaid = least(surplus, revolver)
    surplus -= repaid
    refill = least(surplus, positive_part(issuer.cash_target - cash))
    surplus -= refill
    buyback = least(surplus, issuer.buybacks)
    return repaid, buyback, refill + (surplus - buyback)


@scalar
def cut_factor(spent, planned):
    """ln max(0.05, spent / planned): share of the plan that a cut leaves; after 10.10."""
    ratio = spent / (planned if planned > 0.0 else 1.0)
    return log(ratio if ratio > SMALLEST_CUT_FACTOR else SMALLEST_CUT_FACTOR)
