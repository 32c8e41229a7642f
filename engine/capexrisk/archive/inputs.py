"""What a run tells of its uncertain inputs, in memory and on disk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from capexrisk.archive.checksums import refuse_other_record
from capexrisk.archive.content import ComparedByContent
from capexrisk.archive.manifest import InputsRecord
from capexrisk.archive.tables import (
    CHUNK,
    COUNT,
    MOST_ROWS,
    NUMBER,
    SUMMARY,
    head_of,
    read_table,
    refuse_odd_numbers,
    refuse_other_chunks,
    refuse_other_labels,
    write_csv_table,
    write_table,
)
from capexrisk.errors import ResultsError, UnknownName, suggest
from capexrisk.estimate.differences import POINT
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.input_columns import HEADLINES, OVER_INPUTS, SPREAD
from capexrisk.estimate.lookup import Lookup
from capexrisk.estimate.names import Name
from capexrisk.run.plan import REPLICATES

INPUTS_CSV: Final = "inputs.csv"
INPUTS_PARQUET: Final = "inputs.parquet"
INPUTS_POINTS: Final = "inputs_points.parquet"
INPUTS_CHUNKS: Final = "inputs_chunks.parquet"
INPUT_TABLES: Final = (INPUTS_CSV, INPUTS_PARQUET, INPUTS_POINTS, INPUTS_CHUNKS)
INPUTS: Final = {
    **{name: kind for name, kind in SUMMARY.items() if name != "method"},
    **dict.fromkeys(OVER_INPUTS, NUMBER),
}


@dataclass(frozen=True, repr=False, eq=False)
class InputResults(ComparedByContent):
    """Estimates over the inputs' distributions.

    Attributes
    ----------
    table : DataFrame
        See `estimate.input_table`.
    points : DataFrame
        Headline estimates at each point of the inputs; see `input_table.point_table`.
    chunks : DataFrame
        Chunks in the order in which they were added up, as of `Results`.
    record : InputsRecord
        How many points and paths, and which were refused.
    """

    table: pd.DataFrame
    points: pd.DataFrame
    chunks: pd.DataFrame
    record: InputsRecord = field(compare=False)

    def __eq__(self, other: object) -> bool:
        """Whether it has the same tables and record to the bit; the time it took does not count."""
        same = isinstance(other, InputResults) and self._record == other._record
        return same and super().__eq__(other)

    __hash__ = ComparedByContent.__hash__

    @property
    def _record(self) -> InputsRecord:
        """The record without the time."""
        return self.record.model_copy(update={"simulation_seconds": 0.0})

    def __repr__(self) -> str:
        record = self.record
        points = f"{record.outer:,} points of {record.inner:,} paths, {record.dimensions} draws"
        return f"InputResults({points}, {len(self.table):,} estimates)"

    @cached_property
    def predictive(self) -> Lookup:
        """The predictive estimates, over inputs and paths together, by name."""
        return Lookup(self.table)

    def estimate(self, name: str, over: str = "p50") -> Estimate:
        """Look up how an estimate is distributed over the inputs.

        Parameters
        ----------
        name : str
            As of `Results.estimate`.
        over : str
            ``"sd"``, ``"p5"``, ``"p25"``, ``"p50"``, ``"p75"``, ``"p95"`` or ``"share"``, each with
            its interval; ``"predictive"`` for the estimate over inputs and paths together.

        Returns
        -------
        Estimate
            NaN if nothing can be told at each point of the inputs; of a chance without a value but
            with an interval if it cannot be told from 0, or from 1.

        Raises
        ------
        UnknownName
            If there is no such row, or nothing of this name over the inputs.
        """
        found = self.predictive.resolve(name)
        if over == "predictive":
            return self.predictive[found]
        if over not in SPREAD:
            hint = suggest(over, ("predictive", *SPREAD))
            raise UnknownName(f"{name}: {over!r} is not told over the inputs; {hint}")
        return self.over(found, over)

    def over(self, name: Name, over: str) -> Estimate:
        """A number of the distribution over the inputs, as `estimate`; NaN where none is known."""
        row = self.predictive.row(name)
        value, low, high = (self._columns[f"{over}{end}"][row] for end in ("", "_low", "_high"))
        return Estimate(over, value, nan, low, high, self.record.outer)

    @cached_property
    def _columns(self) -> dict[str, list[float]]:
        return {name: self.table[name].tolist() for name in OVER_INPUTS}

    def write(self, directory: Path) -> None:
        """Write the tables into a directory."""
        write_csv_table(self.table, directory / INPUTS_CSV)
        write_table(self.table, directory / INPUTS_PARQUET)
        write_table(self.points, directory / INPUTS_POINTS)
        write_table(self.chunks, directory / INPUTS_CHUNKS)


def read_inputs(
    folder: Path, record: InputsRecord, issuers: Collection[str], periods: Collection[str]
) -> InputResults:
    """Read and validate what `InputResults.write` wrote.

    Raises
    ------
    ResultsError
        If it cannot be read, or lacks anything it must hold.
    """
    table = read_table(folder / INPUTS_PARQUET, INPUTS, MOST_ROWS["summary"])
    refuse_other_labels(folder / INPUTS_PARQUET, table, issuers, periods)
    refuse_odd_numbers(folder / INPUTS_PARQUET, table)
    points = _read_points(folder / INPUTS_POINTS, record, table)
    chunks = read_table(folder / INPUTS_CHUNKS, CHUNK, MOST_ROWS["chunks"])
    refuse_other_chunks(folder / INPUTS_CHUNKS, chunks, record.outer * record.inner)
    refuse_other_record(folder / INPUTS_CHUNKS, chunks, record.chunks)
    return InputResults(table, points, chunks, record)


def _read_points(path: Path, record: InputsRecord, table: pd.DataFrame) -> pd.DataFrame:
    """Read the table of points, whose estimates must be those of the table over the inputs."""
    known = [str(name) for name in Lookup(table) if name.metric in HEADLINES]
    columns, _ = head_of(path)
    held = set(columns)
    listed = [name for name in known if name in held]
    kinds = {**dict.fromkeys(POINT, COUNT), **dict.fromkeys(listed, NUMBER)}
    points = read_table(path, kinds, MOST_ROWS["summary"])
    where = np.indices((REPLICATES, record.outer // REPLICATES, 2)).reshape(3, -1)
    if not np.array_equal(points[list(POINT)].to_numpy().T, where):
        raise ResultsError(f"{path}: its points are not those of the run; run again")
    return points
