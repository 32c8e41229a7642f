"""Periods of accounts: how long they are, which are the same, and their calendar quarter."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final, NamedTuple

__all__ = ["Quarter", "calendar_quarter", "quarters_of", "same_day"]

# Fiscal years have 52 or 53 weeks at many firms: their quarters end up to a week apart.
TOLERANCE: Final = dt.timedelta(days=3)
# Days of a quarter, half a year, nine months, a year.
LENGTHS: Final = {1: (80, 100), 2: (165, 200), 3: (250, 290), 4: (340, 380)}


class Quarter(NamedTuple):
    """A fiscal quarter of a firm.

    Attributes
    ----------
    start, end : date
        First and last day.
    label : str
        The calendar quarter in which its middle lies, ``"2025Q2"``.
    """

    start: dt.date
    end: dt.date
    label: str


def same_day(one: dt.date, other: dt.date) -> bool:
    """Whether two days end (or begin) the same fiscal period."""
    return abs(one - other) <= TOLERANCE


@lru_cache(maxsize=2**14)  # facts are looked through for every quarter, and few periods differ
def quarters_of(start: dt.date, end: dt.date) -> int:
    """How many quarters a period has: 1 to 4, or 0 if it is none of these.

    >>> quarters_of(dt.date(2025, 2, 1), dt.date(2025, 8, 1))
    2
    """
    days = (end - start).days + 1
    return next((n for n, (low, high) in LENGTHS.items() if low <= days <= high), 0)


def calendar_quarter(start: dt.date, end: dt.date) -> str:
    """The calendar quarter of a fiscal quarter: that of its middle.

    >>> calendar_quarter(dt.date(2025, 3, 1), dt.date(2025, 5, 31))
    '2025Q2'
    """
    middle = start + (end - start) / 2
    return f"{middle.year}Q{(middle.month + 2) // 3}"
