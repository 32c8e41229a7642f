"""Runs that earlier builds wrote are read, listed, reported and verified, or refused in a line.

In `old/`, unchanged, all of format 1:
- first: of the first build with a run directory; independent paths, without a sampler, evidence,
  the column `method`, or anything that nets say;
- nets: with Sobol nets, before targets, evidence and a record of chunks;
- chunks: with all of these, before code and check sums.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from capexrisk.archive.listing import runs_below
from capexrisk.archive.results import MANIFEST, load_results
from capexrisk.archive.verify import verify
from capexrisk.errors import ResultsError
from capexrisk.report.content.provenance import facts
from tests.cli.command import call

OLD = Path(__file__).parent / "old"
NAMES = ("first", "nets", "chunks")
PATHS = {"first": 32, "nets": 64, "chunks": 64}
ROWS = {"first": 204, "nets": 147, "chunks": 39}


@pytest.fixture
def old(tmp_path) -> Path:
    """A copy that a report may be written into."""
    return shutil.copytree(OLD, tmp_path / "old")


@pytest.mark.parametrize("name", NAMES)
def test_each_is_read(name):
    results = load_results(OLD / name)
    assert (results.issuers, results.quarters[0]) == (["CoreWeave"], "2026Q3")
    assert results.paths == PATHS[name] and len(results.summary) == ROWS[name]
    csv = np.genfromtxt(OLD / name / "summary.csv", delimiter=",", skip_header=1, usecols=4)
    np.testing.assert_array_equal(results.summary["value"], csv)
    assert results.replicates.shape == (ROWS[name], 32 if name == "chunks" else 0)
    assert len(results.chunks) == (32 if name == "chunks" else 0)
    assert ("method" in results.summary) is (name != "first")
    assert bool(results.sources) is bool(results.targets) is (name == "chunks")


@pytest.mark.parametrize("name", NAMES)
def test_its_provenance_is_told_without_what_it_lacks(name):
    told = dict(facts(load_results(OLD / name)))
    assert "Code" not in told and "compiled for" not in told["Machine"]
    assert told["Sampler"].startswith("independent" if name == "first" else "32 Sobol nets")
    assert told["To repeat it"].endswith("plain" if name == "first" else "sobol")


def test_all_are_listed():
    found = {entry.directory.name: entry for entry in runs_below(OLD)}
    assert set(found) == set(NAMES)
    for name, entry in found.items():
        assert (entry.trouble, entry.scenario, entry.seed) == ("", "small", 5)
        assert entry.paths == PATHS[name]
        assert entry.headline is not None and entry.started.startswith("2026-11-27 00:")


def test_verify_computes_again_or_says_why_not(old):
    for name in ("first", "nets"):
        said = call("verify", name, cwd=old)
        assert (said.returncode, said.stdout) == (2, "")
        assert said.stderr == (
            f"capexrisk: {name}: the run has no record of its chunks, an earlier version wrote it; "
            "run it again\n"
        )
    # On another processor bits may differ; that it is computed must not.
    found = verify(load_results(OLD / "chunks"), sample=None, n_jobs=1)
    assert found.checked == found.chunks == 32
    assert "code" not in found.versions and "llvm_cpu" not in found.versions


@pytest.mark.parametrize("name", ["first", "nets"])
def test_each_is_reported(old, name):
    said = call("report", name, cwd=old)
    assert (said.returncode, said.stderr) == (0, "")
    for kind in ("html", "md", "xlsx"):
        assert (old / name / f"report.{kind}").stat().st_size > 1_000


def test_another_format_is_refused_in_a_line(old):
    path = old / "chunks" / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"format_version": 2}))
    with pytest.raises(ResultsError) as caught:
        load_results(path.parent)
    assert str(caught.value) == (
        f"{path}: format_version 2 is not 1; read it with the version of capexrisk that wrote it"
    )
    (entry,) = [entry for entry in runs_below(old) if entry.directory == path.parent]
    assert entry.trouble.startswith("of another version")
    for verb in ("report", "verify", "replay"):
        path_of = ("--path", "1") if verb == "replay" else ()
        said = call(verb, "chunks", *path_of, cwd=old)
        assert (said.returncode, said.stdout) == (2, "") and said.stderr.count("\n") == 1
