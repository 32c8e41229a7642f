"""Calendar quarters and years of a scenario's horizon."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["QUARTER", "CalendarYear", "calendar_years", "parse_quarter", "quarter_labels"]

QUARTER: Final = "^((?:19|20|21)[0-9]{2})Q([1-4])$"


class CalendarYear(NamedTuple):
    """A calendar year, or the part of it inside the horizon.

    Attributes
    ----------
    label : str
        ``"2026"`` for a full year, ``"2026Q3-Q4"`` or ``"2026Q4"`` for a part.
    year : int
    quarters : range
        Indices of its quarters, counted from 0 at the scenario's start.
    """

    label: str
    year: int
    quarters: range


def parse_quarter(label: str) -> tuple[int, int]:
    """Year and quarter (1 to 4) of a label such as ``"2026Q1"``.

    Raises
    ------
    ValueError
        For any other form, or a year outside 1900 to 2199.
    """
    match = re.fullmatch(QUARTER, label)
    if match is None:
        raise ValueError(f"{label!r} is not a quarter such as 2026Q1")
    return int(match[1]), int(match[2])


def quarter_labels(start: str, quarters: int) -> list[str]:
    """Labels of all quarters from `start`.

    >>> quarter_labels("2025Q3", 3)
    ['2025Q3', '2025Q4', '2026Q1']
    """
    year, quarter = parse_quarter(start)
    offsets = range(quarter - 1, quarter - 1 + quarters)
    return [f"{year + offset // 4}Q{offset % 4 + 1}" for offset in offsets]


def calendar_years(start: str, quarters: int) -> list[CalendarYear]:
    """Calendar years of the horizon; a year only partly inside is labelled with its quarters.

    >>> [year.label for year in calendar_years("2025Q3", 7)]
    ['2025Q3-Q4', '2026', '2027Q1']
    """
    first_year, first_quarter = parse_quarter(start)
    years = []
    begin = 0
    while begin < quarters:
        position = first_quarter - 1 + begin
        year = first_year + position // 4
        end = min(quarters, begin + 4 - position % 4)
        first, last = position % 4 + 1, position % 4 + end - begin
        if (first, last) == (1, 4):
            label = str(year)
        elif first == last:
            label = f"{year}Q{first}"
        else:
            label = f"{year}Q{first}-Q{last}"
        years.append(CalendarYear(label, year, range(begin, end)))
        begin = end
    return years
