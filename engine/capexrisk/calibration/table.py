"""Histories in CSV files: rows with their lines, quarters, and what is no history."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Final, NamedTuple

from capexrisk.errors import HistoryError, suggest

__all__ = ["Row", "column_of", "number_in", "quarter_label", "quarter_of", "read_rows"]

MOST_BYTES: Final = 60_000_000
QUARTER: Final = re.compile(r"([0-9]{4})-?Q([1-4])")
YEARS: Final = range(1800, 2200)


class Row(NamedTuple):
    """A row of a file.

    Attributes
    ----------
    where : str
        File and line, for messages.
    cells : dict of str to str
    """

    where: str
    cells: dict[str, str]


def read_rows(path: Path) -> tuple[list[str], Iterator[Row]]:
    """Names of the columns, and the rows below them.

    Raises
    ------
    HistoryError
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise HistoryError(str(path), str(error.strerror), "give a CSV file") from None
    if len(content) > MOST_BYTES:
        raise HistoryError(str(path), "is larger than 60 MB", "give a history of quarters")
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise HistoryError(str(path), "is no text", "give a CSV file in UTF-8") from None
    if not lines or not lines[0].strip():
        raise HistoryError(str(path), "is empty", "give a CSV file with a row of names")
    names = _cells(f"{path}, line 1", lines[0])
    for name in names:
        if names.count(name) > 1:
            where = f"{path}, line 1"
            raise HistoryError(where, f"two columns are named {name!r}", "name each once")
    return names, _rows(path, names, lines[1:])


def _rows(path: Path, names: list[str], lines: list[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, start=2):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        cells = _cells(where, line)
        if len(cells) != len(names):
            what = f"has {len(cells)} cells instead of {len(names)}"
            raise HistoryError(where, what, "give one for each column")
        yield Row(where, dict(zip(names, cells, strict=True)))


def _cells(where: str, line: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True))]
    except csv.Error as error:
        raise HistoryError(where, str(error), "write a plain line of CSV") from None


def column_of(path: Path, names: list[str], wanted: str) -> str:
    """A column that must be there.

    Raises
    ------
    HistoryError
    """
    if wanted not in names:
        where = f"{path}, line 1"
        raise HistoryError(where, f"no column is named {wanted!r}", suggest(wanted, names))
    return wanted


def number_in(row: Row, column: str) -> float:
    """A cell's finite number.

    Raises
    ------
    HistoryError
    """
    text = row.cells[column]
    try:
        number = float(text.replace("_", "x"))  # Python reads 1_0 as 10; no CSV means that
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        what = f"{column} is {text!r}" if text else f"{column} is empty"
        raise HistoryError(row.where, what, "give a number")
    return number


def quarter_of(row: Row, column: str) -> tuple[int, int]:
    """Quarter of a cell's date, as years times 4, and its month: 0 where it is a quarter itself.

    Dates are 2026-03-31, 2026-03, 2026Q1 or 2026-Q1.

    Raises
    ------
    HistoryError
    """
    text = row.cells[column]
    found = QUARTER.fullmatch(text)
    if found and int(found[1]) in YEARS:
        return 4 * int(found[1]) + int(found[2]) - 1, 0
    try:
        day = date.fromisoformat(f"{text}-01" if len(text) == 7 else text)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise HistoryError(
            row.where, f"{column} is {text!r}", "give a date such as 2026-03-31, 2026-03 or 2026Q1"
        )
    return 4 * day.year + (day.month - 1) // 3, day.month


def quarter_label(quarter: int) -> str:
    """``"2026Q1"`` of a quarter, as `quarter_of` counts them.

    >>> quarter_label(4 * 2026)
    '2026Q1'
    """
    return f"{quarter // 4}Q{quarter % 4 + 1}"
