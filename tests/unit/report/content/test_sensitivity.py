"""Which groups of inputs a table of what moves an answer lists, and in which order."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from capexrisk.report.content.sensitivity import MOST_ROWS, groups_table, listed_groups
from capexrisk.report.content.why import moves_grid
from capexrisk.study.sensitivity.analysis import COLUMNS, Sensitivity
from tests.unit.scenarios import small_scenario

GROUPS = [f"group {number}" for number in range(20)]
KEY = ("funding_failure", "Oracle", "2027Q4")


def row(group: str, measure: str, value: float) -> tuple[object, ...]:
    return (*KEY, "probability", group, measure, value, 0.001, value - 0.002, value + 0.002, 1024)


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    """Swings fall from group to group, shares rise; of half of the groups there are none."""
    rows = [row(group, "swing", 0.2 - 0.01 * number) for number, group in enumerate(GROUPS)]
    rows += [row(group, "shapley", 0.01 * number) for number, group in enumerate(GROUPS)][10:]
    rows.append(row("all others", "shapley", 0.5))
    return Sensitivity(
        scenario=small_scenario(),
        names=("/".join(KEY),),
        seed=1,
        default_ranges=False,
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
    )


def test_it_has_the_largest_swings_and_the_largest_shares_by_swing(found: Sensitivity) -> None:
    half = MOST_ROWS // 2
    assert listed_groups(found) == [*GROUPS[:half], *GROUPS[-half:], "all others"]


def test_without_shares_it_has_the_largest_swings(found: Sensitivity) -> None:
    swings = replace(found, table=found.table[found.table["measure"] == "swing"])
    assert listed_groups(swings) == GROUPS[:MOST_ROWS]


def test_terminal_and_page_list_the_same(found: Sensitivity) -> None:
    listed = listed_groups(found, found.names[0])
    assert list(groups_table(found, found.names[0]).columns[0].cells) == listed
    assert [each.label for each in moves_grid(found).rows] == listed
