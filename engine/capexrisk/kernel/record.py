"""From the state of a block to its outcomes: what each quarter, year and path leaves behind."""

from __future__ import annotations

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.numeric.jit import loop
from capexrisk.numeric.vecmath import exp


@loop
def copy_row(outcomes, target, state, source):
    """outcomes[target] = state[source]."""
    for p in range(BLOCK):
        outcomes[target + p] = state[source + p]


@loop
def add_row(outcomes, target, state, source):
    """outcomes[target] += state[source]."""
    for p in range(BLOCK):
        outcomes[target + p] += state[source + p]


@loop
def add_flow(outcomes, year_row, total_row, state, source):
    """Add a quarter's flow to its year and to the path's total."""
    for p in range(BLOCK):
        amount = state[source + p]
        outcomes[year_row + p] += amount
        outcomes[total_row + p] += amount


@loop
def record_issuer(own, outcomes, rows, i, k, year, issuers, quarters, years):
    """One issuer's quarter."""
    by_quarter = (i * quarters + k) * BLOCK
    by_year = (i * years + year) * BLOCK
    copy_row(outcomes, rows.fcf_quarter + by_quarter, own, s.FREE_CASH_FLOW)
    copy_row(outcomes, rows.ocf_quarter + by_quarter, own, s.OCF)
    copy_row(outcomes, rows.capex_quarter + by_quarter, own, s.SPENT)
    copy_row(outcomes, rows.profit_quarter + by_quarter, own, s.PROFIT)
    add_row(outcomes, rows.fcf_year + by_year, own, s.FREE_CASH_FLOW)
    add_row(outcomes, rows.ocf_year + by_year, own, s.OCF)
    add_row(outcomes, rows.capex_year + by_year, own, s.SPENT)
    add_row(outcomes, rows.profit_year + by_year, own, s.PROFIT)

    # In the order of outcomes.FLOWS.
    flow_year = rows.flows_year + by_year
    flow_total = rows.flows_total + i * BLOCK
    year_step = issuers * years * BLOCK
    total_step = issuers * BLOCK
    add_flow(outcomes, flow_year, flow_total, own, s.BONDS_SOLD)
    add_flow(outcomes, flow_year + year_step, flow_total + total_step, own, s.SECURED_SOLD)
    add_flow(
        outcomes,
        flow_year + 2 * year_step,
        flow_total + 2 * total_step,
        own,
        s.PRIVATE_SOLD,
    )
    add_flow(outcomes, flow_year + 3 * year_step, flow_total + 3 * total_step, own, s.DRAWN)
    add_flow(outcomes, flow_year + 4 * year_step, flow_total + 4 * total_step, own, s.EQUITY)
    add_flow(outcomes, flow_year + 5 * year_step, flow_total + 5 * total_step, own, s.LEASED)
    add_flow(
        outcomes,
        flow_year + 6 * year_step,
        flow_total + 6 * total_step,
        own,
        s.CAPEX_CUT,
    )
    add_flow(outcomes, flow_year + 7 * year_step, flow_total + 7 * total_step, own, s.BUYBACK)


@loop
def record_market(state, outcomes, rows, k):
    """The market's quarter."""
    row = k * BLOCK
    for p in range(BLOCK):
        outcomes[rows.market_spread + row + p] = exp(state[m.LOG_SPREAD + p])
    copy_row(outcomes, rows.utilisation + row, state, m.UTILISATION)
    copy_row(outcomes, rows.demand + row, state, m.DEMAND)
    copy_row(outcomes, rows.bond_share + row, state, m.BOND_SHARE)
    copy_row(outcomes, rows.regime + row, state, m.REGIME)
    copy_row(outcomes, rows.failures + row, state, m.FAILED)
    copy_row(outcomes, rows.failures_but_smallest + row, state, m.FAILED_BUT_SMALLEST)


@loop
def record_year(state, outcomes, rows, year, threshold):
    """Group profit of a calendar year; starts the next at 0."""
    row = year * BLOCK
    for p in range(BLOCK):
        profit = state[m.PROFIT + p]
        outcomes[rows.group_profit + row + p] = profit
        outcomes[rows.profit_above + row + p] = 1.0 if profit > threshold else 0.0
        state[m.PROFIT + p] = 0.0


@loop
def record_path(own, outcomes, rows, i, issuers):
    """What is known of an issuer only when its path has ended."""
    row = i * BLOCK
    step = issuers * BLOCK
    copy_row(outcomes, rows.peak_spread + row, own, s.PEAK_SPREAD)
    copy_row(outcomes, rows.final_spread + row, own, s.SPREAD)
    copy_row(outcomes, rows.lowest_cash + row, own, s.LOWEST_CASH)
    copy_row(outcomes, rows.tiers + row, own, s.NEGATIVE_QUARTER)
    copy_row(outcomes, rows.tiers + step + row, own, s.BUYBACK_QUARTER)
    copy_row(outcomes, rows.tiers + 2 * step + row, own, s.NEED_QUARTER)
    copy_row(outcomes, rows.tiers + 3 * step + row, own, s.CUT_QUARTER)
    copy_row(outcomes, rows.tiers + 4 * step + row, own, s.FAILURE_QUARTER)
    copy_row(outcomes, rows.net_debt + row, own, s.NET_DEBT_QUARTER)
    copy_row(outcomes, rows.fallen_angel + row, own, s.FALLEN_ANGEL_QUARTER)
    copy_row(outcomes, rows.cut_cause + row, own, s.CUT_CAUSE)
    copy_row(outcomes, rows.failure_cause + row, own, s.FAILURE_CAUSE)


@loop
def record_outside(state, outcomes, rows, issuers, channels, threshold):
    """Funding from outside over the horizon: by issuer, by channel, in all."""
    for c in range(channels):
        for i in range(issuers):
            source = rows.flows_total + (c * issuers + i) * BLOCK
            by_channel = rows.outside_total + c * BLOCK
            by_issuer = rows.raised + i * BLOCK
            for p in range(BLOCK):
                amount = outcomes[source + p]
                outcomes[by_channel + p] += amount
                outcomes[by_issuer + p] += amount
                outcomes[rows.outside_funding + p] += amount
    for p in range(BLOCK):
        total = outcomes[rows.outside_funding + p]
        outcomes[rows.funding_above + p] = 1.0 if total > threshold else 0.0
        outcomes[rows.tenant_lost + p] = state[m.TENANT_QUARTER + p]
