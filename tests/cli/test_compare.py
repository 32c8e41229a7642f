"""``capexrisk compare``: scenarios and runs, what is written, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from capexrisk.scenario import load_scenario
from capexrisk.study.simulation import simulate
from tests.cli.command import call, listing, undrawn, write_small_scenario

ANOTHER = "give another directory with --out"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("compare")
    small = write_small_scenario(folder)
    small.write_text(
        small.read_text("utf-8").replace('name = "hyperscalers-2026"', 'name = "small"')
    )
    (folder / "dear.toml").write_text(
        'extends = "small.toml"\ntitle = "Dear bonds"\n[market]\npremium_beta = 0.8\n'
        'evidence.premium_beta = "assumed: twice as much"\n'
    )
    (folder / "longer.toml").write_text('extends = "small.toml"\nquarters = 5\n')
    return folder


@pytest.fixture(scope="module")
def first(folder):
    return call(
        "compare", "small.toml", "dear.toml", "--paths", "2048", "--out", "a/first", cwd=folder
    )


def test_what_it_says_and_writes(folder, first):
    assert first.returncode == 0, first.stderr
    assert first.stderr == ""
    assert first.stdout.startswith("Held against small (2,048 paths), what changed most")
    assert first.stdout.endswith("Report: a/first/report.html\n")
    out = folder / "a" / "first"
    names = {path.name for path in out.iterdir()}
    assert names == {
        "comparison.csv", "comparison.parquet", "manifest.json", "report.html", "report.md",
        "report.xlsx", "figures", "runs",
    }  # fmt: skip
    assert {path.name for path in (out / "runs").iterdir()} == {"small", "dear"}
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert (manifest["kind"], manifest["base"]) == ("comparison", "small")
    assert list(manifest["runs"]) == ["small", "dear"]
    read = pd.read_parquet(out / "comparison.parquet")
    assert set(read["scenario"]) == {"dear"}
    pd.testing.assert_frame_equal(read, pd.read_csv(out / "comparison.csv"), check_dtype=False)


def test_finished_runs_give_the_same(folder, first):
    assert first.returncode == 0
    again = call("compare", "a/first/runs/small", "a/first/runs/dear", "--out", "again", cwd=folder)
    assert again.returncode == 0, again.stderr
    assert not (folder / "again" / "runs").exists()
    tables = [(folder / name / "comparison.csv").read_bytes() for name in ("a/first", "again")]
    assert tables[0] == tables[1]


def test_a_run_and_a_scenario_share_the_run_s_seed_and_paths(folder, first):
    assert first.returncode == 0
    with undrawn():
        arguments = ("compare", "a/first/runs/small", "dear.toml", "--out", "mixed", "-q")
        mixed = call(*arguments, cwd=folder)
    assert (mixed.returncode, mixed.stdout, mixed.stderr) == (0, "", "")
    tables = [(folder / name / "comparison.csv").read_bytes() for name in ("a/first", "mixed")]
    assert tables[0] == tables[1]


def test_other_horizons_are_compared_as_far_as_they_go(folder):
    with undrawn():
        arguments = ("compare", "small.toml", "longer.toml", "--paths", "1024", "--out", "longer")
        found = call(*arguments, cwd=folder)
    assert found.returncode == 0
    assert "capexrisk: quarters only in longer, left out: 2027Q1\n" in found.stderr


def test_a_run_does_not_replace_a_comparison(folder, first):
    assert first.returncode == 0
    found = call("run", "small.toml", "--out", "a/first", "--overwrite", cwd=folder)
    assert found.returncode == 2
    assert found.stderr == (
        f"capexrisk: a/first: is a comparison, not a run, so it is not replaced; {ANOTHER}\n"
    )


def test_a_run_that_collected_less_is_refused(folder, first):
    assert first.returncode == 0
    scenario = load_scenario(folder / "small.toml")
    (folder / "figures").mkdir(exist_ok=True)
    simulate(scenario, paths=1024, seed=1, collect="means").write(folder / "figures")
    found = call("compare", "small.toml", "figures", "--out", "none", cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("capexrisk: figures: a report needs a run that collects")
    assert not (folder / "none").exists()


REFUSED = {
    "one": (("small.toml",), "1 given; give 2 to 5 files or runs"),
    "no such file": (("small.toml", "missing.toml"), "missing.toml: no such file; check the path"),
    "no run": (
        ("small.toml", "a"),
        "a: no manifest.json here; give the directory of a finished run",
    ),
    "a comparison": (
        ("small.toml", "a/first"),
        "a/first: holds a comparison; give one of the runs in a/first/runs",
    ),
    "an input inside": (
        ("a/first/runs/small", "a/first/runs/dear", "--out", "a/first", "--overwrite"),
        "--out: a/first holds a/first/runs/small, which is compared; give another",
    ),
    "an input itself": (
        ("a/first/runs/small", "dear.toml", "--out", "a/first/runs/small", "--overwrite"),
        "--out: a/first/runs/small holds a/first/runs/small, which is compared; give another",
    ),
    "a run": (
        ("small.toml", "dear.toml", "--out", "a/first/runs/small", "--overwrite"),
        f"a/first/runs/small: is a run, not a comparison, so it is not replaced; {ANOTHER}",
    ),
    "paths of finished runs": (
        ("a/first/runs/small", "a/first/runs/dear", "--paths", "5"),
        "--paths: has no effect, every one is a finished run; leave it out",
    ),
    "no paths": (
        ("small.toml", "dear.toml", "--paths", "0"),
        "--paths: 0 is out of range; give 1 to 1,000,000,000,000",
    ),
    "there already": (
        ("small.toml", "dear.toml", "--out", "a/first"),
        "a/first: exists already; give another directory with --out, or --overwrite",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(folder, first, name):
    assert first.returncode == 0
    before = listing(folder)
    arguments, message = REFUSED[name]
    found = call("compare", *arguments, cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == f"capexrisk: {message}\n"
    assert listing(folder) == before
