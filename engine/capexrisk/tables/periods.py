"""Periods as sources write them: quarters, years, fiscal ones, trailing ones, days."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import Final, NamedTuple

__all__ = ["FORMS", "Period", "last_day_before", "parse_period", "quarter_at"]

MONTHS: Final = {name: number for number, name in enumerate(calendar.month_abbr) if name}
FORMS: Final = (
    "2026Q2, 2026Q1-Q2, 2026H1, CY2026, TTM 2026Q2, FQ Aug-2026, TTM Aug-2026, FY2026 (May), "
    "2026-06-30, 2026-07..2026-09"
)


class Period(NamedTuple):
    """A stretch of whole months, or a day.

    Attributes
    ----------
    first, last : datetime.date
        First and last day, both inside; the same for a balance.
    months : int
        Its length; 0 for a day.
    """

    first: dt.date
    last: dt.date
    months: int

    def quarters(self) -> list[int]:
        """Calendar quarters that it stands for, counted from year 0: 4 year + quarter - 1.

        That of a quarter is the one of its middle, so that a fiscal quarter to August is the third.
        """
        middle = _months(self.last) - 1  # of its last quarter
        return [(middle - 3 * back) // 3 for back in reversed(range(self.months // 3))]


def parse_period(text: str) -> Period | None:
    """The period that a text names; None if it names none. `FORMS` lists what is understood."""
    for form, read in _FORMS:
        match = re.fullmatch(form, text.strip())
        if match is not None:
            try:
                return read(*match.groups())
            except (ValueError, KeyError):  # month 13, "Foo-2026"
                return None
    return None


def quarter_at(label: str) -> int:
    """Number of a calendar quarter as `Period.quarters` counts.

    >>> quarter_at("2026Q4") - quarter_at("2026Q1")
    3
    """
    return 4 * int(label[:4]) + int(label[5]) - 1


def last_day_before(quarter: int) -> dt.date:
    """The day before a quarter begins."""
    return dt.date(quarter // 4, 3 * (quarter % 4) + 1, 1) - dt.timedelta(days=1)


def _span(last_year: int, last_month: int, months: int) -> Period:
    """The months that end with one."""
    first = 12 * last_year + last_month - months
    last = dt.date(last_year, last_month, calendar.monthrange(last_year, last_month)[1])
    return Period(dt.date(first // 12, first % 12 + 1, 1), last, months)


def _months(day: dt.date) -> int:
    """Months since year 0, January of it being 0."""
    return 12 * day.year + day.month - 1


def _day(year: str, month: str, day: str) -> Period:
    found = dt.date(int(year), int(month), int(day))
    return Period(found, found, 0)


def _stretch(year: str, month: str, last_year: str, last_month: str) -> Period:
    months = 12 * (int(last_year) - int(year)) + int(last_month) - int(month) + 1
    if months < 1:
        raise ValueError
    return _span(int(last_year), int(last_month), months)


def _named(months: int) -> Callable[[str, str], Period]:
    return lambda month, year: _span(int(year), MONTHS[month], months)


_YEAR, _MONTH = "([12][0-9]{3})", "(0[1-9]|1[0-2])"
_FORMS: Final[tuple[tuple[str, Callable[..., Period]], ...]] = (
    (f"{_YEAR}-?Q([1-4])", lambda year, q: _span(int(year), 3 * int(q), 3)),
    (f"TTM {_YEAR}Q([1-4])", lambda year, q: _span(int(year), 3 * int(q), 12)),
    (f"{_YEAR}Q1-Q([2-4])", lambda year, q: _span(int(year), 3 * int(q), 3 * int(q))),
    (f"{_YEAR}H([12])", lambda year, half: _span(int(year), 6 * int(half), 6)),
    (f"(?:CY)?{_YEAR}", lambda year: _span(int(year), 12, 12)),
    (f"FQ ([A-Z][a-z]{{2}})-{_YEAR}", _named(3)),
    (f"TTM ([A-Z][a-z]{{2}})-{_YEAR}", _named(12)),
    (
        rf"FY{_YEAR} \(([A-Z][a-z]{{2}})\)",
        lambda year, month: _span(int(year), MONTHS[month], 12),
    ),
    (f"{_YEAR}-{_MONTH}-([0-3][0-9])", _day),
    (f"{_YEAR}-{_MONTH}", lambda year, month: _span(int(year), int(month), 1)),
    (rf"{_YEAR}-{_MONTH}\.\.{_YEAR}-{_MONTH}", _stretch),
)
