"""Compile the engine's entry points, two at a time: ``make test`` does it before the tests.

Each takes half a minute for each source of draws. Left to the tests, both workers need the same
ones first, and both would compile them.
"""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from capexrisk.kernel.simulate import simulate_chunk, trace_block
from capexrisk.kernel.simulate_distance import measure_distances
from capexrisk.lowering import lower
from capexrisk.points.draws import Draws, IndependentDraws, SuppliedDraws
from capexrisk.points.frozen import frozen_points
from capexrisk.points.layout import dimensions
from tests.unit.scenarios import small_scenario

WORKERS = 2
# Entry points and draws, the longest first. Supplied draws serve rare failures alone, which are
# told by their distances; these are measured of no net.
NEEDED = (
    *(("everything", "net"), ("everything", "independent")),
    *(("trace", "net"), ("trace", "independent")),
    *(("means", "net"), ("means", "independent")),
    *(("distance", "supplied"), ("distance", "independent")),
)


def compile_one(entry: str, draws: str) -> None:
    """Call an entry point for one path: it is compiled, or read from the cache."""
    scenario = small_scenario(quarters=1, issuers=("Oracle",))
    lowered = lower(scenario, "means" if entry == "means" else "everything")
    record = (lowered.market, lowered.schedule)
    made: Draws
    if draws == "net":
        made = frozen_points(*record, seed=1)
    elif draws == "independent":
        made = IndependentDraws(1)
    else:
        made = SuppliedDraws(np.full((dimensions(1, 1), 1), 0.5), 1, 1)
    source = made.source(0)
    if entry == "trace":
        trace_block(*record, lowered.layout, source=source)
    elif entry == "distance":
        measure_distances(*record, source=source, quarters=1, paths=1)
    else:
        simulate_chunk(*record, lowered.layout, source=source, paths=1)


if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, mp_context=context) as pool:
        for done in [pool.submit(compile_one, *each) for each in NEEDED]:
            done.result()
