"""``capexrisk replay``: one path in words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from capexrisk.model.vocabulary import RUNGS
from capexrisk.report.content.story import story
from capexrisk.scenario import Words
from tests.cli.command import call, undrawn, write_small_scenario


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("replay")
    write_small_scenario(folder)
    with undrawn():
        run = call("run", "small.toml", "--paths", "1024", "--out", "run", "-q", cwd=folder)
    assert run.returncode == 0, run.stderr
    return folder


def test_a_path_is_told_quarter_by_quarter(folder):
    found = call("replay", "run", "--path", "7", "--out", "path.csv", cwd=folder)
    assert (found.returncode, found.stderr) == (0, "")
    head, *lines = found.stdout.splitlines()
    assert head == "Path 7 of hyperscalers-2026, seed 0; $bn of the quarter"
    quarters = [line[:6] for line in lines if not line.startswith(" ")]
    assert quarters == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    assert sum(line.startswith("  Oracle: operating cash flow ") for line in lines) == 4
    table = pd.read_csv(folder / "path.csv")
    assert len(table) == 4
    need = table["need"].iloc[0]
    assert f"needs {need:,.2f}: " in found.stdout
    assert table[list(RUNGS)].sum(axis=1).to_numpy() == pytest.approx(table["need"], abs=1e-9)


def row(**changes: object) -> dict[str, object]:
    flows = dict.fromkeys(
        ("prepayments", "capex_to_fund", "dividends", "investments", "due", "need", *RUNGS), 0.0
    )
    flows |= dict.fromkeys(("surplus", "buybacks", "revolver_repaid", "raised_to_cash"), 0.0)
    market = {"regime": "shut", "market_spread_bp": 412.3, "utilisation": 0.61, "demand": 402.0}
    rest = {
        "quarter": "2027Q1",
        "issuer": "X",
        "grade": "investment grade",
        "operating_cash_flow": 0.0,
        "cash": 1.0,
        "debt": 2.0,
    }
    return {**market, **flows, **rest, "failed": False, "cause": ""} | changes


def told(**changes: object) -> list[str]:
    return list(story(pd.DataFrame([row(**changes)]), Words()))


def test_a_failure_says_why():
    head, line = told(
        operating_cash_flow=0.5, capex_to_fund=3.0, due=1.0, need=3.5, bonds=1.25, capex_cut=1.0,
        unmet=1.25, failed=True, cause="window",
    )  # fmt: skip
    assert head == (
        "2027Q1: bond market shut, spread 412 bp, utilisation 61 %, demand for capacity 402 a year"
    )
    assert line == (
        "  X: operating cash flow 0.50, capex to fund 3.00, due 1.00; needs 3.50: "
        "investment-grade bonds 1.25, capex cut 1.00 and unmet 1.25; "
        "FAILS, cause: shut market; cash 1.0, debt 2.0"
    )


def test_a_run_and_what_customers_and_markets_give_ahead_of_need():
    line = told(
        operating_cash_flow=2.0, prepayments=0.5, investments=0.75, need=1.0, share_programme=1.0,
        raised_to_cash=1.5, failed=True, cause="run",
    )[1]  # fmt: skip
    assert line == (
        "  X: operating cash flow 2.00, of which prepayments 0.50, investments 0.75; needs 1.00: "
        "share programme 1.00; raised ahead of need 1.50; FAILS, cause: run; cash 1.0, debt 2.0"
    )


def test_who_has_failed_or_has_enough():
    assert told(failed=True)[1] == "  X: failed before"
    line = told(operating_cash_flow=5.0, surplus=4.0, buybacks=1.5)[1]
    assert "surplus 4.00, of which buybacks 1.50" in line and "needs" not in line
    rows = pd.DataFrame([row(), row(issuer="Y")])
    assert len(list(story(rows, Words(), ["Y"]))) == 2


def test_a_grade_that_is_lost_is_told_in_its_quarter():
    falls = ("investment grade", "high yield", "high yield")
    quarters = pd.DataFrame(
        [row(quarter=f"2027Q{k}", grade=grade, surplus=1.0) for k, grade in enumerate(falls, 1)]
    )
    of_issuer = list(story(quarters, Words()))[1::2]
    assert ["FALLS to high yield; operating" in line for line in of_issuer] == [False, True, False]
    begins = told(grade="high yield", surplus=1.0)[1]  # and is not seen to fall
    assert begins.startswith("  X: high yield; operating cash flow")


REFUSED = {
    "path": (("run", "--path", "1024"), "--path: 1024 is not in this run; give 0 to 1,023"),
    "issuer": (
        ("run", "--path", "1", "--issuer", "oracle"),
        "--issuer: there is no 'oracle'; did you mean Oracle?",
    ),
    "run": (
        (".", "--path", "1"),
        ".: no manifest.json here; give the directory of a finished run",
    ),
    "out": (
        ("run", "--path", "1", "--out", "small.toml"),
        "--out: small.toml exists already; give another file",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(folder, name):
    arguments, message = REFUSED[name]
    found = call("replay", *arguments, cwd=folder)
    assert (found.returncode, found.stdout, found.stderr) == (2, "", f"capexrisk: {message}\n")
