"""Estimates by name, and what is read from them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from capexrisk.archive.results import Results
from capexrisk.estimate.table import COLUMNS
from capexrisk.model.vocabulary import CAUSES
from capexrisk.report.writing.estimates import Estimates, last_quarters, likeliest_to_fail
from tests.unit.report.synthetic import Table, synthetic


def test_years_end_in_their_last_quarter(odd: Results) -> None:
    ends = last_quarters(odd)
    assert list(ends) == odd.years
    assert list(ends.values())[-1] == odd.quarters[-1]
    assert all(quarter.startswith(year[:4]) for year, quarter in ends.items())


def test_the_likeliest_to_fail_stand_in_the_scenarios_order(results: Results) -> None:
    assert likeliest_to_fail(results, 2) == ["Oracle", "CoreWeave"]
    assert likeliest_to_fail(results, 99) == results.issuers


def test_an_unknown_row_is_an_error(results: Results) -> None:
    with pytest.raises(KeyError):
        Estimates(results).probability("funding_failure", "Amazon", "2031Q1")


@pytest.mark.parametrize(
    ("shares", "named"),
    [
        ({"run": 0.48, "window": 0.47}, ["run", "window"]),  # their intervals overlap
        ({"run": 0.30, "window": 0.60}, ["window"]),
        ({"glut": 1.0}, ["glut"]),
        ({}, []),
    ],
)
def test_two_causes_are_named_where_either_may_be_the_commoner(
    shares: dict[str, float], named: list[str]
) -> None:
    made_up = synthetic(failing=0.05)  # the last issuer fails on 1,638 paths
    who, stem = made_up.issuers[-1], "funding_failure_by_{}_given_funding_failure"
    table = Table()
    for cause in CAUSES:
        paths = 1_638 if shares else 0
        table.chance(who, "horizon", stem.format(cause), shares.get(cause, 0.0), paths)
    others = made_up.summary[
        ~((made_up.summary["issuer"] == who) & made_up.summary["metric"].str.contains("_given_fu"))
    ]
    rows = pd.DataFrame(table.rows, columns=list(COLUMNS))
    results = replace(made_up, summary=pd.concat([others, rows], ignore_index=True))
    assert [cause for cause, _ in Estimates(results).main_causes(who)] == named
