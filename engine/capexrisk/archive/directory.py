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

from capexrisk.archive.system_errors import placed
from capexrisk.archive.untrusted import read_json
from capexrisk.errors import ResultsError, RunDirectoryError

UNFINISHED: Final = ".unfinished"
CHECKPOINT: Final = "checkpoint"
JOB: Final = "job.json"
MANIFEST: Final = "manifest.json"
PATHS: Final = "paths"  # the folder of a run's single paths
WHY: Final = "why"  # the folder of what is left with a finished run
CHUNK_FILES: Final = "chunk-*.parquet"
DirectoryKind = Literal["run", "comparison"]


def named(directory: Path) -> Path:
    """A directory under its real name, even if it was given as "." or the like."""
    return directory.resolve() if directory.name in ("", "..") else directory


def unfinished(out: Path) -> Path:
    """Directory of the run in progress whose results will be at `out`."""
    out = named(out)
    return out.parent / f"{out.name}{UNFINISHED}"


def finished(directory: Path) -> Path:
    """Directory of a run's results, given that directory or the one of the run in progress."""
    directory = named(directory)
    return directory.parent / directory.name.removesuffix(UNFINISHED)


def holds_job(folder: Path) -> bool:
    """Whether a directory holds the job of an unfinished run."""
    return (folder / CHECKPOINT / JOB).is_file()


def refuse_without_results(folder: Path) -> None:
    """Refuse a directory without the results of a run; nothing is read, so it takes no time.

    Raises
    ------
    ResultsError
    """
    if folder.name.endswith(UNFINISHED):  # its tables may be an earlier attempt's
        said = f"is not finished; resume it with {resume_command(finished(folder))}"
    elif _stands(folder / MANIFEST):
        return
    elif unfinished(folder).is_dir():
        said = f"is not finished; resume it with {resume_command(folder)}"
    elif not folder.is_dir():
        said = "is no directory; give that of a finished run"
    elif holds_job(folder):
        said = f"is not finished; name it {unfinished(folder).name}, then {resume_command(folder)}"
    else:
        said = f"no {MANIFEST} here; give the directory of a finished run"
    raise ResultsError(f"{folder}: {said}")


def _stands(file: Path) -> bool:
    """Whether a file exists, or only reading it can tell."""
    try:
        return file.exists()
    except OSError:
        return True


def refuse_nothing_to_resume(out: Path) -> None:
    """Refuse a place where no run is, neither finished nor begun.

    Raises
    ------
    ResultsError
    """
    if not unfinished(out).is_dir() and not out.is_dir():
        raise ResultsError(f"{out}: there is no such run; begin one with capexrisk run")


def resume_command(out: Path) -> str:
    """Shell command that resumes a run."""
    return f"capexrisk resume {shlex.quote(str(out))}"


@contextmanager
def comparison_directory(out: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Make a directory for the files of a comparison.

    The files are written into a hidden directory beside `out`, which is renamed at the end. After
    an error it is removed, and `out` is unchanged.

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
        with placed(out):
            yield partial
        # Checked again, since something may have been put there in the meantime.
        refuse_occupied(out, overwrite, "comparison")
        replace_by(partial, out)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        remove_empty(made)
        if isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt("nothing was written") from None
        raise


def destination(out: Path) -> Path:
    """Resolve the directory for results to a path that can be renamed: of a link, where it leads.

    Raises
    ------
    RunDirectoryError
        If it is the working directory, or one above it.
    """
    out = out.resolve() if out.is_symlink() and out.exists() else named(out)
    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise RunDirectoryError(
            f"{out}: the folder you stand in is gone; stand elsewhere"
        ) from None
    if here.is_relative_to(out.resolve()):
        raise RunDirectoryError(
            f"{out}: is the folder you stand in, or above it; stand elsewhere, or give another"
        )
    return out


def make_folder(out: Path, folder: Path) -> list[Path]:
    """Make a folder for the files that will be at `out`, unless it exists.

    Returns
    -------
    list of Path
        Folders above `out` that had to be made.

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


def refuse_occupied(out: Path, overwrite: bool, kind: DirectoryKind) -> None:
    """Refuse to replace anything but an empty folder, or an earlier result that may be overwritten.

    Raises
    ------
    RunDirectoryError
    """
    if not os.path.lexists(out):
        return
    if out.is_mount():
        raise RunDirectoryError(
            f"{out}: is a mount point, which cannot be renamed; give {out}/NAME"
        )
    if _is_empty(out):
        return
    if not overwrite:
        instead = ", or --overwrite" if out.is_dir() else ""
        raise RunDirectoryError(
            f"{out}: exists already; give another directory with --out{instead}"
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


def _is_empty(out: Path) -> bool:
    try:
        return not any(out.iterdir())
    except OSError:  # no folder, or one that cannot be read
        return False


def _kind_of(out: Path) -> DirectoryKind:
    """Kind of a manifest; one that cannot be read counts as a run's."""
    try:
        kind = read_json(out / MANIFEST).content.get("kind")
        return "comparison" if kind == "comparison" else "run"
    except (OSError, ResultsError):
        return "run"


def replace_by(partial: Path, out: Path) -> None:
    """Replace `out` by `partial` through renames, so that the two are never mixed."""
    old = _old_name(out)
    _remove(old)  # left by a process that was killed just before removing it
    try:
        if os.path.lexists(out):
            out.rename(old)
        partial.rename(out)
    except BaseException:  # interrupts too: the earlier run must not stay under a hidden name
        put_back(out)
        raise
    _remove(old)


def put_back(out: Path) -> None:
    """Restore an earlier run's name, if a process was killed while replacing the run."""
    old = _old_name(out)
    if os.path.lexists(old) and not os.path.lexists(out):
        old.rename(out)


def _old_name(out: Path) -> Path:
    return out.with_name(f".{out.name}.replaced")


def _remove(old: Path) -> None:
    shutil.rmtree(old, ignore_errors=True)


def remove_empty(directories: list[Path]) -> None:
    """Remove the directories that are empty."""
    for directory in directories:
        with suppress(OSError):
            directory.rmdir()
