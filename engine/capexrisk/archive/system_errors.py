"""What the operating system refuses, in words: what is there, and how to mend it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_IN_THE_WAY: Final = ("a file is in the way, where a folder should be", "move it away")
_NO_ROOM: Final = ("", "make room there, or take another place")
_NOT_ALLOWED: Final = ("", "change its permissions, or take another place")
# Problem and mend by the system's code; without a problem of ours its own words say it.
_TOLD: Final = {
    errno.EEXIST: _IN_THE_WAY,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EISDIR: ("is a folder, where a file should be", "move it away"),
    errno.ENOTEMPTY: ("a folder is in the way that is not empty", "move it away"),
    errno.ENOENT: ("", "check the path"),
    errno.ENAMETOOLONG: ("", "take a shorter name"),
    errno.ELOOP: ("", "links lead in a circle there; take another place"),
    errno.EROFS: ("", "take another place, or mount that one for writing"),
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EFBIG: _NO_ROOM,
    errno.EPIPE: ("nobody reads it any more", "read it to its end"),
    errno.EMFILE: ("", "allow more files (ulimit -n), or give fewer --jobs"),
    errno.ENOMEM: ("", "free some memory, or give fewer --jobs"),
}
# What a stream that takes no more gives; of a file its name would be known.
OF_STREAMS: Final = (
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
    *(errno.EIO, errno.EPIPE, errno.EBADF),
)
_OTHER: Final = ("", "try again, or take another place")


def problem_of(error: OSError) -> str:
    """What is wrong: our words, or those of the system; a library's are left out."""
    own = _TOLD.get(error.errno or 0, _OTHER)[0]
    system = os.strerror(error.errno) if error.errno else ""
    return own or system or " ".join(str(error).split()) or type(error).__name__


def line_of(error: OSError, place: Path | str = "") -> str:
    """One line with the place, what is wrong there, and the mend.

    >>> line_of(FileExistsError(17, "File exists", "run/figures"))
    'run/figures: a file is in the way, where a folder should be; move it away'

    Parameters
    ----------
    error : OSError
    place : path-like
        Where it happened, for an error that names no file.
    """
    where = str(error.filename or place)
    mend = _TOLD.get(error.errno or 0, _OTHER)[1]
    return f"{where}: {problem_of(error)}; {mend}" if where else f"{problem_of(error)}; {mend}"


@contextmanager
def placed(place: Path) -> Iterator[None]:
    """Give an error that names no file this place: a full disk does not say which it was."""
    try:
        yield
    except OSError as error:
        if error.filename is not None or not error.errno:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(place)) from None
