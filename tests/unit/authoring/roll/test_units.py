"""Rows in units that a roll takes, and that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from capexrisk.authoring.roll.forward import roll
from capexrisk.errors import TableError
from capexrisk.scenario import load_scenario
from capexrisk.tables.actuals import read_actuals
from tests.unit.authoring.roll.rows import DAY, HEAD, figures

LIBRARY = Path(__file__).parents[4] / "configs" / "hyperscalers-2026.toml"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Oracle,2026-08-31,cash,200,bp", "cash in 'bp'; give it in USD bn or USD mn"),
        ("Oracle,2026Q2,capex,0.2,fraction", "capex in 'fraction'; give it in USD bn or USD mn"),
        ("Oracle,CY2026,capex_guidance,20,percent", "capex_guidance in 'percent'; give it in USD"),
        (
            "Oracle,2026-08-31,bond_spread,1.2,USD bn",
            "bond_spread in 'USD bn'; give it in bp, percent",
        ),
        ("system,2026-09-30,ig_oas,0.8,USD mn", "ig_oas in 'USD mn'; give it in bp, percent"),
    ],
)
def test_a_figure_in_a_unit_of_another_kind_is_refused(tmp_path, row, said):
    scenario = load_scenario(LIBRARY)
    path = tmp_path / "a.csv"
    path.write_text(f"{HEAD}\n{row},reported,release,\n", "utf-8")
    rows, _ = read_actuals(path, sourced=True)
    with pytest.raises(TableError) as refused:
        roll(scenario, {}, rows, to="2026Q4", as_of=DAY)
    assert str(refused.value).startswith(f"{path}: row 2: {said}")


@pytest.mark.parametrize(
    ("metric", "value", "key", "becomes"),
    [
        ("bond_spread", "1.2,percent", "spread_bp", 120.0),
        ("bond_spread", "120,bp", "spread_bp", 120.0),
        ("coupon_per_year", "520,bp", "coupon_per_year", 0.052),
        ("coupon_per_year", "5.2,percentage points", "coupon_per_year", 0.052),
    ],
)
def test_rates_are_read_in_any_of_their_units(tmp_path, metric, value, key, becomes):
    path = tmp_path / "a.csv"
    path.write_text(f"{HEAD}\nOracle,2026-08-31,{metric},{value},reported,release,\n", "utf-8")
    scenario = load_scenario(LIBRARY)
    rows, _ = read_actuals(path, sourced=True)
    found = roll(scenario, {}, rows, to="2026Q4", as_of=DAY)
    assert figures(found, "issuers", "Oracle")[key].new == becomes
