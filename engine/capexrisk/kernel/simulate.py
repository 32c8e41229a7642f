"""The entry point of the compiled core: a chunk of paths, block after block.

lowering -> (Market, Schedule, OutcomeRows) -> simulate_chunk -> Tally
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel import issuer_rows, market_rows
from capexrisk.kernel.block import BLOCK, aligned_zeros
from capexrisk.kernel.detail import DISTANCE, EVERYTHING, MEANS, TRACE
from capexrisk.kernel.distance import keep_distance
from capexrisk.kernel.draws import Tails, draw_issuer, draw_market, room_for_tails
from capexrisk.kernel.funding import (
    ask_bonds,
    climb_last_rungs,
    serve_bonds_ask_secured,
    serve_secured_ask_private,
    spend,
)
from capexrisk.kernel.issuer_close import (
    assign_causes,
    clear_year,
    close_accounts,
    close_books,
    close_year,
    date_balances,
    date_distress,
    leave,
)
from capexrisk.kernel.issuer_quarter import build, grow, operate, plan_capex, price_debt, race
from capexrisk.kernel.market_quarter import (
    close_market,
    find_pack,
    open_market,
    ration,
    use_capacity,
)
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.kernel.points import Net, Points, enter_block, room_for_points, scramble
from capexrisk.kernel.recording import (
    record_issuer,
    record_issuer_year,
    record_market,
    record_outside,
    record_path,
    record_year,
    recording,
)
from capexrisk.kernel.schedule import Schedule
from capexrisk.kernel.start import start_issuer, start_market
from capexrisk.kernel.tally import (
    Tally,
    clear_slots,
    count_cells,
    count_joint,
    count_levels,
    empty_tally,
    finished,
    quarantine_paths,
    sum_rows,
)
from capexrisk.model.parameters import DELTA, Issuer, Market, Scheduled
from capexrisk.numeric.jit import entry, scalar, section
from capexrisk.numeric.table_reader import record_reader

read_issuer = record_reader(Issuer)
read_scheduled = record_reader(Scheduled)
ISSUERS_BEGIN = market_rows.SIZE
ISSUER_SIZE = issuer_rows.SIZE


class Workspace(NamedTuple):
    """The memory of a block, used again and again: nothing is allocated between blocks."""

    state: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    seed: np.uint64
    points: Points | None
    tails: Tails


def workspace(layout: OutcomeLayout, net: Net | None = None, seed: int = 0) -> Workspace:
    """Memory for the blocks of a scenario of this layout, and where their draws come from."""
    return Workspace(
        state=aligned_zeros(ISSUERS_BEGIN + layout.axes["issuer"] * ISSUER_SIZE),
        outcomes=aligned_zeros(layout.rows * BLOCK),
        seed=np.uint64(seed),
        points=room_for_points(net),
        tails=room_for_tails(),
    )


@scalar
def rows_of(state, i):
    """The rows of issuer i, a view.

    A pointer of its own, so that row offsets stay compile-time constants in the loops.
    """
    begin = ISSUERS_BEGIN + i * ISSUER_SIZE
    return state[begin : begin + ISSUER_SIZE]


@section
def run_quarter(state, market, schedule, first_path, seed, points, tails, k, detail):
    """The twelve steps of MODEL.md for one quarter of a block."""
    issuers = schedule.issuers.shape[0]
    growth = schedule.growth[k]
    scheduled = read_scheduled(schedule.events, k)
    time = (k + 1) * DELTA
    date = float(k)

    draw_market(state, first_path, k, seed, points, tails)
    open_market(state, market, scheduled, growth)
    for i in range(issuers):
        own = rows_of(state, i)
        key = schedule.issuer_keys[i]
        draw_issuer(own, first_path, k, i, key, seed, points, tails)
        build(state, own, read_issuer(schedule.issuers, i), market)
    use_capacity(state, market, scheduled, date)
    for i in range(issuers):
        own = rows_of(state, i)
        issuer = read_issuer(schedule.issuers, i)
        leases = schedule.leases[i, k]
        grow(state, own, issuer, market)
        price_debt(state, own, issuer, market, leases)
        operate(state, own, issuer, market, leases, schedule.season[i, k], detail)
        race(state, own, issuer, market, schedule.capex_plan[i, k], time)
    find_pack(state)
    for i in range(issuers):
        own = rows_of(state, i)
        issuer = read_issuer(schedule.issuers, i)
        leases, maturity = schedule.leases[i, k], schedule.maturities[i, k]
        plan_capex(state, own, issuer, market, schedule.capex_plan[i, k])
        ask_bonds(state, own, issuer, market, maturity, leases, date, detail)
    ration(state, market.access_bonds, market.absorb_bonds, growth, False)
    for i in range(issuers):
        issuer = read_issuer(schedule.issuers, i)
        serve_bonds_ask_secured(state, rows_of(state, i), issuer, market, detail)
    ration(state, market.access_secured, market.absorb_secured, growth, False)
    for i in range(issuers):
        issuer = read_issuer(schedule.issuers, i)
        serve_secured_ask_private(state, rows_of(state, i), issuer, market, detail)
    ration(state, market.access_private, market.absorb_private, growth, True)
    for i in range(issuers):
        own = rows_of(state, i)
        issuer = read_issuer(schedule.issuers, i)
        if detail == DISTANCE:
            keep_distance(state, own, issuer, market)
        climb_last_rungs(state, own, issuer, market, detail)
        spend(own, issuer, detail)
        close_books(state, own, issuer, market, detail)
        close_accounts(own, issuer, market, detail)
        if detail >= EVERYTHING:
            date_balances(own, issuer, market, schedule.leases[i, k], date)
        if date_distress(state, own, issuer, market, i == schedule.smallest, date) > 0:
            if detail >= EVERYTHING:
                assign_causes(state, own, issuer, market, schedule.capex_plan[i, k], date)
            leave(own, issuer, date)
    close_market(state, market, growth, date)


@section
def record_quarter(state, outcomes, moves, schedule, k, detail):
    """What the quarter leaves in the outcomes; closes the calendar year where one ends."""
    issuers = schedule.issuers.shape[0]
    if moves.by_quarter.size > 0:
        for i in range(issuers):
            record_issuer(rows_of(state, i), outcomes, moves, i, k)
    record_market(state, outcomes, moves, k)
    if schedule.year_ends[k] == 1:
        year = schedule.year[k]
        for i in range(issuers):
            own = rows_of(state, i)
            close_year(state, own, read_issuer(schedule.issuers, i), float(k))
            record_issuer_year(own, outcomes, moves, i, year)
            clear_year(own, detail)
        record_year(state, outcomes, moves.rows, year, schedule.group_profit_threshold)


@section
def simulate_block(market, schedule, moves, first_path, work, trace, detail):
    """One block of paths from start to end; `trace` (T, state) keeps the state of every quarter."""
    state, outcomes, seed, points, tails = work
    issuers, quarters = schedule.capex_plan.shape
    never = float(quarters)
    enter_block(points, first_path)
    start_market(state, market, first_path, never, seed, points, tails)
    for i in range(issuers):
        issuer = read_issuer(schedule.issuers, i)
        key = schedule.issuer_keys[i]
        start_issuer(
            rows_of(state, i), issuer, i, key, first_path, never, seed, points, tails, detail
        )
    for k in range(quarters):
        run_quarter(state, market, schedule, first_path, seed, points, tails, k, detail)
        record_quarter(state, outcomes, moves, schedule, k, detail)
        if trace.shape[0] > 0:
            for slot in range(state.size):
                trace[k, slot] = state[slot]
    for i in range(issuers):
        record_path(rows_of(state, i), outcomes, moves, i)
    record_outside(state, outcomes, moves, issuers, schedule.outside_funding_threshold)


@section
def simulate_paths(market, schedule, moves, first_path, paths, work, kept, tally, detail):
    """Block after block into the tally."""
    never = float(schedule.growth.size)
    failure_row = moves.rows.tiers + 4 * schedule.issuers.shape[0] * BLOCK
    outcomes = work.outcomes
    no_trace = np.empty((0, 0))
    scramble(work.points, np.uint64(first_path), work.seed)
    for start in range(0, paths, BLOCK):
        first = np.uint64(first_path + start)
        simulate_block(market, schedule, moves, first, work, no_trace, detail)
        count = min(BLOCK, paths - start)
        for p in range(min(count, kept.shape[0] - start)):
            for r in range(kept.shape[1]):
                kept[start + p, r] = outcomes[r * BLOCK + p]
        bad = work.state[market_rows.BAD_QUARTER : market_rows.BAD_QUARTER + BLOCK]
        count = quarantine_paths(outcomes, bad, never, first_path + start, count, tally)
        clear_slots(outcomes, count)
        sum_rows(outcomes, tally)
        count_cells(outcomes, count, tally)
        count_levels(outcomes, count, tally)
        count_joint(outcomes, failure_row, never, count, tally)
        tally.paths[0] += count


# An entry point for each amount of detail: the constant decides what is compiled at all.


@entry
def _simulate_means(market, schedule, moves, first_path, paths, work, kept, tally):
    simulate_paths(market, schedule, moves, first_path, paths, work, kept, tally, MEANS)


@entry
def _simulate_everything(market, schedule, moves, first_path, paths, work, kept, tally):
    simulate_paths(market, schedule, moves, first_path, paths, work, kept, tally, EVERYTHING)


@entry
def _trace_block(market, schedule, moves, first_path, work, trace):
    scramble(work.points, first_path, work.seed)
    simulate_block(market, schedule, moves, first_path, work, trace, TRACE)


def simulate_chunk(
    market: Market,
    schedule: Schedule,
    layout: OutcomeLayout,
    *,
    seed: int,
    first_path: int,
    paths: int,
    net: Net | None = None,
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
    net : Net, optional
        Whose points the paths are, all of one replicate. Default: independent draws.
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
    simulate = _simulate_everything if layout.detailed else _simulate_means
    simulate(
        market,
        schedule,
        recording(layout),
        first_path,
        paths,
        workspace(layout, net, seed),
        kept,
        tally,
    )
    return finished(tally), kept


def trace_block(
    market: Market,
    schedule: Schedule,
    layout: OutcomeLayout,
    *,
    seed: int,
    first_path: int,
    net: Net | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The whole state of one block at the end of every quarter, and the block's outcomes.

    Returns
    -------
    ndarray, shape (T, size of the state)
        Rows are found with `market_rows` and `issuer_rows`.
    ndarray, shape (rows, BLOCK)
    """
    work = workspace(layout, net, seed)
    trace = np.empty((schedule.growth.size, work.state.size))
    _trace_block(market, schedule, recording(layout), np.uint64(first_path), work, trace)
    return trace, work.outcomes.reshape(layout.rows, BLOCK)
