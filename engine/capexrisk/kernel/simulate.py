"""The entry point of the compiled core: a chunk of paths, block after block.

lowering -> (Market, Schedule, OutcomeRows) -> simulate_chunk -> Tally
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel import market_rows
from capexrisk.kernel.block import BLOCK, EVERYTHING, MEANS, TRACE, aligned_zeros, slot
from capexrisk.kernel.funding import assess, climb_last_rungs, sell, spend
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
from capexrisk.kernel.issuer_rows import rows_of, state_size
from capexrisk.kernel.market_quarter import (
    close_market,
    find_pack,
    open_market,
    use_capacity,
)
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.kernel.recording import (
    keep_rows,
    record_issuer_year,
    record_market,
    record_outside,
    record_year,
    recording,
)
from capexrisk.kernel.schedule import Schedule, read_issuer, read_market, read_scheduled
from capexrisk.kernel.sources import (
    Source,
    at_block,
    draw_issuer,
    draw_issuer_path,
    draw_market,
    draw_path,
    refuse_other_shape,
)
from capexrisk.kernel.start import start_issuer, start_market
from capexrisk.kernel.tally import (
    RunningTally,
    Tally,
    add_amounts,
    clear,
    clear_slots,
    count_joint,
    count_levels,
    empty_tally,
    finished,
    quarantine_paths,
)
from capexrisk.model.parameters import DELTA, Market
from capexrisk.model.vocabulary import TIERS
from capexrisk.numeric.jit import entry, section
from capexrisk.numeric.rows import rows_from
from capexrisk.numeric.table_reader import table_of

FAILURE = TIERS.index("F4")


class Workspace(NamedTuple):
    """Reusable memory of one thread: nothing is allocated between blocks."""

    state: NDArray[np.float64]
    outcomes: NDArray[np.float64]
    tally: RunningTally


class Chosen(NamedTuple):
    """Outcomes that are kept for every path."""

    rows: NDArray[np.int64]  # (chosen,) of the layout
    values: NDArray[np.float64]  # (paths, chosen)


def workspace(layout: OutcomeLayout) -> Workspace:
    """Make a workspace for scenarios with this layout."""
    return Workspace(
        state=aligned_zeros(state_size(layout.axes["issuer"])),
        outcomes=aligned_zeros(layout.rows * BLOCK),
        tally=empty_tally(layout),
    )


@section
def run_quarter(state, market, schedule, source, k, detail):
    """Run the twelve steps of MODEL.md for one quarter of a block."""
    issuers = schedule.issuers.shape[0]
    growth = schedule.growth[k]
    scheduled = read_scheduled(schedule.events, k)
    time = (k + 1) * DELTA
    date = float(k)

    draw_market(state, k, source)
    open_market(state, market, scheduled, growth)
    for i in range(issuers):
        own = rows_of(state, i)
        draw_issuer(own, k, i, schedule.issuer_keys[i], source)
        build(state, own, read_issuer(schedule.issuers, i), market)
    use_capacity(state, market, scheduled, date)
    for i in range(issuers):
        own = rows_of(state, i)
        issuer = read_issuer(schedule.issuers, i)
        leases = schedule.leases[i, k]
        grow(state, own, issuer, market)
        price_debt(state, own, issuer, market, leases)
        operate(state, own, issuer, market, leases, schedule.season[i, k], detail)
        plan, variance = schedule.capex_plan[i, k], schedule.capex_variance[k]
        race(state, own, issuer, market, plan, time, variance)
    find_pack(state)
    for i in range(issuers):
        own = rows_of(state, i)
        issuer = read_issuer(schedule.issuers, i)
        plan_capex(state, own, issuer, market, schedule.capex_plan[i, k])
        maturity, leases = schedule.maturities[i, k], schedule.leases[i, k]
        assess(state, own, issuer, market, maturity, leases, date, detail)
    sell(state, market, schedule, k, detail)
    for i in range(issuers):
        own = rows_of(state, i)
        issuer = read_issuer(schedule.issuers, i)
        climb_last_rungs(state, own, issuer, market, detail)
        spend(state, own, issuer, market, detail)
        close_books(state, own, issuer, market)
        close_accounts(own, issuer, market, detail)
        if detail >= EVERYTHING:
            date_balances(own, issuer, date)
        if date_distress(state, own, issuer, market, i == schedule.smallest, date) > 0:
            if detail >= EVERYTHING:
                assign_causes(state, own, issuer, market, schedule.capex_plan[i, k], date)
            leave(own, issuer, date)
    close_market(state, market, growth, date)


@section
def record_quarter(state, outcomes, moves, schedule, k, detail):
    """Record a quarter's outcomes, and close the calendar year if it ends."""
    issuers = schedule.issuers.shape[0]
    if moves.by_quarter.size > 0:
        for i in range(issuers):
            keep_rows(outcomes, moves.by_quarter, moves.block, rows_of(state, i), i, k)
    record_market(state, outcomes, moves, k)
    if schedule.year_ends[k] == 1:
        year = schedule.year[k]
        for i in range(issuers):
            own = rows_of(state, i)
            close_year(state, own, read_issuer(schedule.issuers, i), float(k))
            record_issuer_year(own, outcomes, moves, i, year)
            clear_year(own, detail)
        record_year(state, outcomes, moves.rows, year, schedule.group_profit_threshold[year])


@section
def simulate_block(market, schedule, moves, source, work, trace, detail):
    """Simulate a block of paths; `trace` (T, state) keeps the state of every quarter."""
    state, outcomes = rows_from(work.state, 0), rows_from(work.outcomes, 0)
    issuers, quarters = schedule.capex_plan.shape
    never = float(quarters)
    draw_path(state, source)
    start_market(state, market, never)
    for i in range(issuers):
        own, issuer = rows_of(state, i), read_issuer(schedule.issuers, i)
        draw_issuer_path(own, i, schedule.issuer_keys[i], source)
        start_issuer(own, issuer, schedule.opening[i], never, detail)
    for k in range(quarters):
        run_quarter(state, market, schedule, source, k, detail)
        record_quarter(state, outcomes, moves, schedule, k, detail)
        if trace.shape[0] > 0:
            for slot in range(trace.shape[1]):
                trace[k, slot] = state[slot]
    for i in range(issuers):
        keep_rows(outcomes, moves.at_end, moves.block, rows_of(state, i), i, 0)
    record_outside(state, outcomes, moves, issuers, schedule.outside_funding_threshold)


@section
def simulate_paths(market, schedule, moves, units, source, paths, work, chosen, detail):
    """Simulate block after block, and add each to the workspace's tally."""
    never = float(schedule.growth.size)
    failure_row = moves.rows.tiers + FAILURE * schedule.issuers.shape[0] * BLOCK
    outcomes, tally = work.outcomes, work.tally
    no_trace = np.empty((0, 0))
    for start in range(0, paths, BLOCK):
        block = at_block(source, source.first_path + np.uint64(start))
        simulate_block(market, schedule, moves, block, work, no_trace, detail)
        count = min(BLOCK, paths - start)
        bad = work.state[market_rows.BAD_QUARTER : market_rows.BAD_QUARTER + BLOCK]
        keep_chosen(outcomes, bad, never, start, count, chosen)
        count = quarantine_paths(outcomes, bad, never, np.int64(block.first_path), count, tally)
        clear_slots(outcomes, count)
        add_amounts(outcomes, count, units, tally)
        count_levels(outcomes, count, tally)
        count_joint(outcomes, failure_row, never, count, tally)
        tally.paths[0] += count


@section
def keep_chosen(outcomes, bad_quarters, never, start, paths, chosen):
    """Keep chosen outcomes of the block's paths, NaN for those that are not finite."""
    for j in range(chosen.rows.size):
        row = chosen.rows[j] * BLOCK
        for p in range(paths):
            value = outcomes[slot(row, p)]
            chosen.values[slot(start, p), j] = np.nan if bad_quarters[p] < never else value


# One entry point for each level of detail: the constant decides which code is compiled.


@entry
def _simulate_means(markets, schedule, moves, units, source, paths, work, chosen):
    market = read_market(markets, 0)
    simulate_paths(market, schedule, moves, units, source, paths, work, chosen, MEANS)


@entry
def _simulate_everything(markets, schedule, moves, units, source, paths, work, chosen):
    market = read_market(markets, 0)
    simulate_paths(market, schedule, moves, units, source, paths, work, chosen, EVERYTHING)


@entry
def _trace_block(markets, schedule, moves, source, work, trace):
    market = read_market(markets, 0)
    block = at_block(source, source.first_path)
    simulate_block(market, schedule, moves, block, work, trace, TRACE)


def simulate_chunk(
    market: Market,
    schedule: Schedule,
    layout: OutcomeLayout,
    *,
    source: Source,
    paths: int,
    keep: Sequence[int] = (),
    work: Workspace | None = None,
    keep_histogram: bool = False,
) -> tuple[Tally, NDArray[np.float64]]:
    """Simulate consecutive paths and add them up.

    Parameters
    ----------
    market, schedule : Market, Schedule
        A lowered scenario.
    layout : OutcomeLayout
        Layout of its outcomes.
    source : Source
        Where the draws come from, and the number of the first path.
    paths : int
        Number of paths.
    keep : sequence of int
        Rows of the layout whose values are returned for every path.
    work : Workspace, optional
        Memory from an earlier call for a scenario with the same layout. Default: new memory.
    keep_histogram : bool
        Add to the histogram of the earlier call; all other totals are of these paths alone.

    Returns
    -------
    Tally
        Totals; sums in an order that depends on the first path and `paths` alone. The histogram is
        the workspace's: it lasts until the next call with it.
    ndarray, shape (paths, rows kept)
        Outcomes of every path, NaN for broken ones.

    Raises
    ------
    ValueError
        If the source is for another number of issuers, quarters or paths.
    """
    refuse_other_shape(source, schedule, schedule.growth.size, paths)
    if work is None:
        work = workspace(layout)
    else:
        clear(work.tally, keep_histogram=keep_histogram)
    chosen = Chosen(np.array(keep, dtype=np.int64), np.empty((paths, len(keep))))
    simulate = _simulate_everything if layout.detailed else _simulate_means
    units = layout.units(schedule.money_units)
    simulate(table_of(market), schedule, recording(layout), units, source, paths, work, chosen)
    return finished(work.tally), chosen.values


def trace_block(
    market: Market, schedule: Schedule, layout: OutcomeLayout, *, source: Source
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Trace one block: its whole state at the end of every quarter, and its outcomes.

    Returns
    -------
    ndarray, shape (T, size of the state)
        Rows are found with `market_rows` and `issuer_rows`.
    ndarray, shape (rows, BLOCK)
    """
    refuse_other_shape(source, schedule, schedule.growth.size, paths=1)
    work = workspace(layout)
    trace = np.empty((schedule.growth.size, work.state.size))
    _trace_block(table_of(market), schedule, recording(layout), source, work, trace)
    return trace, work.outcomes.reshape(layout.rows, BLOCK)
