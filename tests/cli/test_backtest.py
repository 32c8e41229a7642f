"""``capexrisk backtest``: what it prints and writes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.command import call, write_small_scenario

HEAD = "issuer,period,metric,value,unit,year_before,growth,source_title\n"
ROWS = """Oracle,2026Q1,capex,9.0,USD bn,6.0,0.5,made up
Oracle,2026Q2,capex,1000,USD bn,,,made up
Oracle,2026Q1-Q2,operating_cash_flow,9.0,USD bn,,,made up
system,2026Q3,market_spread_bp,120,bp,,,made up
Oracle,2026Q3,funding_failure,1,event,,,<b>made up</b>
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("backtest")
    write_small_scenario(folder)
    run = call("run", "small.toml", "--paths", "4096", "--out", "run", "-q", cwd=folder)
    assert run.returncode == 0, run.stderr
    (folder / "a.csv").write_text(HEAD + ROWS)
    return folder


@pytest.fixture(scope="module")
def scored(folder):
    return call("backtest", "run", "--actual", "a.csv", "--out", "scored", cwd=folder)


def test_tables_sentences_and_files(folder, scored):
    found = scored
    assert (found.returncode, found.stderr) == (0, "")
    first, *_, last = found.stdout.splitlines()
    assert first.endswith("scored by 4 figures and what became of 1 issuer")
    assert last == "Report: scored/report.html"
    question = "Capex: how many lie inside their 80 % interval?"
    answer = found.stdout.partition(question)[2].strip().splitlines()[0]
    assert answer.startswith(("The run was too", "Nothing shows that the run was off"))
    assert "(of 1: CRPS " in found.stdout and "Failures: the run and naive" in found.stdout
    assert "Oracle, 2026Q2" in found.stdout and "(outside 80 %)" in found.stdout
    table = pd.read_csv(folder / "scored" / "figures.csv")
    assert list(table["actual"]) == [9.0, 1000.0, 9.0, 120.0]
    assert list(table["naive"].dropna()) == [9.0]
    page = (folder / "scored" / "report.html").read_text("utf-8")
    assert "&lt;b&gt;made up" in page and "<b>made up" not in page


def test_where_nobody_failed_nothing_is_scored(folder, scored, invoke, monkeypatch):
    monkeypatch.chdir(folder)
    rows = "Oracle,2026Q4,funding_failure,0,event,,,x\nOracle,2026Q1,revenue,9.0,USD bn,,,x\n"
    Path("alive.csv").write_text(HEAD + rows)
    code, printed, _ = invoke("backtest", "run", "--actual", "alive.csv", "--out", "alive")
    assert code == 0
    assert "not scored: the run has no distribution of: revenue (1)" in printed
    assert "That says little, and is not scored." in printed and "Brier" not in printed
    page = Path("alive/report.html").read_text("utf-8")
    assert "Brier" not in page and "Not scored: the run has no distribution of" in page


def test_the_same_call_writes_the_same_bytes(folder, scored, invoke, monkeypatch):
    monkeypatch.chdir(folder)
    code, printed, _ = invoke("backtest", "run", "--actual", "a.csv", "--out", "twin")
    assert code == 0 and printed.replace("twin", "scored") == scored.stdout
    for file in (folder / "scored").iterdir():
        assert file.read_bytes() == (folder / "twin" / file.name).read_bytes()


def test_nothing_is_replaced(folder, scored, invoke, monkeypatch):
    monkeypatch.chdir(folder)
    found = invoke("backtest", "run", "--actual", "a.csv", "--out", "scored")
    refused = "capexrisk: --out: scored exists already; give another directory\n"
    assert found == (2, "", refused)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Orakle,2026Q1,capex,9,USD bn,,,x", "wrong.csv: row 2: no issuer is named 'Orakle'; did"),
        (
            "Oracle,2025Q1,capex,9,USD bn,,,x",
            "wrong.csv: no row can be scored: of periods that the run does not tell: capex (1)",
        ),
        (
            "Oracle,2026Q1,capex,9,EUR bn,,,x",
            "wrong.csv: row 2, column E: unit 'EUR bn' is",
        ),
        ("Oracle,2026Q1,capex,nine,USD bn,,,x", "row 2, column D: value: 'nine' is no number"),
    ],
)
def test_a_wrong_row_is_a_line(folder, row, words, invoke, monkeypatch):
    monkeypatch.chdir(folder)
    Path("wrong.csv").write_text(HEAD + row + "\n")
    code, printed, said = invoke("backtest", "run", "--actual", "wrong.csv", "--out", "never")
    assert (code, printed) == (2, "")
    assert words in said and said.count("\n") == 1
    assert not Path("never").exists()


def test_what_is_not_there_is_a_line(folder, invoke, monkeypatch):
    monkeypatch.chdir(folder)
    code, _, said = invoke("backtest", "run", "--actual", "no.csv")
    assert code == 2 and said == "capexrisk: no.csv: no such file; check the path\n"
    code, _, said = invoke("backtest", "run")
    assert code == 2 and "--actual" in said
