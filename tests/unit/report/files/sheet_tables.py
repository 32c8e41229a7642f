"""Sheets of a workbook as rows by their headings."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook

from capexrisk.archive.results import Results


def same(value: float) -> object:
    """A number as a workbook holds it, with 16 digits."""
    return pytest.approx(value, rel=1e-15)


def table(book: Workbook, name: str, top: int = 1) -> list[dict[str, object]]:
    """The rows of a sheet below its headings; of equal headings the first counts."""
    head, *rows = book[name].iter_rows(min_row=top, values_only=True)
    return [
        {str(key): value for key, value in reversed(list(zip(head, row, strict=True)))}
        for row in rows
    ]


def assert_of_that_day(path: Path, run: Results) -> None:
    """A workbook knows the day of its run, and no clock."""
    started = f"{run.manifest.times.started:%Y-%m-%dT%H:%M:%S}Z".encode()
    with zipfile.ZipFile(path) as parts:
        assert parts.read("docProps/core.xml").count(started) == 2  # created, changed
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
