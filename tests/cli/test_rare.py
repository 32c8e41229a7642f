"""``capexrisk rare``: what it prints and what it refuses."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.cli.command import DEFAULT, call


def test_an_estimate_with_a_count_beside_it(tmp_path):
    found = call(
        "rare", DEFAULT, "--event", "funding_failure/Amazon", "--seed", "1", "--out", "rare.csv",
        cwd=tmp_path,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    assert re.search(r"funding_failure/Amazon/2028Q4 +importance +counting", found.stdout)
    for row in (
        "probability",
        "95 % interval",
        "standard error / value",
        "paths",
        "paths counting would need",
    ):
        assert re.search(rf"^{row}.* \d", found.stdout, re.MULTILINE), row
    for row in ("effective hits", "largest weight's share"):
        assert re.search(rf"^{row} +\d", found.stdout, re.MULTILINE), row
    table = pd.read_csv(tmp_path / "rare.csv")
    assert list(table["method"]) == ["importance", "plain"]


def test_warnings_go_to_stderr(tmp_path):
    found = call(
        "rare", DEFAULT, "--event", "funding_failure/Microsoft/2026", "--max-paths", "8000",
        cwd=tmp_path,
    )  # fmt: skip
    assert found.returncode == 0
    assert found.stderr.startswith("capexrisk: warning: ")
    assert "probability" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--event", "funding_failure/Orakel"),
            "funding_failure/Orakel: there is no issuer 'Orakel' here; did you mean Oracle?",
        ),
        (("--event", "any_failure/system", "--error", "2"), "--error: 2.0 is out of range"),
        (("--event", "any_failure/system", "--max-paths", "5"), "--max-paths: 5 is out of range"),
        ((), "Missing option '--event'."),
        (
            ("--event", "any_failure/system", "--set", "issuers.Oracle.cash_usd_bn=-3"),
            "--set: issuers.Oracle.cash_usd_bn: -3 is negative; give 0 or more",
        ),
    ],
    ids=["issuer", "error", "paths", "no event", "scenario"],
)
def test_bad_input_is_one_line(tmp_path, arguments, message):
    found = call("rare", DEFAULT, *arguments, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"capexrisk: {message}")
    assert found.stderr.count("\n") == 1


def test_a_file_that_is_there_is_kept(tmp_path):
    (tmp_path / "kept.csv").write_text("mine")
    for out, message in (("kept.csv", "exists already"), ("no/x.csv", "is no directory")):
        found = call(
            "rare", DEFAULT, "--event", "any_failure/system", "--out", out, cwd=tmp_path
        )  # fmt: skip
        assert (found.returncode, found.stdout) == (2, "")
        assert message in found.stderr and found.stderr.count("\n") == 1
    assert (tmp_path / "kept.csv").read_text() == "mine"
