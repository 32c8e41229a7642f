"""Firms out of a table that was filled in: each figure with its evidence and its cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from capexrisk.errors import MISSING, ScenarioError, TableError, suggest
from capexrisk.scenario.files.messages import Places, validate
from capexrisk.scenario.issuer import OTHER_FORM, Issuer, folded_name
from capexrisk.scenario.section import CONFIDENCES, by_year_field, by_year_key
from capexrisk.tables.grid import Cell, Grid, number_of, read_grid

from .layout import CONFIDENCE, EVIDENCE, FIXED, HEADER_ROW

__all__ = ["Firm", "Given", "merged", "read_firms"]

KEYS: Final = tuple(key for key in Issuer.model_fields if key not in ("name", "evidence"))
LISTS: Final = tuple(
    key for key in KEYS if "tuple" in str(Issuer.model_fields[key].annotation)
)  # more than one number in a cell
COUNTS: Final = ("lease_ramp_quarters",)
WORDS: Final = {"true": True, "yes": True, "false": False, "no": False}
BETWEEN: Final = re.compile(r"[;\s]+|,\s+")  # never a comma alone: 0,25 is a quarter to many


class Given(NamedTuple):
    """A figure of a firm.

    Attributes
    ----------
    value : object
        As in a file: a number, a flag or a list of numbers.
    evidence : str
        ``"confidence: source"``, or "".
    place : str
        Where it was given.
    """

    value: object
    evidence: str
    place: str


@dataclass(frozen=True)
class Firm:
    """A firm and its figures.

    Attributes
    ----------
    name, place : str
        The place is for messages.
    figures : dict of str to Given
        By the keys of an issuer's table.
    spent : float or None
        Capex of the last four quarters, $bn: history, no plan.
    refused : dict of str to str
        Why there is none of a key.
    cells : dict of str to str
        Where a table has the value of each key, filled or not.
    """

    name: str
    place: str
    figures: dict[str, Given]
    spent: float | None = None
    refused: Mapping[str, str] = field(default_factory=dict)
    cells: Mapping[str, str] = field(default_factory=dict)


def merged(filed: Iterable[Firm], told: Iterable[Firm]) -> list[Firm]:
    """Firms of filings and of a table; of a firm that both have, the table's figures count."""
    found = {folded_name(firm.name): firm for firm in filed}
    for firm in told:
        known = found.get(folded_name(firm.name))
        found[folded_name(firm.name)] = firm if known is None else _over(known, firm)
    return list(found.values())


def _over(filed: Firm, told: Firm) -> Firm:
    """A firm's filings with a table laid on; a list in one form replaces the other form."""
    fields = {by_year_field(key) for key in told.figures}
    replaced = {one for pair in OTHER_FORM.items() for one in pair if fields & set(pair)}
    kept = {
        key: given for key, given in filed.figures.items() if by_year_field(key) not in replaced
    }
    return replace(filed, figures=kept | told.figures, cells=told.cells)


def read_firms(path: Path) -> list[Firm]:
    """Read the firms of a table (`template`): CSV, or the first sheet of a workbook.

    Raises
    ------
    TableError
        Of the first cell that is wrong, with how many others are: a heading or key that is not
        known or there twice, a value that is no number or out of bounds, evidence without a
        confidence, a confidence without a source, either without a value.
    """
    grid = read_grid(path)
    if not grid.rows:
        raise TableError(grid.label, "is empty", "begin with `capexrisk new --table FILE`")
    columns = _columns(grid)
    keys = _keys(grid)
    faults: list[TableError] = []
    firms = []
    for name, (value, confidence, evidence) in columns.items():
        figures = {}
        for row, key in keys.items():
            try:
                given = _Cells(grid, row, value, confidence, evidence).given(key)
            except TableError as fault:
                faults.append(fault)
                continue
            if given is not None:
                figures[key] = given
        cells = {key: grid.place(row, value) for row, key in keys.items()}
        firm = Firm(name, grid.place(0, value), figures, cells=cells)
        faults += _out_of_bounds(firm)
        firms.append(firm)
    if faults:
        raise TableError.first_of(faults)
    return firms


@dataclass(frozen=True)
class _Cells:
    """The cells of a firm in one row."""

    grid: Grid
    row: int
    value: int
    confidence: int | None
    evidence: int | None

    def given(self, key: str) -> Given | None:
        raw = self._cell(self.value)
        confidence = str(self._cell(self.confidence)).casefold()
        source = str(self._cell(self.evidence))
        place = self.grid.place(self.row, self.value)
        if raw == "":
            if confidence or source:
                raise TableError(place, "evidence without a figure", "give the figure as well")
            return None
        if confidence and confidence not in CONFIDENCES:
            assert self.confidence is not None  # it has a word
            raise TableError(
                self.grid.place(self.row, self.confidence),
                f"{confidence!r} is not a confidence",
                suggest(confidence, CONFIDENCES),
            )
        if bool(confidence) != bool(source):
            lacks, column = (
                (EVIDENCE, self.evidence) if confidence else (CONFIDENCE, self.confidence)
            )
            raise TableError(
                place if column is None else self.grid.place(self.row, column),
                f"no {lacks}, but {confidence or source!r}",
                "give source and address, of an assumed figure the reason"
                if confidence
                else f"give one of {', '.join(CONFIDENCES)}",
            )
        evidence = f"{confidence}: {source}" if confidence else ""
        return Given(_value(by_year_field(key), raw, place), evidence, place)

    def _cell(self, column: int | None) -> Cell:
        row = self.grid.rows[self.row]
        return row[column] if column is not None and column < len(row) else ""


@dataclass
class _CellPlaces(Places):
    """Messages about a firm name the cell."""

    figures: dict[str, Given] = field(default_factory=dict)

    def where(self, path: tuple[str | int, ...]) -> str:
        key = str(path[0]) if path else ""
        if "_by_year_" in key and len(path) > 1:
            key = by_year_key(key, path[1])
        return f"{self.figures[key].place}: {key}" if key in self.figures else self.file


def _out_of_bounds(firm: Firm) -> Iterator[TableError]:
    """What an issuer's record refuses; what is missing may yet come from a market's defaults."""
    content: dict[str, Any] = {key: given.value for key, given in firm.figures.items()}
    places = _CellPlaces(f"{firm.place}: {firm.name}", figures=firm.figures)
    try:
        validate(Issuer, {**content, "name": firm.name}, places)
    except ScenarioError as refused:
        others = (refused, *refused.others)
        yield from (
            TableError(one.where, one.value, one.hint) for one in others if one.value != MISSING
        )


def _columns(grid: Grid) -> dict[str, tuple[int, int | None, int | None]]:
    """Columns of each firm's value, confidence and evidence; None where there is no such column."""
    headings = [str(cell) for cell in grid.rows[0]]
    if not headings or headings[0] != FIXED[0]:
        raise TableError(
            grid.place(0, 0), f"{headings[:1]} is not the heading 'key'", "keep the template's"
        )
    values: dict[str, int] = {}
    others: dict[tuple[str, str], int] = {}
    for column, heading in enumerate(headings):
        name, colon, kind = heading.rpartition(": ")
        if heading == "" or heading in FIXED:
            continue
        if colon and kind in (CONFIDENCE, EVIDENCE):
            others[name, kind] = column
            continue
        twice = {folded_name(known) for known in values}
        if folded_name(heading) in twice:
            raise TableError(
                grid.place(0, column), f"{heading!r} is there twice", "keep one column of a firm"
            )
        values[heading] = column
    for (name, kind), column in others.items():
        if name not in values:
            raise TableError(
                grid.place(0, column),
                f"{kind} of {name!r}, which has no column of values",
                suggest(name, values, "name the column of values after the firm"),
            )
    if not values:
        raise TableError(
            grid.label, "has no firm", "name a column after each firm, beside the template's"
        )
    return {
        name: (column, others.get((name, CONFIDENCE)), others.get((name, EVIDENCE)))
        for name, column in values.items()
    }


def _keys(grid: Grid) -> dict[int, str]:
    """The key of each row that has one."""
    keys: dict[int, str] = {}
    for row, cells in enumerate(grid.rows):
        key = str(cells[0]) if cells else ""
        if row < HEADER_ROW or not key:
            if row >= HEADER_ROW and any(cell != "" for cell in cells):
                column = next(i for i, cell in enumerate(cells) if cell != "")
                raise TableError(
                    grid.place(row, column), "stands in a row without a key", "name it in column A"
                )
            continue
        if by_year_field(key) not in KEYS or "_by_year_" in key:
            known = [by_year_key(name, "2026") for name in KEYS]
            raise TableError(
                grid.place(row, 0), f"{key!r} is no key of an issuer", suggest(key, known)
            )
        if key in keys.values():
            raise TableError(grid.place(row, 0), f"{key!r} is there twice", "keep one row")
        keys[row] = key
    return keys


def _value(field: str, raw: Cell, place: str) -> object:
    """The value of a cell: a flag, a number, or the numbers of a list."""
    if Issuer.model_fields[field].annotation is bool:
        if isinstance(raw, bool):
            return raw
        flag = WORDS.get(str(raw).casefold())
        if flag is None:
            raise TableError(place, f"{raw!r} is not true or false", "give true or false")
        return flag
    if field not in LISTS:
        number = number_of(raw, place)
        return int(number) if field in COUNTS and number.is_integer() else number
    texts = [raw] if not isinstance(raw, str) else BETWEEN.split(raw.strip("[]() "))
    return [number_of(text, place) for text in texts]
