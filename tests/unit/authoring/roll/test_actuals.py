"""Rows of what happened, read from CSV and workbooks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import Workbook

from capexrisk.authoring.roll.actuals import read_actuals
from capexrisk.authoring.roll.forward import roll
from capexrisk.errors import ScenarioError
from capexrisk.scenario import load_scenario
from tests.unit.authoring.roll.rows import DAY, HEAD, figures, write_rows

LIBRARY = Path(__file__).parents[4] / "configs" / "hyperscalers-2026.toml"
ISSUERS = ("Oracle", "Blue Co")


def test_a_row_has_its_value_in_billions_and_its_evidence(tmp_path):
    lines = [
        HEAD,
        "oracle,FQ Aug-2026,capex,28499,USD mn,reported,10-Q,https://r.example",
        "system,2026-09-30,ig_oas,0.84,percentage points,reported,FRED,https://f.example",
        "Blue Co,CY2027,capex_guidance,90-95,USD bn,guidance,call,",
        "Blue Co,2026Q2,costs,1E-05,USD bn,derived,call,",
    ]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    rows, without = read_actuals(tmp_path / "a.csv", ISSUERS)
    assert [(row.issuer, row.value) for row in rows] == [
        *(("Oracle", pytest.approx(28.499)), ("system", pytest.approx(0.0084))),
        *(("Blue Co", 92.5), ("Blue Co", 1e-5)),
    ]
    assert [rows[0].usd_bn, rows[1].as_key("oas0_bp")] == [pytest.approx(28.499), 84.0]
    assert rows[1].as_key("risk_free_per_year") == pytest.approx(0.0084)
    assert rows[0].evidence == "reported: FQ Aug-2026, 10-Q, https://r.example"
    assert rows[2].evidence == "guidance: CY2027, call"
    assert without == []


def test_what_is_said_in_words_is_kept_apart(tmp_path):
    lines = [HEAD, "Oracle,2026-07,rating,BBB-,rating,reported,S&P,", "Oracle,soon,x,,USD bn,,,"]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    rows, without = read_actuals(tmp_path / "a.csv", ISSUERS)
    assert (rows, without) == ([], ["Oracle rating 2026-07: BBB-", "Oracle x soon: "])


def test_a_workbook_may_have_dates_and_years_as_such(tmp_path):
    book = Workbook()
    book.active.append(HEAD.split(","))
    book.active.append(["Oracle", dt.date(2026, 8, 31), "cash", 36.4, "USD bn", "reported", "x"])
    book.active.append(["Oracle", 2026, "capex_guidance", 85, "USD bn", "guidance", "x"])
    book.save(tmp_path / "a.xlsx")
    rows, _ = read_actuals(tmp_path / "a.xlsx", ISSUERS)
    assert [(str(row.period.first), row.value) for row in rows] == [
        *(("2026-08-31", 36.4), ("2026-01-01", 85.0)),
    ]


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("Oracle", "Orakle", "row 2, column A: no issuer is named 'Orakle'; did you mean Oracle"),
        ("2026Q1", "Q1", "row 2, column B: 'Q1' is no period; write it as 2026Q2, 2026Q1-Q2"),
        (",7,", ",x,", "row 2, column D: 'x' is no number; give one, or a range such as 5-6"),
        (",7,", ",inf,", "row 2, column D: 'inf' is no number; give one, or a range such as 5-6"),
        ("reported", "rumour", "row 2, column F: 'rumour' is not a confidence; give one of"),
        ("USD bn", "usd bn", "row 2, column E: unit 'usd bn' is not known; did you mean USD bn?"),
        ("USD bn", "EUR bn", "row 2, column E: unit 'EUR bn' is not known; did you mean USD bn?"),
        (",7,", ",1_0,", "row 2, column D: '1_0' is no number; give one, or a range such as 5-6"),
        (",release,", ",,", "row 2, column G: no source; say where the figure is from"),
        ("metric", "measure", "has no column 'metric'; give the headings issuer, metric, period"),
    ],
)
def test_a_bad_row_is_refused_at_its_cell(tmp_path: Path, was, becomes, said):
    path = write_rows(tmp_path / "a.csv", "Oracle,2026Q1,capex,7")
    path.write_text(path.read_text("utf-8").replace(was, becomes, 1), "utf-8")
    with pytest.raises(ScenarioError) as refused:
        read_actuals(path, ISSUERS)
    assert str(refused.value).startswith(f"{path}: {said}")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("Oracle,2026-08-31,cash,200,bp", "cash in 'bp'; give it in USD bn or USD mn"),
        ("Oracle,2026Q2,capex,0.2,fraction", "capex in 'fraction'; give it in USD bn or USD mn"),
        ("Oracle,CY2026,capex_guidance,20,percent", "capex_guidance in 'percent'; give it in USD"),
        (
            "Oracle,2026-08-31,bond_spread,1.2,USD bn",
            "bond_spread in 'USD bn'; give it in fraction",
        ),
        ("system,2026-09-30,ig_oas,0.8,USD mn", "ig_oas in 'USD mn'; give it in fraction, percent"),
    ],
)
def test_a_figure_in_a_unit_of_another_kind_is_refused(tmp_path, row, said):
    scenario = load_scenario(LIBRARY)
    path = tmp_path / "a.csv"
    path.write_text(f"{HEAD}\n{row},reported,release,\n", "utf-8")
    rows, _ = read_actuals(path, [issuer.name for issuer in scenario.issuers])
    with pytest.raises(ScenarioError) as refused:
        roll(scenario, {}, rows, to="2026Q4", as_of=DAY)
    assert str(refused.value).startswith(f"{path}: row 2, column E: {said}")


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
    rows, _ = read_actuals(path, [issuer.name for issuer in scenario.issuers])
    found = roll(scenario, {}, rows, to="2026Q4", as_of=DAY)
    assert figures(found, "issuers", "Oracle")[key].new == becomes
