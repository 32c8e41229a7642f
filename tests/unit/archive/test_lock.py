"""One process at a time, whatever names change meanwhile."""

from __future__ import annotations

import pytest

from capexrisk.archive.lock import LOCK, is_locked, locked
from capexrisk.errors import RunDirectoryError


def test_the_lock_of_the_next_one_is_left_alone(tmp_path):
    """The folder gets another name, and a new one of the old name is held by somebody else."""
    folder = tmp_path / "x"
    folder.mkdir()
    first = locked(folder)
    first.__enter__()
    folder.rename(tmp_path / "y")
    folder.mkdir()
    with locked(folder):
        first.__exit__(None, None, None)
        assert (folder / LOCK).exists() and is_locked(folder)
        with pytest.raises(RunDirectoryError, match="is at work here"), locked(folder):
            pytest.fail("two at once")


def test_a_lock_that_was_replaced_is_not_taken(tmp_path, monkeypatch):
    """By who held it, after it was opened here and before it was taken."""
    import fcntl

    take = fcntl.flock

    def replaced(descriptor: object, how: int) -> None:
        (tmp_path / LOCK).unlink(missing_ok=True)
        (tmp_path / LOCK).touch()
        take(descriptor, how)  # type: ignore[arg-type]

    monkeypatch.setattr(fcntl, "flock", replaced)
    with pytest.raises(RunDirectoryError, match="is at work here"), locked(tmp_path):
        pytest.fail("held a lock that nobody else sees")
