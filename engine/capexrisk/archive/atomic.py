"""Atomic writes: after a crash or a power cut a file is complete or absent."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

UNDER_WAY = ".tmp"  # ending of the temporary file
AT_ONCE = 8  # files that are brought to the disk together


def write_atomically(path: Path, *content: bytes, to_disk: bool = True) -> None:
    """Write to a temporary file, fsync, then rename: atomic.

    Without fsync (`to_disk` False) a power cut in the next seconds may leave it truncated; nothing
    else can. Until `sync_folder` is called, a power cut may restore an earlier file of that name.

    Raises
    ------
    OSError
        If it cannot be written; an earlier file of that name is left unchanged.
    """
    under_way = path.with_name(path.name + UNDER_WAY)
    try:
        under_way.unlink(missing_ok=True)  # left by a killed process; or a link to anywhere
        with under_way.open("xb") as file:
            file.writelines(content)
            file.flush()
            if to_disk:
                os.fsync(file.fileno())
        under_way.replace(path)
    except BaseException as error:
        with suppress(OSError):
            under_way.unlink(missing_ok=True)
        if isinstance(error, OSError):  # a full disk does not say which file it was
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write the columns of a table as CSV, lines ending alike everywhere; atomic.

    Raises
    ------
    OSError
        If it cannot be written; an earlier file of that name is left unchanged.
    """
    write_atomically(path, table.to_csv(index=False, lineterminator="\n").encode())


def sync_folder(folder: Path) -> None:
    """fsync a folder, so that the file names in it are on disk."""
    _sync(folder)


def sync_tree(folder: Path) -> None:
    """fsync a folder and everything below it."""
    paths = (*folder.rglob("*"), folder)
    sound = [path for path in paths if path.is_file() or path.is_dir()]  # a pipe waits for ever
    with ThreadPoolExecutor(AT_ONCE) as waiting:  # a disk takes many at once as soon as one
        list(waiting.map(_sync, sound))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
