"""Figures as files, and the page."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from capexrisk.archive.manifest import QuarantinedPath, TargetRecord
from capexrisk.archive.results import Results
from capexrisk.report.content.answer import answer
from capexrisk.report.content.over_inputs import judgements
from capexrisk.report.files import comparison_page, run_page
from capexrisk.report.files.comparison_page import write_comparison
from capexrisk.report.files.run_page import render, write_report
from capexrisk.report.files.write import write_report_files
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.figures import (
    FIGURES,
    RunFigures,
    Wanted,
    draw,
    draw_figures,
)
from capexrisk.report.plots.registry import OF_RUNS, Placement
from capexrisk.report.pool import DrawingPool
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.numbers import percentage
from capexrisk.report.writing.spread import predictive_in_per_cent, spread_in_per_cent
from capexrisk.report.writing.words import unbroken
from capexrisk.scenario import inputs
from capexrisk.scenario.uncertainty import Uncertainty
from capexrisk.study.comparison import Comparison
from tests.unit.manifests import changed
from tests.unit.report.conftest import figures_in
from tests.unit.report.files.outline import Outline


def figures_of(results: Results, issuers: list[str]) -> dict[str, Placement]:
    """Names of the files of a run's figures, as the registry has them."""
    found = {}
    for placement in OF_RUNS.placements:
        if placement.of == "issuer":
            found |= {f"{issuer}-{placement.name}": placement for issuer in issuers}
        elif placement.of == "inputs":
            found |= {placement.name: placement} if results.inputs is not None else {}
        elif placement.of == "system" or len(results.issuers) > 1:
            found[placement.name] = placement
    return found


def test_every_figure_is_there(results: Results, directory: Path, drawings: list[Drawing]) -> None:
    names = set(figures_of(results, results.issuers))
    files = {path.name for path in (directory / FIGURES).iterdir()}
    assert files == {f"{name}.svg" for name in names}
    assert {drawing.name for drawing in drawings} == names


def test_figures_as_png_are_asked_for_and_never_left_stale(one: Results, tmp_path: Path) -> None:
    wanted = [Wanted("survival"), Wanted("spread")]
    for each in wanted:
        draw(one, each, tmp_path, png=True)
    survival, spread = (tmp_path / FIGURES / f"{each.name}.png" for each in wanted)
    with Image.open(survival) as image:
        assert image.width == 1760  # 4.4 inches at 400 dots: sharp across a slide
    drawn = survival.read_bytes()
    survival.write_bytes(b"of another run")
    spread.unlink()
    for each in wanted:
        draw(one, each, tmp_path)
    assert survival.read_bytes() == drawn
    assert not spread.exists()


def test_figures_of_another_process_are_the_same(
    one: Results, drawings_alone: list[Drawing], tmp_path: Path
) -> None:
    with DrawingPool(1) as other:
        figures = RunFigures(tmp_path, other)
        figures.begin(one)
        figures._begun[0]._futures[0].result(timeout=120)
        assert figures.finish() == drawings_alone


def test_figures_that_need_no_inputs_are_the_same_before_these_are_told(
    uncertain_run: Results, tmp_path: Path
) -> None:
    figures = RunFigures(tmp_path)
    figures.begin(replace(uncertain_run, inputs=None), whole=False)
    figures.begin(uncertain_run)
    early, late = (begun.tasks for begun in figures._begun)
    assert len(early) > len(late) > 0
    assert set(late) >= {Wanted("fan", issuer) for issuer in uncertain_run.issuers}
    assert figures.finish() == draw_figures(uncertain_run)


@pytest.mark.parametrize("what", ["run", "comparison"])
def test_an_error_ends_who_draws_before_it_goes_on(
    what: str, one: Results, comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "report.xlsx")

    alone, stopped = DrawingPool(0), []
    monkeypatch.setattr(alone, "stop", lambda: stopped.append(True))
    monkeypatch.setattr("capexrisk.report.files.write.write_workbook", full)
    monkeypatch.setattr(comparison_page, "write_comparison_workbook", full)
    write = {
        "run": lambda: write_report_files(one, RunFigures(tmp_path, alone)),
        "comparison": lambda: write_comparison(comparison, tmp_path, alone),
    }[what]
    with pytest.raises(OSError, match="No space"):
        write()
    assert stopped == [True]


@pytest.fixture(scope="module")
def drawings_alone(one: Results) -> list[Drawing]:
    return draw_figures(one)


def test_the_page_s_words_are_there_before_its_figures_are_waited_for(
    one: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []
    said = run_page.answer
    monkeypatch.setattr(run_page, "answer", lambda *of: order.append("words") or said(*of))

    def draw() -> list[Drawing]:
        order.append("figures")
        return []

    write_report(one, tmp_path, draw)
    assert order == ["words", "figures"]


def test_the_same_results_give_the_same_bytes(one: Results, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run = tmp_path / name / "run"  # whose name stands in the page's commands
        run.mkdir(parents=True)
        figures_in(run, one)
        write_report(one, run)
    first = sorted(path for path in (tmp_path / "a").rglob("*") if path.is_file())
    figures = figures_of(one, one.issuers)
    assert "joint-failures" not in figures  # no pairs of a single issuer
    assert len(first) == 1 + len(figures)
    for path in first:
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_figures_carry_no_date(drawings: list[Drawing]) -> None:
    assert not any("<dc:date>" in drawing.svg for drawing in drawings)


def test_the_page_is_whole_and_stands_alone(page: str) -> None:
    outline = Outline(page)
    assert outline.open == []
    for tag, attributes in outline.tags:
        assert tag not in ("link", "iframe", "img", "base", "object")
        for name in ("src", "href", "xlink:href", "action", "data"):
            if (tag, name) != ("a", "href"):  # a source's address: followed by a reader only
                assert (attributes.get(name) or "#").startswith(("#", "data:image/png"))
    assert outline.all("script") == [{}]
    assert not re.search(r"@import|url\((?!#)", page)
    anchors = {attributes["id"] for _, attributes in outline.tags if "id" in attributes}
    links = {attributes["href"] or "" for attributes in outline.all("a")}
    inside = {link for link in links if link.startswith("#")}
    assert inside <= {f"#{anchor}" for anchor in anchors}
    assert all(link.startswith("https://") for link in links - inside)
    for section in ("answer", "issuers", "system", "assumptions", "limits", "computed"):
        assert f"#{section}" in inside


def test_the_page_forbids_what_it_does_not_bring(page: str) -> None:
    outline = Outline(page)
    (policy,) = (
        attributes["content"] or ""
        for attributes in outline.all("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    script = page[page.index("<script>") + len("<script>") : page.index("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}';" in policy
    assert "http" not in policy


def test_identifiers_are_unique(page: str) -> None:
    found = [attributes["id"] for _, attributes in Outline(page).tags if "id" in attributes]
    assert len(found) == len(set(found))
    references = set(re.findall(r'(?:xlink:href="|url\()#([^")]+)', page))
    assert references
    assert references <= set(found)


def test_headings_descend_by_one(page: str) -> None:
    levels = [int(tag[1]) for tag, _ in Outline(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_every_header_of_a_table_has_a_scope(page: str) -> None:
    outline = Outline(page)
    assert all(header["scope"] in ("col", "row") for header in outline.all("th"))
    assert len(outline.all("caption")) == len(outline.all("table")) > 20


def test_every_figure_is_shown_and_described(drawings: list[Drawing], page: str) -> None:
    """Once each: none is lost because the page lacks its section."""
    pictures = Outline(page).all("svg")
    assert all(picture["role"] == "img" for picture in pictures)
    shown = [picture["aria-label"] for picture in pictures]
    assert sorted(map(str, shown)) == sorted(drawing.description for drawing in drawings)
    assert all(shown) and len(set(shown)) == len(shown)


def test_the_page_gives_the_answer(results: Results, page: str) -> None:
    text = "".join(Outline(page).text).replace("\N{NO-BREAK SPACE}", " ")
    for issuer in answer(results, Estimates(results)).issuers:
        for chance in [*issuer.negative.values(), *issuer.failed.values()]:
            assert percentage(chance, "") in text
    assert "Who burns cash?" in text
    assert "2,048 paths" in text
    assert results.manifest.scenario_digest in text
    assert "$1,500bn" in text  # the scenario's threshold of outside funding


@pytest.mark.parametrize(
    ("sampler", "said"),
    [
        (
            "sobol",
            "32 Sobol nets of 64 points, scrambled independently; errors come from how they differ",
        ),
        ("plain", "independent paths"),
    ],
)
def test_the_page_says_how_paths_were_sampled(
    results: Results, drawings: list[Drawing], sampler: str, said: str
) -> None:
    run = {"sampler": "plain", "replicates": 1} if sampler == "plain" else {}
    page = render(changed(results, run=run), drawings)
    assert f'<tr><th scope="row">Sampler</th><td>{said}</td></tr>' in page


def test_the_page_says_which_targets_were_reached(
    results: Results, drawings: list[Drawing]
) -> None:
    target = TargetRecord(
        target="capex_cut/Oracle/2027: rel 5%",
        reached=False,
        value=0.25,
        standard_error=0.02,
        paths_needed=92_048,
    )
    page = render(changed(results, run={"targets": (target,)}), drawings)
    said = (
        "capex_cut/Oracle/2027: rel 5%: not reached, 0.25 with a standard error of 0.02 after "
        "2,048 paths; about 92,000 paths in all would be enough"
    )
    assert f'<tr><th scope="row">Target</th><td>{said}</td></tr>' in page


def test_names_are_only_names(results: Results, page: str) -> None:
    attack = "<script>alert(1)</script>\"'&"
    scenario = results.manifest.scenario
    assumed = {"evidence": {"cash_usd_bn": f"assumed: {attack}, https://x.example/{attack}"}}
    evil_scenario = {
        **dict.fromkeys(("name", "title", "description"), attack),
        "issuers": (scenario.issuers[0].model_copy(update={"name": attack, **assumed}),),
        "uncertainty": Uncertainty(),
    }
    renamed = {"Alphabet": attack}
    evil = replace(
        changed(results, scenario=evil_scenario, scenario_digest=attack),
        summary=results.summary.replace({"issuer": renamed}),
        distributions=results.distributions.replace({"issuer": renamed}),
    )
    outline = Outline(render(evil, draw_figures(evil)))
    assert outline.all("script") == [{}]
    assert outline.open == []
    assert any(attack in text for text in outline.text)
    assert outline.shapes <= Outline(page).shapes


def test_the_page_takes_any_run(odd: Results) -> None:
    page = render(odd, draw_figures(odd))
    assert Outline(page).open == []
    assert not re.search(r"\bnan\b", page, flags=re.IGNORECASE)
    assert ("Tables show" in page) == (len(odd.years) > 6)
    assert ("The histograms show" in page) == (len(odd.years) > 4)
    assert f'<th scope="col">{odd.years[-1]}</th>' in page


def test_a_crowd_has_figures_for_the_likeliest_to_fail(
    results: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capexrisk.report.plots.figures.MOST_ISSUERS", 1)
    monkeypatch.setattr("capexrisk.report.files.run_page.MOST_ISSUERS", 1)
    drawings = draw_figures(results)
    names = [drawing.name for drawing in drawings]
    assert set(names) == set(figures_of(results, ["CoreWeave"]))
    page = render(results, drawings)
    assert "Figures are drawn for the 1 issuer likeliest to fail, tables for all." in page
    assert len(Outline(page).all("h3")) >= len(results.issuers)


def test_who_plans_no_buyback_does_not_miss_it(results: Results, page: str) -> None:
    issuers = results.manifest.scenario.issuers
    planless = sum(1 for issuer in issuers if not issuer.buybacks_usd_bn_per_year)
    assert page.count("No buyback is planned") == planless > 0


def test_quarantined_paths_are_named(results: Results, drawings: list[Drawing]) -> None:
    broken = (QuarantinedPath(path=17, quarter="2026Q3"),)
    noted = changed(results, run={"paths_quarantined": 1, "quarantine": broken})
    page = render(noted, drawings)
    said = page.index("the first is path 17, in 2026Q3")
    assert said < page.index("<h1>")


def test_every_input_is_there_with_its_evidence(results: Results, page: str) -> None:
    outline = Outline(page)
    text = "".join(outline.text)
    assert len(outline.all("details")) == 2 + len(results.issuers)
    figures = inputs(results.manifest.scenario)
    for figure in figures:
        assert figure.key in text and figure.source in text
    links = {attributes["href"] for attributes in outline.all("a")}
    assert {figure.address for figure in figures if figure.address} <= links


def test_figures_stand_in_their_section(results: Results, page: str) -> None:
    """Under its heading, or its issuer's, where the registry says."""
    issuers = {issuer: f"issuer-{k}" for k, issuer in enumerate(results.issuers, 1)}
    for placement in OF_RUNS.placements:
        if placement.of == "inputs":
            continue  # this run has no points of them
        for issuer, anchor in issuers.items() if placement.of == "issuer" else [("", "")]:
            label = results.words.fill(placement.says, issuer=issuer)
            before = page[: page.index(f'aria-label="{label}"')]
            heading = re.findall(r'<h3 id="([^"]+)"', before)[-1]
            assert heading == (anchor or placement.section.removesuffix("-tall"))


def test_a_page_without_figures_has_no_frames(results: Results) -> None:
    assert "<figure" not in render(results, [])


def test_a_run_over_the_inputs_has_a_section_of_its_own(uncertain_run: Results) -> None:
    text = render(uncertain_run, draw_figures(uncertain_run))
    assert '<a href="#uncertainty">' in text
    section = text.partition('<h2 id="uncertainty">')[2].partition("</section>")[0]
    assert "64 points" in section and "6 draws" in section and "128 paths" in section
    assert section.count("<figure") == 2
    for judgement in judgements(uncertain_run):
        assert f"{judgement.name} <code>{judgement.law}" in section
        for one in judgement.ranges:
            assert f"<code>{one.name}</code>" in section and one.ends in section
    found = answer(uncertain_run, Estimates(uncertain_run))
    for issuer in found.issuers:
        for year, spread in issuer.failed_over_inputs.items():
            told = (spread_in_per_cent(spread, ""), predictive_in_per_cent(spread, ""))
            assert all(f"<small>{html.escape(part)}</small>" in text for part in told), year
        ends, chance = spread_in_per_cent(spread), predictive_in_per_cent(spread)
        assert f"<small>P5 to P95 {html.escape(unbroken(ends))}</small>" in text
        assert f"<small>predictive {html.escape(unbroken(chance))}</small>" in text
    assert "And if the inputs are wrong?" in text
    assert "no point" not in section  # none was refused


def test_evidence_of_a_range_is_only_text(uncertain_run: Results) -> None:
    attack = "<script>alert(1)</script>\"'&"
    uncertainty = uncertain_run.manifest.scenario.uncertainty
    groups = {
        name: group.model_copy(update={"evidence": f"assumed: {attack}"})
        for name, group in uncertainty.groups.items()
    }
    evil = uncertainty.model_copy(update={"groups": groups})
    outline = Outline(render(changed(uncertain_run, scenario={"uncertainty": evil}), []))
    assert outline.all("script") == [{}]
    assert outline.open == []
    assert sum(attack in text for text in outline.text) == len(groups)


def test_points_that_were_refused_are_named_on_the_page(uncertain_run: Results) -> None:
    inputs = uncertain_run.inputs
    assert inputs is not None
    why = "point 1 of net 7: issuers.Oracle.fall_leverage: 7.1 is not below leverage_limit, 7.0"
    record = inputs.record.model_copy(update={"refused": (why,)})
    text = render(replace(uncertain_run, inputs=replace(inputs, record=record)), [])
    assert f"1 point had no paths, since inputs contradict each other: {why}." in text


def test_a_run_without_points_has_no_such_section(page: str) -> None:
    assert 'id="uncertainty"' not in page and 'href="#uncertainty"' not in page
    assert "with the inputs" not in page and "And if the inputs are wrong?" not in page
