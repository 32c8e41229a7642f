"""Directories of results: their names before and after a run finishes, and how they are replaced.

A directory appears under its own name only when it is complete.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Literal
from uuid import uuid4

from capexrisk.archive.job import JOB
from capexrisk.archive.manifest import MANIFEST
from capexrisk.archive.untrusted import read_json
from capexrisk.errors import ResultsError, RunDirectoryError

UNFINISHED: Final = ".unfinished"
CHECKPOINT: Final = "checkpoint"
Kind = Literal["run", "comparison"]


def named(directory: Path) -> Path:
    """A directory by its own name, where it was given as "." or the like."""
    return directory.resolve() if directory.name in ("", "..") else directory


def unfinished(out: Path) -> Path:
    """Directory of a run in progress whose results will be at `out`."""
    out = named(out)
    return out.parent / f"{out.name}{UNFINISHED}"


def finished(directory: Path) -> Path:
    """Directory of its results; `directory` may be this one, or that of the run in progress."""
    directory = named(directory)
    return directory.parent / directory.name.removesuffix(UNFINISHED)


def holds_job(folder: Path) -> bool:
    """Whether a directory holds the job of an unfinished run."""
    return (folder / CHECKPOINT / JOB).is_file()


def resume_command(out: Path) -> str:
    """The command that resumes a run."""
    return f"capexrisk resume {shlex.quote(str(out))}"


@contextmanager
def comparison_directory(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Make a directory for the files of a comparison.

    The files are written into a hidden directory beside `out`, which is renamed at the end. After
    an error nothing is left of it, and `out` is as it was.

    Parameters
    ----------
    out : Path
        Where the results will be.
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
    out = destination(out)
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


def destination(out: Path) -> Path:
    """Where results will be, under a name that can be renamed.

    Raises
    ------
    RunDirectoryError
        If it is the working directory, or above it.
    """
    out = named(out)
    if Path.cwd().is_relative_to(out.resolve()):
        raise RunDirectoryError(
            f"{out}: is the folder you stand in, or above it; stand elsewhere, or give another"
        )
    return out


def make_folder(out: Path, folder: Path) -> list[Path]:
    """Make a folder for what will be at `out`, unless it is there.

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
    """Refuse to replace what must stay.

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
    """What a manifest is of; one that cannot be read counts as that of a run."""
    try:
        kind = read_json(out / MANIFEST).content.get("kind")
        return "comparison" if kind == "comparison" else "run"
    except (OSError, ResultsError):
        return "run"


def replace_by(partial: Path, out: Path) -> None:
    """Replace `out` by `partial`, by renaming: at no moment is there a mixture."""
    old = _old_name(out)
    _remove(old)  # of a process that was killed just before it removed this
    try:
        if os.path.lexists(out):
            out.rename(old)
        partial.rename(out)
    except BaseException:  # an interrupt as well: the earlier run must not stay under a hidden name
        put_back(out)
        raise
    _remove(old)


def put_back(out: Path) -> None:
    """Give an earlier run its name back, if a process was killed while it replaced it."""
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
