"""Ctrl-C in the middle of a run: one line that says how to resume it, exit code 130."""

from __future__ import annotations

import os
import re
import signal

import pytest

from tests.cli.command import call, listing
from tests.faults.process import END, PATHS, begun, interrupt, tables, wait_until

RUN = ("run", "small.toml", "--paths", str(PATHS), "-q")
KEPT = re.compile(
    r"capexrisk: interrupted; ([\d,]+) of 2,097,152 paths are kept; "
    r"resume with: capexrisk resume (.+)\n"
)


def interrupted(folder, *arguments: str, place: str, sign: int = signal.SIGINT) -> int:
    """Stop a run after its first paths are kept; how many were."""
    with begun(folder, *RUN, "--out", place, *arguments) as process:
        out, err = interrupt(process, folder / f"{place}.unfinished", sign)
    assert (process.returncode, out) == (130, "")
    # An empty line comes first, so that a terminal's ^C stands on its own.
    found = KEPT.fullmatch(err.lstrip("\n"))
    assert found and found[2] == place, err
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("backend", ["threading", pytest.param("loky", marks=pytest.mark.slow)])
def test_a_run_is_gone_on_with(folder, wanted, backend):
    kept = interrupted(folder, "--backend", backend, "--jobs", "2", place="a/b")
    assert 0 < kept < PATHS
    assert sorted(path.name for path in (folder / "a").iterdir()) == ["b.unfinished"]
    refused = call("report", "a/b", cwd=folder)
    assert refused.returncode == 2
    said = "capexrisk: a/b: is not finished; resume it with capexrisk resume a/b\n"
    assert refused.stderr == said
    found = call("resume", "a/b", "-q", cwd=folder)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
    assert tables(folder / "a" / "b") == wanted
    assert sorted(path.name for path in (folder / "a").iterdir()) == ["b"]
    assert "lock" not in [path.name for path in (folder / "a/b/checkpoint").iterdir()]


@pytest.mark.slow
def test_a_polite_kill_is_an_interrupt(folder, wanted):
    interrupted(folder, place="x", sign=signal.SIGTERM)
    assert call("resume", "x.unfinished", "-q", cwd=folder).returncode == 0
    assert tables(folder / "x") == wanted


def test_the_earlier_run_stands_until_the_new_one_is_finished(folder, wanted):
    assert (
        call("run", "small.toml", "--paths", "64", "--out", "x", "-q", cwd=folder).returncode == 0
    )
    before = tables(folder / "x")
    interrupted(folder, "--overwrite", place="x")
    assert tables(folder / "x") == before
    lines = call("runs", ".", cwd=folder).stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:] if line.startswith("x")] == [
        ["x", "finished"],
        ["x", "unfinished,"],
    ]
    assert call("resume", "x", "-q", cwd=folder).returncode == 0
    assert tables(folder / "x") == wanted


@pytest.mark.slow
def test_an_unfinished_run_is_not_begun_again_by_accident(folder):
    interrupted(folder, place="x")
    before = listing(folder)
    refused = call(*RUN, "--out", "x", cwd=folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        "capexrisk: x: holds a run that is not finished; resume it with capexrisk resume x, "
        "begin again with --overwrite, or give another directory with --out\n"
    )
    assert listing(folder) == [*before]
    again = ("run", "small.toml", "--paths", "64", "--out", "x", "-q", "--overwrite")
    assert call(*again, cwd=folder).returncode == 0
    assert [name for name in listing(folder) if name.startswith("x.")] == []


@pytest.mark.slow
def test_nothing_is_left_of_a_run_without_a_finished_chunk(folder):
    """The parents that it made are gone as well."""
    arguments = ("run", "small.toml", "--paths", "100000000000", "--sampler", "plain")
    with begun(folder, *arguments, "--out", "a/b", "-q", "--set", "run.jobs=1") as process:
        # Before any chunk: as soon as the job is there, while the core is loaded.
        wait_until(process, (folder / "a" / "b.unfinished" / "checkpoint" / "job.json").is_file)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=END)
    assert process.returncode == 130
    if "nothing was written" in err:
        assert listing(folder) == ["small.toml"]
    else:  # it was faster
        assert "paths are kept" in err
