"""The page's tables and sentences hold the estimates that they name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from capexrisk.archive.manifest import QuarantinedPath, TargetRecord
from capexrisk.archive.results import Results
from capexrisk.estimate.independent import probability
from capexrisk.estimate.names import Name
from capexrisk.report.content.answer import answer
from capexrisk.report.content.findings import find, warnings
from capexrisk.report.content.grids import Grids
from capexrisk.report.content.verdicts import sentence, verdict
from capexrisk.report.writing.cells import Grid, chance, dollars
from capexrisk.report.writing.estimates import Estimates, last_quarters
from capexrisk.report.writing.numbers import (
    basis_points,
    money,
    percentage,
    percentage_range,
    share,
)
from capexrisk.report.writing.odds import odds, odds_and_range
from tests.unit.manifests import changed


@pytest.fixture(scope="module")
def estimates(results: Results) -> Estimates:
    return Estimates(results)


@pytest.fixture(scope="module")
def grids(results: Results, estimates: Estimates) -> Grids:
    return Grids(results, estimates, last_quarters(results))


def cell(grid: Grid, row: str, column: str) -> str:
    (cells,) = (found.cells for found in [*grid.rows, *grid.foot] if found.label == row)
    return cells[grid.columns.index(column)].text


def test_tables_of_issuers(grids: Grids, estimates: Estimates) -> None:
    found = estimates.probability("negative_fcf_given_survival", "Amazon", "2027")
    assert cell(grids.negative_cash_flow(), "Amazon", "2027") == percentage(found, "")
    found = estimates.probability("funding_failure", "Oracle", "2027Q4")
    assert cell(grids.failure(), "Oracle", "2027") == percentage(found, "")
    found = estimates.probability("net_debt_positive", "Amazon", "2028Q4")
    assert cell(grids.distress("Amazon"), "Net debt", "2028") == percentage(found, "")


def test_amounts(grids: Grids, estimates: Estimates) -> None:
    grid = grids.amounts("Oracle")
    flow = "free_cash_flow_while_alive"
    for row, statistic in (
        ("P5", "p5"),
        ("CFaR: mean less P5", "cfar95"),
        ("Mean below P5", "es95"),
    ):
        expected = money(estimates.amount(flow, "Oracle", "2028", statistic))
        assert cell(grid, row, "2028") == expected
    peak = estimates.amount("peak_spread_bp", "Oracle", statistic="p95")
    assert cell(grids.extremes("Oracle"), "Peak spread, bp", "P95") == basis_points(peak)


def test_causes_of_cuts_and_failures_are_not_exchanged(grids: Grids, estimates: Estimates) -> None:
    grid = grids.causes("CoreWeave")
    for column, event in (("First capex cut", "capex_cut"), ("Funding failure", "funding_failure")):
        expected = estimates.probability(f"{event}_by_anchor_given_{event}", "CoreWeave")
        assert cell(grid, "Loss of the AI labs", column) == percentage(expected, "")


def test_the_row_fails_where_the_column_does(grids: Grids, estimates: Estimates) -> None:
    grid = grids.conditional(["Oracle", "CoreWeave"])
    expected = estimates.probability("failure_given_failure_of:CoreWeave", "Oracle")
    other = estimates.probability("failure_given_failure_of:Oracle", "CoreWeave")
    assert cell(grid, "Oracle", "CoreWeave") == percentage(expected, "") != percentage(other, "")
    assert cell(grid, "Oracle", "Oracle") == "–"
    joint = grids.joint(["Oracle", "CoreWeave"])
    assert cell(joint, "Oracle", "CoreWeave") == cell(joint, "CoreWeave", "Oracle")


def test_the_system(grids: Grids, estimates: Estimates) -> None:
    together = grids.failures_together()
    found = estimates.probability("failures_at_least_2", period="2028Q4")
    assert cell(together, "Two or more", "2028") == percentage(found, "")
    found = estimates.probability("any_failure_without:CoreWeave", period="2028Q4")
    assert cell(together, "Any but CoreWeave, the smallest", "2028") == percentage(found, "")
    used = estimates.amount("utilisation", period="2027Q4")
    assert cell(grids.market(), "Utilisation of AI capacity: mean", "2027") == share(used)
    above = estimates.probability("group_profit_above_threshold", period="2028")
    assert cell(grids.group_profit("$9bn"), "Above $9bn", "2028") == percentage(above)
    raised = estimates.amount("raised_bonds")
    assert cell(
        grids.outside_funding("$9bn"), "Bonds, investment grade, $bn: mean", "Whole horizon"
    ) == money(raised)


def test_a_darker_cell_is_a_greater_chance(grids: Grids, estimates: Estimates) -> None:
    for issuer, cells, _ in grids.negative_cash_flow().rows:
        for year, shown in zip(grids.years, cells, strict=True):
            found = estimates.probability("negative_fcf_given_survival", issuer, year).observed
            assert shown.shade == pytest.approx(found, abs=0.0051)


def test_the_findings_name_who_burns_cash_and_who_fails(
    results: Results, estimates: Estimates
) -> None:
    answers = {
        finding.question: finding.answer.replace("\N{NO-BREAK SPACE}", " ")
        for finding in find(results, estimates, answer(results, estimates), ["2026"])
    }
    burning = answers["Who burns cash?"]
    for issuer in results.issuers:
        found = estimates.probability("negative_fcf_given_survival", issuer, "2026")
        assert (issuer in burning) == (found.observed > 0.5)
    assert "Amazon" in burning and "Meta" not in burning
    failing = answers["Who cannot fund its commitments, or loses its lenders (a run)?"]
    found = estimates.probability("funding_failure", "CoreWeave", "2028Q4")
    expected = (
        f"By the end of 2028: CoreWeave, {odds_and_range(found)}, bound at the end by a shut "
    )
    assert failing.startswith(f"{expected}market; ")
    falling = answers["Who loses its investment grade?"]
    chances = {
        name: estimates.probability("fall_to_high_yield", name, "2028Q4")
        for name in results.issuers
        if estimates.has("fall_to_high_yield", name, "2028Q4")
    }
    assert "CoreWeave" not in chances  # it starts as high yield, and cannot fall
    worst = max(chances, key=lambda name: chances[name].observed)
    assert falling.startswith(f"By the end of 2028: {worst}, {odds_and_range(chances[worst])}")
    assert worst == "Oracle" and "CoreWeave" not in falling
    found = estimates.probability("any_failure", period="2028Q4")
    assert f"any issuer, {odds_and_range(found)};" in answers["Together?"]
    assert "$1,500bn" in answers["How much from outside?"]
    assert "2,048 paths" in answers["How sure is that?"]
    assert "Of the 391 inputs 251 are assumed" in answers["How sure is that?"]


def test_the_verdict(results: Results, estimates: Estimates) -> None:
    grid = verdict(answer(results, estimates))
    assert [row.label for row in grid.rows] == results.issuers
    assert [row.label for row in grid.foot] == ["Any issuer", "Two or more", "All six"]
    burning, failing, cause = next(row.cells for row in grid.rows if row.label == "Amazon")
    by_year = {
        year: estimates.probability("negative_fcf_given_survival", "Amazon", year)
        for year in ("2026", "2027", "2028")
    }
    year = max(by_year, key=lambda year: by_year[year].value)
    found = by_year[year]
    assert (burning.text, burning.note) == (f"{odds(found)}, in {year}", percentage_range(found))
    found = estimates.probability("funding_failure", "Amazon", "2028Q4")
    assert (failing.text, failing.note) == (odds(found), percentage_range(found))
    assert cause.text == "A shut market or a run"
    found = estimates.probability("failures_at_least_2", period="2028Q4")
    assert grid.foot[1].cells[1].text == odds(found)


def test_the_sentence_of_an_issuer_names_its_likeliest_year(
    results: Results, estimates: Estimates
) -> None:
    (meta,) = (one for one in answer(results, estimates).issuers if one.name == "Meta")
    said = sentence(meta, "2028").replace("\N{NO-BREAK SPACE}", " ")
    found = estimates.probability("negative_fcf_given_survival", "Meta", "2027")
    assert said.endswith(f"likeliest in 2027, if it survives that year: {odds_and_range(found)}.")


def test_cells_sort_by_the_number_not_by_its_text(estimates: Estimates) -> None:
    never, always = probability(0, 100), probability(100, 100)
    assert [chance(estimate).order for estimate in (never, always)] == [0.0, 1.0]
    assert chance(probability(0, 0)).order is None
    assert dollars(estimates.amount("free_cash_flow", "Amazon", "2026")).order == pytest.approx(
        estimates.amount("free_cash_flow", "Amazon", "2026").value
    )


def test_a_run_that_lacks_something_says_so_first(results: Results) -> None:
    assert warnings(results) == []
    target = TargetRecord(
        target="x", reached=False, value=None, standard_error=None, paths_needed=None
    )
    reached = target.model_copy(update={"reached": True})
    for run, said in (
        ({"targets": (target, reached)}, "1 of 2 targets not reached"),
        ({"paths": 1_000}, "stopped, with 1,000 of 2,000 paths"),
        (
            {"paths_quarantined": 1, "quarantine": (QuarantinedPath(path=17, quarter="2026Q3"),)},
            "the first is path 17, in 2026Q3",
        ),
    ):
        (found,) = warnings(changed(results, run=run))
        assert said in found


def test_the_findings_of_any_run_are_sentences(odd: Results) -> None:
    estimates = Estimates(odd)
    findings = find(odd, estimates, answer(odd, estimates), odd.years[:2])
    assert ("Together?" in [finding.question for finding in findings]) == (len(odd.issuers) > 1)
    for finding in findings:
        assert finding.answer.endswith(".")
        assert "nan" not in finding.answer.split()
        assert "  " not in finding.answer


def test_why_an_issuer_cannot_fall_is_said_of_each(grids: Grids) -> None:
    labels = {
        name: [row.label for row in grids.distress(name).rows] for name in ("Alphabet", "CoreWeave")
    }
    assert labels["CoreWeave"][-1] == "Starts as high yield"
    assert labels["Alphabet"][-1] == "No leverage is given at which it falls to high yield"


def test_an_amount_at_a_limit_has_an_error_of_nothing(results: Results, grids: Grids) -> None:
    found = results.lookup[Name("CoreWeave", "horizon", "lowest_cash", "p5")]
    assert found.ci_low == found.ci_high == 0.84
    assert cell(grids.extremes("CoreWeave"), "Lowest cash, $bn", "P5") == "0.840 ± 0"


def test_years_that_paths_cannot_tell_apart_are_all_likeliest(results: Results) -> None:
    issuer = next(one for one in answer(results, Estimates(results)).issuers if one.name == "Meta")
    few, fewer, nobody = (probability(hits, n) for hits, n in ((600, 1_000), (590, 1_000), (0, 0)))
    alike = replace(issuer, negative={"2026": fewer, "2027": few, "2028": nobody})
    assert alike.burning[0] == "2027" and alike.burning_years == ["2026", "2027"]
    assert "likeliest in 2026 or 2027, if" in sentence(
        replace(alike, negative_over_inputs=dict.fromkeys(alike.negative)), "2028"
    )
    apart = replace(issuer, negative={"2026": probability(200, 1_000), "2027": few, "2028": nobody})
    assert apart.burning_years == ["2027"]
