"""A folder as a new user has it: a scenario, a run, and files that are none."""

from __future__ import annotations

import os
from pathlib import Path

from tests.cli.command import call, undrawn, write_small_scenario


def make(folder: Path) -> None:
    scenario = write_small_scenario(folder)
    (folder / "empty.toml").write_text("")
    (folder / "noise.toml").write_bytes(bytes(range(256)))
    (folder / "utf16.toml").write_bytes("name='x'".encode("utf-16"))
    (folder / "json.toml").write_text('{"name": "x"}')
    (folder / "crlf.toml").write_bytes(scenario.read_bytes().replace(b"\n", b"\r\n"))
    os.mkfifo(folder / "pipe")
    (folder / "empty").mkdir()
    (folder / "occupied").mkdir()
    (folder / "occupied" / "mine.txt").write_text("x")
    (folder / "empty.csv").write_text("")
    (folder / "empty.json").write_text("")
    (folder / "latin.csv").write_bytes("issuer,périod\n".encode("latin-1"))
    asked = ("--paths", "256", "--outer", "0", "--out", "run", "-q")
    with undrawn():
        found = call("run", "small.toml", *asked, cwd=folder)
    assert (found.returncode, found.stderr) == (0, "")
