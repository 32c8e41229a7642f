"""A history of a credit spread: quarter ends, in logs of basis points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import TableError
from capexrisk.tables.grid import Record, read_grid, records
from capexrisk.tables.periods import Period, last_day_before

from .quarters import date_of, ended_in, quarter_label

__all__ = ["LEAST_QUARTERS", "PERCENT_BELOW", "SpreadSeries", "read_spreads"]

LEAST_QUARTERS: Final = 60  # some four spells of stress; the filter runs on fewer, and says nothing
LAST_DAYS: Final = 10  # of a quarter: holidays at its end are fewer
PERCENT_BELOW: Final = 25.0  # no market's median spread is 25 bp, and none is 25 %


@dataclass(frozen=True)
class SpreadSeries:
    """A history of a spread at quarter ends.

    Attributes
    ----------
    name : str
        File and column.
    first, last : str
        ``"1973Q1"``.
    unit : {"percent", "bp"}
        In which the file has it.
    log_bp : (T,) array
        Natural logs of basis points.
    """

    name: str
    first: str
    last: str
    unit: str
    log_bp: NDArray[np.float64]


def read_spreads(path: Path, column: str | None = None, since: int = 0) -> SpreadSeries:
    """Read a spread's history: daily or monthly, of which quarter ends are taken, or quarterly.

    The first column has dates (2026-03-31, 2026-03, 2026Q1), in order. The unit is percent where
    the median is below 25, basis points otherwise. Quarters at the ends without their last month,
    or without a day among their last ten, are left out. Days without a spread are holidays.

    Parameters
    ----------
    path : Path
        CSV or a workbook.
    column : str, optional
        Column of the spread; left out, the second.
    since : int
        First year that is read.

    Raises
    ------
    TableError
        Gaps, dates twice or not in order, values that are not positive, fewer than 60 quarters, or
        a spread that never moves.
    """
    names, rows = records(read_grid(path), () if column is None else (column,))
    if len(names) < 2:
        raise TableError(f"{path}: row 1", "has one column", "give dates and a spread")
    dates, spread = names[0], column or names[1]
    dated = [(row, date_of(row, dates)) for row in rows]
    dated = [one for one in dated if one[1].last.year >= since]
    step = _step([day for _, day in dated])
    if step is _DAY:  # a holiday has no spread
        dated = [one for one in dated if one[0].text(spread) not in ("", ".")]
    read = [_Value(row, day, row.number(spread)) for row, day in dated]
    for one in read:
        if one.spread <= 0.0:
            problem = f"{spread} is {one.spread:g}"
            raise TableError(one.row.place(spread), problem, "give more than 0")
    for one, after in pairwise(read):
        _refuse_out_of_order(one, after, step)
    ends = [one for one, after in zip_longest(read, read[1:]) if _ends_quarter(one, after, step)]
    if len(ends) < LEAST_QUARTERS:
        what = f"has {len(ends)} quarter ends"
        raise TableError(str(path), what, f"give {LEAST_QUARTERS} or more, to tell regimes")
    values = np.array([one.spread for one in ends])
    if np.ptp(values) == 0.0:
        raise TableError(str(path), f"{spread} never moves", "give a market's spread")
    unit = "percent" if np.median(values) < PERCENT_BELOW else "bp"
    return SpreadSeries(
        name=f"{path.name}, {spread}",
        first=quarter_label(ends[0].quarter),
        last=quarter_label(ends[-1].quarter),
        unit=unit,
        log_bp=np.log(values * (100.0 if unit == "percent" else 1.0)),
    )


class _Value(NamedTuple):
    row: Record
    period: Period
    spread: float

    @property
    def quarter(self) -> int:
        return ended_in(self.period)


class _Step(NamedTuple):
    """What a row of a series stands for."""

    name: str
    number: Callable[[Period], int]  # counts them


_QUARTER: Final = _Step("quarter", ended_in)
_MONTH: Final = _Step("month", lambda one: 12 * one.last.year + one.last.month)
_DAY: Final = _Step("day", lambda one: one.last.toordinal())


def _step(periods: list[Period]) -> _Step:
    """Days where a month has two, months where a quarter has two, else quarters."""
    days = {one.last for one in periods}
    if any(one.months == 0 for one in periods):
        months = {(day.year, day.month) for day in days}
        if len(days) > len(months):
            return _DAY
    quarters = {(day.year, (day.month - 1) // 3) for day in days}
    return _MONTH if len(days) > len(quarters) else _QUARTER


def _refuse_out_of_order(one: _Value, after: _Value, step: _Step) -> None:
    """Refuse two rows that do not follow each other.

    Raises
    ------
    TableError
    """
    where, kind = after.row.where, step.name
    steps = step.number(after.period) - step.number(one.period)
    if steps == 0:
        raise TableError(where, f"the {kind} is given twice", f"give each {kind}'s last value")
    if steps < 0:
        raise TableError(where, "goes back in time", "sort the rows by date")
    if step is _DAY:
        missing = after.quarter - one.quarter - 1
        steps, kind = missing + 1, "quarter"
    if steps > 1:
        what = f"misses {steps - 1} {kind}s before it" if steps > 2 else f"misses the {kind} before"
        raise TableError(where, what, "fill the gap, or begin after it (--since)")


def _ends_quarter(one: _Value, after: _Value | None, step: _Step) -> bool:
    """Whether a row is its quarter's end; of days the last, if it lies in the last ten.

    Raises
    ------
    TableError
        A quarter with days, of which none lies in its last ten.
    """
    if step is not _DAY:
        return step is _QUARTER or one.period.last.month % 3 == 0
    if after is not None and after.quarter == one.quarter:
        return False
    left = (last_day_before(one.quarter + 1) - one.period.last).days
    if left < LAST_DAYS:
        return True
    if after is None:
        return False
    problem = f"is the last day of {quarter_label(one.quarter)}, {left} days before its end"
    raise TableError(one.row.where, problem, "give a date a month, or every day")
