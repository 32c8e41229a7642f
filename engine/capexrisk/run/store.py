"""The run directory: it appears under its name only when it is complete."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal
from uuid import uuid4

from capexrisk.errors import ResultsError, RunDirectoryError
from capexrisk.run.results import MANIFEST
from capexrisk.run.stored_manifest import read_json

Kind = Literal["run", "comparison"]


@contextmanager
def run_directory(out: Path, *, overwrite: bool = False, kind: Kind = "run") -> Iterator[Path]:
    """Make a directory for the files of a run, or of a comparison.

    The files are written into a hidden directory beside `out`, which is renamed at the end; after
    an error nothing is left of it, and what stood at `out` before still stands.

    Parameters
    ----------
    out : Path
        Where the results shall be.
    overwrite : bool
        Replace an earlier one of its kind there. Anything else is never replaced.
    kind : {"run", "comparison"}

    Yields
    ------
    Path
        The directory to write into.

    Raises
    ------
    RunDirectoryError
        If `out` exists and may not be replaced, or cannot be written.
    """
    out = out.resolve() if out.name in ("", "..") else out
    if Path.cwd().is_relative_to(out.resolve()):
        raise RunDirectoryError(
            f"{out}: is the folder you stand in, or above it; give another directory with --out"
        )
    _refuse_occupied(out, overwrite, kind)
    partial = out.parent / f".{out.name}.partial-{uuid4().hex[:12]}"
    made: list[Path] = []
    try:
        made += [parent for parent in out.parents if not parent.exists()]
        partial.mkdir(parents=True)
    except OSError as error:
        _remove_empty(made)
        raise RunDirectoryError(
            f"{out}: cannot be written ({error.strerror}); give another directory with --out"
        ) from None
    try:
        yield partial
        # Again: somebody may have put something there while the paths ran.
        _refuse_occupied(out, overwrite, kind)
        _replace(partial, out)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        _remove_empty(made)
        raise


def _refuse_occupied(out: Path, overwrite: bool, kind: Kind) -> None:
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


def _replace(partial: Path, out: Path) -> None:
    """Put `partial` where `out` is; a rename each, so that no moment shows a mixture."""
    if not out.exists():
        partial.rename(out)
        return
    old = partial.with_name(partial.name + "-replaced")
    out.rename(old)
    try:
        partial.rename(out)
    except BaseException:  # an interrupt as well: the earlier run must not stay under a hidden name
        old.rename(out)
        raise
    if old.is_symlink():
        old.unlink()  # what it led to is another directory's run, and stays
    else:
        shutil.rmtree(old)


def _remove_empty(directories: list[Path]) -> None:
    for directory in directories:
        with suppress(OSError):
            directory.rmdir()
