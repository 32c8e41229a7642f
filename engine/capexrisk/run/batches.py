"""Batches of chunks: the task of a worker whose totals travel.

A batch has chunks of one replicate alone, so that most of its totals can be added up where it is
computed. Its size changes no number: see `BatchTotals`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from capexrisk.estimate.batch import BatchTotals
from capexrisk.lowering import LoweredScenario
from capexrisk.points.draws import Draws
from capexrisk.run.chunks import PathSink, run_chunk
from capexrisk.run.plan import REPLICATES, Chunk
from capexrisk.uncertainty.outer import OuterPoints

Batch = tuple[Chunk, ...]


def batches(chunks: Iterable[Chunk], most: int) -> Iterator[Batch]:
    """Chunks of a plan in batches, which keep the order of each replicate's chunks.

    A batch has as many chunks as its replicate has before it, so that the first, which all workers
    wait for, are short. A chunk that the end of the run cuts short comes last, and alone: a
    checkpoint keeps those before it.

    Parameters
    ----------
    chunks : iterable of Chunk
        In the order of the plan; some may be missing.
    most : int
        Most chunks of a batch, a power of two; 1 leaves them as they are.
    """

    def window(chunk: Chunk) -> tuple[int, int]:
        level = chunk.number // REPLICATES
        levels = min(1 << max(level.bit_length() - 1, 0), most)
        return chunk.paths, level - level % levels

    for _, together in groupby(chunks, window):
        by_replicate = sorted(together, key=lambda chunk: chunk.replicate)
        for _, batch in groupby(by_replicate, lambda chunk: chunk.replicate):
            yield tuple(batch)


def run_batch(
    lowered: LoweredScenario,
    draws: Draws | OuterPoints,
    batch: Batch,
    sink: PathSink | None = None,
) -> BatchTotals:
    """Simulate the chunks of a batch; arguments and errors are those of `run_chunk`."""
    return BatchTotals.of([run_chunk(lowered, draws, chunk, sink) for chunk in batch])
