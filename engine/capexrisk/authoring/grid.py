"""Cells of a table that was filled in, CSV or the first sheet of a workbook, with their places."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from capexrisk.errors import ScenarioError

__all__ = ["Cell", "Grid", "read_grid"]

Cell: TypeAlias = str | float | bool

LARGEST: Final = 4 * 2**20  # bytes of a file; a filled table of 64 firms has some 300,000
LARGEST_UNPACKED: Final = 64 * 2**20  # a workbook is a zip: a small one may unpack to anything
MOST_ROWS: Final = 1_000
MOST_COLUMNS: Final = 256
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
        return f"{self.label}: row {row + 1}, column {_letters(column)}"


def read_grid(path: Path) -> Grid:
    """Read a table.

    Raises
    ------
    ScenarioError
        The file cannot be read, is no table, or is far too large for one.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise ScenarioError(str(path), "no such file", "check the path") from None
    except OSError as error:
        raise ScenarioError(
            str(path), f"cannot be read ({error.strerror})", "name a CSV file or a workbook"
        ) from None
    if len(content) > LARGEST:
        raise ScenarioError(
            str(path), f"is larger than {LARGEST // 2**20} MiB", "a table of firms is far smaller"
        )
    found = _workbook(path, content) if path.suffix.lower() == WORKBOOK else _csv(path, content)
    rows = found.rows
    if len(rows) > MOST_ROWS or any(len(row) > MOST_COLUMNS for row in rows):
        raise ScenarioError(
            found.label,
            f"has more than {MOST_ROWS:,} rows or {MOST_COLUMNS} columns",
            "keep the rows of the template",
        )
    return found


def _csv(path: Path, content: bytes) -> Grid:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(
            str(path), f"is not UTF-8 (byte {error.start})", "save it as CSV UTF-8"
        ) from None
    head = text.partition("\n")[0]
    # A spreadsheet program set to decimal commas writes semicolons between cells.
    between = ";" if head.count(";") > head.count(",") else ","
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=between, strict=True))
    except csv.Error as error:
        raise ScenarioError(str(path), f"is no CSV ({error})", "save it as CSV again") from None
    return Grid(str(path), [[cell.strip() for cell in row] for row in rows])


def _workbook(path: Path, content: bytes) -> Grid:
    _refuse_packed(path, content)
    title, known = _sheet(path, content, formulas=False)
    _, written = _sheet(path, content, formulas=True)
    grid = Grid(f"{path}: sheet {title}", [])
    for values, as_written in zip(known, written, strict=True):
        row: list[Cell] = []
        for value, formula in zip(values, as_written, strict=True):
            if value is None and formula is not None:
                raise ScenarioError(
                    grid.place(len(grid.rows), len(row)),
                    f"{formula!r} has no value",
                    "open and save it in a spreadsheet program, or give the number",
                )
            row.append(_cell(value))
        grid.rows.append(_trimmed(row))
    while grid.rows and not grid.rows[-1]:  # it was asked for more than there are
        grid.rows.pop()
    return grid


def _refuse_packed(path: Path, content: bytes) -> None:
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (BadZipFile, ValueError):
        raise _no_workbook(path) from None
    if size > LARGEST_UNPACKED:
        raise ScenarioError(
            str(path), "unpacks to far more than a table", "keep the rows of the template"
        )


def _sheet(path: Path, content: bytes, *, formulas: bool) -> tuple[str, list[tuple[object, ...]]]:
    """Title and cells of the first sheet: values, or formulas as they are written."""
    from openpyxl import load_workbook  # only where one is read

    try:
        book = load_workbook(
            io.BytesIO(content), read_only=True, data_only=not formulas, keep_links=False
        )
        sheet = book.worksheets[0]
        cells = sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1)
        return sheet.title, list(cells)
    except Exception:  # noqa: BLE001 - it raises whatever its parts stumble over
        raise _no_workbook(path) from None


def _no_workbook(path: Path) -> ScenarioError:
    return ScenarioError(str(path), "is no workbook", "save it as .xlsx again")


def _trimmed(row: list[Cell]) -> list[Cell]:
    """A row without the empty cells at its end."""
    filled = [column for column, cell in enumerate(row) if cell != ""]
    return row[: filled[-1] + 1] if filled else []


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool | float):
        return value
    if isinstance(value, dt.datetime):
        return str(value.date())
    return float(value) if isinstance(value, int) else str(value).strip()


def _letters(column: int) -> str:
    """Letters of a column as spreadsheets have them, counted from 0.

    >>> _letters(0), _letters(25), _letters(26)
    ('A', 'Z', 'AA')
    """
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
