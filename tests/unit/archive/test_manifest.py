"""The manifest: enough to repeat a run, and nothing of whose machine it was."""

from __future__ import annotations

import getpass
import json
import os
import platform
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import capexrisk
from capexrisk.archive.directory import MANIFEST
from capexrisk.archive.manifest import MachineRecord, read_manifest, write_manifest
from capexrisk.archive.provenance import code_record, machine
from capexrisk.code import LIBRARIES_OF_RESULTS, versions
from capexrisk.errors import ResultsError
from capexrisk.numeric.jit import compile_target
from capexrisk.scenario import Scenario, digest, inputs, load_scenario
from capexrisk.study.simulation import simulate
from tests.cli.command import DEFAULT
from tests.unit.conftest import PATHS, RUN_PATHS
from tests.unit.scenarios import small_scenario

PRINTED = "from capexrisk.archive.provenance import machine; print(machine().model_dump_json())"
CLOCKS = re.compile(r"\btime\.time\b|\b(?:datetime|date)\.(?:now|today|utcnow)\b")


def test_what_it_says(results, scenario, sampler):
    manifest, run = results.manifest, results.manifest.run
    assert (manifest.format_version, manifest.kind) == (3, "run")
    assert manifest.scenario == scenario
    assert manifest.scenario_digest == digest(scenario)
    assert (run.paths, run.paths_asked) == (RUN_PATHS[sampler], PATHS)
    assert (run.seed, run.paths_counted) == (4, RUN_PATHS[sampler])
    assert (run.sampler, run.replicates) == (sampler, {"sobol": 32, "plain": 2}[sampler])
    assert (run.paths_quarantined, run.quarantine) == (0, ())
    assert run.chunk_paths == {"sobol": 8_192, "plain": 16_384}[sampler]
    assert run.block_paths == 64
    assert run.jobs >= 1
    assert run.max_seconds is None
    assert set(manifest.versions) == {"python", *LIBRARIES_OF_RESULTS}
    assert manifest.code == code_record()
    assert manifest.chunks.count == len(results.chunks)


def test_what_is_written_is_read(results, tmp_path):
    write_manifest(results.manifest, tmp_path)
    found = read_manifest(tmp_path / MANIFEST)
    assert found == results.manifest
    written = json.loads((tmp_path / MANIFEST).read_text("utf-8"), parse_constant=pytest.fail)
    assert len(written["sha256"]) == 64  # of the file alone


def test_nothing_of_it_can_be_changed(results):
    for part, field in ((results.manifest, "kind"), (results.manifest.run, "seed")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, field, 1)


def test_the_run_can_be_repeated_from_it(results, tmp_path):
    """Scenario, sampler, seed and paths are all there: the same bits come out again."""
    write_manifest(results.manifest, tmp_path)
    kept = read_manifest(tmp_path / MANIFEST)
    chosen = {name: getattr(kept.run, name) for name in ("paths", "seed", "sampler")}
    again = simulate(kept.scenario, **chosen, n_jobs=1)
    assert again.summary.equals(results.summary)


@pytest.mark.parametrize("path", sorted(DEFAULT.parent.glob("*.toml")), ids=lambda path: path.stem)
def test_every_scenario_of_the_library_is_kept_whole(path, tmp_path):
    """With evidence, years and events; as it is in the file, under the same keys."""
    scenario = load_scenario(path)
    text = scenario.model_dump_json(exclude_unset=True)
    again = Scenario.model_validate_json(text)
    assert again == scenario and digest(again) == digest(scenario)
    assert inputs(again) == inputs(scenario)
    assert set(json.loads(text)["issuers"][0]) == {
        *(key.partition(".")[0] for key in scenario.issuers[0].inputs), "name", "evidence"
    }  # fmt: skip


def test_workers_and_back_end():
    scenario = small_scenario(quarters=1, issuers=["Oracle"])
    for backend, jobs, said, workers in [
        ("sequential", 5, "sequential", 1),
        ("threading", 3, "threading", 3),
        (None, 2, "joblib's choice, threads preferred", 2),
    ]:
        run = simulate(scenario, paths=10, n_jobs=jobs, backend=backend).manifest.run
        assert (run.backend, run.jobs) == (said, workers)


def test_times_are_utc_and_in_order(results):
    times = results.manifest.times
    assert times.started.utcoffset() == times.finished.utcoffset() == UTC.utcoffset(None)
    assert 0.0 <= (datetime.now(UTC) - times.started).total_seconds() < 3600.0
    assert times.finished >= times.started
    assert times.simulation_seconds > 0.0 and times.paths_per_second > 0


def test_versions_are_those_in_use():
    found = versions(LIBRARIES_OF_RESULTS)
    assert found["python"] == platform.python_version()
    assert found["numpy"] == np.__version__
    assert "not installed" not in found.values()


def test_a_library_that_is_not_installed():
    assert versions(["no-such-library-anywhere"])["no-such-library-anywhere"] == "not installed"


def test_the_machine_is_the_one_that_code_is_compiled_for():
    found, target = machine(), compile_target()
    assert (found.llvm_triple, found.llvm_cpu) == (target.triple, target.cpu)
    assert found.llvm_features == target.features
    assert found.vector_bits in (64, 128, 256, 512)


def test_another_processor_that_numba_is_told_to_compile_for():
    """As docs/manifest.md says; read when numba starts, so in a process of its own."""
    said = subprocess.run(
        [sys.executable, "-c", PRINTED],
        env={**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "+sse2,-avx"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = MachineRecord.model_validate_json(said)
    assert (found.llvm_cpu, found.llvm_features) == ("generic", "+sse2,-avx")
    assert found.vector_bits == 128


def test_durations_are_not_taken_from_a_clock_that_may_be_set():
    """They only say when; what takes how long is told by `time.perf_counter`."""
    calls = [
        (path.name, found)
        for path in Path(capexrisk.__file__).parent.rglob("*.py")
        for found in CLOCKS.findall(path.read_text("utf-8"))
    ]
    assert calls and set(calls) == {
        ("simulation.py", "datetime.now"),
        ("provenance.py", "datetime.now"),
        ("create.py", "date.today"),
        ("new.py", "date.today"),
    }


def test_it_names_no_person_and_no_machine(results):
    """The values of `machine` alone: a user may share a name with an issuer."""
    told = re.findall(
        r"[\w.-]+", " ".join(map(str, results.manifest.machine.model_dump().values()))
    )
    assert "Linux" in told or platform.system() != "Linux"
    assert not {socket.gethostname(), getpass.getuser()} & set(told)


def test_a_comparison_is_no_run_and_only_runs_that_are_there_are_named(tmp_path):
    """One of finished runs has no folder of runs."""
    path = tmp_path / MANIFEST
    path.write_text('{"format_version": 3, "kind": "comparison"}', "utf-8")
    with pytest.raises(ResultsError, match="give one of the runs that it compares"):
        read_manifest(path)
    (tmp_path / "runs").mkdir()
    with pytest.raises(ResultsError, match=re.escape(f"give one of the runs in {tmp_path}")):
        read_manifest(path)
