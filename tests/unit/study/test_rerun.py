"""From manifest.json alone: the scenario, its evidence, and the run again to the bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from capexrisk.archive.directory import MANIFEST
from capexrisk.archive.manifest import read_manifest
from capexrisk.archive.results import SUMMARY_CSV
from capexrisk.scenario import inputs, load_scenario
from capexrisk.study.simulation import simulate
from tests.cli.command import DEFAULT, call
from tests.unit.scenarios import small_scenario

RERUN = ("paths", "seed", "sampler", "collect")


def again(folder: Path, kept_in: Path) -> bytes:
    """summary.csv of the run made again, by nothing but what stands in the manifest."""
    manifest = read_manifest(kept_in / MANIFEST)
    folder.mkdir()
    asked = {key: getattr(manifest.run, key) for key in RERUN}
    simulate(manifest.scenario, **asked, n_jobs=1).write(folder)
    return (folder / SUMMARY_CSV).read_bytes()


@pytest.mark.parametrize("path", sorted(DEFAULT.parent.glob("*.toml")), ids=lambda path: path.stem)
def test_every_scenario_of_the_library(path, tmp_path):
    """Events, extended files, overrides: all of it is in the scenario that the manifest keeps."""
    scenario = load_scenario(path, ["market.tax=0.2"])
    kept = tmp_path / "kept"
    kept.mkdir()
    simulate(scenario, paths=64, seed=11, n_jobs=2, collect="means").write(kept)
    assert again(tmp_path / "again", kept) == (kept / SUMMARY_CSV).read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        {"paths": 2_000},
        {"paths": 20_000, "sampler": "plain"},
        {"paths": 2**20, "targets": "funding_failure/CoreWeave: rel 20%", "max_seconds": 500.0},
        {"paths": 2**20, "targets": "capex/CoreWeave/2026Q3-Q4: rel 0.1%", "sampler": "plain"},
    ],
    ids=["nets", "independent", "nets to a target", "independent to a target"],
)
def test_every_kind_of_run(arguments, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    run = simulate(small_scenario(quarters=2), seed=2**64 - 1, **arguments)
    run.write(kept)
    assert run.paths < 2**20
    assert run.manifest.run.max_seconds == arguments.get("max_seconds")
    assert again(tmp_path / "again", kept) == (kept / SUMMARY_CSV).read_bytes()


@pytest.mark.parametrize("name", ["hyperscalers-2026", "deepseek-moment"])
def test_the_evidence_is_what_the_command_lists(name, tmp_path):
    path = DEFAULT.with_stem(name)
    simulate(load_scenario(path), paths=32, n_jobs=1, collect="means").write(tmp_path)
    given = inputs(read_manifest(tmp_path / MANIFEST).scenario)
    assert given == inputs(load_scenario(path))
    lines = call("sources", path, cwd=tmp_path).stdout.splitlines()
    for one in given:
        (at,) = (k for k, line in enumerate(lines) if line.startswith(f"{one.path} = "))
        assert lines[at].startswith(f"{one.path} = {one.value}: {one.confidence}")
        assert lines[at + 1].strip().startswith(" ".join(one.source.split()))
    assert any(line.startswith(f"{len(given)} inputs: ") for line in lines)
