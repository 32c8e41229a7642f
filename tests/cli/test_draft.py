"""``capexrisk draft``: figures shown, a scenario and its history written, or one line why not."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.command import DEFAULT, ROOT, call, listing

FILES = ROOT / "tests" / "unit" / "filings" / "companyfacts"
ALPHABET, DIGITAL = FILES / "alphabet.json", FILES / "digital-realty.json"


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / DEFAULT.name).write_text(DEFAULT.read_text("utf-8"), "utf-8")
    return tmp_path


def test_a_scenario_that_runs(folder):
    found = call("draft", ALPHABET, DIGITAL, "--out", "x.toml", cwd=folder)
    assert found.returncode == 0, found.stderr
    assert listing(folder) == [DEFAULT.name, "x-quarters.csv", "x.toml"]
    lines = found.stdout.splitlines()
    assert lines[0] == (
        "Alphabet (ALPHABET INC., CIK 1652044), in the place of the base's, "
        "balances of 2025-12-31, $bn"
    )
    assert lines[1].split() == ["4", "quarters", "2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    assert "  capex                       91.447    17.197    22.446    23.953    27.851" in lines
    assert "  free cash flow              73.266" in lines
    assert (
        "  falls due: 2026 2.000, 2027 1.000, 2028 2.676, 2029 1.764, 2030 5.500; after 36.145"
        in (lines)
    )
    assert "  assets = liabilities + equity: 595.281, holds" in lines
    assert "  ladder of 2025-12-31 = face value of debt: 49.085, holds" in lines
    stale = (
        "  refused: maturities: the ladder is stale since 2023-12-31, the last year ends 2024-12-31"
    )
    assert stale in lines
    assert lines[-1] == (
        "x.toml: 2 issuers, 16 figures and their evidence, 8 items refused; "
        "quarters: x-quarters.csv"
    )
    assert found.stderr == (
        "Digital Realty Trust: warning: balances of 2025-06-30 stand at the start of 2026Q1; "
        "give newer filings\n"
    )
    assert 'title = "hyperscalers-2026 and Digital Realty Trust, from filings"' in (
        folder / "x.toml"
    ).read_text("utf-8")
    checked = call("validate", "x.toml", cwd=folder)
    assert checked.returncode == 0 and ": ok: 7 issuers, 2026Q1 to 2028Q4" in checked.stdout
    rows = list(csv.DictReader((folder / "x-quarters.csv").read_text().splitlines()))
    assert rows[11]["operating_cash_flow_usd_bn"] == "52.402"


def test_only_what_was_filed_by_a_day_counts(folder):
    words = ("draft", ALPHABET, "--out", "x.toml", "--as-of")
    found = call(*words, "2025-11-30", cwd=folder)
    assert found.returncode == 0 and "balances of 2025-09-30" in found.stdout
    hindsight, older = found.stderr.splitlines()
    assert hindsight.startswith(
        f"x.toml: warning: {DEFAULT.name} is of 2026-02-13, later than --as-of 2025-11-30: "
    )
    assert older.startswith(
        "Alphabet: warning: balances of 2025-09-30 are older than the base's, which stay: "
        "ocf_usd_bn_per_year 164.7 (filings: 151.4"
    )
    early = call(*words[:3], "y.toml", "--as-of", "1999-01-01", cwd=folder)
    assert (early.returncode, early.stdout) == (2, "")
    assert early.stderr == (
        f"capexrisk: {ALPHABET}: has no 10-K or 10-Q filed by 1999-01-01; "
        "give a later day or another file\n"
    )
    assert not (folder / "y.toml").exists()


def test_without_capex_the_file_is_written_and_says_what_it_needs(folder):
    content = json.loads(DIGITAL.read_text())
    tags = content["facts"]["us-gaap"]
    tags["PaymentsToAcquireCaverns"] = tags.pop("PaymentsToDevelopRealEstateAssets")
    (folder / "facts.json").write_text(json.dumps(content))
    found = call("draft", "facts.json", "--out", "x.toml", cwd=folder)
    assert found.returncode == 0
    assert "PaymentsToAcquireCaverns 1.491626" in found.stdout
    assert "x.toml: warning: it does not run yet: " in found.stderr
    assert "capex_plan_usd_bn: missing" in found.stderr


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("none.json", "--out", "x.toml"), "none.json: no such file; check the path"),
        ((DEFAULT, "--out", "x.toml"), f"{DEFAULT}: line 1: is not JSON (Expecting value); "),
        ((ALPHABET, "--out", DEFAULT.name), f"--out: {DEFAULT.name} exists already; give another"),
        ((ALPHABET, "--out", "it's.toml"), '--out: "it\'s" is no name of a scenario; use letters'),
        ((ALPHABET, "--out", "no/x.toml"), "--out: no is no directory; make it first"),
        (
            (ALPHABET, "--out", "x.toml", "--extends", "other.toml"),
            "--extends: there is no other.toml; name a scenario in the folder of --out or below",
        ),
        (
            (ALPHABET, "--out", "x.toml", "--extends", DEFAULT),
            f"--extends: {DEFAULT} leads out of the folder; name a scenario",
        ),
        (
            (ALPHABET, ALPHABET, "--out", "x.toml"),
            "facts: two files are of Alphabet; give one a firm",
        ),
        ((ALPHABET, "--out", "x.toml", "--as-of", "today"), "Invalid value for '--as-of': 'today'"),
        ((ALPHABET,), "Missing option '--out'."),
    ],
)
def test_what_cannot_be_drafted_is_refused_in_a_line(folder, words, line):
    found = call("draft", *words, cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"capexrisk: {line}") and found.stderr.count("\n") == 1
    assert listing(folder) == [DEFAULT.name]
