"""A scenario from nothing: from tables, from filings, with a market or a neutral one."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from capexrisk.authoring.filed import firm_of
from capexrisk.authoring.firms import Firm, merged, read_firms
from capexrisk.authoring.new import New, new_scenario
from capexrisk.authoring.surroundings import (
    Surroundings,
    neutral_surroundings,
    surroundings_of,
)
from capexrisk.authoring.written import write_scenario
from capexrisk.errors import ScenarioError
from capexrisk.filings import draft
from capexrisk.scenario import inputs, load_scenario, quarter_labels
from capexrisk.study.simulation import simulate
from tests.unit.authoring.tables import write_table

ROOT = Path(__file__).parents[3]
LIBRARY = ROOT / "configs" / "hyperscalers-2026.toml"
FILINGS = ROOT / "tests" / "unit" / "filings" / "companyfacts"
DAY = dt.date(2026, 2, 13)
SIX = ("alphabet", "amazon", "microsoft", "meta", "oracle", "dell")


@pytest.fixture(scope="module")
def library() -> Surroundings:
    return surroundings_of(LIBRARY)


@pytest.fixture(scope="module")
def filed() -> list[Firm]:
    labels = quarter_labels("2026Q1", 8)
    return [firm_of(draft(FILINGS / f"{name}.json", as_of=DAY), name, labels) for name in SIX]


def compose(firms: list[Firm], around: Surroundings) -> New:
    return new_scenario("made", firms, around, start="2026Q1", quarters=8, as_of=DAY)


def test_six_firms_of_filings_run_at_once(tmp_path, library, filed):
    made = compose(filed, library)
    scenario = write_scenario(tmp_path / "made.toml", made.text)
    assert [issuer.name for issuer in scenario.issuers] == [
        *("Alphabet", "Amazon.com", "Microsoft", "Meta Platforms", "Oracle", "Dell Technologies")
    ]
    assert [one.path for one in inputs(scenario) if not one.confidence] == []
    assert len(simulate(scenario, paths=64, seed=1).to_frame()) > 500


def test_figures_of_filings_keep_their_accession_numbers(tmp_path, library, filed):
    scenario = write_scenario(tmp_path / "made.toml", compose(filed, library).text)
    alphabet = scenario.issuers[0]
    assert alphabet.ocf_usd_bn_per_year == 164.713
    assert alphabet.maturities_by_year_usd_bn == {2026: 2.0, 2027: 1.0}
    assert "0001652044-26-000018" in alphabet.evidence["cash_usd_bn"]
    assert alphabet.evidence["maturities_2026_usd_bn"].startswith("derived: LongTermDebtMat")


def test_what_nobody_told_is_listed_and_says_so(library, filed):
    made = compose(filed, library)
    told = {one.path: one for one in made.inherited}
    plan = told["issuers.Alphabet.capex_2026_usd_bn"]
    assert plan.value == 91.447
    assert plan.evidence == (
        "assumed: no plan was given; as in the last four quarters, to be replaced"
    )
    assert told["issuers.Alphabet.market_cap_usd_bn"].value == pytest.approx(
        164.713 * library.value
    )
    assert told["issuer_defaults.committed"].value == 0.5
    assert told["issuer_defaults.committed"].evidence.startswith(
        "assumed: as hyperscalers-2026 has it for its own firms (assumed): ordered or under"
    )
    assert "issuers.Alphabet.cash_usd_bn" not in told
    # Oracle owes more than the limit that the market's own firms keep to.
    assert told["issuers.Oracle.leverage_limit"].value == pytest.approx(1.5 * 92.568 / 20.821)
    assert "issuers.Alphabet.leverage_limit" not in told


def test_keys_that_are_missing_stand_as_comments_with_why(library, filed):
    text = compose(filed, library).text
    section = text[text.index("[issuers.Microsoft]") : text.index('[issuers."Meta Platforms"]')]
    assert (
        "# depreciation_amortisation_usd_bn_per_year = 0\n"
        "#   Depreciation and amortisation, last four quarters, $bn a year. Look for: "
    ) in section
    assert "#   Refused: Depreciation: nothing tells the quarter to 2025-06-30." in section
    commented = [
        line[2:]
        for line in section.splitlines()
        if line.startswith("# ") and " = " in line and not line.endswith("...")
    ]
    assert len(commented) > 10
    assert all(tomllib.loads(line) for line in commented)


def test_the_market_is_in_proportion_to_the_firms(tmp_path, library, filed):
    scenario = write_scenario(tmp_path / "made.toml", compose(filed, library).text)
    base = load_scenario(LIBRARY)
    assert scenario.start_capacity_to_demand() == pytest.approx(base.start_capacity_to_demand())
    ratio = scenario.market.demand0_usd_bn_per_year / base.market.demand0_usd_bn_per_year
    assert scenario.thresholds.outside_funding_usd_bn == pytest.approx(
        base.thresholds.outside_funding_usd_bn * ratio
    )
    assert scenario.market.hazard_per_year == base.market.hazard_per_year


def test_ranges_are_taken_over_that_speak_of_no_firm(tmp_path, library, filed):
    scenario = write_scenario(tmp_path / "made.toml", compose(filed, library).text)
    groups = scenario.uncertainty.groups
    assert "spread process" in groups and "plan of Oracle for 2026" not in groups
    every = [path for group in groups.values() for path in group.inputs]
    assert all(path.startswith(("market.", "issuers.*.")) for path in every)
    names = {name for one in scenario.uncertainty.correlations for name in one.groups}
    assert names <= groups.keys()


def test_a_neutral_market_does_nothing(tmp_path):
    firms = read_firms(write_table(tmp_path / "f.csv", "Acme"))
    scenario = write_scenario(tmp_path / "made.toml", compose(firms, neutral_surroundings()).text)
    assert scenario.start_capacity_to_demand() == pytest.approx(1.0)
    assert not scenario.uncertainty.groups
    found = simulate(scenario, paths=64, seed=1).to_frame()
    capex = found.query("metric == 'capex' and issuer == 'Acme' and period == '2026'")
    quantiles = capex[capex["statistic"].isin(["p5", "p50", "p95", "mean"])]["value"]
    assert len(quantiles) > 2
    assert quantiles.to_numpy() == pytest.approx(8.0, rel=1e-6)  # as planned, on every path


def test_a_table_counts_before_filings_of_the_same_firm(tmp_path, filed):
    path = write_table(tmp_path / "f.csv", "ALPHABET", maturities_2026_usd_bn="3")
    one, *others = merged(filed, read_firms(path))
    assert one.name == "Alphabet" and len(others) == 5
    assert one.figures["cash_usd_bn"].value == 4.0
    assert one.figures["dividends_usd_bn_per_year"].value == 10.049
    assert "maturities_2027_usd_bn" not in one.figures


@pytest.mark.parametrize("key", ["cash_usd_bn", "capex_2026_usd_bn"])
def test_what_a_firm_must_tell_is_asked_for(tmp_path, library, key):
    firms = read_firms(write_table(tmp_path / "f.csv", "Acme", **{key: ""}))
    with pytest.raises(ScenarioError, match=rf"Acme\.{key}: missing; give .* table"):
        compose(firms, library)


def test_a_file_that_cannot_be_read_is_not_left(tmp_path):
    with pytest.raises(ScenarioError) as refused:
        write_scenario(tmp_path / "x.toml", 'start = "2026Q1"\n')
    assert str(refused.value).startswith(f"{tmp_path / 'x.toml'}: ")
    assert list(tmp_path.iterdir()) == []
