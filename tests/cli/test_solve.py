"""``capexrisk solve``: what it prints, writes and refuses."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.cli.command import write_small_scenario

FAILS, CAPEX = "funding_failure/Oracle", "issuers.Oracle.capex_2026_usd_bn"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solve")
    write_small_scenario(folder)
    return folder


def test_a_value_with_its_interval_and_how_to_confirm_it(folder, invoke, monkeypatch):
    monkeypatch.chdir(folder)
    code, out, err = invoke(
        "solve", "small.toml", "--of", "free_cash_flow/Oracle/2026", "--equals", "-20",
        "--by", CAPEX, "--points", "64", "--seed", "3", "--out", "s.csv",
    )  # fmt: skip
    assert (code, err) == (0, "")
    (row,) = pd.read_csv(folder / "s.csv").to_dict("records")
    flat = " ".join(out.split())
    number = re.search(rf" 2026 is −20 \$bn with {CAPEX} = ([\d.,]+) ± ([\d.]+) \(", flat)
    assert number is not None, out
    assert float(number[1]) == pytest.approx(row["value"], abs=float(number[2]))
    assert re.search(r"one more of it moves the answer by −[\d.]+ ± [\d.]+ \$bn", flat)
    assert f"capexrisk run small.toml --set {CAPEX}={row['value']:.9g} --paths 1000000" in flat


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"--by": "issuers.Oracle.cash"}, "--by: the scenario gives no input issuers.Oracle.cash;"),
        ({"--by": "market.correlation"}, "--by: market.correlation is a list of numbers; give an"),
        ({"--equals": "100%"}, "--equals: 100% is no chance that an input can bring about; give"),
        ({"--of": "funding_failure/Orakel"}, "funding_failure/Orakel: there is no issuer"),
        ({"--between": "9 2"}, "--between: 9 to 2: give the lower end first"),
    ],
)
def test_bad_input_is_one_line(folder, invoke, monkeypatch, changed, message):
    monkeypatch.chdir(folder)
    asked = {"--of": FAILS, "--equals": "10%", "--by": CAPEX, **changed}
    words = [part for option, value in asked.items() for part in (option, *value.split())]
    code, out, err = invoke("solve", "small.toml", *words, "--out", "x.csv")
    assert (code, out) == (2, "")
    assert err.startswith(f"capexrisk: {message}") and err.count("\n") == 1
    assert not (folder / "x.csv").exists()
