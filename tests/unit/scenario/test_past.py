"""A file that starts later than the one it extends inherits nothing that lies before."""

from __future__ import annotations

from pathlib import Path

import pytest

from capexrisk.errors import ScenarioError
from capexrisk.scenario import load_scenario
from capexrisk.scenario.files.overlay import without_the_past
from tests.unit.three_issuers import write_file

LATER = """\
extends = "{base}"
name = "later"
as_of = 2027-01-31
start = "{start}"
quarters = {quarters}

[issuers.Oracle]
capex_plan_usd_bn = {plan}
maturities_usd_bn = {plan}
leases_usd_bn = {plan}
"""


def write_later(folder: Path, start: str, quarters: int, *more: str) -> Path:
    base = write_file(folder)
    text = LATER.format(base=base.name, start=start, quarters=quarters, plan=[1.0] * quarters)
    path = folder / "later.toml"
    path.write_text("\n".join([text, *more]), "utf-8")
    return path


def test_years_and_events_before_the_start_are_left_out(tmp_path):
    own = '[issuers.Amazon]\ncapex_2027_usd_bn = 230\nevidence.capex_2027_usd_bn = "assumed: more"'
    coreweave = "[issuers.CoreWeave]\ncapex_2027_usd_bn = 35"
    later = load_scenario(write_later(tmp_path, "2027Q1", 8, own, coreweave))
    amazon = later.issuers[0]
    assert amazon.capex_by_year_usd_bn == {2027: 230.0}
    assert set(amazon.maturities_by_year_usd_bn) == {2027, 2028}
    assert later.events == ()


def test_evidence_goes_with_its_figure():
    def year(number: int) -> str:
        return f"maturities_{number}_usd_bn"

    told = {year(number): f"assumed: {number}" for number in (2026, 2027)}
    own = {year(2026): 1.0, year(2027): 2.0, "cash_usd_bn": 3.0, "evidence": told}
    kept = {year(2027): 2.0, "cash_usd_bn": 3.0, "evidence": {year(2027): "assumed: 2027"}}
    tables = {"issuers": {"Acme": own}, "issuer_defaults": own, "market": own}
    assert without_the_past(tables, "2027Q1") == {
        "issuers": {"Acme": kept},
        "issuer_defaults": kept,
        "market": own,
    }
    assert without_the_past(tables, None) == without_the_past(tables, "soon") == tables


def test_within_a_year_its_amounts_stay(tmp_path):
    later = load_scenario(write_later(tmp_path, "2026Q3", 10))
    assert later.issuers[0].capex_by_year_usd_bn == {2026: 200.0}
    assert [event.quarter for event in later.events] == ["2026Q3", "2026Q3", "2026Q4"]


def test_a_year_before_the_start_that_the_file_gives_itself_is_refused(tmp_path):
    own = "[issuers.Amazon]\ncapex_2026_usd_bn = 230\n[issuers.CoreWeave]\ncapex_2027_usd_bn = 9"
    with pytest.raises(ScenarioError, match=r"capex_2026_usd_bn: 2026 is before the start year"):
        load_scenario(write_later(tmp_path, "2027Q1", 8, own))


def test_a_plan_that_has_wholly_passed_is_missing(tmp_path):
    with pytest.raises(ScenarioError, match=r"Amazon.capex_plan_usd_bn: missing; give "):
        load_scenario(write_later(tmp_path, "2027Q1", 8))
