"""``capexrisk roll``: a scenario brought to a later quarter."""

from __future__ import annotations

import csv
import shutil
import tomllib
from pathlib import Path

import pytest

from capexrisk.tables.actuals import read_actuals
from tests.cli.command import DEFAULT, ROOT, call

HEAD = "issuer,period,metric,value,unit,confidence,source_title,source_url"
SOURCE = "USD bn,reported,release,https://r.example"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("roll")
    shutil.copy(ROOT / "configs" / "hyperscalers-2026.toml", folder / "base.toml")
    rows = (
        "Oracle,2026-08-31,cash,36.369",
        "Oracle,FQ Feb-2026,capex,18.6",
        "Oracle,FQ Feb-2025,capex,5.9",
        "Oracle,2026-08-31,headcount,160",
    )
    lines = [HEAD, *(f"{row},{SOURCE}" for row in rows)]
    (folder / "rows.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_changes_stale_figures_and_unused_rows_are_printed_and_written(folder):
    found = call(
        *("roll", "base.toml", "--to", "2026Q4", "--actual", "rows.csv"),
        *("--as-of", "2026-10-06", "--out", "later.toml"),
        cwd=folder,
    )
    assert (found.returncode, found.stderr) == (0, "")
    lines = found.stdout.splitlines()
    assert "issuers.Oracle.cash_usd_bn: 19.8 -> 36.369" in lines
    assert "    reported: 2026-08-31, release, https://r.example" in lines
    assert lines[0].endswith("judgements stay; 2026Q4, 9 quarters") and " are stale, " in lines[0]
    stale = [line for line in lines if line.startswith("stale: ")]
    assert [line.split(": ")[1] for line in stale] == [
        *("market", "Alphabet", "Amazon", "Microsoft", "Meta", "Oracle", "CoreWeave"),
    ]
    assert "market_cap_usd_bn = 440" in stale[5] and "cash_usd_bn = " not in stale[5]
    assert "not used: Oracle: headcount" in lines
    assert lines[-1] == (
        "wrote later.toml, which extends base.toml, and later-elapsed.csv for a backtest"
    )
    table = tomllib.loads((folder / "later.toml").read_text("utf-8"))
    assert (table["start"], table["quarters"], str(table["as_of"])) == ("2026Q4", 9, "2026-10-06")
    assert table["issuers"]["Oracle"]["evidence"]["cash_usd_bn"] == (
        "reported: was 19.8; 2026-08-31, release, https://r.example"
    )
    with (folder / "later-elapsed.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["issuer"], row["metric"], row["period"], row["value"]) == (
        *("Oracle", "capex", "2026Q1", "18.6"),
    )
    assert (row["source_title"], row["source_url"]) == ("release", "https://r.example")
    assert row["year_before"] == "5.9"
    ((read,), _) = read_actuals(folder / "later-elapsed.csv", sourced=True)  # as a backtest does
    assert (read.value, read.year_before) == (18.6, 5.9)
    assert call("validate", "later.toml", cwd=folder).returncode == 0


def test_what_would_be_no_scenario_is_refused_without_a_file_too(folder):
    (folder / "owed.csv").write_text(f"{HEAD}\nOracle,2026-08-31,cash,-5,{SOURCE}\n", "utf-8")
    arguments = ("roll", "base.toml", "--to", "2026Q4", "--actual", "owed.csv")
    found = call(*arguments, cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "capexrisk: base.toml at 2026Q4: issuers.Oracle.cash_usd_bn: -5 is negative; give 0 or "
        "more\n"
    )
    assert call(*arguments, "--out", "owed.toml", cwd=folder).stderr == found.stderr
    assert not (folder / "owed.toml").exists()


def test_cash_that_may_not_be_used_is_warned_of(folder):
    row = 'Oracle,2026-08-31,cash,50,USD bn,reported,"10-Q | 20 of it restricted",https://r.example'
    (folder / "tied.csv").write_text(f"{HEAD}\n{row}\n", "utf-8")
    found = call("roll", "base.toml", "--to", "2026Q4", "--actual", "tied.csv", cwd=folder)
    assert found.stderr == (
        "warning: Oracle: cash of 50 is taken as it stands, and its source says: 10-Q | 20 of it "
        "restricted; give it without what may not be used\n"
    )


def test_filings_of_another_firm_are_refused(folder):
    facts = ROOT / "tests" / "unit" / "filings" / "companyfacts" / "dell.json"
    found = call("roll", "base.toml", "--to", "2026Q4", "--facts", facts, cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert f"--facts: {facts}: no issuer is named 'Dell Technologies'" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--to", "2026Q4"),
            "--facts: nothing is known of what happened; give --facts or --actual",
        ),
        (("--to", "2029Q1"), "--to: 2029Q1 is not after the start, 2026Q1, and by the end, 2028Q4"),
        (("--to", "soon"), "--to: 'soon' is not a quarter; give one such as 2028Q4"),
        (
            ("--to", "2026Q4", "--actual", "rows.csv", "--out", "below/x.toml"),
            "--out: below/x.toml cannot extend base.toml; give a file in . or above it",
        ),
        (
            ("--to", "2026Q4", "--actual", "rows.csv", "--out", "kept.toml"),
            "--out: kept-elapsed.csv exists already; give another file",
        ),
        (("--to", "2026Q4", "--actual", "none.csv"), "none.csv: no such file; check the path"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(folder, arguments, said):
    (folder / "below").mkdir(exist_ok=True)
    (folder / "kept-elapsed.csv").write_text("precious", "utf-8")
    found = call("roll", "base.toml", *arguments, cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"capexrisk: {said}") and found.stderr.count("\n") == 1
    assert (folder / "kept-elapsed.csv").read_text("utf-8") == "precious"
    assert not (folder / "kept.toml").exists()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            "Orakle,2026Q1,capex,1",
            "row 2: no issuer is named 'Orakle'; did you mean Oracle",
        ),
        ("Oracle,FY2027,capex,1", "row 2, column B: 'FY2027' is no period; write it as 2026Q2"),
        ("Oracle,2026Q1,capex,x", "row 2, column D: value: 'x' is no number; give a"),
    ],
)
def test_a_bad_row_is_named_by_its_cell(folder, row, said):
    (folder / "bad.csv").write_text(f"{HEAD}\n{row},{SOURCE}\n", "utf-8")
    found = call("roll", "base.toml", "--to", "2026Q4", "--actual", "bad.csv", cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"capexrisk: bad.csv: {said}")


def test_the_filings_of_another_issuer_are_refused(tmp_path):
    text = f"Oracle={ROOT / 'tests' / 'unit' / 'filings' / 'companyfacts' / 'alphabet.json'}"
    found = call("roll", DEFAULT, "--to", "2026Q2", "--facts", text, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    line = f"capexrisk: --facts: {text}: is of Alphabet; give it without Oracle=\n"
    assert found.stderr == line
