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


def test_tables_sentences_and_files(folder):
    found = call("backtest", "run", "--actual", "a.csv", "--out", "scored", cwd=folder)
    assert (found.returncode, found.stderr) == (0, "")
    first, *_, last = found.stdout.splitlines()
    assert first.endswith("scored by 4 figures and what became of 1 issuer")
    assert last == "Report: scored/report.html"
    assert "Capex: how many lie inside their 80 % interval?" in found.stdout
    assert "Oracle, 2026Q2" in found.stdout and "(outside 80 %)" in found.stdout
    table = pd.read_csv(folder / "scored" / "figures.csv")
    assert list(table["actual"]) == [9.0, 1000.0, 9.0, 120.0]
    assert list(table["naive"].dropna()) == [9.0]
    page = (folder / "scored" / "report.html").read_text("utf-8")
    assert "&lt;b&gt;made up" in page and "<b>made up" not in page
    again = call("backtest", "run", "--actual", "a.csv", "--out", "scored", cwd=folder)
    assert again.returncode == 2
    assert again.stderr == ("capexrisk: --out: scored exists already; give another directory\n")


def test_the_same_call_writes_the_same_bytes(folder):
    for out in ("one", "two"):
        call("backtest", "run", "--actual", "a.csv", "--out", out, cwd=folder)
    for file in (folder / "one").iterdir():
        assert file.read_bytes() == (folder / "two" / file.name).read_bytes()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Orakle,2026Q1,capex,9,USD bn,,,x", "there is no 'Orakle' in the run; did you mean Oracl"),
        (
            "Oracle,2025Q1,capex,9,USD bn,,,x",
            "which has 2026Q1 to 2026Q4, tells no capex of",
        ),
        ("Oracle,2026Q1,capex,9,EUR bn,,,x", "unit: 'EUR bn' is not that of capex"),
        ("Oracle,2026Q1,capex,nine,USD bn,,,x", "value: 'nine' is no number"),
    ],
)
def test_a_wrong_row_is_a_line(folder, row, words):
    (folder / "wrong.csv").write_text(HEAD + row + "\n")
    found = call("backtest", "run", "--actual", "wrong.csv", "--out", "never", cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("capexrisk: --actual: wrong.csv, line 2: ")
    assert words in found.stderr and found.stderr.count("\n") == 1
    assert not (folder / "never").exists()


def test_what_is_not_there_is_a_line(folder):
    found = call("backtest", "run", "--actual", "no.csv", cwd=folder)
    assert found.returncode == 2
    assert found.stderr.startswith("capexrisk: --actual: no.csv: No such file")
    found = call("backtest", "run", cwd=folder)
    assert found.returncode == 2 and "--actual" in found.stderr
