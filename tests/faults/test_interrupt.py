"""Ctrl-C in the middle of a run: nothing half-written, one line, exit code 130."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, ENVIRONMENT, listing, write_small_scenario

FIRST_FILE = 180.0  # seconds to wait for it: a first use compiles
END = 60.0


def interrupt_run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Start a long run, wait until its first paths are on disk, and press Ctrl-C."""
    process = subprocess.Popen(
        [COMMAND, "run", "small.toml", "--paths", str(2**26), "--keep-paths", *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a terminal signals the whole group, workers too
    )
    try:
        limit = time.monotonic() + FIRST_FILE
        while not any(folder.rglob("*.partial-*/paths/*.parquet")):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < limit
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=END)
    finally:
        process.kill()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def assert_interrupted(found: subprocess.CompletedProcess[str]) -> None:
    assert found.returncode == 130
    assert found.stdout == ""
    # An empty line comes first, so that a terminal's ^C stands on its own.
    assert found.stderr.strip("\n") == "capexrisk: interrupted; nothing was written"


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_nothing_is_left_of_an_interrupted_run(tmp_path, backend):
    """The parents that it made are gone as well."""
    write_small_scenario(tmp_path)
    found = interrupt_run(tmp_path, "--out", "a/b", "--backend", backend, "--jobs", "2")
    assert_interrupted(found)
    assert listing(tmp_path) == ["small.toml"]


def test_the_earlier_run_still_stands(tmp_path):
    write_small_scenario(tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "manifest.json").write_text("old")
    found = interrupt_run(tmp_path, "--out", "old", "--overwrite")
    assert_interrupted(found)
    assert listing(tmp_path) == ["old", "old/manifest.json", "small.toml"]
    assert (tmp_path / "old" / "manifest.json").read_text() == "old"
