"""Firms of a table: read back, and refused by cell."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from capexrisk.authoring.firms import read_firms
from capexrisk.authoring.surroundings import neutral_surroundings
from capexrisk.authoring.template import as_workbook, template
from capexrisk.errors import TableError
from tests.unit.authoring.tables import write_table


def refusal(path: Path) -> str:
    with pytest.raises(TableError) as refused:
        read_firms(path)
    return str(refused.value).removeprefix(f"{path}: ")


def test_figures_come_with_their_evidence(tmp_path):
    acme, blue = read_firms(write_table(tmp_path / "f.csv", "Acme", "Blue Co"))
    assert (acme.name, blue.name) == ("Acme", "Blue Co")
    assert acme.figures["capex_2026_usd_bn"].value == 8.0
    assert acme.figures["capex_2026_usd_bn"].evidence == (
        "guidance: call of February, https://acme.example/call"
    )
    assert acme.figures["bonds_usd_bn"].evidence == ""
    assert acme.figures["seasonality"].value == [0.9, 1.1, 1.0, 1.0]
    assert acme.figures["high_yield"].value is False
    assert type(acme.figures["lease_ramp_quarters"].value) is int
    assert blue.figures["ocf_usd_bn_per_year"].place.endswith("f.csv: row 3, column H")


def test_a_workbook_that_was_filled_in_reads_the_same(tmp_path):
    book = load_workbook(
        io.BytesIO(as_workbook(template([2026], neutral_surroundings()), ["Acme"]))
    )
    sheet = book.worksheets[0]
    told = {"cash_usd_bn": 4, "high_yield": True, "seasonality": "0.9 1.1 1 1"}
    for row in sheet.iter_rows(min_row=2):
        if row[0].value in told:
            row[5].value, row[6].value, row[7].value = told[row[0].value], "assumed", "told"
    book.save(tmp_path / "f.xlsx")
    (acme,) = read_firms(tmp_path / "f.xlsx")
    assert {key: given.value for key, given in acme.figures.items()} == {
        "cash_usd_bn": 4.0,
        "high_yield": True,
        "seasonality": [0.9, 1.1, 1.0, 1.0],
    }
    assert acme.figures["cash_usd_bn"].evidence == "assumed: told"
    assert acme.figures["cash_usd_bn"].place.endswith("f.xlsx: sheet Firms: row 4, column F")


@pytest.mark.parametrize(
    ("key", "cell", "said"),
    [
        ("cash_usd_bn", "1,200", "row 4, column E: '1,200' is no number; write it without commas"),
        ("cash_usd_bn", "-4", "row 4, column E: cash_usd_bn: -4.0 is negative; give 0 or more"),
        ("cash_usd_bn", "nan", "row 4, column E: 'nan' is no number; give a number such as 12.5"),
        ("capex_2026_usd_bn", "5%", "row 5, column E: '5%' is no number; give a fraction: 0.05"),
        ("seasonality", "1 1 1 1.4", "row 7, column E: seasonality: its mean is 1.1; divide each"),
        ("seasonality", "1 1 1", "row 7, column E: seasonality: has 3 values; give 4"),
        ("high_yield", "maybe", "row 8, column E: 'maybe' is not true or false"),
        ("lease_ramp_quarters", "1.5", "row 9, column E: lease_ramp_quarters: 1.5 is not a whole"),
        ("cash_bn", "1", "row 10, column A: 'cash_bn' is no key of an issuer; did you mean cash_"),
        ("committed", "1.2", "row 10, column E: committed: 1.2 is above 1; give 1 or less"),
    ],
)
def test_a_bad_cell_is_named_with_its_value_and_the_mend(tmp_path, key, cell, said):
    path = write_table(tmp_path / "f.csv", "Acme", **{key: cell})
    assert refusal(path).startswith(said)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("reported", "guess", "row 2, column F: 'guess' is not a confidence; give one of reported"),
        (",assumed,as last year", ",,as last year", "row 7, column F: no confidence, but 'as last"),
        (",assumed,as last year", ",assumed,", "row 7, column G: no evidence, but 'assumed'; give"),
        ("0.9; 1.1; 1; 1", "", "row 7, column E: evidence without a figure; give the figure"),
        ("Acme: evidence", "Acmo: evidence", "row 1, column G: evidence of 'Acmo', which has no"),
        ("key,", "name,", "row 1, column A: ['name'] is not the heading 'key'; keep the"),
        ("bonds_usd_bn,", "cash_usd_bn,", "row 6, column A: 'cash_usd_bn' is there twice; keep"),
        ("bonds_usd_bn,", ",", "row 6, column E: stands in a row without a key; name it in"),
    ],
)
def test_headings_rows_and_evidence_are_checked(tmp_path, was, becomes, said):
    path = write_table(tmp_path / "f.csv", "Acme")
    text = path.read_text("utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes, 1), "utf-8")
    assert refusal(path).startswith(said)


def test_all_faults_are_counted(tmp_path):
    path = write_table(tmp_path / "f.csv", "Acme", "Blue", cash_usd_bn="x", committed="2")
    assert refusal(path).endswith("(and 3 more)")


def test_two_columns_of_one_firm_are_refused(tmp_path):
    path = write_table(tmp_path / "f.csv", "Acme", "ACME")
    assert refusal(path) == "row 1, column H: 'ACME' is there twice; keep one column of a firm"


def test_semicolons_between_cells_are_read(tmp_path):
    text = "key;meaning;unit;left out;Acme\ncash_usd_bn;;;;4.5\n"
    (tmp_path / "f.csv").write_text("\ufeff" + text, "utf-8")
    (acme,) = read_firms(tmp_path / "f.csv")
    assert acme.figures["cash_usd_bn"].value == 4.5


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("f.csv", b"key,\xff\n", "is not UTF-8 (byte 4); save it as CSV UTF-8"),
        ("f.csv", b"", "is empty; begin with `capexrisk new --table FILE`"),
        ("f.csv", b"key,meaning\n", "has no firm; name a column after each firm"),
        ("f.xlsx", b"key,Acme\n", "is no workbook; save it as .xlsx again"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    assert refusal(tmp_path / name).startswith(said)


def test_a_formula_without_a_value_is_refused(tmp_path):
    book = Workbook()
    book.active.append(["key", "Acme"])
    book.active.append(["cash_usd_bn", "=2+2"])
    book.save(tmp_path / "f.xlsx")
    assert refusal(tmp_path / "f.xlsx").startswith(
        "sheet Sheet: row 2, column B: '=2+2' has no value; open and save it"
    )


def damaged(path, change):
    """A workbook with its first sheet changed."""
    book = Workbook()
    book.active.append(["key", "Acme"])
    book.active.append(["cash_usd_bn", 3])
    whole = io.BytesIO()
    book.save(whole)
    with ZipFile(whole) as old, ZipFile(path, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if "worksheets" in name else part)


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: sheet[: len(sheet) // 2],
        lambda sheet: sheet.replace(b"<v>3</v>", b"<v>abc</v>"),
        lambda sheet: sheet.replace(b't="n"><v>3', b't="d"><v>soon'),
    ],
    ids=["cut", "no number", "no date"],
)
def test_a_damaged_sheet_is_refused(tmp_path, change):
    damaged(tmp_path / "f.xlsx", change)
    assert refusal(tmp_path / "f.xlsx") == "is no workbook; save it as .xlsx again"


def test_a_number_with_an_underscore_is_none(tmp_path):
    path = write_table(tmp_path / "f.csv", "Acme", cash_usd_bn="1_0")
    assert "'1_0' is no number" in refusal(path)
