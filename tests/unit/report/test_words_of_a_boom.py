"""Everything that people read speaks in the scenario's words, or in general ones."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from capexrisk.archive.results import Results
from capexrisk.report.content.changes import headline_changes
from capexrisk.report.content.story import story
from capexrisk.report.files.comparison_page import render_comparison
from capexrisk.report.files.markdown import write_markdown
from capexrisk.report.files.run_page import render
from capexrisk.report.files.workbook import write_workbook
from capexrisk.report.plots.figures import draw_figures
from capexrisk.scenario import Words, change_inputs, inputs, scenario_from_case
from capexrisk.study.comparison import Comparison, compare
from capexrisk.study.replay import replay
from capexrisk.study.simulation import simulate
from tests.unit.manifests import changed
from tests.unit.scenarios import ISSUERS, reference_case

OF_AI = Words(
    boom="AI",
    capacity="AI capacity",
    anchor="the AI labs",
    linked="software",
    bond_market="investment-grade market",
)
SAID = {
    Words(): (
        "Loss of the anchor customer by then",
        "Share of the boom in the bond market",
        "Utilisation of capacity",
    ),
    OF_AI: (
        "Loss of the AI labs by then",
        "Share of AI in the investment-grade market",
        "Utilisation of AI capacity",
    ),
}
# General words that may not stand where the boom has its own.
GENERAL = ("anchor customer", "linked sector", "the boom")
BRACES = ("{", "}")
EVERYTHING = "All estimates"  # with the names of the files


@pytest.fixture(scope="module")
def general() -> Results:
    """A run in which everyone meets the loss of the anchor, in general words."""
    case = reference_case(5, ISSUERS)
    case["events"] = [
        {"quarter": 1, "what": "linked_stress", "size": 0.2},
        {"quarter": 1, "what": "anchor_loss"},
    ]
    scenario = scenario_from_case(case, start="2026Q3")
    return simulate(scenario, paths=2_000, seed=2, n_jobs=1)


@pytest.fixture(scope="module")
def of_ai(general: Results) -> Results:
    """The same run, told in the words of one boom."""
    return changed(general, scenario={"words": OF_AI})


@pytest.fixture(scope="module", params=list(SAID), ids=["general", "of AI"])
def results(request: pytest.FixtureRequest, general: Results, of_ai: Results) -> Results:
    return general if request.param == Words() else of_ai


def _read(results: Results, folder: Path) -> dict[str, str]:
    """What people read of a run: page, figures, workbook, Markdown, a path."""
    book = openpyxl.load_workbook(write_workbook(results, folder))
    sheets = (book[name] for name in book.sheetnames if name not in ("Assumptions", EVERYTHING))
    cells = (cell.value for sheet in sheets for row in sheet for cell in row)
    drawings = draw_figures(results)
    page = render(results, []).partition("<body>")[2].partition("<script>")[0]
    return {
        "page": page.partition('<h2 id="assumptions">')[0] + page.partition('<h2 id="limits">')[2],
        "figures": "\n".join(drawing.description for drawing in drawings),
        "workbook": "\n".join(cell for cell in cells if isinstance(cell, str)),
        "Markdown": write_markdown(results, folder).read_text("utf-8"),
        "path": "\n".join(story(replay(results, 3), results.words)),
    }


@pytest.fixture(scope="module")
def read(results: Results, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return _read(results, tmp_path_factory.mktemp("read"))


def test_they_are_said(results: Results, read: dict[str, str]) -> None:
    words = results.words
    for text in SAID[words]:
        assert text in read["page"] and text in read["workbook"]
    assert words.fill("and the loss of {anchor} are drawn") in read["page"]
    assert words.fill("demand for {capacity} ") in read["path"]
    share = words.fill("Fan chart: share of {boom} in the {bond_market} by quarter")
    assert share in read["figures"]


def test_an_event_is_described_in_them(results: Results) -> None:
    described = {given.key: given.text for given in inputs(results.manifest.scenario)}
    assert described["2026Q4 linked_stress"] == results.words.fill("Stress of {linked} added.")
    assert described["2026Q4 anchor_loss"] == results.words.fill("Loss of {anchor}.")


def test_a_legend_keeps_capitals(results: Results) -> None:
    labels = results.plot.causes().get_legend_handles_labels()[1]
    assert results.words.fill("Loss of {anchor}") in labels


def test_no_place_is_left_empty_and_no_general_word_where_the_boom_has_its_own(
    results: Results, read: dict[str, str]
) -> None:
    wrong = BRACES if results.words == Words() else (*BRACES, *GENERAL)
    for name, text in read.items():
        assert [word for word in wrong if word in text] == [], name


def test_files_keep_general_names(general: Results, of_ai: Results) -> None:
    pd.testing.assert_frame_equal(general.to_frame(), of_ai.to_frame())
    assert of_ai.estimate("anchor_lost/system/2027Q3").value > 0.99


@pytest.fixture(scope="module")
def comparison(of_ai: Results, general: Results) -> Comparison:
    scenario = change_inputs(
        general.manifest.scenario, {"market.demand_saturation_usd_bn_per_year": 300.0}
    )
    return compare({"ai": of_ai, "glut": simulate(scenario, paths=2_000, seed=2, n_jobs=1)})


def test_a_comparison_speaks_in_the_words_of_its_base(comparison: Comparison) -> None:
    changes = headline_changes(comparison, "glut")
    assert any(change.words.startswith("utilisation of AI capacity") for change in changes)
    page = render_comparison(comparison, [])
    assert "tilisation of AI capacity" in page and "the loss of the AI labs" in page
    title = comparison.plot.market("boom_share_of_bond_market").get_title()
    assert title == "Share of AI in the investment-grade market"
