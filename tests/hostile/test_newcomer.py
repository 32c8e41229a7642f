"""What a new user types amiss, and what is said: one line, true, and nothing is left behind.

amiss.txt is a transcript: each command, and below it what stands after "capexrisk: ".
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest

from tests.cli.command import ENVIRONMENT, call, listing, undrawn
from tests.hostile import newcomer_folder

LINES = Path(__file__).with_name("amiss.txt").read_text("utf-8").splitlines()
TRIES = [
    (shlex.split(command.removeprefix("$ ")), said)
    for command, said in zip(LINES[::2], LINES[1::2], strict=True)
]
BY_VERB = {verb: list(tries) for verb, tries in groupby(TRIES, key=lambda one: one[0][0])}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    found = tmp_path_factory.mktemp("newcomer")
    newcomer_folder.make(found)
    return found


def test_there_are_enough_of_them():
    assert len(TRIES) >= 150 and len({tuple(arguments) for arguments, _ in TRIES}) == len(TRIES)
    assert all(line.startswith("$ ") for line in LINES[::2])


@pytest.mark.parametrize("verb", BY_VERB)
def test_what_is_amiss_is_said_in_a_line(folder, verb):
    before = listing(folder)
    for arguments, said in BY_VERB[verb]:
        with undrawn():
            found = call(*arguments, cwd=folder)
        line = said.replace("{here}", str(folder)).replace("{above}", str(folder.parent))
        assert (found.stderr, found.stdout) == (f"capexrisk: {line}\n", ""), arguments
        assert found.returncode in (1, 2)
        assert listing(folder) == before, arguments


@pytest.mark.parametrize("ends", ["a full disk", "a closed pipe"])
def test_a_stream_that_takes_nothing(folder, ends):
    """Nobody reads the rest: no traceback, whatever the code."""

    def into(stdout: object) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "capexrisk", "sources", "small.toml"]
        streams = {"stdout": stdout, "stderr": subprocess.PIPE}
        return subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=False, **streams)

    if ends == "a full disk":
        with Path("/dev/full").open("w") as full:
            found = into(full)
        assert found.returncode == 1
        assert found.stderr == (
            b"capexrisk: standard output: No space left on device; make room there, or take "
            b"another place\n"
        )
        return
    read, write = os.pipe()
    os.close(read)
    found = into(write)
    os.close(write)
    assert b"Traceback" not in found.stderr and found.stderr.count(b"\n") <= 1


def test_a_folder_that_is_gone(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    program = (
        "import os, sys; os.rmdir(os.getcwd()); sys.argv = ['capexrisk', *sys.argv[1:]]; "
        "from capexrisk.cli.main import main; main()"
    )
    found = subprocess.run(
        [sys.executable, "-c", program, "run", "hyperscalers-2026", "--paths", "64"],
        cwd=gone,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "capexrisk: runs/hyperscalers-2026: the folder you stand in is gone; stand elsewhere\n"
    )


@pytest.mark.parametrize("columns", ["1", "0", "-5", "x", "100000"])
def test_a_terminal_of_any_width(folder, monkeypatch, columns):
    monkeypatch.setitem(ENVIRONMENT, "COLUMNS", columns)
    for arguments in (("replay", "run", "--path", "3"), ("quarters", "run"), ("runs", ".")):
        found = call(*arguments, cwd=folder)
        assert (found.returncode, found.stderr) == (0, "")
        assert "Oracle" in found.stdout or arguments[0] == "runs"
