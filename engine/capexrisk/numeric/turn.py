"""A turn at compiling: one process compiles, and others wait for what it keeps."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["Turn"]

PAUSE: Final = 0.05  # seconds
PATIENCE: Final = 600.0  # then the other has been stopped, or its machine is far slower


class Turn:
    """The right to compile what is kept beside a file; it ends with the process at the latest.

    Where no file can be locked nobody waits, and each process compiles for itself.

    Parameters
    ----------
    file : Path
        An empty file, made where it is missing.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None

    def take(self, patience: float = PATIENCE) -> bool:
        """Wait until no other process has it, or for as long as `patience` lasts, seconds.

        Returns
        -------
        bool
            Whether this process has it now.
        """
        self.leave()
        with suppress(OSError):  # no place to write, or a file system without locks
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
            self._descriptor = descriptor
            until = time.monotonic() + patience
            while not _locked(descriptor):
                if time.monotonic() > until:
                    self.leave()
                    return False
                time.sleep(PAUSE)
            return True
        return False

    def leave(self) -> None:
        """Let others have it, if this process has."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
