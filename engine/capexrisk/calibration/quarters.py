"""The quarter of a row's date."""

from __future__ import annotations

from capexrisk.errors import TableError
from capexrisk.tables.grid import Record
from capexrisk.tables.periods import Period, parse_period

__all__ = ["date_of", "ended_in", "quarter_label"]


def date_of(row: Record, column: str) -> Period:
    """The quarter, month or day of a cell: 2026Q1, 2026-03 or 2026-03-31.

    Raises
    ------
    TableError
    """
    text = row.text(column)
    found = parse_period(text)
    if found is None or found.months not in (0, 1, 3):
        mend = "give a date such as 2026-03-31, 2026-03 or 2026Q1"
        raise TableError(row.place(column), f"{column} is {text!r}", mend)
    return found


def ended_in(period: Period) -> int:
    """The calendar quarter in which a period ends, counted from year 0."""
    return 4 * period.last.year + (period.last.month - 1) // 3


def quarter_label(quarter: int) -> str:
    """``"2026Q1"`` of a quarter, counted from year 0.

    >>> quarter_label(4 * 2026)
    '2026Q1'
    """
    return f"{quarter // 4}Q{quarter % 4 + 1}"
