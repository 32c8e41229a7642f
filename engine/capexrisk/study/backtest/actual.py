"""What happened, as a CSV file tells it: one row a figure, or a firm that failed or did not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from math import isfinite, nan
from pathlib import Path
from typing import Final, NamedTuple

from capexrisk.errors import ArgumentError, suggest

REQUIRED: Final = ("issuer", "period", "metric", "value", "unit")
OPTIONAL: Final = ("year_before", "growth", "confidence", "source_title", "source_url")
MOST_ROWS: Final = 10_000
FAILURE: Final = "funding_failure"


class Actual(NamedTuple):
    """A row of a file of actuals.

    Attributes
    ----------
    place : str
        File and line, for messages.
    issuer, period, metric : str
        As a run names them; of an event `metric` is "funding_failure".
    value : float
        The figure; of an event 1 if the issuer failed in that quarter, 0 if it had not by its end.
    unit : str
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


def read_actual(path: Path | str) -> list[Actual]:
    """Read a file of actuals: comma-separated, UTF-8, with a line of headings.

    Raises
    ------
    ArgumentError
        If it cannot be read, or a row is wrong; the message says which, and how to mend it.
    """
    file = Path(path)
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(_rows(str(file), csv.reader(lines, strict=True)))
    except OSError as error:
        raise ArgumentError("actual", f"{file}: {error.strerror}; give a CSV file") from None
    except (UnicodeDecodeError, csv.Error) as error:
        problem = f"{file}: is no CSV file in UTF-8 ({error}); see docs/backtests.md"
        raise ArgumentError("actual", problem) from None


def _rows(file: str, lines: Iterator[list[str]]) -> Iterator[Actual]:
    headings = [heading.strip() for heading in next(lines, [])]
    _refuse_headings(file, headings)
    number = 0
    for cells in lines:
        place = f"{file}, line {lines.line_num}"  # type: ignore[attr-defined]
        if not any(cell.strip() for cell in cells):
            continue
        number += 1
        if number > MOST_ROWS:
            raise _wrong(place, f"there are more than {MOST_ROWS:,} rows; split the file")
        if len(cells) != len(headings):
            problem = f"{len(cells)} cells below {len(headings)} headings; give one below each"
            raise _wrong(place, problem)
        yield _row(place, dict(zip(headings, (cell.strip() for cell in cells), strict=True)))
    if not number:
        raise _wrong(file, "has no row; give one for each figure")


def _refuse_headings(file: str, headings: list[str]) -> None:
    for heading in headings:
        if heading not in (*REQUIRED, *OPTIONAL):
            hint = suggest(heading, (*REQUIRED, *OPTIONAL))
            raise _wrong(file, f"there is no column {heading!r}; {hint}")
        if headings.count(heading) > 1:
            raise _wrong(file, f"column {heading!r} stands there twice; leave one out")
    for heading in REQUIRED:
        if heading not in headings:
            raise _wrong(file, f"column {heading!r} is missing; give {', '.join(REQUIRED)}")


def _row(place: str, cells: dict[str, str]) -> Actual:
    for name in REQUIRED:
        if not cells[name]:
            raise _wrong(place, f"{name} is empty; give it")
    numbers = {
        name: _number(place, name, cells[name])
        for name in ("value", "year_before", "growth")
        if cells.get(name)
    }
    if "growth" in numbers and "year_before" not in numbers:
        raise _wrong(place, "growth has nothing to grow; give year_before too")
    if not numbers.get("growth", 0.0) > -1.0:
        problem = f"growth {cells['growth']} leaves nothing; give a fraction above -1"
        raise _wrong(place, problem)
    if cells["metric"] == FAILURE and numbers["value"] not in (0.0, 1.0):
        problem = f"value {cells['value']} of {FAILURE}; give 1 if it failed, 0 if it did not"
        raise _wrong(place, problem)
    texts = {name: text for name, text in cells.items() if name not in _NUMBERS}
    return Actual(place=place, **texts, **numbers)  # type: ignore[arg-type]


_NUMBERS: Final = ("value", "year_before", "growth")


def _number(place: str, name: str, text: str) -> float:
    try:
        value = float(text.replace("_", "x"))  # Python reads 1_0 as 10; no table means that
    except ValueError:
        value = nan
    if not isfinite(value):
        raise _wrong(place, f"{name}: {text!r} is no number; give one, with a point for decimals")
    return value


def _wrong(place: str, problem: str) -> ArgumentError:
    return ArgumentError("actual", f"{place}: {problem}")
