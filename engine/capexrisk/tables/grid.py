"""Cells of a small table, CSV or the first sheet of a workbook, with their places."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from stat import S_ISREG
from typing import Final

from capexrisk.errors import TableError, nearest, some_of

from .limits import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, Cell, cell_name, too_wide

__all__ = ["Cell", "Grid", "Record", "number_of", "read_grid", "records"]

WORKBOOK: Final = ".xlsx"


@dataclass(frozen=True)
class Grid:
    """Rows of cells, the headings first.

    Attributes
    ----------
    label : str
        The file, and the sheet of a workbook.
    rows : list of list
        Text, numbers and flags; an empty cell is "".
    """

    label: str
    rows: list[list[Cell]]

    def place(self, row: int, column: int) -> str:
        """Where a cell stands, counted from 0: ``firms.csv: row 7, column E``."""
        return f"{self.label}: {cell_name(row, column)}"


@dataclass(frozen=True)
class Record:
    """A row below the headings.

    Attributes
    ----------
    grid : Grid
    row : int
        Counted from 0.
    columns : dict of str to int
        By heading.
    """

    grid: Grid
    row: int
    columns: dict[str, int]

    @property
    def where(self) -> str:
        """The row: ``spreads.csv: row 7``."""
        return f"{self.grid.label}: row {self.row + 1}"

    def place(self, heading: str) -> str:
        """A cell's place."""
        return self.grid.place(self.row, self.columns[heading])

    def text(self, heading: str) -> str:
        """A cell as text, "" where there is no such column; a year in a workbook is a number."""
        if heading not in self.columns:
            return ""
        cell = self.grid.rows[self.row][self.columns[heading]]
        return str(cell).removesuffix(".0") if isinstance(cell, float) else str(cell)

    def number(self, heading: str) -> float:
        """A cell's finite number.

        Raises
        ------
        TableError
        """
        cell = self.grid.rows[self.row][self.columns[heading]]
        return number_of(cell, f"{self.place(heading)}: {heading}")


def read_grid(path: Path) -> Grid:
    """Read a table: CSV with commas or semicolons between cells, or a workbook's first sheet.

    Raises
    ------
    TableError
        The file cannot be read, is no table, or has a cell beyond the limits of `limits`.
    """
    try:
        if not S_ISREG(path.stat().st_mode):  # a pipe would wait for somebody who writes
            raise TableError(str(path), "is no file", "name a CSV file or a workbook")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise TableError(str(path), "no such file", "check the path") from None
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
        raise TableError(str(path), problem, "name a CSV file or a workbook") from None
    if len(content) > MOST_BYTES:
        problem = f"is larger than {MOST_BYTES // 2**20} MiB"
        raise TableError(str(path), problem, "keep the table alone")
    if path.suffix.lower() == WORKBOOK:
        from .workbook import read_workbook

        return Grid(*read_workbook(path, content))
    return _csv(path, content)


def _csv(path: Path, content: bytes) -> Grid:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"is not UTF-8 (byte {error.start})"
        raise TableError(str(path), problem, "save it as CSV UTF-8") from None
    head = text.partition("\n")[0]
    # A spreadsheet program set to decimal commas writes semicolons between cells.
    between = ";" if head.count(";") > head.count(",") else ","
    grid = Grid(str(path), [])
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True):
            if len(row) > MOST_COLUMNS or len(grid.rows) == MOST_ROWS:
                raise too_wide(grid.place(len(grid.rows), len(row) - 1))
            grid.rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        where = f"{path}: row {len(grid.rows) + 1}"
        raise TableError(where, f"is no CSV ({error})", "save it as CSV again") from None
    return grid


def records(grid: Grid, needed: Iterable[str] = ()) -> tuple[list[str], list[Record]]:
    """Headings, and the rows below them that have something in a cell.

    Raises
    ------
    TableError
        No headings, one that is there twice or missing, a row with more or fewer cells.
    """
    headings = [str(cell) for cell in grid.rows[0]] if grid.rows else []
    if not any(headings):
        raise TableError(grid.label, "has no headings", "name the columns in the first row")
    columns: dict[str, int] = {}
    for column, heading in enumerate(headings):
        if heading in columns:
            where = grid.place(0, column)
            raise TableError(where, f"two columns are named {heading!r}", "name each once")
        if heading:
            columns[heading] = column
    for heading in needed:
        if heading not in columns:
            # Either side may be misspelt: the table's heading, or a name that a user gave.
            close = nearest(heading, columns)
            one_of = f"name one of {some_of(columns)} so, or add it"
            hint = f"write it and {close!r} alike" if close else one_of
            raise TableError(f"{grid.label}: row 1", f"no column is named {heading!r}", hint)
    found = []
    for row, cells in enumerate(grid.rows[1:], start=1):
        if not any(cell != "" for cell in cells):
            continue
        if len(cells) != len(headings):
            one = Record(grid, row, columns)
            problem = f"has {len(cells)} cell{'s'[: len(cells) > 1]} below {len(headings)} headings"
            raise TableError(
                one.where, problem, "give one below each; put text with commas in quotes"
            )
        found.append(Record(grid, row, columns))
    return list(columns), found


def number_of(cell: Cell, place: str) -> float:
    """The finite number of a cell.

    Raises
    ------
    TableError
        It is none; a comma and a percent sign have their own mend.
    """
    try:
        if isinstance(cell, bool):
            raise ValueError
        # Python reads 1_0 as 10; no table means that.
        number = float(cell.replace("_", "x") if isinstance(cell, str) else cell)
    except ValueError:
        number = nan
    if isfinite(number):
        return number
    text = str(cell)
    if not text:
        raise TableError(place, "is empty", "give a number")
    plain = text.replace(",", "").replace("'", "").removesuffix("%").lstrip("$€£ ")
    mend = "give a number such as 12.5"
    if "," in text:
        mend = f"write it without commas: {plain}, or {text.replace(',', '.')}"
    elif text.endswith("%"):
        mend = "give a fraction: 0.05 for 5 %"
    raise TableError(place, f"{text!r} is no number", mend)
