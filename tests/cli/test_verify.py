"""``capexrisk verify``: exit codes and words."""

from __future__ import annotations

import json
import shutil

import pandas as pd

from tests.cli.command import call, undrawn, write_small_scenario


def test_equal_and_not(tmp_path):
    write_small_scenario(tmp_path)
    with undrawn():
        run = call("run", "small.toml", "--paths", "2048", "--out", "run", "-q", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    found = call("verify", "run", "--sample", "4", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == "run: 4 of 32 chunks computed again\nequal to the bit\n"
    whole = call("verify", "run", "--all", cwd=tmp_path)
    assert whole.stdout.endswith(
        "32 of 32 chunks computed again\nequal to the bit, the tables as well\n"
    )

    manifest = tmp_path / "run" / "manifest.json"
    other = json.loads(manifest.read_text("utf-8"))
    other["run"]["seed"] += 1
    shutil.copyfile(manifest, tmp_path / "kept.json")
    manifest.write_text(json.dumps(other))
    said = "capexrisk: run/manifest.json: was changed since the run wrote it; run again\n"
    for verb in ("verify", "report", "replay --path 3", "resume --paths 4096"):
        edited = call(*verb.split(), "run", cwd=tmp_path)
        assert (edited.returncode, edited.stdout, edited.stderr) == (2, "", said)
    del other["sha256"]  # as earlier versions wrote it
    manifest.write_text(json.dumps(other))
    spoilt = call("verify", "run", "--sample", "5", cwd=tmp_path)
    assert spoilt.returncode == 1
    (tmp_path / "kept.json").replace(manifest)
    lines = spoilt.stdout.splitlines()
    assert lines[1] == "differs: 64 paths from 0 (part 0)" and lines[-1] == "differ: 2 more chunks"

    csv = tmp_path / "run" / "summary.csv"
    text = csv.read_text("utf-8")
    csv.write_text(text.replace("0", "1", 1))
    edited = call("verify", "run", "--all", cwd=tmp_path)
    assert (edited.returncode, edited.stderr) == (1, "")
    assert edited.stdout == (
        "differs: summary.csv was changed since the run wrote it\n"
        "run: 32 of 32 chunks computed again\n"
    )
    csv.write_text(text)

    kept = tmp_path / "run" / "chunks.parquet"
    chunks = pd.read_parquet(kept)
    chunks["checksum"] ^= 1
    chunks.to_parquet(kept, index=False)
    swapped = call("verify", "run", cwd=tmp_path)
    assert (swapped.returncode, swapped.stdout) == (2, "")
    assert swapped.stderr == (
        "capexrisk: run/chunks.parquet: was changed since the run wrote it; run again\n"
    )

    kept.unlink()
    lost = call("verify", "run", cwd=tmp_path)
    assert (lost.returncode, lost.stdout) == (2, "")
    assert lost.stderr.startswith("capexrisk: run/chunks.parquet: cannot be read (")
    assert lost.stderr.count("\n") == 1
