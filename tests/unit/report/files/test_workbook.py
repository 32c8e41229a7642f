"""The workbook, read back by another library."""

from __future__ import annotations

import zipfile
from math import isnan
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from capexrisk.archive.results import Results
from capexrisk.report.content.over_inputs import judgements
from capexrisk.report.files.workbook import write_workbook
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.spread import quantile_in_per_cent
from capexrisk.scenario import inputs
from tests.unit.manifests import changed
from tests.unit.report.files.sheet_tables import assert_of_that_day, same, table

ATTACKS = ("=1+1", "+1", "-1", "@SUM(A1)", "<script>alert(1)</script>\"'&")


@pytest.fixture(scope="module")
def book(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    path = write_workbook(results, tmp_path_factory.mktemp("book"))
    return openpyxl.load_workbook(path)


def test_its_sheets(book: Workbook) -> None:
    assert book.sheetnames == [
        "Answer",
        "Year by year",
        "Cash flow",
        "Distress",
        "Causes",
        "Whole horizon",
        "Pairs",
        "System",
        "Assumptions",
        "All estimates",
        "About the run",
    ]
    for sheet in book:
        assert sheet.freeze_panes is not None
        assert all(sheet.column_dimensions[letter].width for letter in "AB")


def test_the_answer(results: Results, book: Workbook) -> None:
    assert book["Answer"]["A1"].value == results.manifest.scenario.title
    rows = {row["Issuer"]: row for row in table(book, "Answer", top=2)}
    chance = Estimates(results).probability("funding_failure", "CoreWeave", "2028Q4")
    found = rows["CoreWeave"]
    failure = "Funding failure by the end of 2028"
    assert found[failure] == same(chance.value)
    assert found[f"{failure}: 95 % low"] == same(chance.ci_low)
    assert found[f"{failure}: 95 % high"] == same(chance.ci_high)
    assert found["Constraint that bound in the failing quarter"] == "A shut market"
    assert found["Year likeliest to have negative free cash flow"] in (2026, 2027, 2028)
    # Nobody saw all six fail: 0 of the paths, and what its interval allows.
    assert rows["All six"][failure] == 0.0 and rows["All six"][f"{failure}: 95 % high"] > 0.0
    assert rows["Who burns cash?"]


def test_numbers_are_numbers_with_formats(results: Results, book: Workbook) -> None:
    estimates = Estimates(results)
    sheet = book["Cash flow"]
    rows = {(row["Issuer"], row["Quantity"]): row for row in table(book, "Cash flow")}
    found = rows["Oracle", "Free cash flow: P5"]
    expected = estimates.amount("free_cash_flow_while_alive", "Oracle", "2027", "p5")
    assert (found["2027"], found["Unit"]) == (same(expected.value), "$bn")
    assert found["2027: 95 % low"] == same(expected.ci_low)
    assert sheet["D2"].number_format.startswith("#,##0.0")
    assert book["Distress"]["D2"].number_format.endswith("%")
    rows = {(row["Table"], row["Failures"]): row for row in table(book, "System")}
    raised = rows["Outside funding", "Bonds, investment grade, $bn: mean"]
    assert raised["Whole horizon"] == same(estimates.amount("raised_bonds").value)
    assert raised["2026"] is None
    assert rows["Market at the end of the year", "Utilisation of AI capacity: mean"]["Unit"] == "%"


def test_all_estimates_are_there(results: Results, book: Workbook) -> None:
    rows = table(book, "All estimates")
    assert len(rows) == len(results.summary)
    for row, record in zip(rows, results.summary.to_dict("records"), strict=True):
        assert (row["issuer"], row["metric"]) == (record["issuer"], record["metric"])
        assert row["value"] == same(record["value"]) or (
            row["value"] is None and isnan(record["value"])
        )
    units = {row["metric"]: row["unit"] for row in rows}
    assert (units["regime_open"], units["utilisation"]) == ("probability", "fraction")
    assert (units["market_spread_bp"], units["free_cash_flow"]) == ("bp", "$bn")
    assert units["demand"] == "$bn a year"


def test_every_input_with_its_evidence(results: Results, book: Workbook) -> None:
    rows = table(book, "Assumptions")
    assert len(rows) == len(inputs(results.manifest.scenario))
    oas = next(row for row in rows if row["Key, unit at its end"] == "oas0_bp")
    assert (oas["Section"], oas["Value"], oas["Confidence"]) == ("Market", 79, "reported")


@pytest.fixture(scope="module")
def book_over_inputs(uncertain_run: Results, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    return openpyxl.load_workbook(write_workbook(uncertain_run, tmp_path_factory.mktemp("over")))


def test_the_answer_has_the_predictive_chance(
    uncertain_run: Results, book_over_inputs: Workbook, book: Workbook
) -> None:
    inputs, end = uncertain_run.inputs, uncertain_run.quarters[-1]
    assert inputs is not None
    rows = {row["Issuer"]: row for row in table(book_over_inputs, "Answer", top=2)}
    for issuer in uncertain_run.issuers:
        name = f"funding_failure/{issuer}/{end}"
        found = {
            heading.rpartition(": ")[2]: value
            for heading, value in rows[issuer].items()
            if heading and "inputs drawn" in heading
        }
        assert {*found} == {"predictive", "95 % low", "95 % high", "P5", "median", "P95"}
        assert found["95 % high"] == pytest.approx(inputs.estimate(name, "predictive").ci_high)
        for heading, over in (("P5", "p5"), ("median", "p50"), ("P95", "p95")):
            number = inputs.estimate(name, over)
            known = not isnan(number.value + number.ci_low + number.ci_high)
            expected = pytest.approx(number.value) if known else quantile_in_per_cent(number)
            assert found[heading] == expected
    assert not any("inputs drawn" in (cell.value or "") for cell in book["Answer"][2])


def test_the_table_over_the_inputs_is_there(
    uncertain_run: Results, book_over_inputs: Workbook, book: Workbook
) -> None:
    inputs = uncertain_run.inputs
    assert inputs is not None
    head, *rows = book_over_inputs["Over the inputs"].iter_rows(values_only=True)
    assert list(head) == list(inputs.table.columns)
    told = inputs.table.dropna(subset="sd")  # the rest have the predictive estimate alone
    assert 100 < len(rows) == len(told) < len(inputs.table)
    for row, record in zip(rows, told.itertuples(index=False), strict=True):
        assert row[:4] == tuple(record)[:4]
        for found, expected in zip(row[4:], tuple(record)[4:], strict=True):
            assert found is None if isnan(expected) else found == same(expected)
    assert not {"Over the inputs", "Ranges"} & set(book.sheetnames)  # of a run without points


def test_every_range_stands_beside_its_evidence(
    uncertain_run: Results, book_over_inputs: Workbook
) -> None:
    rows = table(book_over_inputs, "Ranges")
    expected = [(one, each) for one in judgements(uncertain_run) for each in one.ranges]
    assert len(rows) == len(expected)
    for row, (judgement, one) in zip(rows, expected, strict=True):
        assert (row["Judgement"], row["Input"]) == (judgement.name, one.name)
        assert (row["As it stands"], row["P5"], row["P95"]) == (
            same(one.base),
            same(one.low),
            same(one.high),
        )
        assert (row["Confidence"], row["Source or reason"]) == ("assumed", "for a test")


def test_the_same_run_gives_the_same_bytes(one: Results, tmp_path: Path) -> None:
    first = write_workbook(one, tmp_path).read_bytes()
    assert write_workbook(one, tmp_path).read_bytes() == first
    assert_of_that_day(tmp_path / "report.xlsx", one)


def test_no_text_becomes_a_formula(results: Results, tmp_path: Path) -> None:
    market = results.manifest.scenario.market
    keys = list(market.inputs)
    evidence = {key: f"assumed: {text}" for key, text in zip(keys, ATTACKS, strict=False)}
    hostile = market.model_copy(update={"evidence": evidence})
    evil = changed(results, scenario={"title": "=HYPERLINK(1)", "market": hostile})
    path = write_workbook(evil, tmp_path)
    book = openpyxl.load_workbook(path)
    assert book["Answer"]["A1"].value == "=HYPERLINK(1)"
    assert book["Answer"]["A1"].data_type == "s"
    for row, text in enumerate(ATTACKS, start=2):
        cell = book["Assumptions"].cell(row, 6)
        assert (cell.value, cell.data_type) == (text, "s")
        assert cell.quotePrefix == (not text.startswith("<"))
    with zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            text = parts.read(name)
            assert b"<f>" not in text and b"<hyperlink" not in text, name


def test_a_workbook_of_any_run(odd: Results, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_workbook(odd, tmp_path))
    assert ("Pairs" in book.sheetnames) == (len(odd.issuers) > 1)
    assert len(table(book, "All estimates")) == len(odd.summary)


def test_a_workbook_that_cannot_be_written_is_an_error_of_the_system(
    results: Results, tmp_path: Path
) -> None:
    """xlsxwriter's own is none: it would be a traceback on a full disk."""
    with pytest.raises(FileNotFoundError, match="No such file") as refused:
        write_workbook(results, tmp_path / "none")
    assert str(refused.value.filename).startswith(str(tmp_path / "none"))
