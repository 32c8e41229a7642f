"""The inputs with their evidence."""

from __future__ import annotations

import pytest

from capexrisk.archive.results import Results
from capexrisk.report.content.inputs import assumptions, confidence_table, written
from capexrisk.scenario import inputs


def test_every_input_has_a_meaning(results: Results) -> None:
    groups = assumptions(results)
    assert [group.name for group in groups] == ["Market", "Thresholds", *results.issuers]
    found = {(group.name, a.key): a for group in groups for a in group.assumptions}
    assert len(found) == len(inputs(results.manifest.scenario))
    assert [key for key, one in found.items() if not one.meaning] == []
    assert (
        found["Market", "access.bonds"].meaning == "Investment-grade bonds, share in each regime."
    )
    assert found["Oracle", "cash_usd_bn"].meaning == "Cash and marketable securities, $bn."
    capex = found["Amazon", "capex_2026_usd_bn"]
    assert (
        capex.meaning
        == "Guided capex of a calendar year, the last of which later years grow from, $bn."
    )


def test_they_are_counted_by_confidence(results: Results) -> None:
    grid = confidence_table(assumptions(results))
    counts = {row.label: row.cells[0].text for row in [*grid.rows, *grid.foot]}
    assert counts["Assumed"] == "251" and counts["All"] == "391"
    assert sum(int(row.cells[0].text) for row in grid.rows) == 391
    assert grid.rows[2].cells[1].text == "1\N{NO-BREAK SPACE}%"  # 2 of 391
    market = assumptions(results)[0]
    assert market.counts == "2 reported, 8 derived, 3 analyst estimate, 74 assumed"


def test_an_input_without_evidence_says_so(one: Results) -> None:
    groups = assumptions(one)
    found = groups[0].assumptions[0]
    assert (found.confidence, found.source, found.address) == ("without evidence", "", "")
    assert confidence_table(groups).rows[-1].label == "Without evidence"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (79.0, "79"),
        (-0.45, "−0.45"),
        (1_500, "1,500"),
        (1.006155108, "1.00616"),
        (1_234_567.5, "1,234,567.5"),
        ("open", "open"),
        ([95.0, 230.0], "95, 230"),
    ],
)
def test_values_as_text(value: object, text: str) -> None:
    assert written(value) == text
