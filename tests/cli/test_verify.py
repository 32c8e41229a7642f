"""``capexrisk verify``: exit codes and words."""

from __future__ import annotations

import pandas as pd

from tests.cli.command import call, write_small_scenario


def test_equal_and_not(tmp_path):
    write_small_scenario(tmp_path)
    run = call("run", "small.toml", "--paths", "2048", "--out", "run", "-q", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    found = call("verify", "run", "--sample", "4", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == "run: 4 of 32 chunks computed again\nequal to the bit\n"
    whole = call("verify", "run", "--all", cwd=tmp_path)
    assert whole.stdout.endswith(
        "32 of 32 chunks computed again\nequal to the bit, the tables as well\n"
    )

    chunks = pd.read_parquet(tmp_path / "run" / "chunks.parquet")
    chunks["checksum"] ^= 1
    chunks.to_parquet(tmp_path / "run" / "chunks.parquet", index=False)
    spoilt = call("verify", "run", "--sample", "5", cwd=tmp_path)
    assert spoilt.returncode == 1
    lines = spoilt.stdout.splitlines()
    assert lines[1] == "differs: 64 paths from 0 (part 0)" and lines[-1] == "differ: 2 more chunks"

    (tmp_path / "run" / "chunks.parquet").unlink()
    old = call("verify", "run", cwd=tmp_path)
    assert (old.returncode, old.stdout) == (2, "")
    assert old.stderr == (
        "capexrisk: run: the run has no record of its chunks, an earlier version wrote it; "
        "run it again\n"
    )
