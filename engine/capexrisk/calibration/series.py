"""A history of a credit spread: quarter ends, in logs of basis points."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import HistoryError

from .table import Row, column_of, number_in, quarter_label, quarter_of, read_rows

__all__ = ["LEAST_QUARTERS", "PERCENT_BELOW", "SpreadSeries", "read_spreads"]

LEAST_QUARTERS: Final = 60  # some four spells of stress; the filter runs on fewer, and says nothing
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
    """Read a spread's history: monthly, of which quarter ends are taken, or quarterly.

    The first column has dates (2026-03-31, 2026-03, 2026Q1), in order. The unit is percent where
    the median is below 25, basis points otherwise. Quarters at the ends without their last month
    are left out.

    Parameters
    ----------
    path : Path
    column : str, optional
        Column of the spread; left out, the second.
    since : int
        First year that is read.

    Raises
    ------
    HistoryError
        Gaps, dates twice or not in order, values that are not positive, fewer than 60 quarters, or
        a spread that never moves.
    """
    names, rows = read_rows(path)
    if len(names) < 2:
        raise HistoryError(f"{path}, line 1", "has one column", "give dates and a spread")
    spread = names[1] if column is None else column_of(path, names, column)
    read = [
        _Value(row, *quarter_of(row, names[0]), number_in(row, spread))
        for row in rows
        if quarter_of(row, names[0])[0] >= 4 * since
    ]
    for one in read:
        if one.spread <= 0.0:
            raise HistoryError(one.row.where, f"{spread} is {one.spread:g}", "give more than 0")
    # A quarter that is there twice is no month: months of one quarter differ.
    monthly = len({(one.quarter, one.month) for one in read}) > len({one.quarter for one in read})
    for one, after in pairwise(read):
        _refuse_out_of_order(one, after, monthly)
    ends = [one for one in read if not monthly or one.month % 3 == 0]
    if len(ends) < LEAST_QUARTERS:
        what = f"has {len(ends)} quarter ends"
        raise HistoryError(str(path), what, f"give {LEAST_QUARTERS} or more, to tell regimes")
    values = np.array([one.spread for one in ends])
    if np.ptp(values) == 0.0:
        raise HistoryError(str(path), f"{spread} never moves", "give a market's spread")
    unit = "percent" if np.median(values) < PERCENT_BELOW else "bp"
    return SpreadSeries(
        name=f"{path.name}, {spread}",
        first=quarter_label(ends[0].quarter),
        last=quarter_label(ends[-1].quarter),
        unit=unit,
        log_bp=np.log(values * (100.0 if unit == "percent" else 1.0)),
    )


class _Value(NamedTuple):
    row: Row
    quarter: int
    month: int
    spread: float


def _refuse_out_of_order(one: _Value, after: _Value, monthly: bool) -> None:
    """Refuse two rows that do not follow each other.

    Raises
    ------
    HistoryError
    """
    where = after.row.where
    step = after.quarter - one.quarter
    if monthly:
        step = 3 * step + (after.month - 1) % 3 - (one.month - 1) % 3
    if step == 0:
        kind = "month" if monthly else "quarter"
        raise HistoryError(where, f"the {kind} is given twice", f"give each {kind}'s last value")
    if step < 0:
        raise HistoryError(where, "goes back in time", "sort the rows by date")
    if step > 1:
        kind = "month" if monthly else "quarter"
        what = f"misses {step - 1} {kind}s before it" if step > 2 else f"misses the {kind} before"
        raise HistoryError(where, what, "fill the gap, or begin after it (--since)")
