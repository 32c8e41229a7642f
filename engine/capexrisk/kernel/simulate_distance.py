"""Entry point that returns only each issuer's smallest distance to failure, path by path."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, DISTANCE, aligned_zeros
from capexrisk.kernel.distance import start_distance
from capexrisk.kernel.schedule import Schedule, read_issuer, read_market
from capexrisk.kernel.simulate import run_quarter
from capexrisk.kernel.sources import (
    Source,
    at_block,
    draw_issuer_path,
    draw_path,
    refuse_other_shape,
)
from capexrisk.kernel.start import start_issuer, start_market
from capexrisk.model.parameters import Market
from capexrisk.numeric.jit import entry
from capexrisk.numeric.rows import rows_from
from capexrisk.numeric.table_reader import table_of


@entry
def _measure(markets, schedule, memory, source, quarters, distances, bad):
    issuers, paths = distances.shape
    market, state = read_market(markets, 0), rows_from(memory, 0)
    never = float(quarters)
    for begin in range(0, paths, BLOCK):
        block = at_block(source, source.first_path + np.uint64(begin))
        draw_path(state, block)
        start_market(state, market, never)
        for i in range(issuers):
            own, issuer = s.rows_of(state, i), read_issuer(schedule.issuers, i)
            draw_issuer_path(own, i, schedule.issuer_keys[i], block)
            start_issuer(own, issuer, schedule.opening[i], never, DISTANCE)
            start_distance(own)
        for k in range(quarters):
            run_quarter(state, market, schedule, block, k, DISTANCE)
        count = min(BLOCK, paths - begin)
        for p in range(count):
            bad[begin + p] = state[m.BAD_QUARTER + p] < never
        for i in range(issuers):
            own = s.rows_of(state, i)
            for p in range(count):
                distances[i, begin + p] = own[s.DISTANCE + p]


def measure_distances(
    market: Market, schedule: Schedule, *, source: Source, quarters: int, paths: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Smallest distance of every issuer to failure by the end of a quarter, path by path.

    Parameters
    ----------
    market, schedule : Market, Schedule
        A lowered scenario with n issuers.
    source : Source
        Where the draws come from, and the number of the first path.
    quarters : int
        Number of quarters to simulate, 1 to T.
    paths : int
        Number of paths.

    Returns
    -------
    ndarray, shape (n, paths)
        Negative where the issuer has failed by then; see `kernel.distance` for the unit.
    ndarray, shape (paths,)
        Whether the path is broken: not finite.

    Raises
    ------
    ValueError
        If the source is for another number of issuers, quarters or paths.
    """
    refuse_other_shape(source, schedule, quarters, paths)
    issuers = schedule.issuers.shape[0]
    distances, bad = np.empty((issuers, paths)), np.empty(paths, dtype=np.bool_)
    state = aligned_zeros(s.state_size(issuers))
    _measure(table_of(market), schedule, state, source, quarters, distances, bad)
    return distances, bad
