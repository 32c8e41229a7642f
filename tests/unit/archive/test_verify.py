"""A finished run computed again: equal to the bit, or where it differs."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from capexrisk.archive.directory import MANIFEST
from capexrisk.archive.provenance import code_record, machine
from capexrisk.archive.results import (
    Results,
    load_results,
)
from capexrisk.archive.verify import verify
from capexrisk.errors import ResultsError
from capexrisk.study.simulation import simulate
from tests.unit.manifests import changed
from tests.unit.scenarios import small_scenario

PATHS = {"sobol": 32_768, "plain": 60_000}  # 32 chunks, and 4


@pytest.fixture(scope="module", params=["sobol", "plain"])
def run(request) -> Results:
    sampler = request.param
    return simulate(small_scenario(), paths=PATHS[sampler], seed=9, sampler=sampler)


@pytest.fixture(scope="module")
def stored(run, tmp_path_factory) -> Results:
    folder = tmp_path_factory.mktemp("run")
    run.write(folder)
    return load_results(folder)


def test_all_of_it_comes_out_again(stored):
    found = verify(stored, sample=None, n_jobs=2)
    assert found.equal and found.checked == found.chunks == len(stored.chunks)
    assert found.versions == {}
    assert stored.chunks["paths"].sum() == stored.paths


def test_a_sample_has_the_first_and_the_last_chunk(stored):
    told: list[int] = []
    found = verify(stored, sample=3, seed=1, n_jobs=1, progress=told.append)
    assert found.equal and found.checked == 3 < found.chunks
    assert told == sorted(told) and told[-1] < stored.paths


def test_another_checksum_is_found_and_named(stored):
    chunks = stored.chunks.copy()
    chunks.loc[2, "checksum"] ^= 1
    found = verify(dataclasses.replace(stored, chunks=chunks), sample=None)
    assert not found.equal
    (entry,) = found.differing
    assert entry.first_path == stored.chunks["first_path"][2] and found.tables == []


@pytest.mark.parametrize("name", ["summary", "distributions", "replicates"])
def test_another_figure_in_a_table_is_found(stored, name):
    table = getattr(stored, name)
    if name == "replicates":
        if not table.size:
            pytest.skip("too few batches")
        changed = table.copy()
        changed[5, 1] = np.nextafter(changed[5, 1], np.inf)
    else:
        changed = table.copy()
        column = "value" if name == "summary" else "lower"
        changed.loc[5, column] = np.nextafter(changed.loc[5, column], np.inf)
    found = verify(dataclasses.replace(stored, **{name: changed}), sample=None)
    assert found.tables == [name] and not found.differing


def test_another_seed_differs_everywhere(stored):
    found = verify(changed(stored, run={"seed": 10}), sample=2)
    assert len(found.differing) == 2


def test_other_versions_are_named(stored):
    found = verify(changed(stored, versions=stored.manifest.versions | {"numpy": "1.0"}))
    assert found.versions == {"numpy": ("1.0", np.__version__)}


def test_other_code_is_named(stored):
    there = {"revision": "1" * 40, "changed": True, "digest": "2" * 64}
    found = verify(changed(stored, code=there), sample=2)
    then, now = found.versions.pop("code")
    assert then == f"0.1.0, commit {'1' * 12} with changes, digest {'2' * 12}"
    assert now == str(code_record()) and found.versions == {}
    older = verify(changed(stored, code={"version": "0.0.1", "revision": None}), sample=2)
    assert older.versions["code"][0].startswith("0.0.1, digest ")


def test_another_commit_of_the_same_files_is_not(stored):
    found = verify(changed(stored, code={"revision": "1" * 40, "changed": True}), sample=2)
    assert found.versions == {}


def test_another_processor_is_named(stored):
    features = stored.manifest.machine.llvm_features
    there = {"llvm_cpu": "z80", "llvm_features": f"{features},+zilog", "libc": "musl"}
    found = verify(changed(stored, machine=there), sample=2)
    here = machine()
    assert found.versions == {
        "libc": ("musl", here.libc),
        "llvm_cpu": ("z80", here.llvm_cpu),
        "llvm_features": ("+zilog", "none besides"),
    }


def test_a_scenario_that_somebody_changed_is_refused(run, tmp_path):
    """When it is read: nothing of it is what was run."""
    run.write(tmp_path)
    path = tmp_path / MANIFEST
    manifest = json.loads(path.read_text("utf-8"))
    manifest["scenario"]["market"]["tax"] = 0.5
    path.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ResultsError, match="scenario_digest is another; its scenario was changed"):
        load_results(tmp_path)
    manifest["scenario"]["market"]["tax"] = 7.0
    path.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(ResultsError, match=r"manifest\.json: scenario\.market\.tax: 7\.0: "):
        load_results(tmp_path)


def test_a_run_that_stopped_at_a_target():
    stopped = simulate(
        small_scenario(), paths=2**20, seed=2, targets="funding_failure/CoreWeave: rel 20%"
    )
    assert stopped.paths < 2**20
    assert verify(stopped, sample=None).equal
