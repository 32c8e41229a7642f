"""From February to October: what follows from facts alone, beside what the library's file says."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from capexrisk.authoring.filed import firm_of
from capexrisk.authoring.firms import Given
from capexrisk.authoring.new import new_scenario
from capexrisk.authoring.roll.filed import drafts_of
from capexrisk.authoring.roll.forward import Rolled, roll
from capexrisk.authoring.surroundings import surroundings_of
from capexrisk.authoring.written import write_scenario
from capexrisk.filings import draft
from capexrisk.scenario import Scenario, load_scenario, quarter_labels
from capexrisk.scenario.issuer import Issuer
from capexrisk.tables.actuals import read_actuals
from tests.unit.authoring.roll.rows import figures

ROOT = Path(__file__).parents[4]
CONFIGS = ROOT / "configs"
FILINGS = ROOT / "tests" / "unit" / "filings" / "companyfacts"
PAGE = ROOT / "docs" / "rolling.md"
FEBRUARY = "hyperscalers-2026"
OCTOBER = "hyperscalers-2026-10"
SHOWN = {
    "cash_usd_bn": "cash",
    "bonds_usd_bn": "bonds",
    "secured_debt_usd_bn": "secured debt",
    "leases_not_commenced_usd_bn": "leases signed",
    "ocf_usd_bn_per_year": "operating cash flow",
    "capex_2026_usd_bn": "capex 2026",
}
ROUNDING = 1e-3  # the library's figures have three or four digits


@pytest.fixture(scope="module")
def february() -> Scenario:
    return load_scenario(CONFIGS / f"{FEBRUARY}.toml")


@pytest.fixture(scope="module")
def rolled(february) -> Rolled:
    rows, _ = read_actuals(CONFIGS / "data" / "realised_2026.csv", sourced=True)
    return roll(february, {}, rows, to="2026Q4", as_of=dt.date(2026, 10, 6))


def value(issuer: Issuer, key: str) -> float:
    return issuer.capex_by_year_usd_bn[2026] if key.startswith("capex") else getattr(issuer, key)


def rows_of(rolled: Rolled, february: Scenario, october: Scenario) -> list[tuple[str, ...]]:
    """Issuer, figure, February, facts, October and verdict of each figure that either changes."""
    found = []
    for old, new in zip(february.issuers, october.issuers, strict=True):
        changed = figures(rolled, "issuers", old.name)
        for key, words in SHOWN.items():
            before, after = value(old, key), value(new, key)
            told = float(changed[key].new) if key in changed else None
            if told is None:
                verdict = "not available"
            else:
                equal = abs(told - after) <= ROUNDING * abs(after)
                verdict = "equal" if equal else "different"
            if told is not None or key in ("cash_usd_bn", "bonds_usd_bn", "ocf_usd_bn_per_year"):
                shown = "-" if told is None else f"{told:.1f}"
                found.append((old.name, words, f"{before:.1f}", shown, f"{after:.1f}", verdict))
    return found


def test_the_page_shows_what_is_equal_different_or_not_available(rolled, february):
    october = load_scenario(CONFIGS / f"{OCTOBER}.toml")
    computed = rows_of(rolled, february, october)
    pattern = (
        r"^\| (\w+) \| ([\w ]+) \| ([\d.]+) \| ([\d.-]+) \| ([\d.]+) \| ([a-z ]+?)(?:: .+)? \|$"
    )
    assert re.findall(pattern, PAGE.read_text("utf-8"), re.MULTILINE) == computed


def test_balances_that_facts_give_are_octobers(rolled):
    """Typed from the rows themselves, not from either scenario."""
    given = {
        ("Alphabet", "cash_usd_bn"): 242.474,
        ("Alphabet", "bonds_usd_bn"): 98.165 + 1.5,
        ("Amazon", "cash_usd_bn"): 122.988,
        ("Amazon", "bonds_usd_bn"): 128.894 + 2.7 / 2 + 9.0 / 2,
        ("Oracle", "cash_usd_bn"): 36.369,
        ("Oracle", "bonds_usd_bn"): 125.337,
        ("Oracle", "leases_not_commenced_usd_bn"): 288.0,
    }
    for (name, key), amount in given.items():
        assert figures(rolled, "issuers", name)[key].new == pytest.approx(amount), (name, key)
    for name, key in (("Microsoft", "cash_usd_bn"), ("Meta", "cash_usd_bn")):
        assert ("issuers", name, key) in {(*one.table, one.key) for one in rolled.stale}


def test_every_change_says_what_it_is_from(rolled):
    for change in rolled.changes:
        confidence, colon, source = change.evidence.partition(": ")
        assert colon and source, change
        if confidence != "assumed":
            assert re.search(r"https?://\S+$", source) or change.key == "capex_quarter_split"


def test_filings_alone_bring_a_scenario_of_august_2025_to_february(tmp_path):
    """Every balance and flow of Alphabet and Microsoft that February's scenario has."""
    then, now = dt.date(2025, 8, 15), dt.date(2026, 2, 13)
    files = [FILINGS / f"{name}.json" for name in ("alphabet", "microsoft")]
    labels = quarter_labels("2025Q3", 8)
    firms = [firm_of(draft(path, as_of=then), path.name, labels) for path in files]
    # Its tag of revenue changed in 2025: refused then, so told by hand.
    told = Given(371.4, "reported: 10-Qs, https://sec.example", "by hand")
    firms[0].figures["core_revenue_usd_bn_per_year"] = told
    around = surroundings_of(CONFIGS / f"{FEBRUARY}.toml")
    made = new_scenario("august", firms, around, start="2025Q3", quarters=8, as_of=then)
    august = write_scenario(tmp_path / "august.toml", made.text)
    drafts = drafts_of(map(str, files), august, now)
    found = roll(august, drafts, [], to="2026Q1", as_of=now)
    expected = {
        ("Alphabet", "cash_usd_bn"): 126.843,
        ("Alphabet", "bonds_usd_bn"): 48.543,
        ("Alphabet", "ocf_usd_bn_per_year"): 164.713,
        ("Alphabet", "depreciation_amortisation_usd_bn_per_year"): 21.136,
        ("Alphabet", "buybacks_usd_bn_per_year"): 45.709,
        ("Alphabet", "dividends_usd_bn_per_year"): 10.049,
        ("Alphabet", "core_revenue_usd_bn_per_year"): 402.836,
        ("Microsoft", "cash_usd_bn"): 89.462,
        ("Microsoft", "bonds_usd_bn"): 40.262,
        ("Microsoft", "ocf_usd_bn_per_year"): 160.506,
        ("Microsoft", "buybacks_usd_bn_per_year"): 22.392,
        ("Microsoft", "dividends_usd_bn_per_year"): 25.269,
        ("Microsoft", "core_revenue_usd_bn_per_year"): 305.453,
    }
    for (name, key), amount in expected.items():
        change = figures(found, "issuers", name)[key]
        assert change.new == pytest.approx(amount, abs=1e-3), (name, key)
    due = figures(found, "issuers", "Alphabet")["maturities_usd_bn"].new
    assert due == pytest.approx((*[0.5] * 4, *[0.25] * 2))
    kept = {(one.issuer, one.metric, one.period): one.value for one in found.elapsed}
    assert kept["Alphabet", "operating_cash_flow", "2025Q4"] == 52.402
    assert kept["Microsoft", "operating_cash_flow", "2025Q3"] == 45.057
