"""What happened, as a table tells it: one row a figure, or a firm that failed or did not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite, nan
from pathlib import Path
from typing import Final, NamedTuple

from capexrisk.errors import TableError, suggest
from capexrisk.scenario.section import CONFIDENCES

from .grid import Record, number_of, read_grid, records
from .periods import FORMS, Period, parse_period

__all__ = ["ALSO", "FAILURE", "LARGEST", "MARKET", "Actual", "named_as", "read_actuals"]

MARKET: Final = "system"  # whose rows are of no issuer
FAILURE: Final = "funding_failure"
NEEDED: Final = ("issuer", "period", "metric", "value", "unit")
OPTIONAL: Final = ("year_before", "growth", "confidence", "source_title", "source_url")
OLDER: Final = {"field": "metric", "source": "source_title"}  # headings that tables had before
NUMBERS: Final = ("value", "year_before", "growth")
# Other names that tables have for a metric of a run.
ALSO: Final = {
    "cash": ("cash_usd_bn", "cash_and_securities", "cash_and_marketable_securities"),
    "market_spread_bp": ("oas0_bp", "ig_oas"),
}
LARGEST: Final = 1e12  # of any unit; far beyond, scores would overflow
MOST_MONEY: Final = 1e6  # $bn, a thousand times what any firm turns over: dollars among billions
# By kind, each unit and the factor that makes $bn, a fraction or a number of it.
MONEY: Final = {"USD bn": 1.0, "$bn": 1.0, "USD mn": 1e-3, "$mn": 1e-3}
MONEY_A_YEAR: Final = {"USD bn a year": 1.0, "USD mn a year": 1e-3}
SHARES: Final = {
    "fraction": 1.0,
    "percent": 0.01,
    "percentage points": 0.01,
    "bp": 1e-4,
    "ratio": 1.0,
}
BP: Final = 1e4
EVENTS: Final = {"event": 1.0}
COUNTS: Final = {"issuers": 1.0}
UNITS: Final = {**MONEY, **MONEY_A_YEAR, **SHARES, **EVENTS, **COUNTS}
# Units of a run's metrics to those that a row may have, and how they are told.
OF_RUN: Final[Mapping[str, tuple[Mapping[str, float], str]]] = {
    "$bn": (MONEY, "USD bn or USD mn"),
    "$bn a year": (MONEY_A_YEAR, "USD bn a year or USD mn a year"),
    "fraction": (SHARES, "fraction, percent or bp"),
    "bp": (SHARES, "bp, percent or fraction"),
    "event": (EVENTS, "event"),
    "issuers": (COUNTS, "issuers"),
}


class Actual(NamedTuple):
    """A row of a table of actuals.

    Attributes
    ----------
    place : str
        File and row, for messages.
    issuer : str
        As a scenario names it, or ``system``.
    period, metric : str
        As written; of an event `metric` is "funding_failure".
    value : float
        In `unit`; of an event 1 if the issuer failed in that quarter, 0 if it had not by its end.
    unit : str
        One of `UNITS`.
    year_before : float
        The same figure a year before; NaN if not given.
    growth : float
        How much the issuer's figure of a year had grown last, as a fraction; 0 if not given.
    confidence, source_title, source_url : str
    """

    place: str
    issuer: str
    period: str
    metric: str
    value: float
    unit: str
    year_before: float = nan
    growth: float = 0.0
    confidence: str = ""
    source_title: str = ""
    source_url: str = ""

    @property
    def dates(self) -> Period:
        """The period's first and last day.

        Raises
        ------
        TableError
            It names no period.
        """
        found = parse_period(self.period)
        if found is None:
            raise TableError(self.place, f"{self.period!r} is no period", f"write it as {FORMS}")
        return found

    @property
    def usd_bn(self) -> float:
        """The amount, $bn.

        Raises
        ------
        TableError
            It is not given in money.
        """
        return self.value * self.factor("$bn")

    def factor(self, unit: str) -> float:
        """What makes a figure in this row's unit one in a run's unit.

        Raises
        ------
        TableError
            The row's is of another kind.
        """
        units, mend = OF_RUN[unit]
        if self.unit not in units:
            problem = f"{self.metric} in {self.unit!r}"
            raise TableError(self.place, problem, f"give it in {mend}")
        return units[self.unit] * (BP if unit == "bp" else 1.0)

    def as_key(self, key: str) -> float:
        """The figure in the unit of a scenario's key.

        Raises
        ------
        TableError
            It is given in another kind of unit.
        """
        if "_usd_bn" in key:
            return self.usd_bn
        return self.value * self.factor("bp" if key.endswith("_bp") else "fraction")

    @property
    def source(self) -> str:
        """Title and address."""
        return ", ".join(part for part in (self.source_title, self.source_url) if part)

    @property
    def evidence(self) -> str:
        """Confidence and source, for a figure that is the row's own."""
        return f"{self.confidence}: {self.period}, {self.source}"


def read_actuals(path: Path | str, *, sourced: bool = False) -> tuple[list[Actual], list[str]]:
    """Read a table of actuals: CSV, or the first sheet of a workbook.

    Parameters
    ----------
    path : Path or str
    sourced : bool
        Whether a row without confidence and source is refused.

    Returns
    -------
    rows : list of Actual
    without : list of str
        A line for each row whose value is empty, or in words.

    Raises
    ------
    TableError
        A heading is missing or not known, a period cannot be read, a value is no number, a
        number's unit is not known; the first, with how many others are.
    """
    grid = read_grid(Path(path))
    if grid.rows:
        grid.rows[0] = [OLDER.get(str(cell), cell) for cell in grid.rows[0]]
    _, found = records(grid, (*NEEDED, *(("confidence", "source_title") if sourced else ())))
    for column, heading in enumerate(map(str, grid.rows[0])):
        if heading not in ("", *NEEDED, *OPTIONAL):
            hint = suggest(heading, (*NEEDED, *OPTIONAL))
            raise TableError(grid.place(0, column), f"there is no column {heading!r}", hint)
    rows: list[Actual] = []
    without: list[str] = []
    faults: list[TableError] = []
    for record in found:
        _refuse_unnamed(record)
        said = {name: record.text(name) for name in (*NEEDED, *OPTIONAL)}
        words = said["unit"] not in UNITS and not isfinite(_number(said["value"]))
        if words or not said["value"]:
            without.append(f"{said['issuer']} {said['metric']} {said['period']}: {said['value']}")
            continue
        try:
            rows.append(_row(record, said, sourced=sourced))
        except TableError as fault:
            faults.append(fault)
    if faults:
        raise TableError.first_of(faults)
    return rows, without


def _refuse_unnamed(record: Record) -> None:
    """Refuse a cell that stands below no heading: nobody knows what it says."""
    grid = record.grid
    for column, cell in enumerate(grid.rows[record.row]):
        if cell != "" and grid.rows[0][column] == "":
            problem = f"{cell!r} stands below no heading"
            raise TableError(grid.place(record.row, column), problem, "name the column in row 1")


def named_as(rows: Iterable[Actual], issuers: Iterable[str]) -> list[Actual]:
    """Rows with their issuers' names as these are written, whatever their case.

    Raises
    ------
    TableError
        There is no such issuer; the first, with how many other rows have none.
    """
    names = {name.casefold(): name for name in (*issuers, MARKET)}
    rows = list(rows)
    faults = [
        TableError(
            row.place, f"no issuer is named {row.issuer!r}", suggest(row.issuer, names.values())
        )
        for row in rows
        if row.issuer.casefold() not in names
    ]
    if faults:
        raise TableError.first_of(faults)
    return [row._replace(issuer=names[row.issuer.casefold()]) for row in rows]


def _row(record: Record, said: dict[str, str], *, sourced: bool) -> Actual:
    """The row that a line makes; of a range of values the middle."""

    def refuse(name: str, problem: str, mend: str) -> TableError:
        return TableError(record.place(name), problem, mend)

    for name in NEEDED:
        if not said[name]:
            raise refuse(name, f"{name} is empty", "give it")
    if parse_period(said["period"]) is None:
        raise refuse("period", f"{said['period']!r} is no period", f"write it as {FORMS}")
    if said["unit"] not in UNITS:
        raise refuse("unit", f"unit {said['unit']!r} is not known", suggest(said["unit"], UNITS))
    if said["confidence"] not in (*CONFIDENCES, *(() if sourced else ("",))):
        hint = suggest(said["confidence"], CONFIDENCES)
        raise refuse("confidence", f"{said['confidence']!r} is not a confidence", hint)
    if sourced and not said["source_title"]:
        raise refuse("source_title", "no source", "say where the figure is from")
    numbers = {
        name: number_of(said[name], f"{record.place(name)}: {name}")
        for name in ("year_before", "growth")
        if said[name]
    }
    if "growth" in numbers and "year_before" not in numbers:
        raise refuse("growth", "growth has nothing to grow", "give year_before too")
    if not numbers.get("growth", 0.0) > -1.0:
        problem = f"growth {said['growth']} leaves nothing"
        raise refuse("growth", problem, "give a fraction above -1")
    value = _middle(said["value"])
    if not isfinite(value):
        number_of(said["value"], f"{record.place('value')}: value")
    money = MONEY | MONEY_A_YEAR
    most = MOST_MONEY / money[said["unit"]] if said["unit"] in money else LARGEST
    if abs(value) > most:
        problem = f"value {said['value']:.40} is no figure of a firm"
        raise refuse("value", problem, f"give it in {said['unit']}, up to {most:g}")
    if said["metric"] == FAILURE and value not in (0.0, 1.0):
        problem = f"value {said['value']} of {FAILURE}"
        raise refuse("value", problem, "give 1 if it failed, 0 if it did not")
    texts = {name: text for name, text in said.items() if name not in NUMBERS}
    return Actual(place=record.where, value=value, **texts, **numbers)  # type: ignore[arg-type]


def _middle(text: str) -> float:
    """A number, or the middle of a range such as ``255-260``."""
    if isfinite(number := _number(text)):
        return number
    low, _, high = text.partition("-")
    return 0.5 * (_number(low) + _number(high))


def _number(text: str) -> float:
    try:
        return number_of(text, "")
    except TableError:
        return nan
