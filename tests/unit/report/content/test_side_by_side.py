"""Figures of several runs beside each other: whose, of which periods, and what is left open."""

from __future__ import annotations

import pytest

from capexrisk.archive.results import Results
from capexrisk.estimate.metrics import HORIZON
from capexrisk.report.content.side_by_side import shared_issuers, side_by_side
from capexrisk.study.comparison import Comparison, compare
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario


@pytest.fixture(scope="module")
def longer() -> Results:
    return simulate(small_scenario(8, ("Oracle", "CoreWeave"), "2026Q1"), paths=256, seed=1)


@pytest.fixture(scope="module")
def shorter() -> Results:
    return simulate(small_scenario(4, ("Amazon", "Oracle"), "2026Q1"), paths=256, seed=1)


def test_what_a_run_does_not_reach_is_left_open(longer: Results, shorter: Results) -> None:
    comparison = compare({"longer": longer, "shorter": shorter})
    assert shared_issuers(comparison) == ["Oracle"]
    rows = list(side_by_side(comparison))
    assert {row.issuer for row in rows} == {"Oracle", "system"}
    assert {row.period for row in rows} == {"2026", "2027", "2026Q4", "2027Q4"}  # no horizon
    for row in rows:
        reached = row.period in ("2026", "2026Q4")
        assert [one is not None for one in row.estimates] == [True, reached]
        assert [one is not None for one in row.differences] == [reached]
        if reached:
            (before, after), (difference,) = row.estimates, row.differences
            assert difference.value == pytest.approx(after.observed - before.observed)


def test_the_horizon_is_told_where_all_have_the_same(comparison: Comparison) -> None:
    rows = list(side_by_side(comparison))
    assert {row.issuer for row in rows if row.period == HORIZON} == {
        *comparison.runs[comparison.base].issuers,
        "system",
    }
    assert len({(row.issuer, row.words, row.period) for row in rows}) == len(rows)
