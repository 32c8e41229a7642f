"""Histories of spreads: what is read, and what is refused with its line."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from openpyxl import Workbook

from capexrisk.calibration.series import read_spreads
from capexrisk.errors import TableError

MONTHS = [f"{2000 + m // 12}-{m % 12 + 1:02}-01" for m in range(240)]
VALUES = [1.0 + 0.5 * np.sin(m / 7.0) for m in range(240)]


def written(tmp_path, rows, header="date,spread"):
    path = tmp_path / "s.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def monthly(change=lambda rows: rows):
    return change([f"{day},{value:.4f}" for day, value in zip(MONTHS, VALUES, strict=True)])


def test_quarter_ends_of_months_in_percent(tmp_path):
    found = read_spreads(written(tmp_path, monthly()))
    assert (found.first, found.last, found.unit) == ("2000Q1", "2019Q4", "percent")
    assert np.exp(found.log_bp) == pytest.approx(100.0 * np.round(VALUES[2::3], 4))


def test_quarters_in_basis_points_and_a_chosen_column(tmp_path):
    rows = [f"{2000 + q // 4}Q{q % 4 + 1},x,{90 + q}" for q in range(80)]
    path = written(tmp_path, rows, "quarter,note,oas_bp")
    found = read_spreads(path, "oas_bp", since=2001)
    assert (found.first, found.last, found.unit) == ("2001Q1", "2019Q4", "bp")
    assert np.exp(found.log_bp) == pytest.approx(90.0 + np.arange(4, 80))


def test_months_after_the_last_quarter_end_are_left_out(tmp_path):
    found = read_spreads(written(tmp_path, monthly(lambda rows: rows[:-1])))
    assert (found.last, found.log_bp.size) == ("2019Q3", 79)


def test_quarter_ends_of_days(tmp_path):
    """As FRED has them: working days alone, and holidays without a spread."""
    days = [dt.date(2000, 1, 3) + dt.timedelta(k) for k in range(365 * 16 - 20)]
    rows = [f"{day},{1 + day.month / 100}" for day in days if day.weekday() < 5]
    rows = [f"{row[:10]}," if row.startswith("2000-03-31") else row for row in rows]
    rows = [row for row in rows if not row.startswith("2001-12-31")]
    found = read_spreads(written(tmp_path, rows, "observation_date,BAMLC0A0CM"))
    assert (found.first, found.last, found.log_bp.size) == ("2000Q1", "2015Q3", 63)
    assert np.exp(found.log_bp[:4]) == pytest.approx([103.0, 106.0, 109.0, 112.0])


def test_a_workbook_and_semicolons_are_read_alike(tmp_path):
    book = Workbook()
    book.active.append(["date", "spread"])
    for day, value in zip(MONTHS, VALUES, strict=True):
        book.active.append([dt.date.fromisoformat(day), value])
    book.save(tmp_path / "s.xlsx")
    rows = [f"{day};{float(value)!r}" for day, value in zip(MONTHS, VALUES, strict=True)]
    lines = read_spreads(written(tmp_path, rows, "date;spread"))
    assert read_spreads(tmp_path / "s.xlsx").log_bp == pytest.approx(lines.log_bp, rel=1e-12)


def without(place):
    return lambda rows: rows[:place] + rows[place + 1 :]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["2000Q1,1", "2000Q1,1", "2000Q2,1"], "row 3: the quarter is given twice; give each"),
        (["2000-01-03,1", "2000-01-04,1", "2000-01-04,1"], "row 4: the day is given twice"),
        (["2000-01,1", "2000-02,1", "2000-02,1"], "row 4: the month is given twice"),
        (
            ["2000-01-03,1", "2000-01-04,1", "2000-04-03,1"],
            "row 3: is the last day of 2000Q1, 87 days before its end; give a",
        ),
        ([f'"{"1" * 200_000}",1'], r"row 2: is no CSV \(field larger than field limit"),
    ],
)
def test_what_is_told_twice_is_named(tmp_path, rows, words):
    file = tmp_path / "series.csv"
    file.write_text("\n".join(["date,spread", *rows]))
    with pytest.raises(TableError, match=words):
        read_spreads(file)


def test_a_heading_without_end_and_a_file_that_is_not_there_are_refused(tmp_path):
    file = tmp_path / "series.csv"
    file.write_text(f'"{"x" * 200_000}",spread\n2000Q1,1\n')
    with pytest.raises(TableError, match=r"row 1: is no CSV \(field larger than field limit"):
        read_spreads(file)
    with pytest.raises(TableError, match="no such file; check the path"):
        read_spreads(tmp_path / "none.csv")
    with pytest.raises(TableError, match="is no file; name a CSV file or a workbook"):
        read_spreads(tmp_path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (without(7), "row 9: misses the month before; fill the gap, or begin after it (--since)"),
        (lambda r: r[:7] + r[10:], "row 9: misses 3 months before it"),
        (
            lambda r: [*r[:3], r[2], *r[3:]],
            "row 5: the month is given twice; give each month's last",
        ),
        (lambda r: r[::-1], "row 3: goes back in time; sort the rows by date"),
        (lambda r: [*r[:4], "2000-05-01,0", *r[5:]], "row 6, column B: spread is 0; give more"),
        (lambda r: [*r[:4], "2000-05-01,-1.2", *r[5:]], "row 6, column B: spread is -1.2; give"),
        (lambda r: [*r[:4], "2000-05-01,.", *r[5:]], "row 6, column B: spread: '.' is no number"),
        (lambda r: [*r[:4], "2000-05-01,nan", *r[5:]], "column B: spread: 'nan' is no number"),
        (lambda r: [*r[:4], "2000-05-01,", *r[5:]], "row 6, column B: spread: is empty; give a"),
        (lambda r: [*r[:4], "2000-13-01,1", *r[5:]], "row 6, column A: date is '2000-13-01'; give"),
        (lambda r: [*r[:4], "2000-05-01", *r[5:]], "row 6: has 1 cell below 2 headings"),
        (lambda r: r[:150], "has 50 quarter ends; give 60 or more, to tell regimes"),
        (lambda r: [f"{one[:10]},1.5" for one in r], "spread never moves"),
    ],
)
def test_what_is_no_history_is_refused(tmp_path, change, words):
    with pytest.raises(TableError) as refused:
        read_spreads(written(tmp_path, monthly(change)))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "has no headings"),
        (b"\xff\xfe\x00", "is not UTF-8 (byte 0); save it as CSV UTF-8"),
        (b"date\n2000-01-01\n", "row 1: has one column"),
        (b"date,a,a\n", "row 1, column C: two columns are named 'a'"),
        (b"date,a\n", "has 0 quarter ends"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, content, words):
    path = tmp_path / "s.csv"
    path.write_bytes(content)
    with pytest.raises(TableError) as refused:
        read_spreads(path)
    assert words in str(refused.value)


def test_a_misspelt_column_gets_the_nearest(tmp_path):
    with pytest.raises(TableError) as refused:
        read_spreads(written(tmp_path, monthly()), "spreed")
    assert "no column is named 'spreed'; write it and 'spread' alike" in str(refused.value)
