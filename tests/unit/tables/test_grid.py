"""Tables: a cell beyond the limits is refused, wherever it stands, and so is a row cut short."""

from __future__ import annotations

import os
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook

from capexrisk.errors import TableError
from capexrisk.tables.grid import number_of, read_grid, records
from capexrisk.tables.limits import MOST_BYTES, MOST_COLUMNS, MOST_ROWS

LIMITS = "a cell beyond 100,000 rows or 256 columns; keep the table's own rows and columns"


def workbook(path: Path, row: int, column: int) -> Path:
    book = Workbook()
    book.active.append(["a", "b"])
    book.active.cell(row, column, 1.0)
    book.save(path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(TableError) as refused:
        records(read_grid(path), ("a",))
    return str(refused.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"x" * (MOST_BYTES + 1), "is larger than 16 MiB; keep the table alone"),
        (b"a\n" * (MOST_ROWS + 1), f"row 100001, column A: {LIMITS}"),
        (b"a\n" + b"," * MOST_COLUMNS + b"1\n", f"row 2, column IW: {LIMITS}"),
        (b"a,b\n1,2\n3\n", "row 3: has 1 cell below 2 headings; give one below each"),
        (b"a,b\n1,2\n\n3,4,5\n", "row 4: has 3 cells below 2 headings; give one below each"),
        (b"b\n1\n", "row 1: no column is named 'a'; name one of b so, or add it"),
        (b" , \n1,2\n", "has no headings; name the columns in the first row"),
    ],
)
def test_a_file_of_commas_is_refused_at_its_place(tmp_path, content, said):
    (tmp_path / "t.csv").write_bytes(content)
    assert refusal(tmp_path / "t.csv").startswith(said)


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [(MOST_ROWS + 50, 1, "row 100050, column A"), (2, MOST_COLUMNS + 9, "row 2, column JE")],
)
def test_a_cell_of_a_workbook_is_never_unseen(tmp_path, row, column, place):
    path = workbook(tmp_path / "t.xlsx", row, column)
    assert refusal(path) == f"sheet Sheet: {place}: {LIMITS}"


def test_a_workbook_that_says_it_is_smaller_is_read_whole(tmp_path):
    path = workbook(tmp_path / "t.xlsx", 3, 3)
    with ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b'ref="A1:C3"' in parts[sheet]
    parts[sheet] = parts[sheet].replace(b'ref="A1:C3"', b'ref="A1:B1"')
    with ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    assert read_grid(path).rows == [["a", "b"], ["", ""], ["", "", 1.0]]
    assert refusal(path) == (
        "sheet Sheet: row 3: has 3 cells below 2 headings; give one below each; put text with "
        "commas in quotes"
    )


def test_a_record_has_texts_numbers_and_places(tmp_path):
    (tmp_path / "t.csv").write_text("a;b\n\n2026;1.5\n", "utf-8")
    _, (row,) = records(read_grid(tmp_path / "t.csv"))
    assert (row.text("a"), row.number("b"), row.text("c")) == ("2026", 1.5, "")
    assert row.place("b") == f"{tmp_path / 't.csv'}: row 3, column B"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "is empty; give a number"),
        ("1_0", "'1_0' is no number; give a number such as 12.5"),
        ("1,2", "'1,2' is no number; write it without commas: 12, or 1.2"),
        ("5%", "'5%' is no number; give a fraction: 0.05 for 5 %"),
        (True, "'True' is no number"),
        (float("inf"), "'inf' is no number"),
    ],
)
def test_what_is_no_number_has_its_mend(cell, said):
    with pytest.raises(TableError) as refused:
        number_of(cell, "t.csv: row 2, column B")
    assert str(refused.value).startswith(f"t.csv: row 2, column B: {said}")


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_no_file_is_refused_at_once(tmp_path, kind):
    """Opening a pipe waits until somebody writes into it."""
    path = Path("/dev/zero") if kind == "device" else tmp_path / "t.csv"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(TableError, match=r"is no file; name a CSV file or a workbook$"):
        read_grid(path)
