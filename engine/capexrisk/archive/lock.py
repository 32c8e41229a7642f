"""Process lock of a directory: one process at a time."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from capexrisk.errors import RunDirectoryError

LOCK = "lock"
TRIES, PAUSE = 4, 0.05  # seconds; `is_locked` holds it for a moment


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a directory for this process; the lock is released however the process ends.

    Raises
    ------
    RunDirectoryError
        If another process has locked it, or nothing can be written there.
    """
    file = folder / LOCK
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        raise RunDirectoryError(
            f"{folder}: cannot be written ({error.strerror}); give another directory"
        ) from None
    try:
        try:
            _take(descriptor, file)
        except OSError as error:  # a file system without locks
            raise RunDirectoryError(
                f"{folder}: cannot be locked ({error.strerror}); give another directory"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
        if _is(descriptor, file):  # the folder may have been renamed, and its name reused
            file.unlink()  # while locked, so that no process locks a file about to be removed
    finally:
        os.close(descriptor)


def is_locked(folder: Path) -> bool:
    """Whether a process has locked a directory."""
    with suppress(OSError), (folder / LOCK).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _is(descriptor: int, file: Path) -> bool:
    """Whether an open file still has this name."""
    try:
        return os.fstat(descriptor).st_ino == file.stat().st_ino
    except OSError:
        return False


def _take(descriptor: int, file: Path) -> None:
    held = False
    for _ in range(TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = True
            break
        time.sleep(PAUSE)
    # Since it was opened here, its holder may have removed it and another process made a new one.
    if not held or not _is(descriptor, file):
        process = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        raise RunDirectoryError(
            f"{file.parent}: another process{process and f' ({process})'} is at work here; "
            "wait for it, or give another directory"
        )
