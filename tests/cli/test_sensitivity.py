"""``capexrisk sensitivity``: what it prints and writes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.command import write_small_scenario

RANGES = """
[run]
seed = 5
outer = 256
inner = 128

[uncertainty.groups."growth of the core"]
inputs = ["issuers.*.core_growth_per_year"]
how = "add"
law = "normal"
sd = 0.05
evidence = "assumed: for a test"

[uncertainty.groups."plan"]
inputs = ["issuers.*.capex_2026_usd_bn"]
how = "multiply"
law = "lognormal"
sigma = 0.1
evidence = "assumed: for a test"
"""
CAPEX = "capex_while_alive/Oracle/2026"


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """small.toml without ranges, and unsure.toml with two."""
    small = write_small_scenario(tmp_path)
    (tmp_path / "unsure.toml").write_text(f'extends = "{small.name}"\n{RANGES}', "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_table_and_a_file(folder, invoke):
    code, out, err = invoke(
        "sensitivity", "unsure.toml", "--of", CAPEX, "--points", "8", "--out", "found.csv"
    )
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("Oracle: capex")
    (first, second) = (
        next(k for k, line in enumerate(lines) if line.startswith(group))
        for group in ("plan", "growth of the core")
    )
    assert first < second  # the one that matters stands first
    said = " ".join(out.split())
    assert "Shapley, its share" in said and "half of a 95 % interval" in said
    table = pd.read_csv(folder / "found.csv")
    shapley = table[table["measure"] == "shapley"].set_index("group")["value"]
    assert shapley.sum() == pytest.approx(1.0, abs=1e-12) and shapley["plan"] > 0.9


def test_without_ranges(folder, invoke):
    code, out, err = invoke("sensitivity", "small.toml", "--of", CAPEX, "--points", "1")
    assert (code, err) == (0, "")
    assert "This scenario gives no ranges of its inputs" in out
    assert "issuers.*.capex_2026_usd_bn" in out and "Shapley" not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing option '--of'."),
        (("--of", "capex/Orakle"), "capex/Orakle: there is no issuer 'Orakle' here; did you mean"),
        (("--of", CAPEX, "--outer", "64"), "--outer: 64 is out of range; give 256 to 67,108,864"),
        (("--of", CAPEX, "--rounds", "-1"), "--rounds: -1 is out of range; give 0 to 1,000"),
        (("--of", CAPEX, "--shocks"), f"event '{CAPEX}': capex_while_alive is no failure"),
        (("--of", CAPEX, "--set", "market.tax=2"), "--set: market.tax: 2 is"),
        (("--of", "any_failure/system", "--inner", "3"), "--inner: 3 is not a power of two"),
    ],
    ids=["no metric", "issuer", "outer", "rounds", "no failure", "scenario", "inner"],
)
def test_bad_input_is_one_line(folder, invoke, arguments, message):
    code, out, err = invoke("sensitivity", "unsure.toml", *arguments, "--out", "found.csv")
    assert (code, out) == (2, "")
    assert err.startswith(f"capexrisk: {message}") and err.count("\n") == 1
    assert not (folder / "found.csv").exists()


def test_a_run_takes_no_changes(folder, invoke):
    code, _, err = invoke("sensitivity", ".", "--of", CAPEX, "--set", "market.tax=0.1")
    assert code == 2
    assert err == "capexrisk: --set: . is a run; give its scenario's file instead\n"
