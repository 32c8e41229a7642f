"""What was left with a run of why, in its page, mail and workbook."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from capexrisk.archive.results import Results
from capexrisk.report.content.answer import answer
from capexrisk.report.content.findings import find
from capexrisk.report.content.verdicts import verdict
from capexrisk.report.content.what_it_takes import parts_of_paths
from capexrisk.report.content.why import parts_of_why
from capexrisk.report.files.markdown import markdown
from capexrisk.report.files.run_page import render
from capexrisk.report.files.workbook import write_workbook
from capexrisk.report.plots.of_why import drawings_of_why
from capexrisk.report.writing.estimates import Estimates
from capexrisk.study.why import Why
from tests.unit.report.files.outline import Outline
from tests.unit.report.made_up_why import made_up_why


@pytest.fixture(scope="module")
def why(results: Results) -> Why:
    return made_up_why(results.manifest.scenario)


@pytest.fixture(scope="module")
def outline(results: Results, why: Why) -> Outline:
    drawings = [drawing for drawing, _ in drawings_of_why(why)]
    return Outline(render(results, drawings, why, "runs/x"))


def words(outline: Outline) -> str:
    return " ".join(" ".join(outline.text).replace("\N{NO-BREAK SPACE}", " ").split())


def test_the_main_cause_is_what_prevents_most(results: Results, why: Why) -> None:
    estimates = Estimates(results)
    found = answer(results, estimates, why)
    first, second, *_, last = verdict(found).rows
    assert verdict(found).columns[-1] == "Main cause: without it so many fewer failures"
    assert first.cells[-1].text == "A stressed or shut market"
    assert first.cells[-1].note == "93 % ± 1"
    # The intervals of two overlap, so that it cannot be told which prevents more.
    assert second.cells[-1].text == "The race and the chase, or a stressed or shut market"
    assert last.cells[-1].text == "n/a"  # too few of its failures were seen
    said = dict(find(results, estimates, found, ["2026"]))
    failing = said["Who cannot fund its commitments, or loses its lenders (a run)?"]
    assert "Oracle, " in failing and "mainly because of a stressed or shut market" in failing


def test_without_it_the_cause_is_what_bound_at_the_end(results: Results) -> None:
    found = answer(results, Estimates(results))
    assert verdict(found).columns[-1] == "Bound in the failing quarter, share of failures"
    assert all(not issuer.main for issuer in found.issuers)


def test_causes_in_sentences(why: Why) -> None:
    part = parts_of_why(why)[0]
    said = {about: text.replace("\N{NO-BREAK SPACE}", " ") for about, text in part.findings}
    assert said["How likely"] == (
        "4.0 % ± 0.1; with none of 3 mechanisms of the model acting < 0.003 %."
    )
    assert said["What would prevent it"].startswith(
        "Without a stressed or shut market 93 % ± 1 of these failures would not happen, "
        "without the race and the chase 50 % ± 2."
    )
    assert said["What would prevent it"].endswith("none of them brings it about alone.")
    assert said["What protects"] == "Without customers' prepayments 60 % ± 4 more would fail."
    (grid,) = part.grids
    assert grid.columns[-1] == "Any issuer" and len(grid.columns) == 6  # the last firm is unknown
    shown = {row.label: [cell.text for cell in row.cells] for row in grid.rows}
    assert shown["Customers' prepayments"] == ["−60 ± 4", "0 ± 30", *["−60 ± 4"] * 4]


def test_what_moves_it_in_sentences(why: Why) -> None:
    part = parts_of_why(why)[1]
    said = {about: text.replace("\N{NO-BREAK SPACE}", " ") for about, text in part.findings}
    assert said["What moves it most"] == (
        "Alone, from its P5 to its P95: plans for 2026, from 1.0 ± 0.2 to 15.0 ± 0.2 %; "
        "what frightens lenders, from 3.0 ± 0.2 to 9.0 ± 0.2 %."
    )
    worth = said["What it is worth to know one"]
    assert "at most 8 %, the largest upper end of their 95 % intervals; by 7.5 ± 0.2 %" in worth
    assert worth.endswith("with plans for 2026.")
    assert [row.label for row in part.grids[0].rows] == ["plans for 2026", "what frightens lenders"]


def test_what_would_have_to_happen_in_sentences(results: Results, why: Why) -> None:
    (part,) = parts_of_paths(why)
    name, end = results.issuers[-1], results.quarters[-1]
    said = {
        about.replace("\N{NO-BREAK SPACE}", " "): text.replace("\N{NO-BREAK SPACE}", " ")
        for about, text in part.findings
    }
    assert part.heading == f"{name}: funding failure by {end}"
    assert said["How likely"] == "0.24 % ± 0.02 of paths."
    assert (
        f"market spread above its middle 80 % and {name}’s growth of the capex programme below its "
        "middle 20 %. The bond market is "
    ) in said["The likeliest way"]
    assert f"{name} fails in {end} with " in said["The likeliest way"]
    assert said["Story 1, 73 % ± 2 of failing paths"].startswith(
        f"{name} fails in {end} (most often on its paths: run). On its typical path the bond market"
    )
    assert "mean silhouette 0.10" in said["How distinct they are"]
    (grid,) = part.grids
    first = {row.label: row.cells[0] for row in grid.rows}
    spread = first["Market spread, bp"]
    assert (spread.text, spread.note) == ("20.0 ± 0.5", "all 10.0 ± 0.5")
    assert f"{name}: capex, $bn" in first and len(grid.columns) <= 6
    assert [one.summary for one in part.details] == [
        "The likeliest path, quarter by quarter",
        "Story 1, quarter by quarter",
        "Story 2, quarter by quarter",
    ]


def test_the_page_shows_it_with_its_figures(outline: Outline, why: Why) -> None:
    assert outline.open == []
    said = words(outline)
    assert "Nobody has asked this run yet" not in said
    assert "What causes it? Alphabet: funding failure by 2028Q4" in said
    assert "Main cause: the mechanism of the model whose absence" in said
    assert len(outline.all("figure")) == 4  # waterfall, tornado, spread and capex on failing paths


def test_what_nobody_asked_is_a_sentence_with_its_command(results: Results, why: Why) -> None:
    said = words(Outline(render(results, [], run="runs/x y")))
    quoted = "'runs/x y'"
    assert (
        f"Nobody has asked this run yet: capexrisk causes {quoted} --event "
        f"funding_failure/CoreWeave and capexrisk sensitivity {quoted} --of "
        f"funding_failure/CoreWeave leave the answer with it, and capexrisk report {quoted} shows "
        "it here."
    ) in said
    assert (
        f"capexrisk reverse {quoted} --event failure_with:Oracle/CoreWeave leaves the answer"
    ) in said
    said = words(Outline(render(results, [], Why(causes=why.causes), "x")))
    assert "yet: capexrisk sensitivity x --of funding_failure/CoreWeave leaves" in said


def test_other_code_is_named_on_the_page(results: Results) -> None:
    said = words(Outline(render(results, [], Why(other_code=("any_failure/system/2028Q4",)))))
    assert (
        "Computed by other code than the run’s, or than answers now: any_failure/system/2028Q4."
        in said
    )


def test_the_mail_has_it_below_the_answer(results: Results, why: Why) -> None:
    text = markdown(results, why)
    order = [text.index(head) for head in ("| Issuer", "## Why", "## What would", "## How it was")]
    assert order == sorted(order)
    assert (
        "### What causes it? Alphabet: funding failure by 2028Q4\n\n- **How likely.** 4.0" in text
    )
    assert "## Why" not in markdown(results)


def test_the_workbook_has_it_as_numbers(results: Results, why: Why, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_workbook(results, tmp_path, why))
    names = ["Why", "What moves it", "What would have to happen"]
    assert [name for name in book.sheetnames if name in names] == names
    head, *rows = book["Why"].iter_rows(values_only=True)
    assert len(rows) == len(why.causes[0].table) and head[:5] == (
        *("metric", "issuer", "period"),
        *("mechanism", "measure"),
    )
    head, first, *_ = book["Answer"].iter_rows(min_row=2, values_only=True)
    at = head.index("Main cause, by what its absence prevents")
    assert first[at] == "A stressed or shut market" and first[at + 1] == pytest.approx(0.93)
    column = [row[0] for row in book["Answer"].iter_rows(values_only=True)]
    assert "What moves it? Alphabet: funding failure by 2028Q4" in column


def test_names_are_only_names(results: Results, why: Why) -> None:
    """A name cannot become markup: groups of inputs come from a file, and so do stored texts."""
    attack = "<script>alert(1)</script>"
    (found,) = why.sensitivities
    evil = found.table.replace({"group": {"plans for 2026": attack}})
    made = Why(sensitivities=(type(found)(**{**vars(found), "table": evil}),))
    drawings = [drawing for drawing, _ in drawings_of_why(made)]
    outline = Outline(render(results, drawings, made))
    assert outline.all("script") == [{}] and any(attack in text for text in outline.text)
    assert attack not in markdown(results, made)
