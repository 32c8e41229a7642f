"""``capexrisk estimate``: what it says, and that it leaves nothing."""

from __future__ import annotations

import re

from tests.cli.command import call, listing, write_small_scenario


def test_what_it_says(tmp_path):
    write_small_scenario(tmp_path)
    before = listing(tmp_path)
    found = call("estimate", "small.toml", "--paths", "5000", "--jobs", "1", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    head, *lines = found.stdout.splitlines()
    assert head == "8,192 paths, told from 8,192:"
    assert [line.split()[0] for line in lines] == ["time", "memory", "disk"]
    assert all(re.search(r"[0-9.]+ (s|min|h|MiB)", line) for line in lines)
    assert listing(tmp_path) == before


def test_what_is_refused(tmp_path):
    write_small_scenario(tmp_path)
    for arguments, message in (
        (("--paths", "0"), "--paths: 0 is out of range; give 1 to 1,000,000,000,000"),
        (("--sampler", "halton"), "--sampler: 'halton' is unknown; give one of sobol, plain"),
    ):
        found = call("estimate", "small.toml", *arguments, cwd=tmp_path)
        assert (found.returncode, found.stdout) == (2, "")
        assert found.stderr == f"capexrisk: {message}\n"
