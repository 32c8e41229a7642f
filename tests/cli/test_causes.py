"""``capexrisk causes``: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from tests.cli.command import DEFAULT, call

QUICK = ("--points", "64", "--orders", "2", "--seed", "1")


def test_tables_and_a_file(tmp_path):
    found = call(
        "causes", DEFAULT, "--event", "funding_failure/CoreWeave", *QUICK, "--out", "causes.csv",
        cwd=tmp_path,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    first, *lines = found.stdout.splitlines()
    assert re.fullmatch(
        r"CoreWeave: funding failure by 2028Q4: [\d.]+ % ± [\d.]+; "
        r"with none of these mechanisms .+ %.*",
        first,
    )
    assert sum(line.startswith("The race and the chase ") for line in lines) == 2
    (heading,) = (line for line in lines if line.startswith("Prevented, % of the chance"))
    assert heading.split()[5:8] == ["CoreWeave", "Alphabet", "Amazon"]
    assert heading.endswith("Any issuer  Two or more  All six")
    assert "mean gain over 64 random orders" in found.stdout.replace("\n", " ")
    table = pd.read_csv(tmp_path / "causes.csv")
    assert len(table) == 9 * (2 + 4 * 11)
    own = table[table["issuer"] == "CoreWeave"]
    chance = own[own["measure"] == "chance"].set_index("mechanism")["value"]
    shapley = own[own["measure"] == "shapley"]["value"].sum()
    assert shapley == pytest.approx(chance["all"] - chance["none"], abs=1e-12)


def test_json_of_a_scenario_with_mechanisms_off(tmp_path):
    found = call(
        "causes", DEFAULT, "--event", "any_failure/system/2027", *QUICK, "--out", "causes.json",
        "--set", "market.chase_per_year=0", "--set", "market.rivalry_per_year=0",
        "--set", "market.race=0", "--set", "market.failure_jump=0",
        cwd=tmp_path,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    said = " ".join(found.stdout.split())
    assert "Off in this scenario already: The race and the chase and Failures of others." in said
    rows = json.loads((tmp_path / "causes.json").read_text())
    assert {row["mechanism"] for row in rows}.isdisjoint({"race", "contagion"})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Missing option '--event'."),
        (
            ("--event", "capex/Oracle/2027"),
            "event 'capex/Oracle/2027': capex is no failure of issuers; give funding_failure",
        ),
        (
            ("--event", "funding_failure/Orakel"),
            "funding_failure/Orakel: there is no issuer 'Orakel' here; did you mean Oracle?",
        ),
        (("--event", "any_failure/system", "--orders", "5"), "--orders: 5 is out of range"),
        (("--event", "any_failure/system", "--points", "0"), "--points: 0 is out of range"),
        (
            ("--event", "funding_failure/Oracle", "--points", "2"),
            "--points: 2 a net see funding_failure/Oracle/2028Q4 on ",
        ),
        (
            ("--event", "funding_failure/Alphabet/2026", "--points", "2"),
            "event 'funding_failure/Alphabet/2026Q4': not seen on 64 paths, nor with any of 23",
        ),
        (("--event", "any_failure/system", "--set", "market.tax=2"), "--set: market.tax: 2 is"),
        (("--event", "any_failure/system", "--backend", "dask"), "--scheduler: is missing; the "),
    ],
    ids=[
        *("no event", "no failure", "issuer", "orders", "points", "few", "unseen", "scenario"),
        "no address",
    ],
)
def test_bad_input_is_one_line(tmp_path, arguments, message):
    found = call("causes", DEFAULT, *arguments, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"capexrisk: {message}")
    assert found.stderr.count("\n") == 1


def test_a_run_takes_no_changes(tmp_path):
    found = call(
        "causes", ".", "--event", "any_failure/system", "--set", "market.tax=0.1", cwd=tmp_path
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == "capexrisk: --set: . is a run; give its scenario's file instead\n"
    found = call("causes", ".", "--event", "any_failure/system", cwd=tmp_path)
    assert found.returncode == 2 and found.stderr.count("\n") == 1
