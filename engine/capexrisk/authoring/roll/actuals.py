"""Rows of what happened: issuer, metric, period, value, unit, confidence and source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import Final

from capexrisk.authoring.grid import Cell, Grid, read_grid
from capexrisk.errors import ScenarioError, suggest
from capexrisk.scenario.section import CONFIDENCES

from .periods import FORMS, Period, parse_period

__all__ = ["MARKET", "Actual", "read_actuals"]

MARKET: Final = "system"  # whose rows are of no issuer
# Heading to what it is called here; the second of a pair is the older name.
HEADINGS: Final = {
    "issuer": "issuer",
    "metric": "metric",
    "field": "metric",
    "period": "period",
    "value": "value",
    "unit": "unit",
    "confidence": "confidence",
    "source": "source",
    "source_title": "source",
    "source_url": "address",
}
NEEDED: Final = ("issuer", "metric", "period", "value", "unit", "source", "confidence")
# Unit to the factor that makes $bn, or a fraction, of it.
MONEY: Final = {"USD bn": 1.0, "$bn": 1.0, "USD mn": 1e-3, "$mn": 1e-3}
SHARES: Final = {
    "percentage points": 0.01,
    "percent": 0.01,
    "bp": 1e-4,
    "fraction": 1.0,
    "ratio": 1.0,
}
UNITS: Final = {**MONEY, **SHARES}


@dataclass(frozen=True)
class Actual:
    """One row.

    Attributes
    ----------
    issuer : str
        A name of the scenario, or ``system``.
    metric, written : str
        What it is of, and the period as written.
    period : Period
    value : float
        $bn or a fraction, as `unit` says.
    unit : str
        One of `UNITS`.
    confidence, source : str
        The source has the address.
    place : str
        File and cell of the unit.
    """

    issuer: str
    metric: str
    written: str
    period: Period
    value: float
    unit: str
    confidence: str
    source: str
    place: str

    @property
    def usd_bn(self) -> float:
        """The amount, $bn.

        Raises
        ------
        ScenarioError
            It is given as a share.
        """
        return self._in(MONEY, "USD bn or USD mn")

    @property
    def fraction(self) -> float:
        """The rate or share.

        Raises
        ------
        ScenarioError
            It is given in money.
        """
        return self._in(SHARES, "fraction, percent or bp")

    def as_key(self, key: str) -> float:
        """The figure in the unit of a scenario's key.

        Raises
        ------
        ScenarioError
            It is given in another kind of unit.
        """
        if "_usd_bn" in key:
            return self.usd_bn
        # 84 bp, not 84.00000000000001: the factor of a unit is not exact.
        return round(self.fraction * 1e4, 9) if key.endswith("_bp") else self.fraction

    def _in(self, units: Mapping[str, float], mend: str) -> float:
        if self.unit not in units:
            raise ScenarioError(self.place, f"{self.metric} in {self.unit!r}", f"give it in {mend}")
        return self.value

    @property
    def evidence(self) -> str:
        """Confidence and source, for a figure that is the row's own."""
        return f"{self.confidence}: {self.written}, {self.source}"


def read_actuals(path: Path, issuers: Iterable[str]) -> tuple[list[Actual], list[str]]:
    """Read a table of actuals.

    Parameters
    ----------
    path : Path
        CSV or a workbook, with the headings of `NEEDED` in any order.
    issuers : iterable of str
        Names of the scenario.

    Returns
    -------
    rows : list of Actual
    without : list of str
        A line for each row that says something, but not in numbers.

    Raises
    ------
    ScenarioError
        A heading is missing, an issuer is not in the scenario, a period cannot be read, a value is
        no number, a number's unit is not known, a confidence is none; the first, with how many
        others are.
    """
    grid = read_grid(path)
    columns = _columns(grid)
    names = {name.casefold(): name for name in (*issuers, MARKET)}
    rows: list[Actual] = []
    without: list[str] = []
    faults: list[ScenarioError] = []
    for line, cells in enumerate(grid.rows[1:], start=1):
        if not any(cell != "" for cell in cells):
            continue
        said = {
            name: _text(cells[column]) if column < len(cells) else ""
            for name, column in columns.items()
        }
        number = isfinite(_number(said["value"]))
        if not said["value"] or (said["unit"] not in UNITS and not number):
            without.append(f"{said['issuer']} {said['metric']} {said['period']}: {said['value']}")
            continue
        try:
            rows.append(_row(said, grid, line, columns, names))
        except ScenarioError as fault:
            faults.append(fault)
    if faults:
        first, *others = faults
        raise ScenarioError(first.where, first.value, first.hint, tuple(others))
    return rows, without


def _row(
    said: dict[str, str], grid: Grid, line: int, columns: dict[str, int], names: dict[str, str]
) -> Actual:
    """The row that a line makes; of a range of values the middle."""

    def refuse(name: str, problem: str, mend: str) -> ScenarioError:
        return ScenarioError(grid.place(line, columns[name]), problem, mend)

    if said["issuer"].casefold() not in names:
        hint = suggest(said["issuer"], names.values())
        raise refuse("issuer", f"no issuer is named {said['issuer']!r}", hint)
    period = parse_period(said["period"])
    if period is None:
        raise refuse("period", f"{said['period']!r} is no period", f"write it as {FORMS}")
    if said["confidence"] not in CONFIDENCES:
        hint = suggest(said["confidence"], CONFIDENCES)
        raise refuse("confidence", f"{said['confidence']!r} is not a confidence", hint)
    if said["unit"] not in UNITS:
        raise refuse("unit", f"unit {said['unit']!r} is not known", suggest(said["unit"], UNITS))
    if not said["source"]:
        raise refuse("source", "no source", "say where the figure is from")
    values = _values(said["value"])
    if not all(isfinite(value) for value in values):
        raise refuse("value", f"{said['value']!r} is no number", "give one, or a range such as 5-6")
    source = f"{said['source']}, {said['address']}" if said.get("address") else said["source"]
    value = sum(values) / len(values) * UNITS[said["unit"]]
    return Actual(
        issuer=names[said["issuer"].casefold()],
        metric=said["metric"],
        written=said["period"],
        period=period,
        value=value,
        unit=said["unit"],
        confidence=said["confidence"],
        source=source,
        place=grid.place(line, columns["unit"]),
    )


def _values(text: str) -> list[float]:
    """A number, or both ends of a range such as ``255-260``."""
    if isfinite(number := _number(text)):
        return [number]
    low, _, high = text.partition("-")
    return [_number(low), _number(high)]


def _number(text: str) -> float:
    try:
        return float(text.replace("_", "x"))  # Python reads 1_0 as 10; no table means that
    except ValueError:
        return nan


def _text(cell: Cell) -> str:
    """A cell as text; a year in a workbook is a number."""
    return str(cell).removesuffix(".0") if isinstance(cell, float) else str(cell).strip()


def _columns(grid: Grid) -> dict[str, int]:
    headings = [str(cell) for cell in grid.rows[0]] if grid.rows else []
    found = {
        HEADINGS[heading]: column for column, heading in enumerate(headings) if heading in HEADINGS
    }
    for name in NEEDED:
        if name not in found:
            raise ScenarioError(
                grid.label, f"has no column {name!r}", f"give the headings {', '.join(NEEDED)}"
            )
    return found
