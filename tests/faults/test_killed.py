"""SIGKILL at any moment, to the run or to a worker: the run is resumed to the bit."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import pytest

from capexrisk.archive.checkpoint import OVER_INPUTS, paths_kept
from tests.cli.command import call
from tests.faults.process import END, PATHS, begun, held, kill, tables, wait_until, wait_until_kept


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_the_run_is_killed_again_and_again(folder, wanted, backend):
    """The first time as soon as anything is kept, then whenever more is."""
    arguments = ["run", "small.toml", "--paths", str(PATHS), "--out", "x", "-q", "--jobs", "1"]
    kept = 0
    for _ in range(3):
        with begun(folder, *arguments, "--backend", backend) as process:
            kept = wait_until_kept(process, folder / "x.unfinished", kept + 1)
            kill(process)
        assert not (folder / "x").exists()
        arguments = ["resume", "x", "-q"]
    (line,) = (ln for ln in call("runs", ".", cwd=folder).stdout.splitlines() if ln[0] == "x")
    assert re.match(r"x +unfinished, \d+% ", line)
    assert call("resume", "x", "-q", cwd=folder).returncode == 0
    assert tables(folder / "x") == wanted


RANGE = """
[uncertainty.groups."core"]
inputs = ["issuers.*.core_growth_per_year"]
how = "add"
law = "normal"
sd = 0.03
evidence = "assumed: for a test"
"""


def test_killed_among_the_points_of_the_inputs(folder):
    with (folder / "small.toml").open("a", encoding="utf-8") as file:
        file.write(RANGE)
    # A whole chunk of each net's points: with fewer nothing is kept on the way.
    asked = ("run", "small.toml", "--paths", "4096", "--outer", "2048", "--inner", "128", "-q")
    assert call(*asked, "--out", "whole", cwd=folder).returncode == 0
    with begun(folder, *asked, "--out", "x", "--jobs", "1") as process:
        inputs = folder / "x.unfinished" / "checkpoint" / OVER_INPUTS
        wait_until(process, lambda: paths_kept(inputs) > 0)
        kill(process)
    assert call("resume", "x", "-q", cwd=folder).returncode == 0
    for name in ("summary.csv", "inputs.csv", "inputs_points.parquet"):
        assert (folder / "x" / name).read_bytes() == (folder / "whole" / name).read_bytes()


@pytest.mark.slow
def test_killed_while_the_results_are_written(folder, wanted):
    with begun(folder, "run", "small.toml", "--paths", str(PATHS), "--out", "x", "-q") as process:
        wait_until(process, (folder / "x.unfinished" / "summary.csv").exists)
        kill(process)
    refused = call("report", "x.unfinished", cwd=folder)
    assert refused.stderr == (
        "capexrisk: x.unfinished: is not finished; resume it with capexrisk resume x\n"
    )
    assert call("resume", "x", "-q", cwd=folder).returncode == 0
    assert tables(folder / "x") == wanted


@pytest.mark.slow
def test_a_worker_is_killed(folder, wanted):
    """As by the system when the memory is full: the run ends, says so, and can be resumed."""
    arguments = ("run", "small.toml", "--paths", str(PATHS), "--out", "x", "-q")
    with begun(folder, *arguments, "--backend", "loky", "--jobs", "2") as process:
        with held(process, folder / "x.unfinished"):
            workers = [pid for pid in children(process.pid) if "popen_loky" in command(pid)]
            os.kill(workers[0], signal.SIGKILL)
        out, err = process.communicate(timeout=END)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("capexrisk: a worker process was killed") and err.count("\n") == 1
    assert " of 2,097,152 paths are kept; resume with: capexrisk resume x\n" in err
    assert call("resume", "x", "-q", cwd=folder).returncode == 0
    assert tables(folder / "x") == wanted


def children(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [pid for child in map(int, listed) for pid in (child, *children(child))]


def command(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
