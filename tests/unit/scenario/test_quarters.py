"""Labels of quarters and years, and what the calendar does to plans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capexrisk.scenario import calendar_years, load_scenario, quarter_labels


def test_a_start_in_the_middle_of_a_year():
    assert quarter_labels("2025Q3", 4) == ["2025Q3", "2025Q4", "2026Q1", "2026Q2"]
    years = calendar_years("2025Q3", 7)
    assert [year.label for year in years] == ["2025Q3-Q4", "2026", "2027Q1"]
    assert [list(year.quarters) for year in years] == [[0, 1], [2, 3, 4, 5], [6]]


@pytest.mark.parametrize(
    ("start", "quarters", "labels"),
    [
        ("2026Q1", 12, ["2026", "2027", "2028"]),
        ("2026Q1", 1, ["2026Q1"]),
        ("2026Q1", 3, ["2026Q1-Q3"]),
        ("2026Q2", 2, ["2026Q2-Q3"]),
        ("2026Q4", 5, ["2026Q4", "2027"]),
    ],
)
def test_year_labels(start, quarters, labels):
    assert [year.label for year in calendar_years(start, quarters)] == labels


@given(st.integers(1900, 2190), st.integers(1, 4), st.integers(1, 80))
def test_years_cover_every_quarter_once(year, quarter, quarters):
    start = f"{year}Q{quarter}"
    labels = quarter_labels(start, quarters)
    years = calendar_years(start, quarters)
    assert len(labels) == len(set(labels)) == quarters
    assert [k for one in years for k in one.quarters] == list(range(quarters))
    assert all(labels[k].startswith(str(one.year)) for one in years for k in one.quarters)
    assert all((one.label == str(one.year)) == (len(one.quarters) == 4) for one in years)


def test_a_scenario_that_starts_in_the_middle_of_a_year(default_path):
    scenario = load_scenario(default_path, ["start=2026Q3"])
    assert scenario.start_quarter == 3
    assert scenario.calendar_years()[0].label == "2026Q3-Q4"
    assert scenario.quarter_labels()[-1] == "2029Q2"


def test_a_start_in_the_middle_of_the_guided_year(default_path):
    whole = load_scenario(default_path).model_case()["issuers"][0]
    late = load_scenario(default_path, ["start=2026Q3"]).model_case()["issuers"][0]
    assert late["capex_plan"][:10] == whole["capex_plan"][2:]
    assert late["maturities"][:10] == whole["maturities"][2:]
    assert late["maturities"][10:] == [0, 0]  # 2029 is not given
    assert late["leases"] == whole["leases"]  # the ramp begins with the scenario


def test_two_guided_years(default_path):
    overrides = ["issuers.Meta.capex_2027_usd_bn=200", "issuers.Meta.capex_2028_usd_bn=100"]
    scenario = load_scenario(default_path, overrides)
    plan = scenario.model_case()["issuers"][3]["capex_plan"]
    assert plan == pytest.approx(
        [
            year * part
            for year in (125, 200, 100)
            for part in scenario.issuers[3].capex_quarter_split
        ]
    )


def test_a_shorter_horizon_leaves_later_years_out(default_path):
    issuer = load_scenario(default_path, ["quarters=3"]).model_case()["issuers"][0]
    assert {len(issuer[name]) for name in ("capex_plan", "maturities", "leases")} == {3}
