"""``capexrisk quarters``: distributions of quarters, and reported figures placed in them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.cli.command import call, undrawn, write_small_scenario


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("quarters")
    write_small_scenario(folder)
    with undrawn():
        run = call("run", "small.toml", "--paths", "4096", "--out", "run", "-q", cwd=folder)
    assert run.returncode == 0, run.stderr
    return folder


def test_quantiles_are_shown_by_quarter_and_written(folder):
    found = call("quarters", "run", "--issuer", "Oracle", "--out", "q.csv", cwd=folder)
    assert (found.returncode, found.stderr) == (0, "")
    head, names, *lines = found.stdout.splitlines()
    assert head == "Oracle, $bn: P5, P50, P95" and names.split() == [
        *("operating", "cash", "flow", "capex", "free", "cash", "flow", "cash")
    ]
    assert [line[:6] for line in lines] == ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]
    table = pd.read_csv(folder / "q.csv").set_index(["period", "metric", "statistic"])
    middle = table["value"]["2026Q2", "operating_cash_flow", "p50"]
    assert f"  {middle:.1f}  " in lines[1]


def test_a_year_is_named_as_it_is_written(folder):
    found = call("quarters", "run", "--place", "capex/Oracle/2026=40", cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "capexrisk: --place: period: there is no '2026'; a year is written 2026Q1-Q4\n"
    )


def test_a_reported_figure_is_placed(folder):
    place = "operating_cash_flow/Oracle/2026Q1-Q2=1000"
    found = call("quarters", "run", "--place", place, cwd=folder)
    assert (found.returncode, found.stderr) == (0, "")
    words = "Oracle, 2026Q1-Q2: operating cash flow of 1,000.00 or less on > 99"
    assert found.stdout.startswith(words)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("capex/Oracle=3", "--place: 'capex/Oracle=3' is no figure; give METRIC/ISSUER/PERIOD"),
        ("capex/Oracle/2026Q1", "--place: 'capex/Oracle/2026Q1' is no figure"),
        ("capex/Oracl/2026Q1=3", "--place: issuer: there is no 'Oracl'; did you mean Oracle?"),
        ("capx/Oracle/2026Q1=3", "--place: metric: there is no 'capx'; did you mean capex?"),
        ("cash/Oracle/2026Q1-Q2=3", "--place: period: cash is of a quarter; give one"),
        ("capex/Oracle/2026Q1=nan", "--place: 'capex/Oracle/2026Q1=nan' is no figure"),
        ("capex/Oracle/2026Q1=-inf", "--place: 'capex/Oracle/2026Q1=-inf' is no figure"),
        ("capex/Oracle/2026Q1=1e999", "--place: 'capex/Oracle/2026Q1=1e999' is no figure"),
    ],
)
def test_bad_figures_get_a_line_before_a_path_is_traced(folder, invoke, monkeypatch, place, words):
    monkeypatch.chdir(folder)
    monkeypatch.delattr("capexrisk.study.quarters.quarters")
    good = ("--place", "capex/Oracle/2026Q1=3")
    code, out, err = invoke("quarters", "run", *good, "--place", place)
    assert (code, out) == (2, "")
    assert words in err


def test_an_issuer_that_is_not_there_gets_a_line(folder):
    found = call("quarters", "run", "--issuer", "oracle", cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == "capexrisk: --issuer: there is no 'oracle'; did you mean Oracle?\n"


def test_other_paths_than_were_asked_for_are_told(folder):
    place = ("--place", "capex/Oracle/2026Q1=14")
    for asked, said in (
        ("1000000", "capexrisk: 4,096 paths instead of 1,000,000, all that the run has\n"),
        ("100", "capexrisk: 96 paths instead of 100, equally many of each net\n"),
        ("128", ""),
    ):
        found = call("quarters", "run", *place, "--paths", asked, cwd=folder)
        assert (found.returncode, found.stderr) == (0, said)
