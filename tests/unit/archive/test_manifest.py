"""The manifest: enough to repeat a run, and nothing of whose machine it was."""

from __future__ import annotations

import ast
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

import capexrisk
from capexrisk.archive.manifest import LIBRARIES, library_versions, machine, source_records
from capexrisk.code import code_record
from capexrisk.numeric.jit import compile_target
from capexrisk.scenario import digest, inputs, load_scenario, scenario_from_case
from capexrisk.study.simulation import simulate
from tests.cli.command import DEFAULT
from tests.unit.conftest import PATHS, RUN_PATHS
from tests.unit.scenarios import small_scenario

CLOCKS = re.compile(r"\btime\.time\b|\b(?:datetime|date)\.(?:now|today|utcnow)\b")


def test_what_it_says(results, scenario, sampler):
    manifest = results.manifest
    assert list(manifest) == [
        "format_version", "scenario", "run", "code", "versions", "machine", "times", "chunks",
    ]  # fmt: skip
    assert manifest["format_version"] == 1
    described = manifest["scenario"]
    assert described["name"] == "small"
    assert described["digest"] == digest(scenario)
    assert described["as_of"] == "2026-06-30"
    assert described["issuers"] == ["Amazon", "Oracle", "CoreWeave"]
    assert described["years"] == ["2026Q3-Q4", "2027", "2028Q1"]
    run = manifest["run"]
    assert (run["paths"], run["paths_asked"]) == (RUN_PATHS[sampler], PATHS)
    assert (run["seed"], run["paths_counted"]) == (4, RUN_PATHS[sampler])
    assert (run["sampler"], run["replicates"]) == (sampler, {"sobol": 32, "plain": 2}[sampler])
    assert (run["paths_quarantined"], run["quarantine"]) == (0, [])
    assert run["chunk_paths"] == {"sobol": 8_192, "plain": 16_384}[sampler]
    assert run["block_paths"] == 64
    assert run["jobs"] >= 1
    assert run["max_seconds"] is None
    assert set(manifest["versions"]) == {"python", *LIBRARIES}
    assert manifest["code"] == code_record()
    assert manifest["chunks"]["count"] == len(results.chunks)


def test_it_is_json_as_it_stands(results):
    text = json.dumps(results.manifest, allow_nan=False)
    assert json.loads(text) == results.manifest


def test_the_run_can_be_repeated_from_it(results):
    """Scenario, sampler, seed and paths are all there: the same bits come out again."""
    kept = json.loads(json.dumps(results.manifest))
    scenario = scenario_from_case(
        kept["scenario"]["model"], name="again", start=kept["scenario"]["quarters"][0]
    )
    run = kept["run"]
    chosen = {name: run[name] for name in ("paths", "seed", "sampler")}
    again = simulate(scenario, **chosen, n_jobs=1)
    assert again.summary.equals(results.summary)


def test_workers_and_back_end():
    scenario = small_scenario(quarters=1, issuers=["Oracle"])
    for backend, jobs, said, workers in [
        ("sequential", 5, "sequential", 1),
        ("threading", 3, "threading", 3),
        (None, 2, "joblib's choice, threads preferred", 2),
    ]:
        run = simulate(scenario, paths=10, n_jobs=jobs, backend=backend).manifest["run"]
        assert (run["backend"], run["jobs"]) == (said, workers)


def test_times(results):
    times = results.manifest["times"]
    started = datetime.fromisoformat(times["started"])
    assert started.utcoffset() == UTC.utcoffset(None)
    assert 0.0 <= (datetime.now(UTC) - started).total_seconds() < 3600.0
    finished = datetime.fromisoformat(times["finished"])
    assert finished.utcoffset() == UTC.utcoffset(None) and finished >= started
    assert times["simulation_seconds"] > 0.0 and times["paths_per_second"] > 0


def test_versions_are_those_in_use():
    versions = library_versions()
    assert versions["python"] == platform.python_version()
    assert versions["numpy"] == np.__version__
    assert "not installed" not in versions.values()


def test_a_library_that_is_not_installed(monkeypatch):
    monkeypatch.setattr("capexrisk.archive.manifest.LIBRARIES", ("no-such-library-anywhere",))
    assert library_versions()["no-such-library-anywhere"] == "not installed"


def test_the_machine_is_the_one_that_code_is_compiled_for():
    found, target = machine(), compile_target()
    assert (found["llvm_triple"], found["llvm_cpu"]) == (target.triple, target.cpu)
    assert found["llvm_features"] == target.features
    assert found["vector_bits"] in (64, 128, 256, 512)


def test_another_processor_that_numba_is_told_to_compile_for():
    """As docs/manifest.md says; read when numba starts, so in a process of its own."""
    said = subprocess.run(
        [sys.executable, "-c", "from capexrisk.archive.manifest import machine; print(machine())"],
        env={**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "+sse2,-avx"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = ast.literal_eval(said)
    assert (found["llvm_cpu"], found["llvm_features"]) == ("generic", "+sse2,-avx")
    assert found["vector_bits"] == 128


def test_durations_are_not_taken_from_a_clock_that_may_be_set():
    """`datetime.now` only says when; what takes how long is told by `time.perf_counter`."""
    calls = [
        (path.name, found)
        for path in Path(capexrisk.__file__).parent.rglob("*.py")
        for found in CLOCKS.findall(path.read_text("utf-8"))
    ]
    assert calls and set(calls) == {
        ("simulation.py", "datetime.now"),
        ("manifest.py", "datetime.now"),
    }


def test_it_names_no_person_and_no_machine(results):
    """The values of `machine` alone: a user may share a name with an issuer."""
    told = re.findall(r"[\w.-]+", " ".join(map(str, results.manifest["machine"].values())))
    assert "Linux" in told or platform.system() != "Linux"
    assert not {socket.gethostname(), getpass.getuser()} & set(told)


def test_it_carries_every_input_with_its_evidence():
    scenario = load_scenario(DEFAULT)
    records = source_records(scenario)
    assert len(records) == len(inputs(scenario)) > 300
    (oas,) = [r for r in records if (r["section"], r["key"]) == ("market", "oas0_bp")]
    assert (oas["value"], oas["confidence"]) == (79.0, "reported")
    assert oas["source"].startswith("ICE BofA US Corporate Index")
    assert oas["address"] == "https://fred.stlouisfed.org/series/BAMLC0A0CM"
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    run = simulate(scenario, paths=32, n_jobs=1, collect="means")
    assert run.manifest["scenario"]["sources"] == records


def test_an_input_without_evidence_has_no_confidence(results):
    records = results.manifest["scenario"]["sources"]
    assert records and {(r["confidence"], r["source"], r["address"]) for r in records} == {
        ("", "", "")
    }
