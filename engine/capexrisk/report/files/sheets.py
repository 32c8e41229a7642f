"""Sheets of a workbook: rows of text and numbers below a frozen line of headings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from xlsxwriter.format import Format

# Characters with which a formula begins, once somebody edits the cell.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST_TEXT = 32_000  # a cell holds 32,767 characters
LEAST_ROWS_TO_FILTER = 2


class Heading(NamedTuple):
    """Heading of a column, and the column's width in characters."""

    text: str
    width: float


class Figure(NamedTuple):
    """A number and its format; the cell stays empty if it is not finite."""

    value: float
    shape: str


Value = str | float | Figure | None  # a float in the General format


class Book:
    """A workbook as a context manager; it is written at the end of the block.

    Parameters
    ----------
    path : Path
    title : str
    created : datetime
        What the file gives as its day.
    """

    def __init__(self, path: Path, *, title: str, created: datetime) -> None:
        from xlsxwriter import Workbook  # only where a workbook is written

        self._path = path
        self._book = Workbook(path, {"in_memory": True})
        self._book.set_properties({"title": title[:255], "created": created})
        self._formats: dict[str, Format] = {}
        self._heading = self._book.add_format(
            {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}
        )
        self._bold = self._book.add_format({"bold": True})
        # The format that Excel itself gives to text typed after an apostrophe.
        self._literal = self._book.add_format({"quote_prefix": True})

    def __enter__(self) -> Book:
        """The book itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the file, unless something went wrong.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        if kind is not None:
            return
        from xlsxwriter.exceptions import FileCreateError

        try:
            self._book.close()
        except FileCreateError as error:  # what the system said is all that it holds
            (said,) = error.args
            raise OSError(said.errno, said.strerror, str(self._path)) from None

    def add(
        self,
        name: str,
        headings: Sequence[Heading],
        rows: Sequence[Sequence[Value]],
        *,
        above: Sequence[str] = (),
        fixed: int = 1,
    ) -> None:
        """Add a sheet.

        Parameters
        ----------
        name : str
            At most 31 characters, ours and not a user's.
        headings : sequence of Heading
        rows : sequence of sequences of str, float, Figure or None
        above : sequence of str
            Lines above the headings.
        fixed : int
            How many columns stay in sight when the sheet is scrolled.
        """
        sheet = self._book.add_worksheet(name)
        for line, text in enumerate(above):
            sheet.write_string(line, 0, text[:LONGEST_TEXT], self._bold)
        top = len(above)
        for column, heading in enumerate(headings):
            sheet.set_column(column, column, heading.width)
            sheet.write_string(top, column, heading.text, self._heading)
        for line, row in enumerate(rows, start=top + 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        literal = self._literal if value.startswith(FORMULA) else None
                        sheet.write_string(line, column, value[:LONGEST_TEXT], literal)
                elif value is not None:
                    number, shape = value if isinstance(value, Figure) else (value, "General")
                    if isfinite(number):
                        sheet.write_number(line, column, number, self._format(shape))
        sheet.freeze_panes(top + 1, fixed)
        if not above and len(rows) >= LEAST_ROWS_TO_FILTER:
            sheet.autofilter(top, 0, top + len(rows), len(headings) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(top)

    def _format(self, shape: str) -> Format:
        if shape not in self._formats:
            self._formats[shape] = self._book.add_format({"num_format": shape})
        return self._formats[shape]
