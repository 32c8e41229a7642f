"""How large a table may be, and how its cells are named."""

from __future__ import annotations

from typing import Final, TypeAlias

from capexrisk.errors import TableError

__all__ = ["MOST_BYTES", "MOST_COLUMNS", "MOST_ROWS", "Cell", "cell_name", "too_wide"]

Cell: TypeAlias = str | float | bool

MOST_BYTES: Final = 16 * 2**20
MOST_ROWS: Final = 100_000  # a daily series of two centuries has 50,000
MOST_COLUMNS: Final = 256  # a template of 64 firms has 197


def cell_name(row: int, column: int) -> str:
    """Where a cell stands, counted from 0.

    >>> cell_name(6, 4)
    'row 7, column E'
    """
    return f"row {row + 1}, column {_letters(column)}"


def too_wide(where: str) -> TableError:
    """The refusal of a cell beyond the limits."""
    limits = f"{MOST_ROWS:,} rows or {MOST_COLUMNS} columns"
    return TableError(where, f"a cell beyond {limits}", "keep the table's own rows and columns")


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
