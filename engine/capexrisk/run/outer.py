"""The task of a worker in a two-level run: a chunk of paths that belong to some outer points."""

from __future__ import annotations

import numpy as np

from capexrisk.estimate.batch import ChunkTotals
from capexrisk.estimate.outer import LEAST_FOR_QUANTILES, OuterTotals, quantile_rows
from capexrisk.kernel.points import POINT_BITS
from capexrisk.kernel.simulate import Workspace, simulate_chunk, workspace
from capexrisk.kernel.tally import QUARANTINE_LISTED, clear
from capexrisk.run.plan import Chunk
from capexrisk.uncertainty.outer import HALVES, OuterPoints


def run_outer_chunk(outer: OuterPoints, chunk: Chunk, work: Workspace | None = None) -> ChunkTotals:
    """Simulate the paths of a chunk's outer points and total their outcomes.

    Points whose scenario is refused have no paths; theirs count as quarantined.

    Parameters
    ----------
    outer : OuterPoints
    chunk : Chunk
        Of whole points.
    work : Workspace, optional
        Memory that this thread used for an earlier chunk of a scenario with the same layout.
    """
    layout, replicate = outer.base.layout, chunk.replicate
    first = (chunk.first_path & int(POINT_BITS)) // outer.inner
    points = chunk.paths // outer.inner
    if work is None:
        work = workspace(layout)
    else:
        clear(work.tally)
    rows = quantile_rows(layout) if outer.inner // HALVES >= LEAST_FOR_QUANTILES else []
    found = OuterTotals.room(layout, HALVES * points)
    squares = np.zeros(layout.amounts)
    nonzero = np.zeros(layout.amounts, dtype=np.int64)
    broken: list[tuple[int, int]] = []
    scenarios = outer.lowered(replicate, first, points)
    sources = outer.halves(replicate, first, points)
    for point, (here, halves) in enumerate(zip(scenarios, sources, strict=True)):
        if here is None:
            continue
        for number, half in enumerate(halves, HALVES * point):
            tally, kept = simulate_chunk(
                here.market,
                here.schedule,
                layout,
                source=half.source,
                paths=half.paths,
                keep=rows,
                work=work,
                keep_histogram=True,
            )
            found.put(number, tally, kept)
            squares += tally.squares
            nonzero += tally.nonzero
            begin = chunk.first_path + number * half.paths - int(half.source.first_path)
            listed = tally.quarantine[: min(int(tally.paths[1]), QUARANTINE_LISTED)]
            broken += [(begin + int(path), int(quarter)) for path, quarter in listed]
    paths = int(found.paths.sum())
    histogram = work.tally.histogram.reshape(-1)
    cells = np.flatnonzero(histogram != 0)
    return ChunkTotals(
        replicate=replicate,
        first_path=chunk.first_path,
        paths=paths,
        quarantined=chunk.paths - paths,
        sums=found.sums.sum(axis=0),
        squares=squares,
        nonzero=nonzero,
        cells=cells.astype(np.int32),
        cell_counts=histogram[cells].astype(np.int32),
        counts=found.counts.sum(axis=0, dtype=np.int64),
        joint=found.joint.sum(axis=0, dtype=np.int64),
        broken=np.array(broken[:QUARANTINE_LISTED], dtype=np.int64).reshape(-1, 2),
        outer=found,
    )
