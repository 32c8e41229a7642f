"""A manifest vouches for the files beside it: what is changed afterwards is found."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess

import pandas as pd
import pytest

from capexrisk.archive.checksums import changed_files, record_of_chunks
from capexrisk.archive.manifest import ChunksRecord
from capexrisk.archive.results import (
    CHUNKS,
    MANIFEST,
    SUMMARY_CSV,
    TABLES,
    load_results,
)
from capexrisk.archive.tables import write_table
from capexrisk.errors import ResultsError
from capexrisk.estimate.ledger import ChunkEntry
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario

CHANGED = "was changed since the run wrote it"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    scenario = small_scenario(quarters=1, issuers=["CoreWeave"])
    simulate(scenario, paths=256, seed=3, n_jobs=1, collect="means").write(folder)
    return folder


@pytest.fixture
def run(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "run")


@pytest.fixture
def files(whole):
    return load_results(whole).manifest.files


def test_every_table_has_its_check_sum(run, files):
    assert tuple(files) == TABLES and set(files) == {p.name for p in run.iterdir()} - {MANIFEST}
    for name, checksum in files.items():
        assert checksum == hashlib.sha256((run / name).read_bytes()).hexdigest()
    assert changed_files(run, files) == {}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="there is no sha256sum")
def test_a_shell_can_check_them(run, files):
    lines = "".join(f"{checksum}  {name}\n" for name, checksum in files.items())
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict"], cwd=run, input=lines.encode(),
                   check=True)  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_changed_byte_is_found(run, files, name):
    content = bytearray((run / name).read_bytes())
    content[len(content) // 2] ^= 1
    (run / name).write_bytes(content)
    assert changed_files(run, files) == {name: CHANGED}


def test_what_is_missing_or_no_file(run, files):
    (run / SUMMARY_CSV).unlink()
    (run / CHUNKS).unlink()
    os.mkfifo(run / CHUNKS)  # whoever opened it would wait for ever
    assert changed_files(run, files) == {SUMMARY_CSV: "is missing", CHUNKS: CHANGED}
    (run / CHUNKS).unlink()
    (run / CHUNKS).mkdir()
    assert changed_files(run, files)[CHUNKS] == CHANGED


def test_the_list_of_chunks_is_hashed_row_by_row():
    rows = [(0, 0, 64, 2**32 - 1), (1, 2**40, 64, 7)]
    packed = b"".join(struct.pack("<4q", *row) for row in rows)
    record = ChunksRecord(count=2, sha256=hashlib.sha256(packed).hexdigest())
    assert record_of_chunks(rows) == record
    assert record_of_chunks([ChunkEntry(*row) for row in rows]) == record


def test_another_list_of_chunks_is_refused(run):
    """It is sound, and of as many paths; only not of this run."""
    chunks = pd.read_parquet(run / CHUNKS)
    write_table(chunks, run / CHUNKS)
    assert load_results(run).chunks.equals(chunks)
    for column in ("checksum", "first_path"):
        other = chunks.copy()
        other.loc[3, column] += 1
        write_table(other, run / CHUNKS)
        with pytest.raises(ResultsError) as caught:
            load_results(run)
        assert str(caught.value) == f"{run / CHUNKS}: {CHANGED}; run again"
