"""``capexrisk game``: what it prints and writes, and what it refuses."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.cli.command import DEFAULT, call

QUICK = ("--players", "Oracle,CoreWeave", "--levels", "0.5,1", "--seed", "1")


def test_tables_and_a_file(tmp_path):
    found = call(
        "game", DEFAULT, *QUICK, "--points", "8", "--more-points", "32", "--out", "game.csv",
        cwd=tmp_path,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    said = " ".join(found.stdout.split())
    assert said.startswith("Every firm at its plan ")
    assert "Price of anarchy" in said and "CoreWeave fails" in said
    assert "4 profiles looked at, all profiles, on 256 paths; those listed on 1,024" in said
    table = pd.read_csv(tmp_path / "game.csv")
    assert set(table["measure"]) >= {"payoff", "gain", "welfare", "funding_failure"}


def test_a_diagram(tmp_path):
    found = call(
        "game", DEFAULT, *QUICK, "--points", "8", "--out", "phases.csv",
        "--over", "market.depreciation_per_year=0.1,0.3", cwd=tmp_path,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    assert len(pd.read_csv(tmp_path / "phases.csv")) == 2
    assert "Gains most" in found.stdout and "256 paths" in " ".join(found.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--levels", "0,1"), "--levels: 0 is out of range; give more than 0, to 10"),
        (("--levels", "half,1"), "--levels: 'half,1' is no list of numbers"),
        (("--players", "Oracle"), "--players: Oracle: make no game; give two or more"),
        (("--players", "Oracle,Orakel"), "Orakel: is no issuer here; did you mean Oracle?"),
        (("--multiply", "cash"), "cash: is no input of Alphabet"),
        (("--terminal", "sales"), "--terminal: 'sales' is unknown"),
        (("--discount", "-1"), "--discount: -1 is out of range; give 0 to 1"),
        (("--over", "market.tax"), "--over: 'market.tax' has no values"),
        (("--over", "market.tax=0.2", "--over", "market.tax=0.3"), "--over: market.tax: is given"),
        (("--over", "market.tax=0.2", "--more-points", "8"), "--more-points: is of a whole game"),
        (("--over", "market.tax=0.1,0.2", "--points", "1000000"), "game: 2 cells of 13 profiles"),
        (("--levels", "0.6,0.8,1,1.2,1.4", "--points", "1024"), "game: 6 firms on 5 levels are"),
    ],
)
def test_bad_input_is_one_line(tmp_path, arguments, message):
    found = call("game", DEFAULT, *arguments, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"capexrisk: {message}")
    assert found.stderr.count("\n") == 1
