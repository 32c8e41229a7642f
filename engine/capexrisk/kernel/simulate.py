"""The entry point of the compiled core: a chunk of paths, block after block.

lowering -> (Market, Schedule, OutcomeRows) -> simulate_chunk -> Tally
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel import issuer_rows, market_rows
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.draws import draw_issuer, draw_market
from capexrisk.kernel.issuer_close import assign_causes, close_books, close_year, date_distress
from capexrisk.kernel.issuer_quarter import build, operate, plan_capex, race
from capexrisk.kernel.market_quarter import (
    close_market,
    find_pack,
    open_market,
    ration,
    use_capacity,
)
from capexrisk.kernel.outcomes import CHANNELS, OutcomeLayout
from capexrisk.kernel.record import (
    copy_row,
    record_issuer,
    record_market,
    record_outside,
    record_path,
    record_year,
)
from capexrisk.kernel.schedule import Schedule
from capexrisk.kernel.start import start_issuer, start_market
from capexrisk.kernel.tally import (
    Tally,
    count_joint,
    count_rows,
    empty_tally,
    quarantine_paths,
    sum_rows,
)
from capexrisk.kernel.waterfall import (
    ask_bonds,
    serve_bonds_ask_secured,
    serve_secured_ask_private,
    settle,
)
from capexrisk.model.parameters import DELTA, Issuer, Market
from capexrisk.numeric.jit import entry, loop, scalar
from capexrisk.numeric.record import record_reader

read_issuer = record_reader(Issuer)
CHANNEL_COUNT = len(CHANNELS)
ISSUERS_BEGIN = market_rows.SIZE
ISSUER_SIZE = issuer_rows.SIZE


def state_size(issuers: int) -> int:
    """Number of doubles in the state of a block."""
    return ISSUERS_BEGIN + issuers * ISSUER_SIZE


@scalar
def rows_of(state, i):
    """The rows of issuer i, a view.

    A pointer of its own, so that row offsets stay compile-time constants in the loops.
    """
    begin = ISSUERS_BEGIN + i * ISSUER_SIZE
    return state[begin : begin + ISSUER_SIZE]


@loop
def run_quarter(state, market, schedule, first_path, seed, k):
    """The twelve steps of MODEL.md for one quarter of a block."""
    issuers = schedule.issuers.shape[0]
    quarter = np.uint64(k)
    growth = schedule.growth[k]
    time = (k + 1) * DELTA
    date = float(k)

    draw_market(state, first_path, quarter, seed)
    open_market(state, market, growth)
    for i in range(issuers):
        own = rows_of(state, i)
        draw_issuer(own, first_path, quarter, schedule.issuer_keys[i], seed)
        build(state, own, read_issuer(schedule.issuers, i), market)
    use_capacity(state, market, date)
    for i in range(issuers):
        own = rows_of(state, i)
        issuer = read_issuer(schedule.issuers, i)
        operate(state, own, issuer, market, schedule.leases[i, k], schedule.season[i, k])
        race(state, own, issuer, market, schedule.capex_plan[i, k], time)
    find_pack(state)
    for i in range(issuers):
        own = rows_of(state, i)
        issuer = read_issuer(schedule.issuers, i)
        plan_capex(state, own, issuer, market, schedule.capex_plan[i, k], time)
        ask_bonds(state, own, issuer, market, schedule.maturities[i, k])
    ration(state, market.access_bonds, market.absorb_bonds, growth, False)
    for i in range(issuers):
        issuer = read_issuer(schedule.issuers, i)
        serve_bonds_ask_secured(state, rows_of(state, i), issuer, market)
    ration(state, market.access_secured, market.absorb_secured, growth, False)
    for i in range(issuers):
        issuer = read_issuer(schedule.issuers, i)
        serve_secured_ask_private(state, rows_of(state, i), issuer, market)
    ration(state, market.access_private, market.absorb_private, growth, True)
    for i in range(issuers):
        own = rows_of(state, i)
        issuer = read_issuer(schedule.issuers, i)
        settle(state, own, issuer, market)
        close_books(state, own, issuer, market)
        date_distress(
            state, own, issuer, market, schedule.leases[i, k], i == schedule.smallest, date
        )
        assign_causes(state, own, issuer, market, schedule.capex_plan[i, k], date)
    close_market(state, market, growth, date)


@loop
def record_quarter(state, outcomes, rows, schedule, k):
    """What the quarter leaves in the outcomes; closes the calendar year where one ends."""
    issuers, quarters = schedule.capex_plan.shape
    years = schedule.year[quarters - 1] + 1
    year = schedule.year[k]
    for i in range(issuers):
        record_issuer(rows_of(state, i), outcomes, rows, i, k, year, issuers, quarters, years)
    record_market(state, outcomes, rows, k)
    if schedule.year_ends[k] == 1:
        record_year(state, outcomes, rows, year, schedule.group_profit_threshold)
        for i in range(issuers):
            own = rows_of(state, i)
            close_year(own, float(k))
            row = rows.year_state + (i * years + year) * BLOCK
            copy_row(outcomes, row, own, issuer_rows.YEAR_STATE)


@loop
def simulate_block(state, outcomes, rows, market, schedule, first_path, seed, trace):
    """One block of paths from start to end; `trace` (T, state) keeps the state of every quarter."""
    issuers, quarters = schedule.capex_plan.shape
    never = float(quarters)
    for slot in range(outcomes.size):
        outcomes[slot] = 0.0
    start_market(state, market, first_path, never, seed)
    for i in range(issuers):
        issuer = read_issuer(schedule.issuers, i)
        key = schedule.issuer_keys[i]
        start_issuer(rows_of(state, i), issuer, key, first_path, never, seed)
    for k in range(quarters):
        run_quarter(state, market, schedule, first_path, seed, k)
        record_quarter(state, outcomes, rows, schedule, k)
        if trace.shape[0] > 0:
            for slot in range(state.size):
                trace[k, slot] = state[slot]
    for i in range(issuers):
        record_path(rows_of(state, i), outcomes, rows, i, issuers)
    record_outside(
        state, outcomes, rows, issuers, CHANNEL_COUNT, schedule.outside_funding_threshold
    )


@entry
def _simulate_chunk(market, schedule, rows, seed, first_path, paths, state, outcomes, kept, tally):
    quarters = schedule.growth.size
    never = float(quarters)
    scratch = np.empty(2 * BLOCK)
    no_trace = np.empty((0, 0))
    for start in range(0, paths, BLOCK):
        simulate_block(
            state,
            outcomes,
            rows,
            market,
            schedule,
            np.uint64(first_path + start),
            seed,
            no_trace,
        )
        count = min(BLOCK, paths - start)
        for p in range(min(count, kept.shape[0] - start)):
            for r in range(kept.shape[1]):
                kept[start + p, r] = outcomes[r * BLOCK + p]
        bad = state[market_rows.BAD_QUARTER : market_rows.BAD_QUARTER + BLOCK]
        count = quarantine_paths(outcomes, bad, never, first_path + start, count, tally)
        sum_rows(outcomes, count, tally, scratch)
        count_rows(outcomes, count, tally)
        failure_row = rows.tiers + 4 * schedule.issuers.shape[0] * BLOCK
        count_joint(outcomes, failure_row, never, count, tally)
        tally.paths[0] += count


@entry
def _trace_block(market, schedule, rows, seed, first_path, state, outcomes, trace):
    simulate_block(state, outcomes, rows, market, schedule, first_path, seed, trace)


def simulate_chunk(
    market: Market,
    schedule: Schedule,
    layout: OutcomeLayout,
    *,
    seed: int,
    first_path: int,
    paths: int,
    keep: bool = False,
) -> tuple[Tally, NDArray[np.float64]]:
    """Simulate consecutive paths and add them up.

    Parameters
    ----------
    market, schedule : Market, Schedule
        A lowered scenario.
    layout : OutcomeLayout
        Where its outcomes are kept.
    seed : int
        Key of the draws, 0 to 2**64 - 1.
    first_path, paths : int
        The paths first_path, ..., first_path + paths - 1; `first_path` a multiple of BLOCK.
    keep : bool
        Also return every path's outcomes.

    Returns
    -------
    Tally
        Totals; sums in an order that depends on first_path and paths alone.
    ndarray, shape (paths, rows) or (0, 0)
        Every path's outcomes if they are kept, broken paths included.
    """
    tally = empty_tally(layout)
    kept = np.empty((paths, layout.rows) if keep else (0, 0))
    _simulate_chunk(
        market,
        schedule,
        layout.offsets(),
        np.uint64(seed),
        first_path,
        paths,
        np.zeros(state_size(schedule.issuers.shape[0])),
        np.zeros(layout.rows * BLOCK),
        kept,
        tally,
    )
    return tally, kept


def trace_block(
    market: Market, schedule: Schedule, layout: OutcomeLayout, *, seed: int, first_path: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The whole state of one block at the end of every quarter, and the block's outcomes.

    Returns
    -------
    ndarray, shape (T, state_size)
        Rows are found with `market_rows` and `issuer_rows`.
    ndarray, shape (rows, BLOCK)
    """
    issuers, quarters = schedule.capex_plan.shape
    trace = np.empty((quarters, state_size(issuers)))
    outcomes = np.zeros(layout.rows * BLOCK)
    _trace_block(
        market,
        schedule,
        layout.offsets(),
        np.uint64(seed),
        np.uint64(first_path),
        np.zeros(state_size(issuers)),
        outcomes,
        trace,
    )
    return trace, outcomes.reshape(layout.rows, BLOCK)
