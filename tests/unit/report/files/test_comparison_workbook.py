"""The workbook of a comparison, read back by another library."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from capexrisk.archive.results import Results
from capexrisk.estimate.names import Name
from capexrisk.report.content.changes import chance_line, headline_changes
from capexrisk.report.content.differing_inputs import Differing, differing_inputs
from capexrisk.report.content.inputs import Assumption
from capexrisk.report.files import comparison_workbook
from capexrisk.report.files.comparison_workbook import write_comparison_workbook
from capexrisk.study.comparison import Comparison, compare
from tests.unit.manifests import changed
from tests.unit.report.files.sheet_tables import assert_of_that_day, same, table


@pytest.fixture(scope="module")
def book(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    path = write_comparison_workbook(comparison, tmp_path_factory.mktemp("book"))
    return openpyxl.load_workbook(path)


def test_its_sheets_can_be_printed(book: Workbook) -> None:
    assert book.sheetnames == [
        "Answer",
        "Side by side",
        "What changes most",
        "Inputs that differ",
        "All differences",
        "About the runs",
    ]
    for sheet in book:
        assert sheet.freeze_panes is not None
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.print_title_rows is not None


def test_the_first_says_what_is_compared_and_the_answer(
    comparison: Comparison, book: Workbook
) -> None:
    (other,) = comparison.others
    assert book["Answer"]["A1"].value == f"{other} against {comparison.base}"
    rows = table(book, "Answer", top=2)
    assert [row["Scenario"] for row in rows] == [comparison.base, other, None]
    assert "Any funding failure by 2028Q4: " in str(rows[1]["What changes"])
    assert rows[2]["What changes"] == f"{chance_line(comparison, other)}."


def test_each_figure_stands_beside_the_other_run_s_with_the_paired_difference(
    comparison: Comparison, book: Workbook
) -> None:
    (other,) = comparison.others
    rows = {
        (row["Issuer"], row["Figure"], row["Period"]): row for row in table(book, "Side by side")
    }
    keyed = comparison.table.set_index([*Name._fields]).sort_index()
    for name, key in (
        (
            Name("CoreWeave", "2028Q4", "funding_failure", "probability"),
            ("CoreWeave", "Funding failure", "2028Q4"),
        ),
        (
            Name("Oracle", "2027", "free_cash_flow_while_alive", "mean"),
            ("Oracle", "Free cash flow", 2027),
        ),
        (
            Name("Oracle", "2027", "free_cash_flow_while_alive", "cfar95"),
            ("Oracle", "Cash flow at risk", 2027),
        ),
        (
            Name("system", "2028Q4", "utilisation", "mean"),
            ("System", "Utilisation of AI capacity", "2028Q4"),
        ),
    ):
        row, expected = rows[key], keyed.loc[name]
        assert row[f"Difference of {other}"] == same(expected["difference"])
        assert row[f"Difference of {other}: 95 % low"] == same(expected["ci_low"])
        assert row[f"Difference of {other}: 95 % high"] == same(expected["ci_high"])
        for run, results in comparison.runs.items():
            estimate = results.lookup[name]
            assert row[f"In {run}"] == same(estimate.observed)
            assert row[f"In {run}: 95 % high"] == same(estimate.ci_high)
    formats = {cell.number_format for cell in book["Side by side"][2] if cell.value is not None}
    assert any(shape.startswith("+#,##0.0") for shape in formats)
    assert "0" in formats  # of the year, which is a number


def test_a_chance_seen_on_no_path_is_0_with_its_bound(
    comparison: Comparison, book: Workbook
) -> None:
    never = [
        row
        for row in table(book, "Side by side")
        if row["Figure"] == "Funding failure" and row[f"In {comparison.base}"] == 0
    ]
    assert never
    for row in never:
        bound = row[f"In {comparison.base}: 95 % high"]
        assert isinstance(bound, float) and 0.0 < bound < 0.01


def test_changes_inputs_and_all_differences_are_those_of_the_page(
    comparison: Comparison, book: Workbook
) -> None:
    (other,) = comparison.others
    changes = headline_changes(comparison, other)
    rows = table(book, "What changes most")
    assert [row["Figure"] for row in rows] == [change.label for change in changes]
    for row, change in zip(rows, changes, strict=True):
        scale = 100.0 if change.unit == "%" else 1.0
        numbers = [row[heading] for heading in ("Difference", "±", "In this scenario", "Gain")]
        wanted = (change.difference / scale, change.half_width / scale, change.value / scale)
        assert numbers == [*map(same, wanted), None if isnan(change.gain) else same(change.gain)]
    (differing,) = differing_inputs(comparison.runs[comparison.base], comparison.runs[other])
    (row,) = table(book, "Inputs that differ")
    assert (row["Section"], row["Key, unit at its end"]) == (differing.section, differing.key)
    assert row["In this scenario"] == 400 != row[f"In {comparison.base}"]
    assert len(table(book, "All differences")) == len(comparison.table)


def test_what_has_no_value_is_told_to_be_there_or_not(
    one_compared: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = Assumption("anchor_loss", "A customer is lost", {}, "", "assumed", "", "")
    differing = Differing("events", event.key, None, event)
    monkeypatch.setattr(comparison_workbook, "differing_inputs", lambda *_: [differing])
    written = openpyxl.load_workbook(write_comparison_workbook(one_compared, tmp_path))
    (row,) = table(written, "Inputs that differ")
    assert (row[f"In {one_compared.base}"], row["In this scenario"]) == ("–", "yes")


def test_the_same_runs_give_the_same_bytes(one_compared: Comparison, tmp_path: Path) -> None:
    first = write_comparison_workbook(one_compared, tmp_path).read_bytes()
    assert write_comparison_workbook(one_compared, tmp_path).read_bytes() == first
    assert_of_that_day(tmp_path / "report.xlsx", one_compared.runs["first"])


def test_names_that_look_like_formulas_are_text(one: Results, tmp_path: Path) -> None:
    evil = {name: changed(one, scenario={"title": name}) for name in ("=1+1", "@SUM(A1)", "-x")}
    path = write_comparison_workbook(compare(evil), tmp_path)
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if sheet.title != "Answer" or cell.row > 1:
                    assert not str(cell.value).startswith(("=", "@")) or cell.quotePrefix


def test_differences_over_the_inputs_have_their_ends(
    comparison: Comparison, book: Workbook, tmp_path: Path
) -> None:
    first = comparison.table.head(500)
    ends = {"inputs_p5": 0.5 * first["difference"], "inputs_p95": 2.0 * first["difference"]}
    over = replace(comparison, table=first.assign(**ends))
    told = openpyxl.load_workbook(write_comparison_workbook(over, tmp_path))
    rows = table(told, "What changes most")
    assert rows
    for row in rows:
        half, double = (row[f"Over inputs: {end}"] for end in ("P5", "P95"))
        assert (half, double) == (same(0.5 * row["Difference"]), same(2.0 * row["Difference"]))
    assert "Over inputs: P5" not in table(book, "What changes most")[0]


@pytest.fixture(scope="module")
def one_compared(one: Results) -> Comparison:
    return compare({"first": one, "second": one})
