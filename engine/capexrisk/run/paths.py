"""Single paths, kept on request: one Parquet file a chunk, written by the worker that made it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from capexrisk.kernel.outcomes import CHANNELS, FLOWS, TIERS
from capexrisk.lowering import LoweredScenario
from capexrisk.run.plan import Chunk
from capexrisk.scenario.market import REGIMES


def column_names(lowered: LoweredScenario) -> list[str]:
    """Names of a path's outcomes, row by row: "fcf_year/Amazon/2026"."""
    labels = {
        "issuer": lowered.issuers,
        "quarter": lowered.quarters,
        "year": lowered.years,
        "flow": FLOWS,
        "channel": CHANNELS,
        "tier": TIERS,
        "regime": REGIMES,
    }
    return [
        "/".join((quantity.name, *place))
        for quantity in lowered.layout.quantities
        for place in product(*(labels[axis] for axis in quantity.shape))
    ]


def write_paths(
    directory: Path, lowered: LoweredScenario, chunk: Chunk, outcomes: NDArray[np.float64]
) -> None:
    """Write the outcomes (paths, rows) of a chunk to `directory`/chunk-NNNNNN.parquet."""
    columns = {"path": np.arange(chunk.first_path, chunk.first_path + chunk.paths)}
    columns |= dict(zip(column_names(lowered), outcomes.T, strict=True))
    pq.write_table(pa.table(columns), directory / f"chunk-{chunk.number:06d}.parquet")
