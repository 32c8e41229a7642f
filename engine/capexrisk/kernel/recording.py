"""Recording of outcomes from a block's state, by quarter, by year and by path.

Most of it copies and adds rows, so tables say what goes where: a quantity of `outcomes.CATALOGUE`
and the row of the state that holds it. `recording` turns them into offsets and leaves out what a
run does not collect.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, slot
from capexrisk.kernel.outcomes import OutcomeLayout, OutcomeRows
from capexrisk.model.vocabulary import CHANNELS, TIERS
from capexrisk.numeric.jit import plain_loop
from capexrisk.numeric.vecmath import exp

Sources = Mapping[str, tuple[int, ...]]  # rows of the state, one for each of the first axis

FLOW_SOURCES = tuple(flow.total for flow in s.FLOW.values())
TIER_ROWS = {
    "F0": s.NEGATIVE_QUARTER,
    "F1": s.BUYBACK_QUARTER,
    "F2": s.NEED_QUARTER,
    "F3": s.CUT_QUARTER,
    "F4": s.FAILURE_QUARTER,
}
OUTSIDE = len(CHANNELS)  # the first flows

# Copied every quarter; copied at the end of a calendar year; added up over the years (copied at the
# end of a path if years are not collected: see `clear_year`); copied at the end of a path.
BY_QUARTER: Sources = {
    "fcf_quarter": (s.FREE_CASH_FLOW,),
    "ocf_quarter": (s.OCF,),
    "capex_quarter": (s.SPENT,),
    "profit_quarter": (s.PROFIT,),
}
BY_YEAR: Sources = {
    "fcf_year": (s.YEAR_FREE_CASH_FLOW,),
    "ocf_year": (s.YEAR_OCF,),
    "capex_year": (s.YEAR_SPENT,),
    "profit_year": (s.YEAR_PROFIT,),
    "interest_year": (s.YEAR_INTEREST,),
    "advances_year": (s.YEAR_ADVANCES,),
    "flows_year": FLOW_SOURCES,
    "year_state": (s.YEAR_STATE,),
}
OVER_HORIZON: Sources = {"flows_total": FLOW_SOURCES}
AT_END: Sources = {
    **{name: (row,) for name, (row, _) in s.EXTREMES.items()},
    "final_spread": (s.SPREAD,),
    "final_cash": (s.CASH,),
    "final_advance": (s.ADVANCE,),
    "tiers": tuple(TIER_ROWS[tier] for tier in TIERS),
    "net_debt": (s.NET_DEBT_QUARTER,),
    "fall_to_high_yield": (s.HIGH_YIELD_QUARTER,),
    "cut_cause": (s.CUT_CAUSE,),
    "failure_cause": (s.FAILURE_CAUSE,),
}
OF_MARKET: Sources = {
    "utilisation": (m.UTILISATION,),
    "demand": (m.DEMAND,),
    "bond_share": (m.BOND_SHARE,),
    "regime_chance": (m.CHANCE_OPEN, m.CHANCE_STRESSED, m.CHANCE_SHUT),
    "anchor_lost_chance": (m.CHANCE_ANCHOR_LOST,),
    "regime": (m.REGIME,),
    "failures": (m.FAILED,),
    "failures_but_smallest": (m.FAILED_BUT_SMALLEST,),
}

Moves = NDArray[np.int64]  # (n, 4): source; target for the first issuer and period; their steps


class Recording(NamedTuple):
    """The outcomes that a run collects, as moves of rows."""

    rows: OutcomeRows
    block: int  # BLOCK, as a number that the compiler does not know: see keep_rows
    by_quarter: Moves
    by_year: Moves
    over_horizon: Moves
    at_end: Moves
    of_market: Moves


@lru_cache
def recording(layout: OutcomeLayout) -> Recording:
    """The moves that fill this layout; worked out once, and read-only."""

    def moves(table: Sources) -> Moves:
        found = []
        for name, sources in table.items():
            if name in layout.first:
                axes = layout.quantities[name].axes
                inner = 1 if axes[-1] == "issuer" else layout.axes[axes[-1]]  # periods: innermost
                block = (layout.axes["issuer"] if "issuer" in axes else 1) * inner
                for number, source in enumerate(sources):
                    target = layout.first[name] + number * block
                    found.append((source, target * BLOCK, inner * BLOCK, BLOCK))
        return np.array(found, dtype=np.int64).reshape(-1, 4)

    return Recording(
        rows=layout.offsets(),
        block=BLOCK,
        by_quarter=moves(BY_QUARTER),
        by_year=moves(BY_YEAR),
        over_horizon=moves(OVER_HORIZON if layout.detailed else {}),
        at_end=moves(AT_END if layout.detailed else {**AT_END, **OVER_HORIZON}),
        of_market=moves(OF_MARKET),
    )


@plain_loop
def keep_rows(outcomes, moves, block, state, i, period):
    """Copy rows of the state to the outcomes of issuer i and a period.

    The length of a row is not a constant here: the compiler would unroll such a short and simple
    loop path by path, because it cannot see that the two arrays do not overlap.
    """
    for j in range(moves.shape[0]):
        source = moves[j, 0]
        target = moves[j, 1] + i * moves[j, 2] + period * moves[j, 3]
        for p in range(block):
            outcomes[slot(target, p)] = state[slot(source, p)]


@plain_loop
def add_row(outcomes, target, block, state, source, first):
    """outcomes[target] += state[source], or = for the first one."""
    for p in range(block):
        before = 0.0 if first else outcomes[slot(target, p)]
        outcomes[slot(target, p)] = before + state[slot(source, p)]


@plain_loop
def record_issuer_year(own, outcomes, moves, i, year):
    """Record one issuer's calendar year."""
    keep_rows(outcomes, moves.by_year, moves.block, own, i, year)
    for j in range(moves.over_horizon.shape[0]):
        target = moves.over_horizon[j, 1] + i * BLOCK
        source = moves.over_horizon[j, 0]
        add_row(outcomes, target, moves.block, own, source, year == 0)


@plain_loop
def record_market(state, outcomes, moves, k):
    """Record the market's quarter."""
    keep_rows(outcomes, moves.of_market, moves.block, state, 0, k)
    spread = moves.rows.market_spread + k * BLOCK
    for p in range(BLOCK):
        outcomes[slot(spread, p)] = exp(state[m.LOG_SPREAD + p])


@plain_loop
def record_year(state, outcomes, rows, year, threshold):
    """Record the group's profit of a calendar year, and reset it to 0 for the next."""
    group = rows.group_profit + year * BLOCK
    above = rows.profit_above + year * BLOCK
    for p in range(BLOCK):
        profit = state[m.PROFIT + p]
        outcomes[slot(group, p)] = profit
        outcomes[slot(above, p)] = 1.0 if profit > threshold else 0.0
        state[m.PROFIT + p] = 0.0


@plain_loop
def record_outside(state, outcomes, moves, issuers, threshold):
    """Record funding from outside over the horizon: by issuer, by channel, in total."""
    rows, block = moves.rows, moves.block
    for c in range(OUTSIDE):
        for i in range(issuers):
            flow = rows.flows_total + (c * issuers + i) * BLOCK
            add_row(outcomes, rows.outside_total + c * BLOCK, block, outcomes, flow, i == 0)
            add_row(outcomes, rows.raised + i * BLOCK, block, outcomes, flow, c == 0)
            add_row(outcomes, rows.outside_funding, block, outcomes, flow, c == 0 and i == 0)
    for p in range(BLOCK):
        funding = outcomes[slot(rows.outside_funding, p)]
        outcomes[slot(rows.funding_above, p)] = 1.0 if funding > threshold else 0.0
        outcomes[slot(rows.anchor_lost, p)] = state[m.ANCHOR_QUARTER + p]
