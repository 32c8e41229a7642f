"""A scenario's figures at a later start."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import numpy as np
import pytest

from capexrisk.errors import ArgumentError
from capexrisk.filings import Draft, Figure, Ladder, QuarterRow
from capexrisk.scenario import load_scenario
from capexrisk.scenario.profiles import capex_plan
from tests.unit.authoring.roll.rows import figures, rolled
from tests.unit.three_issuers import write_file

DEFAULT = Path(__file__).parents[4] / "configs" / "hyperscalers-2026.toml"
BASE = load_scenario(DEFAULT)


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    return load_scenario(write_file(tmp_path_factory.mktemp("three")))


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "rows.csv"


def test_the_horizon_ends_where_it_did(path):
    found = rolled(BASE, path, "Meta,2026-06-30,cash,90")
    assert (found.start, found.quarters) == ("2026Q4", 9)


@pytest.mark.parametrize("to", ["2026Q1", "2025Q4", "2029Q1", "next"])
def test_a_start_outside_the_horizon_is_refused(path, to):
    with pytest.raises(ArgumentError, match=r"^to: .*not (after the start|a quarter)"):
        rolled(BASE, path, to=to)


def test_a_balance_is_the_latest_before_the_start_and_after_the_old_one(path):
    found = rolled(
        BASE,
        path,
        "Oracle,2025-11-30,cash,1",  # the old scenario knew it
        "Oracle,2026-08-31,cash,36",
        "Oracle,2026-05-31,cash,30",
        "Oracle,2026-10-31,cash,99",  # not yet
    )
    change = figures(found, "issuers", "Oracle")["cash_usd_bn"]
    assert (change.old, change.new) == (19.8, 36.0)
    assert change.evidence == "reported: 2026-08-31, release, https://r.example"


def test_debt_keeps_its_channels_and_long_term_debt_gets_its_current_part(path):
    found = rolled(
        BASE, path, "CoreWeave,2026-03-31,debt,42.8", "Meta,2026-06-30,long_term_debt,80"
    )
    own = figures(found, "issuers", "CoreWeave")
    assert own["bonds_usd_bn"].new == pytest.approx(12.0)  # 6.0 of 21.4 before
    assert own["secured_debt_usd_bn"].new == pytest.approx(30.8)
    # 2.75 fall due in 2027, half of it within a year of June 2026.
    assert figures(found, "issuers", "Meta")["bonds_usd_bn"].new == pytest.approx(81.375)


def test_four_quarters_are_added_and_a_year_that_is_told_counts_before_them(path):
    quarters = ("FQ Nov-2025,2", "FQ Feb-2026,7", "FQ May-2026,15", "FQ Aug-2026,23")
    rows = [
        f"Oracle,{name},operating_cash_flow,{value}"
        for name, value in (row.split(",") for row in quarters)
    ]
    found = figures(rolled(BASE, path, *rows), "issuers", "Oracle")["ocf_usd_bn_per_year"]
    assert found.new == 47.0
    assert found.evidence.startswith("derived: 2 + 7 + 15 + 23 in four quarters to 2026-08-31")
    told = rolled(BASE, path, *rows, "Oracle,TTM Aug-2026,operating_cash_flow,46.5")
    assert figures(told, "issuers", "Oracle")["ocf_usd_bn_per_year"].new == 46.5
    three = rolled(BASE, path, *rows[1:])
    assert "ocf_usd_bn_per_year" not in figures(three, "issuers", "Oracle")


def test_core_revenue_is_all_of_it_or_grows_as_all_of_it_does(path):
    whole = figures(rolled(BASE, path, "Meta,TTM 2026Q2,revenue,230"), "issuers", "Meta")
    assert whole["core_revenue_usd_bn_per_year"].new == 230.0  # February's is reported
    before, after = "CoreWeave,CY2025,revenue,5", "CoreWeave,TTM 2026Q2,revenue,8"
    found = figures(rolled(BASE, path, before, after), "issuers", "CoreWeave")
    assert found["core_revenue_usd_bn_per_year"].new == pytest.approx(0.5 * 8 / 5)
    alone = figures(rolled(BASE, path, after), "issuers", "CoreWeave")
    assert "core_revenue_usd_bn_per_year" not in alone


def test_guidance_less_what_was_spent_is_spread_as_the_old_plan(path):
    found = rolled(
        BASE,
        path,
        "Alphabet,2026Q1,capex,36",
        "Alphabet,2026Q2,capex,44",
        "Alphabet,CY2026,capex_guidance_low,180",
        "Alphabet,CY2026,capex_guidance_low,195",  # the last counts
        "Alphabet,CY2026,capex_guidance_high,205",
    )
    own = figures(found, "issuers", "Alphabet")
    assert own["capex_2026_usd_bn"].new == pytest.approx(200.0)
    rest = 200 - 36 - 44
    third, fourth = BASE.issuers[0].capex_quarter_split[2:]
    quarters = np.array([36, 44, *(rest * np.array([third, fourth]) / (third + fourth))])
    assert own["capex_quarter_split"].new == pytest.approx(quarters / 200)
    assert "(2026Q1, 2026Q2 reported), 2026Q3 and 2026Q4 by guidance of 195 to 205" in (
        own["capex_2026_usd_bn"].evidence
    )


def test_a_fiscal_years_guidance_tells_the_quarters_that_it_holds(path):
    found = rolled(
        BASE,
        path,
        *("Oracle,FQ Feb-2026,capex,18", "Oracle,FQ May-2026,capex,16"),
        *("Oracle,FQ Aug-2026,capex,28", "Oracle,FY2027 (May),capex_guidance,90-95"),
    )
    own = figures(found, "issuers", "Oracle")
    assert own["capex_2026_usd_bn"].new == pytest.approx(18 + 16 + 28 + 64.5 / 3, rel=0.02)


def test_a_half_year_is_spread_over_quarters_that_were_not_told(path):
    rows = (
        "CoreWeave,2026H1,capex,14",
        "CoreWeave,2026Q1,capex,6",
        "CoreWeave,CY2026,capex_guidance,33",
    )
    found = rolled(BASE, path, *rows)
    split = figures(found, "issuers", "CoreWeave")["capex_quarter_split"].new
    assert split[:2] == pytest.approx((6 / 33, 8 / 33))
    assert [(one.period, one.value) for one in found.elapsed] == [("2026Q1", 6.0)]


def test_what_was_paid_without_finance_leases_is_grossed_up(path):
    found = rolled(
        BASE, path, "Microsoft,2026Q1,capex_ppe,23.01", "Microsoft,CY2026,capex_guidance,150"
    )
    split = figures(found, "issuers", "Microsoft")["capex_quarter_split"].new
    assert split[0] == pytest.approx(23.01 / (1 - 0.233) / 150)


def test_quarters_before_the_old_start_are_as_that_scenario_split_its_year(path):
    base = load_scenario(DEFAULT, {"start": "2026Q2", "quarters": 11})
    found = rolled(base, path, "Amazon,2026Q2,capex,50", "Amazon,CY2026,capex_guidance,220")
    own = figures(found, "issuers", "Amazon")
    first, _, third, fourth = base.issuers[1].capex_quarter_split
    rest = 220 - first * 200 - 50
    later = rest * np.array([third, fourth]) / (third + fourth)
    quarters = np.array([first * 200, 50, *later])
    assert own["capex_2026_usd_bn"].new == pytest.approx(220.0)
    assert own["capex_quarter_split"].new == pytest.approx(quarters / 220)


def test_a_longer_period_tells_no_quarter_if_some_lie_before_the_start(path):
    found = rolled(BASE, path, "Amazon,TTM 2026Q2,capex,173")
    assert "capex_2026_usd_bn" not in figures(found, "issuers", "Amazon")


def test_a_year_that_was_never_guided_takes_the_old_plan(path):
    found = rolled(BASE, path, to="2027Q2")
    own = figures(found, "issuers", "Amazon")
    issuer = next(one for one in BASE.issuers if one.name == "Amazon")
    plan = capex_plan(issuer, "2026Q1", 12, math.exp)[4:8]
    assert own["capex_2027_usd_bn"].new == pytest.approx(sum(plan))
    assert own["capex_quarter_split"].new == pytest.approx(np.array(plan) / sum(plan))
    assert own["capex_2027_usd_bn"].evidence.startswith("assumed: the quarters of the old plan")
    assert found.moved["plan of Oracle for 2026"] == ["issuers.Oracle.capex_2027_usd_bn"]


def test_two_guidances_that_disagree_are_both_named(path):
    rows = (
        *("Microsoft,2026Q1,capex,40", "Microsoft,2026Q2,capex,41"),
        *("Microsoft,CY2026,capex_guidance,175", "Microsoft,FY2027 (Jun),capex_guidance,255-260"),
    )
    found = rolled(BASE, path, *rows)
    evidence = figures(found, "issuers", "Microsoft")["capex_2026_usd_bn"].evidence
    assert "2026Q3 and 2026Q4 by guidance of 257.5 for FY2027 (Jun)" in evidence
    assert "175" not in evidence
    (warning,) = found.warnings
    assert warning.startswith("Microsoft: the plan of CY2026 comes to ")
    assert ", not 175: 2026Q3 and 2026Q4 by guidance of 257.5 for FY2027 (Jun), " in warning
    assert "contradicts guidance of 175 for CY2026, release" in warning
    assert rolled(BASE, path, *rows[:3]).warnings == []
    the_same = "Microsoft,2026H2,capex_guidance,94"
    assert rolled(BASE, path, *rows[:3], the_same).warnings == []


def test_beyond_guidance_the_old_plan_keeps_its_growth(path):
    old = rolled(BASE, path, to="2027Q2")
    new = rolled(BASE, path, "Amazon,CY2026,capex_guidance,220", to="2027Q2")
    before, after = (figures(one, "issuers", "Amazon")["capex_2027_usd_bn"] for one in (old, new))
    assert after.new == pytest.approx(before.new * 220 / 200)
    assert "the growth of the old plan, from guidance of 220 for CY2026" in after.evidence
    assert [change.key for change in new.changes if change.key == "capex_2026_usd_bn"] == []


def test_capital_moves_as_the_models_pipeline(path):
    """Against powers of the matrix of step 4, with spending that is always the same."""
    rows = [f"Meta,2026Q{quarter},capex,30" for quarter in (1, 2, 3)]
    own = figures(rolled(BASE, path, *rows), "issuers", "Meta")
    q, kept = 1 - np.exp(-0.5), np.exp(-0.18 / 4)
    step = np.array([[1 - q, 0, 0], [q, 1 - q, 0], [0, q, kept]])
    meta = BASE.issuers[3]
    state = np.array([*[meta.construction_usd_bn / 2] * 2, meta.buildout_capital_usd_bn])
    for _ in range(3):
        state = step @ state + [0.8 * 30, 0, 0]
    assert own["buildout_capital_usd_bn"].new == pytest.approx(state[2], abs=1e-6)
    assert own["construction_usd_bn"].new == pytest.approx(state[:2].sum(), abs=1e-6)


def test_the_market_is_as_reported_or_grown_by_the_scenario(path):
    # CoreWeave's bonds are high yield: no part of the market that is counted.
    debt = ("Oracle,2026-08-31,debt,118.1", "CoreWeave,2026-03-31,debt,42.8")
    rows = ("system,2026-09-30,oas0_bp,84,bp", *debt)
    own = figures(rolled(BASE, path, *rows), "market")
    assert own["oas0_bp"].new == 84.0
    assert own["bond_market_usd_bn"].new == pytest.approx(8570 * 1.05**0.75)
    assert own["boom_debt_share0"].new == pytest.approx(
        (0.14 * 8570 + 10) / (8570 * 1.05**0.75), abs=1e-6
    )
    demand = 276.0
    for _ in range(3):
        demand *= np.exp((0.55 * (1 - demand / 1550) - 0.15**2 / 2) / 4)
    assert own["demand0_usd_bn_per_year"].new == pytest.approx(demand, abs=1e-6)


def test_lists_are_cut_and_events_that_passed_are_named(three, path):
    found = rolled(three, path, to="2026Q3")
    own = figures(found, "issuers", "Oracle")
    assert own["capex_plan_usd_bn"].new == tuple(10.0 + k for k in range(2, 12))
    assert own["maturities_usd_bn"].new == tuple(0.5 * k for k in range(2, 12))
    assert len(own["leases_usd_bn"].new) == found.quarters == 10
    assert found.passed == ["demand_shock of 2026Q2", "market_regime of 2026Q2"]


def test_principal_due_replaces_the_schedule_from_its_day_on(path):
    found = rolled(
        BASE,
        path,
        "CoreWeave,2026-06-30,principal_due_rest_of_2026,4.4",
        "CoreWeave,2026-06-30,principal_due_2027,6",
    )
    own = figures(found, "issuers", "CoreWeave")["maturities_usd_bn"]
    assert own.new == pytest.approx((2.2, *[1.5] * 4, *[0.25] * 4))


def test_stale_figures_and_judgements_are_told_apart(path):
    found = rolled(BASE, path, "Meta,2026-06-30,cash,90", "Meta,2026-06-30,headcount,80")
    stale = {(*one.table, one.key) for one in found.stale}
    assert ("issuers", "Meta", "market_cap_usd_bn") in stale
    assert ("issuers", "Meta", "cash_usd_bn") not in stale
    assert ("issuers", "Meta", "cash_min_usd_bn") not in stale
    assert found.unused == ["Meta: headcount"]
    given = len(BASE.market.inputs) + sum(len(one.inputs) for one in BASE.issuers)
    changed = {(change.table, change.key) for change in found.changes if change.old is not None}
    assert len(changed) + len(found.stale) + found.judgements == given


def filed(anchor: dt.date) -> Draft:
    """A draft of Meta with balances of a day, four quarters and a ladder."""
    quarters = tuple(
        QuarterRow(label, anchor, anchor, {"operating_cash_flow": 30.0 + k, "capex": 20.0})
        for k, label in enumerate(("2025Q3", "2025Q4", "2026Q1", "2026Q2"))
    )
    due = {f"{year}Q{quarter}": 0.5 for year in (2026, 2027, 2028) for quarter in (1, 2, 3, 4)}
    ladder = Ladder(
        date=anchor,
        rungs={},
        after=None,
        spread={},
        quarters=due,
        evidence="ladder, https://sec.example",
    )
    figures = {
        "ocf_usd_bn_per_year": Figure(126.0, "$bn a year", "derived: four, https://sec.example"),
        "cash_usd_bn": Figure(101.0, "$bn", "reported: 101, https://sec.example"),
        "bonds_usd_bn": Figure(83.0, "$bn", "derived: 80 plus 3, https://sec.example"),
    }
    return Draft(
        name="Meta Platforms",
        entity="Meta Platforms, Inc.",
        cik=1326801,
        as_of=anchor,
        anchor=anchor,
        figures=figures,
        beside={},
        refusals={},
        quarters=quarters,
        ladder=ladder,
        identities=(),
        warnings=(),
    )


def test_filings_give_balances_flows_and_the_ladder(path):
    drafts = {"Meta": filed(dt.date(2026, 6, 30))}
    found = rolled(BASE, path, "Meta,2026-03-31,cash,1", drafts=drafts)
    own = figures(found, "issuers", "Meta")
    assert own["cash_usd_bn"].new == 101.0
    assert own["bonds_usd_bn"].evidence == "derived: 80 plus 3, https://sec.example"
    assert own["ocf_usd_bn_per_year"].new == 126.0
    assert own["maturities_usd_bn"].new == (0.5,) * 9
    kept = [(one.metric, one.period, one.value) for one in found.elapsed]
    assert ("operating_cash_flow", "2026Q2", 33.0) in kept


def test_filings_that_the_old_scenario_could_have_had_change_nothing(path):
    found = rolled(BASE, path, drafts={"Meta": filed(dt.date(2025, 12, 31))})
    own = figures(found, "issuers", "Meta")
    assert own.keys().isdisjoint({"cash_usd_bn", "bonds_usd_bn", "maturities_usd_bn"})
