"""Tables of a run on disk, checked before and after they are opened."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from capexrisk.archive.system_errors import problem_of
from capexrisk.archive.untrusted import LARGEST_TABLE, refuse_large
from capexrisk.errors import ResultsError
from capexrisk.estimate.ledger import ChunkEntry
from capexrisk.estimate.lookup import KEY
from capexrisk.estimate.metrics import HORIZON, SYSTEM, metric_of
from capexrisk.scenario.plan import ADDRESSES

TEXT, NUMBER, COUNT = "text", "a number", "a whole number"
SUMMARY: Final = {
    **dict.fromkeys(("issuer", "period", "metric", "statistic"), TEXT),
    **dict.fromkeys(("value", "standard_error", "ci_low", "ci_high"), NUMBER),
    "n": COUNT,
    "method": TEXT,
}
DISTRIBUTION: Final = {
    **dict.fromkeys(("issuer", "period", "metric"), TEXT),
    **dict.fromkeys(("lower", "upper"), NUMBER),
    "count": COUNT,
}
CHUNK: Final = dict.fromkeys(ChunkEntry._fields, COUNT)
# A summary of 64 issuers over 80 quarters has about 200,000 rows, their histograms some millions.
MOST_ROWS: Final = {"summary": 2_000_000, "distributions": 50_000_000, "chunks": 50_000_000}
MOST_IN_CHUNK: Final = 2**24  # paths
REPLICATE: Final = "replicate_"
MOST_REPLICATES: Final = 10_000
LONGEST_LABEL: Final = 200
LARGEST_NUMBER: Final = 1e150  # a path of more is not counted
_IS: Final = {TEXT: pa.types.is_string, NUMBER: pa.types.is_float64, COUNT: pa.types.is_integer}
_UNREADABLE: Final = (OSError, ValueError, TypeError, KeyError, NotImplementedError, MemoryError)


def write_csv_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, lines ending alike everywhere.

    Through a file of ours: pandas would take a path that begins with "~" for a home.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        frame.to_csv(file, index=False, lineterminator="\n")


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """Write a table with page checksums, so that a bit flipped later is detected."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, path.absolute(), write_page_checksum=True)  # ~ is a name


def read_table(path: Path, columns: Mapping[str, str], most_rows: int) -> pd.DataFrame:
    """Read a table that must have these columns of these kinds.

    Parameters
    ----------
    path : Path
    columns : mapping
        Name to "text", "a number" or "a whole number"; others in the file are left out.
    most_rows : int

    Raises
    ------
    ResultsError
        If it cannot be read, is too large, or has other columns.
    """
    try:
        with _opened(path, most_rows) as file:
            found = {field.name: field.type for field in file.schema_arrow}
            for name, wanted in columns.items():
                if name not in found:
                    raise ValueError(f"no column {name!r}")
                # A text column of a table without rows has no kind.
                if file.metadata.num_rows and not _is(found[name], wanted):
                    raise ValueError(f"column {name!r} is not {wanted}")
            if file.metadata.num_rows:
                _refuse_long_labels(path, [name for name in columns if columns[name] == TEXT])
            table = file.read(columns=list(columns))
    except _UNREADABLE as error:
        raise ResultsError(f"{path}: cannot be read ({_first_line(error)}); run again") from None
    # Only numbers may be missing; they are NaN then.
    if any(table[name].null_count for name in columns if columns[name] != NUMBER):
        raise ResultsError(f"{path}: cannot be read (it has empty cells); run again")
    # The file's pandas metadata is dropped: it is untrusted.
    frame: pd.DataFrame = table.select(list(columns)).replace_schema_metadata().to_pandas()
    return frame


def head_of(path: Path) -> tuple[list[str], dict[bytes, bytes]]:
    """Names of a table's columns, and what its file says of itself beside them; untrusted.

    Raises
    ------
    ResultsError
        If it cannot be read.
    """
    try:
        with _opened(path, MOST_ROWS["summary"]) as file:
            schema = file.schema_arrow
            return list(schema.names), dict(schema.metadata or {})
    except _UNREADABLE as error:
        raise ResultsError(f"{path}: cannot be read ({_first_line(error)}); run again") from None


def replicate_table(summary: pd.DataFrame, replicates: NDArray[np.float64]) -> pd.DataFrame:
    """Keys of the summary's rows, and a column ``replicate_1`` ... for each net or batch."""
    numbers = pd.DataFrame(replicates, columns=_replicate_columns(replicates.shape[1]))
    return pd.concat([summary[KEY].reset_index(drop=True), numbers], axis=1)


def read_replicates(path: Path, summary: pd.DataFrame) -> NDArray[np.float64]:
    """Read each net's values of the estimates in a summary.

    Raises
    ------
    ResultsError
        If it cannot be read, or belongs to another table.
    """
    try:
        with _opened(path, MOST_ROWS["summary"]) as file:
            number = sum(name.startswith(REPLICATE) for name in file.schema_arrow.names)
            fits = file.metadata.num_rows == len(summary)
    except _UNREADABLE as error:
        raise ResultsError(f"{path}: cannot be read ({_first_line(error)}); run again") from None
    if number > MOST_REPLICATES:
        raise ResultsError(
            f"{path}: cannot be read ({number:,} replicates are too many); run again"
        )
    columns = _replicate_columns(max(number, 1))
    kinds = {**dict.fromkeys(KEY, TEXT), **dict.fromkeys(columns, NUMBER)}
    table = read_table(path, kinds, MOST_ROWS["summary"]) if fits else None
    if table is None or not table[KEY].equals(summary[KEY]):
        raise ResultsError(f"{path}: does not fit summary.parquet; run again")
    return table[columns].to_numpy()


def _replicate_columns(number: int) -> list[str]:
    return [f"{REPLICATE}{k}" for k in range(1, number + 1)]


def with_spans(
    table: pd.DataFrame, quarters: Collection[str], years: Collection[str]
) -> pd.DataFrame:
    """Copy of a table that says of each row what it sums up, so that no sum counts twice.

    Columns ``whose`` ("issuer", or "system" for a row of them all) and ``span`` ("quarter", "year"
    or "horizon"). A year with one quarter inside the horizon shares the label, and the row, of that
    quarter; it is a "year" where the metric is not told by quarter.
    """
    of_system = (table["issuer"] == SYSTEM).to_numpy(dtype=np.intp)
    whose = pd.array(["issuer", SYSTEM], dtype="str").take(of_system)
    spans = dict.fromkeys(quarters, "quarter") | dict.fromkeys(years, "year") | {HORIZON: HORIZON}
    label, labels = pd.factorize(table["period"])  # a few, of a hundred thousand rows
    by_label = pd.array([spans.get(period) for period in labels], dtype="str")
    span = by_label.take(label, allow_fill=True)  # none where there is no label
    shared = table["period"].isin(set(quarters) & set(years)).to_numpy()
    told = zip(table["metric"][shared], whose[shared], strict=True)
    periods = [metric_of(*key).quantities for key in told]
    span[shared] = ["quarter" if "quarter" in each else "year" for each in periods]
    return table.assign(whose=whose, span=span)


def refuse_other_labels(
    path: Path, table: pd.DataFrame, issuers: Collection[str], periods: Collection[str]
) -> None:
    """Refuse issuers and periods that the run does not have, and duplicate rows.

    Raises
    ------
    ResultsError
    """
    for column, known in (("issuer", issuers), ("period", periods)):
        other = set(table[column].unique()) - set(known)
        if other:
            shown = min(other)[:LONGEST_LABEL]
            raise ResultsError(f"{path}: {column} {shown!r} is not of this run; run again")
    keys = ["issuer", "period", "metric", "statistic" if "statistic" in table else "lower"]
    if table.duplicated(keys).any():
        raise ResultsError(f"{path}: a row is there twice; run again")


def refuse_large_numbers(path: Path, table: pd.DataFrame) -> None:
    """Refuse negative counts, and numbers that no path can have.

    Raises
    ------
    ResultsError
    """
    counts = table["n" if "n" in table else "count"]
    if len(counts) and counts.min() < 0:
        raise ResultsError(f"{path}: counts {counts.min()} paths; run again")
    for column in table.select_dtypes("float64"):
        largest = table[column].abs().max()
        if largest > LARGEST_NUMBER:
            raise ResultsError(f"{path}: {column} of {largest:g} is no figure; run again")


def refuse_odd_numbers(path: Path, table: pd.DataFrame) -> None:
    """Refuse negative counts, numbers no path can have, and missing ones that must be there.

    Raises
    ------
    ResultsError
    """
    refuse_large_numbers(path, table)
    must = table.loc[table["n"] > 0, ["value"]] if "n" in table else table[["lower", "upper"]]
    if must.isna().any(axis=None):
        raise ResultsError(f"{path}: a {must.columns[0]} is missing; run again")


def refuse_other_chunks(path: Path, chunks: pd.DataFrame, paths: int) -> None:
    """Refuse chunks that no run of so many paths can have.

    Raises
    ------
    ResultsError
    """
    least, most = chunks.min(), chunks.max()
    sound = len(chunks) and least.min() >= 0 and 0 < least["paths"] <= MOST_IN_CHUNK
    sound = sound and most["paths"] <= MOST_IN_CHUNK and most["first_path"] < ADDRESSES
    sound = sound and most["replicate"] < MOST_REPLICATES
    if not sound or int(chunks["paths"].sum()) != paths:
        raise ResultsError(f"{path}: its chunks are not those of {paths:,} paths; run again")


def _opened(path: Path, most_rows: int) -> Any:
    """Open a Parquet file, if its footer gives it a sensible size."""
    refuse_large(path, LARGEST_TABLE)
    if not path.stat().st_size:
        raise ValueError("it is empty")
    file = pq.ParquetFile(path.absolute(), page_checksum_verification=True)  # ~ is a name too
    held = file.metadata
    size = sum(held.row_group(group).total_byte_size for group in range(held.num_row_groups))
    if held.num_rows > most_rows or size > LARGEST_TABLE:
        file.close()
        raise ValueError(f"{held.num_rows:,} rows of {size:,} bytes are too many")
    return file


def _is(kind: pa.DataType, wanted: str) -> bool:
    if wanted == TEXT and (pa.types.is_large_string(kind) or pa.types.is_string_view(kind)):
        return True
    return bool(_IS[wanted](kind))


def _refuse_long_labels(path: Path, columns: list[str]) -> None:
    """Check each distinct label once: a long one, repeated, would fill the memory."""
    with pq.ParquetFile(
        path.absolute(), read_dictionary=columns, page_checksum_verification=True
    ) as file:
        table = file.read(columns=columns)
    for name, column in zip(columns, table.columns, strict=True):
        for chunk in column.chunks:
            labels = chunk.dictionary if pa.types.is_dictionary(chunk.type) else chunk
            lengths = pc.binary_length(labels)
            if len(labels) and (pc.max(lengths).as_py() or 0) > LONGEST_LABEL:
                raise ValueError(f"column {name!r} holds a label of endless length")


def _first_line(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "the memory is full"
    # Arrow's own words name its format's parts; and what it finds damaged is an OSError to it.
    if isinstance(error, OSError) and error.errno:
        return problem_of(error)
    if isinstance(error, OSError | pa.ArrowException):
        return "no Parquet table, or one that was damaged or cut off"
    lines = str(error).split("\n")
    line = "".join(c if c.isprintable() else " " for c in lines[0])
    return line[:LONGEST_LABEL] or type(error).__name__
