"""One process at a time in a directory."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from capexrisk.errors import RunDirectoryError

LOCK = "lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a directory for this process; the lock ends with it, however it ends.

    Raises
    ------
    RunDirectoryError
        If another process holds it, or nothing can be written there.
    """
    file = folder / LOCK
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise RunDirectoryError(f"{folder}: cannot be written ({error.strerror})") from None
    try:
        _take(descriptor, file)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
        # Nobody may take what is about to go: removed while it is held.
        file.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


def is_locked(folder: Path) -> bool:
    """Whether a process is at work in a directory."""
    with suppress(OSError), (folder / LOCK).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _take(descriptor: int, file: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Who held it may have removed it since it was opened here, and another made a new one.
        same = os.fstat(descriptor).st_ino == file.stat().st_ino
    except (BlockingIOError, FileNotFoundError):
        same = False
    if not same:
        process = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        raise RunDirectoryError(
            f"{file.parent}: another process{process and f' ({process})'} is at work here; "
            "wait for it, or give another directory"
        )
