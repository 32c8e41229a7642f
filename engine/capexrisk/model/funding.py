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
HIGHEST_VALUE = 3.0  # of a share, in that of the start
ROUNDING = 1e-9  # of the cash target: a surplus that only rounding leaves over

least = at_most  # of two amounts; a NaN in the first is kept


@scalar
def maturing(due, bonds, secured):
    """(due on bonds, due on secured debt); anything beyond both balances lapses."""
    on_bonds = least(due, bonds)
    return on_bonds, least(due - on_bonds, secured)


@scalar
def prepayment(planned, spot, anchor_lost, issuer, market):
    """What customers prepay for capacity that is being built, nothing for a glut; step 10."""
    kept = market.anchor_recovery if anchor_lost > 0.0 else 1.0
    return issuer.prepaid * planned * at_most(spot, 1.0) * kept


@scalar
def target_cash(planned, issuer):
    """Cash that an issuer wants to hold, T: more where it builds more; step 10."""
    covered = issuer.cash_cover * planned
    return covered if covered > issuer.cash_target else issuer.cash_target


@scalar
def asked_of_markets(left, missing, market):
    """What an issuer asks of markets, F: its need, or what it raises ahead of it; 10.2.

    `missing` is what its cash, and a surplus that is coming, lack to the target.
    """
    ahead = market.prefund_speed * positive_part(missing)
    return ahead if ahead > left else left


@scalar
def bond_room(cash_flow, assets, owed, due, issuer):
    """Further debt that is possible before the limit on leverage or on assets; 10.2."""
    by_cash_flow = issuer.leverage_limit * positive_part(cash_flow)
    by_assets = issuer.asset_limit * assets
    limit = by_assets if by_assets > by_cash_flow else by_cash_flow
    return positive_part(limit - (owed - due))


@scalar
def price_factor(spread, issuer):
    """Factor by which wide spreads shrink the order book: min(1, spread_bp / s); 10.2."""
    return at_most(issuer.spread / spread, 1.0)


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
def equity_limit(cash_flow, revenue, price, issuer, market):
    """Shares that could be sold in an open market, before access; 10.2 and 10.7."""
    measure = positive_part(cash_flow) + market.value_revenue * revenue
    return issuer.saleable_start * at_most(measure * issuer.value_scale, HIGHEST_VALUE) * price


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
def spend_surplus(surplus, cash, target, revolver, issuer):
    """(revolver repaid, bought back, rest kept in cash) of a surplus; after 10.10."""
    repaid = least(surplus, revolver)
    surplus -= repaid
    refill = least(surplus, positive_part(target - cash))
    surplus -= refill
    buyback = least(surplus if surplus > ROUNDING * target else 0.0, issuer.buybacks)
    return repaid, buyback, refill + (surplus - buyback)


@scalar
def cut_factor(spent, planned):
    """ln max(0.05, spent / planned): share of the plan that a cut leaves; after 10.10."""
    ratio = spent / (planned if planned > 0.0 else 1.0)
    return log(ratio if ratio > SMALLEST_CUT_FACTOR else SMALLEST_CUT_FACTOR)


@scalar
def burn_rate(burn, planned, due, cash_flow, issuer):
    """Cash that an issuer burns in a quarter, β, as its lenders see it: half of it is news."""
    outlay = issuer.committed * (1.0 - issuer.finance_lease_share) * planned
    return 0.5 * burn + 0.5 * positive_part(outlay + due - cash_flow)


@scalar
def liquidity_of(cash, revolver, secured_left, issuer):
    """Money at hand at a quarter's end, ℓ: cash above the minimum, lines, collateral."""
    lines = positive_part(issuer.revolver - revolver)
    return positive_part(cash - issuer.cash_min) + lines + secured_left


@scalar
def run_margin(liquidity, burn, regime, market):
    """Liquidity beyond what lenders and suppliers want to see; a run begins below 0."""
    return liquidity - by_regime(regime, market.run_quarters) * burn
