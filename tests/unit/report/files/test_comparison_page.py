"""The page of a comparison, and its figures."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from capexrisk.archive.results import load_results
from capexrisk.estimate.names import Name
from capexrisk.report.content.changes import chance_line, headline_changes
from capexrisk.report.content.over_inputs import what_is_covered
from capexrisk.report.files.comparison_markdown import comparison_markdown
from capexrisk.report.files.comparison_page import render_comparison, write_comparison
from capexrisk.report.plots.registry import OF_COMPARISONS
from capexrisk.report.writing.numbers import percentage
from capexrisk.scenario import load_scenario
from capexrisk.study.comparison import Comparison, compare
from capexrisk.study.simulation import simulate
from tests.unit.manifests import changed
from tests.unit.report.conftest import ROOT
from tests.unit.report.files.outline import Outline
from tests.unit.report.synthetic import synthetic
from tests.unit.report.synthetic_inputs import over_made_up_inputs


@pytest.fixture(scope="module")
def folder(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("comparison")
    (folder / "runs" / comparison.others[0]).mkdir(parents=True)  # by a process that was killed
    write_comparison(comparison, folder, made=comparison.others)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "report.html").read_text("utf-8")


def test_the_page_is_whole_and_asks_for_nothing(page):
    outline = Outline(page)
    assert outline.open == []
    headings = [tag for tag, _ in outline.tags if re.fullmatch("h[1-4]", tag)]
    assert headings[0] == "h1" and headings.count("h1") == 1
    for image in outline.all("svg"):
        if image.get("role") == "img":
            assert image["aria-label"]
    anchors = {a["id"] for _, a in outline.tags if "id" in a}
    for link in outline.all("a"):
        if (link["href"] or "").startswith("#"):
            assert (link["href"] or "")[1:] in anchors
    assert "Content-Security-Policy" in page and not re.search(r'src="(?!data:)', page)


def test_it_says_what_changes_with_its_error_and_why(page, comparison):
    text = " ".join(Outline(page).text).replace("\N{NO-BREAK SPACE}", " ")
    assert "Any funding failure by 2028Q4:" in text and "points)" in text
    for issuer in comparison.runs[comparison.base].issuers:
        assert f"{issuer}: free cash flow while alive, $bn" in text
    # The one input that differs, with its reason.
    assert "demand_saturation_usd_bn_per_year" in text and "assumed" in text


def test_its_tables_and_the_runs_made_for_it_are_written(folder, comparison):
    table = pd.read_parquet(folder / "comparison.parquet")
    pd.testing.assert_frame_equal(table, comparison.table)
    assert [path.name for path in (folder / "runs").iterdir()] == comparison.others
    (name,) = comparison.others
    assert load_results(folder / "runs" / name) == comparison.runs[name]


def test_figures_are_files_as_well(folder, comparison):
    names = {path.name for path in (folder / "figures").iterdir()}
    issuers = comparison.runs[comparison.base].issuers
    stems = [
        f"{issuer}-{placement.name}" if issuer else placement.name
        for placement in OF_COMPARISONS.placements
        for issuer in (issuers if placement.of == "issuer" else [""])
    ]
    assert names == {f"{stem}.svg" for stem in stems}


def test_the_first_tables_are_of_the_period_that_they_name(results):
    """Of runs of other horizons as well: what one does not reach is left open."""
    path = ROOT / "configs/hyperscalers-2026.toml"
    short = load_scenario(path, {"name": "short", "quarters": 8})
    other = simulate(short, paths=2_000, seed=2, n_jobs=1)
    for runs, end, year in (
        ([results, other], "2028Q4", "2028"),
        ([other, results], "2027Q4", "2027"),
    ):
        page = render_comparison(compare(runs), [])
        table = page[page.index("Chance of funding failure by the end of") :]
        table = table[: table.index("</table>")]
        assert (
            f"by the end of {end}, %" in table
            and f"Mean free cash flow {year}, unless failed before, $bn" in page
        )
        for run in runs:
            failure = run.lookup.get(Name("CoreWeave", end, "funding_failure", "probability"))
            cell = "–" if failure is None else percentage(failure, "")
            assert f">{cell}<" in table


def test_an_input_that_the_base_has_not_is_listed(results):
    event = {"quarter": "2027Q1", "what": "anchor_loss", "evidence": "assumed: by test"}
    path = ROOT / "configs/hyperscalers-2026.toml"
    changed = load_scenario(path, {"name": "lost", "events": [event]})
    other = simulate(changed, paths=2_000, seed=2, n_jobs=1)
    page = render_comparison(compare([results, other]), [])
    assert "2027Q1 anchor_loss" in page and "by test" in page
    assert "not in this scenario" not in page
    page = render_comparison(compare([other, results]), [])
    assert "not in this scenario" in page


def test_names_and_titles_are_text(comparison, tmp_path):
    hostile = "<script>alert(1)</script>"
    runs = {}
    for number, results in enumerate(comparison.runs.values()):
        name = f"{hostile}{number}"
        runs[name] = changed(results, scenario={"title": hostile, "description": hostile})
    page = write_comparison(compare(runs), tmp_path).read_text("utf-8")
    assert hostile not in page and "&lt;script&gt;alert(1)" in page


def test_a_mail_says_what_changes(comparison: Comparison) -> None:
    text = comparison_markdown(comparison)
    (other,) = comparison.others
    lines = text.splitlines()
    assert lines[0] == f"# {other} against {comparison.base}"
    assert f"## {other}" in lines and chance_line(comparison, other) in text
    changes = headline_changes(comparison, other)
    end = comparison.runs[comparison.base].quarters[-1]
    at = lines.index(f"## Chance of funding failure by the end of {end}, %")
    rows, chances = (
        [line for line in part if line.startswith("| ")][2:] for part in (lines[:at], lines[at:])
    )
    assert len(rows) == min(len(changes), 12)
    shared = comparison.runs[comparison.base].issuers
    assert [row.split(" | ")[0] for row in chances] == [f"| {x}" for x in (*shared, "Any issuer")]
    assert "Over inputs" not in text and "redictive" not in text
    for row, change in zip(rows, changes, strict=False):
        assert row == f"| {' | '.join((change.label, *change.texts(), change.unit))} |"


@pytest.fixture(scope="module")
def drawn() -> Comparison:
    """Two runs over the same made-up inputs."""
    results = over_made_up_inputs(synthetic())
    assert results.inputs is not None
    return compare({"base": results, "other": over_made_up_inputs(synthetic(failing=0.2))})


def test_what_the_inputs_do_is_told_alike_on_page_and_in_the_mail(drawn: Comparison) -> None:
    page, mail = render_comparison(drawn, []), comparison_markdown(drawn)
    failures = drawn.runs["base"].inputs
    assert failures is not None
    last = drawn.runs["base"].quarters[-1]
    for issuer in drawn.runs["base"].issuers:
        chance = percentage(failures.estimate(f"funding_failure/{issuer}/{last}", "predictive"), "")
        assert f"<small>{chance}</small>" in page.replace("&lt;", "<") and f"({chance}; " in mail
    assert "The ranges over the inputs cover what is not known" in page
    for text in (page, mail):
        assert "Predictive: the chance with the inputs drawn" in text


def test_limits_say_what_is_covered(comparison: Comparison, drawn: Comparison) -> None:
    as_they_stand, over_inputs = (what_is_covered(one.runs.values()) for one in (comparison, drawn))
    assert as_they_stand.endswith(
        "alone: they cover neither what is not known of the inputs nor the form of the model."
    )
    assert as_they_stand in render_comparison(comparison, [])
    assert over_inputs.endswith("the form of the model is covered by neither.")
    assert "as far as the scenarios' own ranges tell it" in over_inputs
