"""``capexrisk calibrate``: what it prints and writes, and what it refuses."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from capexrisk.scenario import load_scenario
from capexrisk.uncertainty import input_design
from tests.cli.command import call
from tests.cli.test_verbs import COMPILER

HEAVY_AFTER_A_REFUSAL = """
import sys
from capexrisk.cli.main import main
sys.argv = ["capexrisk", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    print(ended.code, *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture
def series(tmp_path):
    """Eighty quarters that come back to 1.2 %."""
    generator = np.random.default_rng(2)
    x, rows = 0.2, ["date,spread"]
    for q in range(80):
        x += 0.1 * (0.2 - x) + 0.12 * generator.normal()
        rows.append(f"{2000 + q // 4}Q{q % 4 + 1},{np.exp(x):.4f}")
    path = tmp_path / "spreads.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


@pytest.mark.slow
def test_a_file_that_extends_takes_out_what_would_count_twice(invoke, tmp_path):
    generator = np.random.default_rng(2)
    rows = ["issuer,quarter,operating_cash_flow_usd_bn,capex_usd_bn"]
    for firm in ("Amazon", "Meta", "Oracle"):
        flows = np.exp(2.0 + 0.1 * generator.normal(size=(2, 16)))
        rows += [
            f"{firm},{2022 + q // 4}Q{q % 4 + 1},{flows[0, q]:.4f},{flows[1, q]:.4f}"
            for q in range(16)
        ]
    (tmp_path / "q.csv").write_text("\n".join(rows) + "\n", "utf-8")
    base = tmp_path / "base.toml"
    shutil.copy(Path(__file__).parents[2] / "configs" / "hyperscalers-2026.toml", base)
    arguments = ("calibrate", "firms", tmp_path / "q.csv", "--extends", base)
    code, _, said = invoke(*arguments, "--out", tmp_path / "over.toml")
    assert (code, said) == (0, "")
    below, over = (load_scenario(tmp_path / f"{name}.toml") for name in ("base", "over"))
    assert (over.name, over.title) == ("over", f"{below.title}, calibrated")
    calibrated = {name for name in over.uncertainty.groups if name.endswith(", calibrated")}
    assert len(calibrated) >= 3
    moved = {
        draw.group: {design.entries[entry].name for entry in draw.entries}
        for design in [input_design(over)]
        for draw in design.draws
        if draw.group not in calibrated
    }
    own = {"issuers.Meta.core_growth_per_year", "market.capex_speed_per_year"}
    assert not any(own & names for names in moved.values())
    assert len(below.uncertainty.groups) > len(over.uncertainty.groups) - len(calibrated)
    code, shown, said = invoke(*arguments)
    assert code == 0 and 'extends = "base.toml"\nname = "calibrated"' in shown
    (tmp_path / "q.csv").write_text("\n".join(rows).replace("Meta", "Mata"), "utf-8")
    code, _, said = invoke(*arguments)
    refused = f"capexrisk: {base}: has no issuer 'Mata'; did you mean Meta?\n"
    assert (code, said) == (2, refused)


@pytest.fixture
def firms(tmp_path):
    generator = np.random.default_rng(2)
    rows = ["issuer,quarter,operating_cash_flow_usd_bn,capex_usd_bn"]
    for firm in ("A", "B", 'C "and" D', "E"):
        flows = np.exp(2.0 + 0.1 * generator.normal(size=(2, 12)))
        flows[0, 3] *= -1.0 if firm == "E" else 1.0
        rows += [
            f'"{firm.replace(chr(34), 2 * chr(34))}",{2022 + q // 4}Q{q % 4 + 1},'
            f"{flows[0, q]:.4f},{flows[1, q]:.4f}"
            for q in range(12)
        ]
    path = tmp_path / "quarters.csv"
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


@pytest.fixture
def quick(monkeypatch):
    """Few starts, draws and histories: what is shown is the same."""
    from capexrisk.calibration import fit, spreads

    monkeypatch.setattr(spreads, "REFITS", 2)
    monkeypatch.setattr(spreads, "HISTORIES", 40)
    monkeypatch.setattr(spreads.mode, "__defaults__", (2,))
    monkeypatch.setattr(spreads.posterior, "__defaults__", (fit.CHAINS // 2, 40))


def test_spreads_are_shown_and_written(invoke, series, quick, tmp_path):
    out = tmp_path / "found.toml"
    code, shown, said = invoke("calibrate", "spreads", series, "--open-bp", "92", "--out", out)
    assert (code, said) == (0, "")
    assert "spreads.csv, spread: 80 quarter ends, 2000Q1 to 2019Q4, read as percent" in shown
    for words in (
        "of 2 starts reach the best optimum",
        "small-sample bias of the log speed",
        "speed of the pull",
        "chance of doubling within a year from the tightest fifth, %",
        "share of quarters in stress",
        "Not told by this history",
        "is that of this series' bonds",
        f"Written to {out}.",
    ):
        assert words in shown
    found = tomllib.loads(out.read_text("utf-8"))
    assert found["market"]["oas_mean_bp"][0] == 92.0
    assert len(found["uncertainty"]["groups"]["spread process, calibrated"]["covariance"]) == 15
    assert not (tmp_path / "found.toml.tmp").exists()


def test_firms_are_shown_and_the_toml_follows(invoke, firms):
    code, shown, said = invoke("calibrate", "firms", firms)
    assert (code, said) == (0, "")
    words, _, toml = shown.partition("\n# Cash flow of 3 firms")
    assert 'C "and" D' in words and "A firm that is not in the history" in words
    assert "Left out: E, operating_cash_flow_usd_bn: 1 quarter is at or below 0" in words
    found = tomllib.loads(toml.partition("\n")[2])
    assert set(found["issuers"]) == {"A", "B", 'C "and" D', "E"}
    assert set(found["issuers"]["E"]) == {"capex_sigma_per_sqrt_year", "evidence"}
    assert sum(found["issuers"]["A"]["seasonality"]) == pytest.approx(4.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("spreads", "gone.csv"), "gone.csv: no such file; check the path"),
        (("spreads", "short.csv"), "short.csv: has 1 quarter ends; give 60 or more, to tell"),
        (("spreads", "short.csv", "--column", "b"), "short.csv: row 1: no column is named 'b'"),
        (("spreads", "short.csv", "--open-bp", "0"), "--open-bp"),
        (("spreads", "short.csv", "--open-bp", "nan"), "nan is no number; give one such as 92"),
        (("spreads", "short.csv", "--since", "-5"), "--since"),
        (("spreads", "short.csv", "--out", "short.csv"), "--out: short.csv exists already"),
        (("firms", "short.csv"), "short.csv: row 1: no column is named 'issuer'"),
        (("firm", "short.csv"), "No such command 'firm'"),
    ],
)
def test_refusals_are_a_line_and_load_no_compiler(tmp_path, arguments, words):
    (tmp_path / "short.csv").write_text("date,a\n2026Q1,1.5\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", HEAVY_AFTER_A_REFUSAL, "calibrate", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    code, *loaded = done.stdout.split()
    assert code == "2"
    assert words in done.stderr and done.stderr.count("\n") == 1
    assert not COMPILER & set(loaded)


@pytest.mark.parametrize("verb", ["spreads", "firms"])
def test_each_has_help(tmp_path, verb):
    found = call("calibrate", verb, "--help", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert "HISTORY is a table, CSV or .xlsx" in " ".join(found.stdout.split())
