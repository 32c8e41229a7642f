"""Rows of what happened, read from CSV and workbooks."""

from __future__ import annotations

import datetime as dt
from math import isnan
from pathlib import Path

import pytest
from openpyxl import Workbook

from capexrisk.errors import TableError
from capexrisk.tables.actuals import Actual, named_as, read_actuals
from tests.unit.authoring.roll.rows import HEAD, write_rows

ISSUERS = ("Oracle", "Blue Co")


def test_a_row_has_its_value_in_billions_and_its_evidence(tmp_path):
    lines = [
        HEAD,
        "oracle,FQ Aug-2026,capex,28499,USD mn,reported,10-Q,https://r.example",
        "system,2026-09-30,ig_oas,0.84,percentage points,reported,FRED,https://f.example",
        "Blue Co,CY2027,capex_guidance,90-95,USD bn,guidance,call,",
        "Blue Co,2026Q2,costs,1E-05,USD bn,derived,call,",
    ]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    rows, without = read_actuals(tmp_path / "a.csv", sourced=True)
    rows = named_as(rows, ISSUERS)
    assert [(row.issuer, row.value, row.unit) for row in rows] == [
        *(("Oracle", 28499.0, "USD mn"), ("system", 0.84, "percentage points")),
        *(("Blue Co", 92.5, "USD bn"), ("Blue Co", 1e-5, "USD bn")),
    ]
    assert [rows[0].usd_bn, rows[1].as_key("oas0_bp")] == [pytest.approx(28.499), 84.0]
    assert rows[1].as_key("risk_free_per_year") == pytest.approx(0.0084)
    assert rows[0].evidence == "reported: FQ Aug-2026, 10-Q, https://r.example"
    assert rows[2].evidence == "guidance: CY2027, call"
    assert without == []


def test_what_is_said_in_words_is_kept_apart(tmp_path):
    lines = [HEAD, "Oracle,2026-07,rating,BBB-,rating,reported,S&P,", "Oracle,soon,x,,USD bn,,,"]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    rows, without = read_actuals(tmp_path / "a.csv", sourced=True)
    assert (rows, without) == ([], ["Oracle rating 2026-07: BBB-", "Oracle x soon: "])


def test_a_workbook_may_have_dates_and_years_as_such(tmp_path):
    book = Workbook()
    book.active.append(HEAD.split(","))
    book.active.append(["Oracle", dt.date(2026, 8, 31), "cash", 36.4, "USD bn", "reported", "x"])
    book.active.append(["Oracle", 2026, "capex_guidance", 85, "USD bn", "guidance", "x"])
    book.save(tmp_path / "a.xlsx")
    rows, _ = read_actuals(tmp_path / "a.xlsx", sourced=True)
    assert [(str(row.dates.first), row.value) for row in rows] == [
        *(("2026-08-31", 36.4), ("2026-01-01", 85.0)),
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("Oracle", "Orakle", "row 2: no issuer is named 'Orakle'; did you mean Oracle"),
        ("2026Q1", "Q1", "row 2, column B: 'Q1' is no period; write it as 2026Q2, 2026Q1-Q2"),
        (",7,", ",x,", "row 2, column D: value: 'x' is no number; give a number such as 12.5"),
        (",7,", ",inf,", "row 2, column D: value: 'inf' is no number; give a number"),
        ("reported", "rumour", "row 2, column F: 'rumour' is not a confidence; give one of"),
        ("USD bn", "usd bn", "row 2, column E: unit 'usd bn' is not known; did you mean USD bn?"),
        ("USD bn", "EUR bn", "row 2, column E: unit 'EUR bn' is not known; did you mean USD bn?"),
        (",7,", ",1_0,", "row 2, column D: value: '1_0' is no number; give a number"),
        (",release,", ",,", "row 2, column G: no source; say where the figure is from"),
        (
            ",7,",
            ",-1e308,",
            "row 2, column D: value -1e308 is no figure of a firm; give it in USD bn",
        ),
        ("metric", "measure", "row 1: no column is named 'metric'; name one of issuer"),
        ("metric", "metrc", "row 1: no column is named 'metric'; write it and 'metrc' alike"),
    ],
)
def test_a_bad_row_is_refused_at_its_cell(tmp_path: Path, was, becomes, said):
    path = write_rows(tmp_path / "a.csv", "Oracle,2026Q1,capex,7")
    path.write_text(path.read_text("utf-8").replace(was, becomes, 1), "utf-8")
    with pytest.raises(TableError) as refused:
        named_as(read_actuals(path, sourced=True)[0], ISSUERS)
    assert str(refused.value).startswith(f"{path}: {said}")


BARE = "issuer,period,metric,value,unit"
ROW = "Oracle,2026Q3,capex,5.5,USD bn"


def test_a_row_may_have_a_year_before_and_no_source(tmp_path):
    head = f"{BARE},year_before,growth,confidence,source_title,source_url"
    text = f'\ufeff{head}\n\n{ROW},4.0,0.1,reported,"A, B",https://x.org\n{ROW},,,,,\n'
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    (full, bare), _ = read_actuals(path)
    assert full == Actual(
        *(f"{path}: row 3", "Oracle", "2026Q3", "capex", 5.5, "USD bn", 4.0, 0.1),
        *("reported", "A, B", "https://x.org"),
    )
    assert isnan(bare.year_before) and bare.growth == 0.0 and bare.source_title == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "issuer,period,,metric,value,unit,sorce_title\nOracle,2026Q3,,capex,5.5,USD bn,x\n",
            "row 1, column G: there is no column 'sorce_title'",
        ),
        (
            "issuer,period,,metric,value,unit\nOracle,2026Q3,note,capex,5.5,USD bn\n",
            "row 2, column C: 'note' stands below no heading; name the column in row 1",
        ),
        (
            f"{BARE},sorce_title\n{ROW},x\n",
            "row 1, column F: there is no column 'sorce_title'",
        ),
        (f"{BARE}\n{ROW},x\n", "row 2: has 6 cells below 5 headings"),
        (f"{BARE}\n,2026Q3,capex,1,USD bn\n", "row 2, column A: issuer is empty; give it"),
        (
            f'{BARE}\nOracle,2026Q3,capex,"5,5",USD bn\n',
            "value: '5,5' is no number",
        ),
        (
            f"{BARE}\nOracle,2026Q3,funding_failure,0.5,event\n",
            "value 0.5 of funding_failure",
        ),
        (
            f"{BARE},growth\n{ROW},0.1\n",
            "row 2, column F: growth has nothing to grow",
        ),
        (f"{BARE},year_before,growth\n{ROW},1,-1\n", "row 2, column G: growth -1 leaves nothing"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path, text, words):
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(TableError) as refused:
        read_actuals(path)
    assert words in str(refused.value) and "\n" not in str(refused.value)


def test_both_tables_of_2026_are_read_for_either_purpose():
    """What happened in 2026 as a roll cites it, and beside the year before as a backtest does."""
    for name in ("realised_2026", "actual_2026"):
        path = Path(__file__).parents[3] / "configs" / "data" / f"{name}.csv"
        assert read_actuals(path, sourced=True) == read_actuals(path)
