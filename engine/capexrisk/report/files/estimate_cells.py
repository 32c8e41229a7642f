"""Cells of a workbook: an estimate in three, periods, inputs and tidy tables."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import metric_of, of_whom
from capexrisk.report.content.inputs import Assumption
from capexrisk.report.files.sheets import Book, Figure, Heading, Value
from capexrisk.report.writing.cells import CHANCE, SHARE
from capexrisk.report.writing.numbers import decimals_of
from capexrisk.report.writing.words import is_whole

WIDTH = 14  # of a number, characters


def estimate_headings(name: str) -> list[Heading]:
    """Headings of an estimate's three columns."""
    ends = ("", ": 95 % low", ": 95 % high")
    return [Heading(f"{name}{end}", WIDTH) for end in ends]


def figures(estimate: Estimate, unit: str, *, signed: bool = False) -> Iterable[Value]:
    """Value and interval as numbers; of a bound what was seen, on no path or on all.

    Parameters
    ----------
    estimate : Estimate
    unit : str
        See `cells.Cell`.
    signed : bool
        Whether a number above 0 has its sign, as differences have.
    """
    in_per_cent = unit in (CHANCE, SHARE)
    # One digit more than on the page, so that the ends of an interval never coincide.
    decimals = decimals_of(estimate, 100.0 if in_per_cent else 1.0) + 1
    form = shape(decimals, in_per_cent=in_per_cent, signed=signed)
    value = Figure(estimate.observed, form)  # of a bound 0 or 1, with the bound beside it
    return value, Figure(estimate.ci_low, form), Figure(estimate.ci_high, form)


def shape(decimals: int, *, in_per_cent: bool, signed: bool = False) -> str:
    """The format of a number with so many decimals."""
    digits = "#,##0" + (f".{'0' * decimals}" if decimals else "") + ("%" if in_per_cent else "")
    return f"+{digits};-{digits};{digits}" if signed else digits


def when(period: str) -> Value:
    """A period: a whole year is a number, so that a spreadsheet sorts and reckons with it."""
    return Figure(float(period), "0") if is_whole(period) else period


def input_value(item: Assumption) -> Value:
    """An input: a number where it is one."""
    number = isinstance(item.value, int | float) and not isinstance(item.value, bool)
    return float(item.value) if number else item.written  # type: ignore[arg-type]


def with_units(table: pd.DataFrame) -> pd.DataFrame:
    """A tidy table with the unit of each row before its first number."""
    units = [
        metric_of(metric, of_whom(issuer)).unit
        for metric, issuer in zip(table["metric"], table["issuer"], strict=True)
    ]
    found = table.copy()
    found.insert(list(found.columns).index("statistic") + 1, "unit", units)
    return found


def tidy(book: Book, name: str, table: pd.DataFrame, widths: dict[str, int], *, fixed: int) -> None:
    """Add a tidy table as it is: fractions are fractions."""
    headings = [Heading(column, widths.get(column, WIDTH)) for column in table.columns]
    columns = [table[column].tolist() for column in table.columns]  # quicker than row by row
    book.add(name, headings, list(zip(*columns, strict=True)), fixed=fixed)
