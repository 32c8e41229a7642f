"""Estimates by name, and what is read from them."""

from __future__ import annotations

import pytest

from capexrisk.archive.results import Results
from capexrisk.report.writing.estimates import Estimates, last_quarters, likeliest_to_fail


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
