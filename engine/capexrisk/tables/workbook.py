"""Cells of the first sheet of a workbook."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from capexrisk.errors import TableError

from .limits import MOST_COLUMNS, MOST_ROWS, Cell, cell_name, too_wide

__all__ = ["read_workbook"]

LARGEST_UNPACKED: Final = 64 * 2**20  # bytes; a workbook is a zip: a small one may unpack to any


def read_workbook(path: Path, content: bytes) -> tuple[str, list[list[Cell]]]:
    """Title of the first sheet, and its rows, each as wide as its headings or wider.

    Raises
    ------
    TableError
    """
    _refuse_packed(path, content)
    rows: list[list[Cell]] = []
    known = _sheet(path, content, formulas=False)
    written = _sheet(path, content, formulas=True)
    label = f"{path}: sheet {known.title}"
    both = zip(_filled(path, label, known), _filled(path, label, written), strict=True)
    for values, as_written in both:
        row: list[Cell] = []
        # A formula that gave nothing at the end of a row: its value is there, but empty.
        for value, formula in zip_longest(values, as_written):
            if value is None and formula is not None:
                raise TableError(
                    f"{label}: {cell_name(len(rows), len(row))}",
                    f"{formula!r} has no value",
                    "open and save it in a spreadsheet program, or give the number",
                )
            row.append(_cell(value))
        rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    width = len(rows[0]) if rows else 0
    return label, [row + [""] * (width - len(row)) for row in rows]


def _refuse_packed(path: Path, content: bytes) -> None:
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
    except (BadZipFile, ValueError):
        raise _no_workbook(path) from None
    if size > LARGEST_UNPACKED:
        raise TableError(str(path), "unpacks to far more than a table", "keep its table alone")


def _sheet(path: Path, content: bytes, *, formulas: bool) -> Any:
    """The first sheet: with values, or with formulas as they are written."""
    from openpyxl import load_workbook  # only where one is read

    try:
        book = load_workbook(
            io.BytesIO(content), read_only=True, data_only=not formulas, keep_links=False
        )
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its size may hide cells
    except Exception:  # noqa: BLE001 - it raises whatever its parts stumble over
        raise _no_workbook(path) from None
    return sheet


def _filled(path: Path, label: str, sheet: Any) -> Iterator[tuple[object, ...]]:
    """Rows up to their last filled cell; one beyond the limits is refused, wherever it stands."""
    rows = enumerate(sheet.iter_rows(values_only=True))
    while True:
        try:
            number, cells = next(rows)
        except StopIteration:
            return
        except Exception:  # noqa: BLE001 - parts are parsed as rows are asked for
            raise _no_workbook(path) from None
        filled = [column for column, cell in enumerate(cells) if cell is not None]
        width = filled[-1] + 1 if filled else 0
        if width > MOST_COLUMNS or (width and number >= MOST_ROWS):
            raise too_wide(f"{label}: {cell_name(number, width - 1)}")
        if number < MOST_ROWS:
            yield cells[:width]


def _no_workbook(path: Path) -> TableError:
    return TableError(str(path), "is no workbook", "save it as .xlsx again")


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool | float):
        return value
    if isinstance(value, dt.datetime):
        return str(value.date())
    return float(value) if isinstance(value, int) else str(value).strip()
