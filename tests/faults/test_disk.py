"""Disks that are full, read-only, or give back other bytes than they were given."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import call, listing
from tests.faults.process import (
    END,
    PATHS,
    begun,
    held,
    interrupt,
    kill,
    tables,
    wait_until_kept,
)

RUN = ("run", "small.toml", "--paths", str(PATHS), "-q")


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True, capture_output=True)


@pytest.fixture
def disk(folder) -> Iterator[Path]:
    """A file system of 24 MB."""
    place = folder / "disk"
    place.mkdir()
    try:
        mount("-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("may not mount a file system here")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True, capture_output=True)


def test_a_full_disk(folder, disk, wanted):
    """Filled by somebody else in the middle; with room again the run is resumed."""
    with begun(folder, *RUN, "--out", "disk/x") as process:
        with held(process, disk / "x.unfinished"):
            fill(disk / "filler")
        out, err = process.communicate(timeout=END)
    assert (process.returncode, out) == (1, "")
    assert ": No space left on device; " in err and err.count("\n") == 1
    assert err.endswith(" of 2,097,152 paths are kept; resume with: capexrisk resume disk/x\n")
    assert not list(disk.rglob("*.tmp"))
    again = call("resume", "disk/x", "-q", cwd=folder)
    assert again.returncode == 1 and "No space left on device" in again.stderr
    (disk / "filler").unlink()
    assert call("resume", "disk/x", "-q", cwd=folder).returncode == 0
    assert tables(disk / "x") == wanted


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (2**16, 2**12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass


@pytest.mark.slow
def test_a_disk_that_is_read_only(folder, disk, wanted):
    """Since the run was killed, say: a disk with errors becomes so when it is mounted again."""
    with begun(folder, *RUN, "--out", "disk/x") as process:
        wait_until_kept(process, disk / "x.unfinished")
        kill(process)
    mount("-o", "remount,ro", str(disk))
    before = listing(disk)
    for verb in (("resume", "disk/x", "-q"), (*RUN, "--out", "disk/y")):
        refused = call(*verb, cwd=folder)
        assert refused.returncode == 2 and refused.stderr.count("\n") == 1
        assert "cannot be written (Read-only file system)" in refused.stderr
    assert listing(disk) == before
    mount("-o", "remount,rw", str(disk))
    assert call("resume", "disk/x", "-q", cwd=folder).returncode == 0
    assert tables(disk / "x") == wanted


@pytest.mark.slow
def test_a_file_that_was_damaged_is_named_and_its_chunks_computed_again(folder, wanted):
    with begun(folder, *RUN, "--out", "x") as process:
        interrupt(process, folder / "x.unfinished")
    file = folder / "x.unfinished" / "checkpoint" / "totals-00.lz4"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    found = call("resume", "x", "-q", cwd=folder)
    assert found.returncode == 0
    assert found.stderr == (
        "capexrisk: warning: x.unfinished/checkpoint/totals-00.lz4: was changed or cut off; "
        "its chunks are computed again\n"
    )
    assert tables(folder / "x") == wanted


def test_a_job_that_was_damaged_is_refused(folder):
    with begun(folder, *RUN, "--out", "x") as process:
        interrupt(process, folder / "x.unfinished")
    job = folder / "x.unfinished" / "checkpoint" / "job.json"
    job.write_text(job.read_text().replace('"sampler": "sobol"', '"sampler": "plain"'))
    before = listing(folder)
    refused = call("resume", "x", "-q", cwd=folder)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        "capexrisk: x.unfinished/checkpoint/job.json: was changed since it was written; run again, "
        "with --overwrite\n"
    )
    assert [name for name in listing(folder) if not name.endswith("/lock")] == [
        name for name in before if not name.endswith("/lock")
    ]
