"""Single paths, kept on request: one Parquet file per chunk, written by its worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from capexrisk.archive.atomic import UNDER_WAY
from capexrisk.lowering import LoweredScenario
from capexrisk.run.outcomes import outcome_names
from capexrisk.run.plan import Chunk


@dataclass(frozen=True)
class PathFiles:
    """Writer of single paths into an existing directory, as chunk-NNNNNN.parquet."""

    directory: Path

    def write(self, lowered: LoweredScenario, chunk: Chunk, outcomes: NDArray[np.float64]) -> None:
        """Write a chunk's outcomes (paths, rows), NaN for paths that are not finite.

        Two workers may compute the same chunk at once, if a cluster has lost contact with one of
        them, so the file has a unique name until it is complete.
        """
        columns = {"path": np.arange(chunk.first_path, chunk.first_path + chunk.paths)}
        columns |= dict(zip(outcome_names(lowered), outcomes.T, strict=True))
        path = self._file(chunk)
        under_way = path.with_name(f"{path.name}-{uuid4().hex[:12]}{UNDER_WAY}")
        try:
            pq.write_table(pa.table(columns), under_way.absolute(), write_page_checksum=True)
            under_way.replace(path)
        except BaseException:
            under_way.unlink(missing_ok=True)
            raise

    def holds(self, chunk: Chunk) -> bool:
        """Whether a chunk's file exists and is complete."""
        try:
            with pq.ParquetFile(
                self._file(chunk).absolute(), page_checksum_verification=True
            ) as file:
                numbers = file.read()["path"].to_numpy()
        except (OSError, ValueError, LookupError, pa.ArrowException):
            return False
        return np.array_equal(numbers, chunk.first_path + np.arange(chunk.paths))

    def _file(self, chunk: Chunk) -> Path:
        return self.directory / f"chunk-{chunk.number:06d}.parquet"
