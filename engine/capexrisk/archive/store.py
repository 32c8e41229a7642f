"""Directories of results: they appear under their name only when they are complete."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from uuid import uuid4

from capexrisk.archive.results import MANIFEST
from capexrisk.archive.stored_manifest import read_json
from capexrisk.errors import ResultsError, RunDirectoryError

Kind = Literal["run", "comparison"]


@contextmanager
def comparison_directory(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Make a directory for the files of a comparison.

    The files are written into a hidden directory beside `out`, which is renamed at the end; after
    an error nothing is left of it, and what stood at `out` before still stands.

    Parameters
    ----------
    out : Path
        Where the results shall be.
    overwrite : bool
        Replace an earlier comparison there. Anything else is never replaced.

    Yields
    ------
    Path
        The directory to write into.

    Raises
    ------
    RunDirectoryError
        If `out` exists and may not be replaced, or cannot be written.
    """
    out = place_of(out)
    put_back(out)
    refuse_occupied(out, overwrite, "comparison")
    partial = out.parent / f".{out.name}.partial-{uuid4().hex[:12]}"
    made = make_folder(out, partial)
    try:
        yield partial
        # Again: somebody may have put something there in the meantime.
        refuse_occupied(out, overwrite, "comparison")
        replace_by(partial, out)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        remove_empty(made)
        if isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt("nothing was written") from None
        raise


def place_of(out: Path) -> Path:
    """Where results shall be, under a name that can be renamed.

    Raises
    ------
    RunDirectoryError
        If it is the working directory, or above it.
    """
    out = out.resolve() if out.name in ("", "..") else out
    if Path.cwd().is_relative_to(out.resolve()):
        raise RunDirectoryError(
            f"{out}: is the folder you stand in, or above it; stand elsewhere, or give another"
        )
    return out


def make_folder(out: Path, folder: Path) -> list[Path]:
    """Make a folder for what shall be at `out`, unless it is there.

    Returns
    -------
    list of Path
        Folders above `out` that were missing.

    Raises
    ------
    RunDirectoryError
        If it cannot be made.
    """
    made: list[Path] = []
    try:
        made += [parent for parent in out.parents if not parent.exists()]
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        remove_empty(made)
        raise RunDirectoryError(
            f"{out}: cannot be written ({error.strerror}); give another directory with --out"
        ) from None
    return made


def refuse_occupied(out: Path, overwrite: bool, kind: Kind) -> None:
    """Refuse to take the place of what must stay.

    Raises
    ------
    RunDirectoryError
    """
    if not os.path.lexists(out):
        return
    if not overwrite:
        raise RunDirectoryError(
            f"{out}: exists already; give another directory with --out, or --overwrite"
        )
    if not (out / MANIFEST).is_file():
        raise RunDirectoryError(
            f"{out}: is not a {kind} ({MANIFEST} is missing), so it is not replaced; "
            "give another directory with --out"
        )
    if _kind_of(out) != kind:
        raise RunDirectoryError(
            f"{out}: is a {_kind_of(out)}, not a {kind}, so it is not replaced; "
            "give another directory with --out"
        )


def _kind_of(out: Path) -> Kind:
    """What a manifest is of; one that cannot be read is a run's, which may be made anew."""
    try:
        return "comparison" if "comparison" in read_json(out / MANIFEST) else "run"
    except (OSError, ResultsError):
        return "run"


def replace_by(partial: Path, out: Path) -> None:
    """Put `partial` where `out` is; a rename each, so that no moment shows a mixture."""
    old = _old_name(out)
    _remove(old)  # left by a process that was killed when all but this was done
    try:
        if os.path.lexists(out):
            out.rename(old)
        partial.rename(out)
    except BaseException:  # an interrupt as well: the earlier run must not stay under a hidden name
        put_back(out)
        raise
    _remove(old)


def put_back(out: Path) -> None:
    """Give an earlier run its name again, if a process was killed while it exchanged the two."""
    old = _old_name(out)
    if os.path.lexists(old) and not os.path.lexists(out):
        old.rename(out)


def _old_name(out: Path) -> Path:
    return out.with_name(f".{out.name}.replaced")


def _remove(old: Path) -> None:
    if old.is_symlink():
        old.unlink()  # what it led to is another directory's run, and stays
    else:
        shutil.rmtree(old, ignore_errors=True)


def remove_empty(directories: list[Path]) -> None:
    """Remove those of the directories that are empty."""
    for directory in directories:
        with suppress(OSError):
            directory.rmdir()
