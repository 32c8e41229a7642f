"""The telecom scenario against the one rule that its head states, from the data beside it."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path
from statistics import median

import pytest

from capexrisk.scenario import inputs, load_scenario
from capexrisk.study.proportion import out_of_proportion

CONFIGS = Path(__file__).parents[3] / "configs"


def schedules() -> dict[str, dict[str, float]]:
    """Figures of each firm, $bn, flows a year; what its schedule does not have is left out."""
    firms: dict[str, dict[str, float]] = defaultdict(dict)
    text = (CONFIGS / "data" / "telecom_2000.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        firms[row["firm"]][row["field"]] = float(row["usd_million"]) * float(row["to_a_year"]) / 1e3
    return firms


def by_rule(firm: dict[str, float], usual_coupon: float) -> dict[str, object]:
    """A firm's inputs by the rule."""
    revenue, plant, cash = firm["revenue"], firm["ppe_gross"], firm["cash_plus_securities"]
    debt, assets = firm["long_term_debt"], firm["total_assets"]
    coupon = firm["interest_expense"] / debt if "interest_expense" in firm else usual_coupon
    in_service = min(plant, 2.5 * revenue)
    cash_flow = 0.25 * revenue - coupon * debt
    spread = min(max(150 + 75 * (debt - cash) / (0.25 * revenue), 200), 1500)
    equity = max(assets - debt - firm.get("redeemable_preferred", 0.0), 0.2 * assets)
    found: dict[str, object] = {
        "cash_usd_bn": cash,
        "bonds_usd_bn": debt,
        "coupon_per_year": coupon,
        "maturities_usd_bn": 0.01 * debt,
        "buildout_capital_usd_bn": 0.5 * in_service,
        "construction_usd_bn": plant - in_service,
        "other_capital_usd_bn": 0.5 * in_service,
        "market_cap_usd_bn": equity,
        "spread_bp": spread,
        "core_revenue_usd_bn_per_year": 0.5 * revenue,
        "ocf_usd_bn_per_year": cash_flow,
        "depreciation_amortisation_usd_bn_per_year": 0.1 * plant,
        "capex_2000_usd_bn": 0.1 * plant + 0.15 * revenue + 0.25 * cash,
        "bond_quarter_cap_usd_bn": 0.1 * assets,
        "cash_target_usd_bn": 0.5 * cash,
        "cash_min_usd_bn": 0.05 * cash,
    }
    if spread > 350 or debt > 3.5 * max(cash_flow, 0.05 * revenue):
        return {**found, "high_yield": True}
    return {**found, "leverage_limit": 4.0, "fall_leverage": 3.5, "asset_limit": 0.0}


def test_every_firm_follows_the_rule():
    """To the four digits that the file gives, and no firm has an input beside the rule's."""
    firms = schedules()
    usual = median(
        firm["interest_expense"] / firm["long_term_debt"]
        for firm in firms.values()
        if "interest_expense" in firm
    )
    scenario = load_scenario(CONFIGS / "telecom-2000.toml")
    assert {issuer.name for issuer in scenario.issuers} == firms.keys()
    own = defaultdict(dict)
    for given in inputs(scenario):
        if given.path.startswith("issuers."):
            own[given.table][given.key] = given.value
    common = set.intersection(*(set(table) for table in own.values()))
    for name, firm in firms.items():
        expected = by_rule(firm, usual)
        assert expected.keys() <= own[name].keys()
        for key, value in expected.items():
            written = own[name][key]
            for one in written if isinstance(written, tuple | list) else [written]:
                assert one == pytest.approx(value, rel=5e-4, abs=1e-12), (name, key)
        assert own[name].keys() - expected.keys() <= common, name


def test_what_its_description_counts_is_so():
    scenario = load_scenario(CONFIGS / "telecom-2000.toml")
    closed = [line for line in out_of_proportion(scenario) if "no bonds can be sold" in line]
    names = {issuer.name for issuer in scenario.issuers if issuer.high_yield}
    told = [name for name in names if any(re.search(rf"\b{name}\b", line) for line in closed)]
    assert (len(names), len(told)) == (13, 8)
    for words in ("Thirteen\nare high yield", "eight of them begin with more debt"):
        assert words in scenario.description
