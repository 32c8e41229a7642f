"""``capexrisk forecast``: what it says, and that it leaves nothing."""

from __future__ import annotations

import re

import pytest

from tests.cli.command import call, listing, write_small_scenario


def test_what_it_says(tmp_path):
    write_small_scenario(tmp_path)
    before = listing(tmp_path)
    found = call("forecast", "small.toml", "--paths", "5000", "--jobs", "1", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    head, *lines = found.stdout.splitlines()
    assert head == "8,192 paths (5,000 fill whole nets), extrapolated from 8,192:"
    assert [line.split()[0] for line in lines] == ["time", "memory", "disk"]
    assert all(re.search(r"[0-9.]+ (s|min|h|MiB)", line) for line in lines)
    assert listing(tmp_path) == before


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("--paths", "0", "0 is out of range; give 1 to 1,000,000,000,000"),
        ("--sampler", "halton", "'halton' is unknown; give one of sobol, plain"),
        ("--sampler", "sobel", "'sobel' is unknown; did you mean sobol?"),
        ("--scheduler", "tcp://x", "'tcp://x' has no effect without the dask back end; "),
    ],
)
def test_what_is_refused(invoke, tmp_path, option, value, problem):
    code, out, err = invoke("forecast", write_small_scenario(tmp_path), option, value)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"capexrisk: {option}: {problem}")
