"""``capexrisk reverse``: what it prints, writes and refuses."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.cli.command import write_small_scenario

CAPEX = "issuers.Oracle.capex_2026_usd_bn"


def test_the_likeliest_path_and_the_stories_are_told(invoke, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_small_scenario(tmp_path)
    code, out, err = invoke(
        "reverse", "small.toml", "--event", "funding_failure/Oracle", "--max-paths", "65536",
        "--set", f"{CAPEX}=240", "--seed", "1", "--out", "r.csv",
    )  # fmt: skip
    assert (code, err) == (0, "")
    flat = " ".join(out.split())
    assert re.search(r"Oracle: funding failure by \S+: [\d.]+ % ± [\d.]+ of paths, inputs as", flat)
    assert re.search(r"lie [\d.]+ standard deviations from the middle", flat)
    assert "points around it that lie nearer to the middle none fails" in flat
    assert (
        len(
            re.findall(r"^Story \d, [\d.]+ % ± [\d.]+ of failing paths: Oracle fails in", out, re.M)
        )
        >= 2
    )
    assert out.count("FAILS, cause: ") >= 3
    table = pd.read_csv(tmp_path / "r.csv")
    assert set(table["kind"]) == {"shock", "state"}
    assert set(table["whose"]) - {"other way"} == {"failing", "all", "design point"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ("--event", "funding_failure/Orakel"),
            "funding_failure/Orakel: there is no issuer 'Orakel'",
        ),
        (("--event", "capex/Oracle"), "event 'capex/Oracle': capex is no failure of issuers; give"),
        (
            ("--event", "funding_failure/Oracle", "--max-paths", "9"),
            "--max-paths: 9 is out of range",
        ),
    ],
)
def test_bad_input_is_one_line(invoke, tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    write_small_scenario(tmp_path)
    code, out, err = invoke("reverse", "small.toml", *options, "--out", "r.csv")
    assert (code, out) == (2, "")
    assert err.startswith(f"capexrisk: {message}") and err.count("\n") == 1
    assert not (tmp_path / "r.csv").exists()
