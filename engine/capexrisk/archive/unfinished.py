"""Unfinished runs: begun, resumed and renamed to their results.

A run in progress has the directory NAME.unfinished, beside that of its results. It holds the
checkpoint and is renamed once it holds all of the results, so a run that ended in any other way
keeps a name that says so, and can be resumed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from capexrisk.archive.atomic import UNDER_WAY, sync_folder, sync_tree
from capexrisk.archive.checkpoint import (
    OVER_INPUTS,
    TOTALS,
    Checkpoint,
    open_checkpoint,
    paths_kept,
)
from capexrisk.archive.directory import (
    CHECKPOINT,
    JOB,
    MANIFEST,
    PATHS,
    UNFINISHED,
    WHY,
    destination,
    finished,
    holds_job,
    make_folder,
    put_back,
    refuse_nothing_to_resume,
    refuse_occupied,
    remove_empty,
    replace_by,
    resume_command,
    unfinished,
)
from capexrisk.archive.job import Job, read_job, refuse_other, write_job
from capexrisk.archive.lock import LOCK, locked
from capexrisk.archive.manifest import read_manifest
from capexrisk.archive.paths import PathFiles
from capexrisk.archive.system_errors import problem_of
from capexrisk.errors import CapexriskError, ResultsError, RunDirectoryError, RunStopped
from capexrisk.run.execute import Hooks, Progress
from capexrisk.run.signals import signals_ignored


@dataclass(frozen=True)
class Attempt:
    """An attempt at a run, from its beginning or from a checkpoint.

    Attributes
    ----------
    out : Path
        Where the results will be.
    directory : Path
        Where they are written until the run is finished.
    job : Job
    checkpoint : Checkpoint
    """

    out: Path
    directory: Path
    job: Job
    checkpoint: Checkpoint

    def hooks(self, progress: Progress | None) -> Hooks:
        """Side outputs of the run: single paths, progress and checkpoint."""
        paths = self.directory / PATHS
        if self.job.keep_paths:
            paths.mkdir(exist_ok=True)
        return Hooks(PathFiles(paths) if self.job.keep_paths else None, progress, self.checkpoint)

    def hooks_over_inputs(self, progress: Progress | None) -> Hooks:
        """Side outputs of the outer points' paths: progress, after that of the others."""
        before = self.job.plan.run_paths
        told = None if progress is None else lambda done: progress(before + done)
        return Hooks(None, told, self.checkpoint.over_inputs)


@contextmanager
def begin_run(out: Path, job: Job) -> Iterator[Attempt]:
    """Begin a job whose results will be at `out`.

    Raises
    ------
    RunDirectoryError
        If `out` exists and may not be replaced, an unfinished run is there, another process is
        using it, or nothing can be written.
    RunStopped
        If it was stopped; the message says what is in the checkpoint.
    """
    out = destination(out)
    if out.name.endswith(UNFINISHED):
        raise RunDirectoryError(
            f"{out}: {UNFINISHED} is for runs that are under way; give another name with --out"
        )
    refuse_occupied(out, job.overwrite, "run")
    folder = unfinished(out)
    if os.path.lexists(folder) and not ((folder / CHECKPOINT).is_dir() or _is_empty(folder)):
        raise RunDirectoryError(f"{folder}: is in the way; give another directory with --out")
    made = make_folder(out, folder / CHECKPOINT)
    _refuse_links(folder)
    with locked(folder / CHECKPOINT):
        if holds_job(folder) and not job.overwrite:
            raise RunDirectoryError(
                f"{out}: holds a run that is not finished; resume it with {resume_command(out)}, "
                "begin again with --overwrite, or give another directory with --out"
            )
        put_back(out)
        refuse_occupied(out, job.overwrite, "run")
        _clear(folder)
        with _attempt(folder, out, job, made) as attempt:
            yield attempt


@contextmanager
def resume_run(place: Path, *, paths: int | None = None, **how: Any) -> Iterator[Attempt]:
    """Resume an unfinished run, or extend a finished one to more paths.

    Parameters
    ----------
    place : Path
        The directory that was given to `begin_run`, or that of the unfinished run.
    paths : int, optional
        Total number of paths, if more are wanted than before.
    **how
        Fields of the plan: outer, jobs, backend, scheduler, max_seconds.

    Raises
    ------
    ResumeMismatch
        If it would not be the same run.
    ResultsError
        If there is no such run.
    ValueError
        If a field of the plan is out of range.
    RunDirectoryError, RunStopped
        As for `begin_run`.
    """
    out = destination(finished(place))
    folder = unfinished(out)
    refuse_nothing_to_resume(out)
    if not folder.is_dir():
        _extend(out, folder, paths, how)
    elif not holds_job(folder):
        raise ResultsError(f"{folder}: {JOB} is missing, so nothing tells the run; begin it again")
    _refuse_links(folder)
    with locked(folder / CHECKPOINT):
        job, _ = read_job(folder / CHECKPOINT / JOB)
        if paths is not None and paths < job.plan.paths:
            raise ResultsError(
                f"{folder}: {job.plan.paths:,} paths are asked for already; give as many or more"
            )
        job = job.with_plan(**how, paths=job.plan.paths if paths is None else paths)
        put_back(out)
        refuse_occupied(out, job.overwrite, "run")
        with _attempt(folder, out, job, None) as attempt:
            yield attempt


@contextmanager
def _attempt(folder: Path, out: Path, job: Job, made: list[Path] | None) -> Iterator[Attempt]:
    """Context of an attempt: renames the directory at the end, or keeps or removes it on failure.

    `made` are the directories made for a new run; None for a resumed one.
    """
    attempt = None
    try:
        attempt = Attempt(out, folder, job, open_checkpoint(folder / CHECKPOINT, job))
        sync_folder(out.parent)
        yield attempt
        with signals_ignored():  # all is written: an interrupt comes too late
            for left in folder.rglob(f"*{UNDER_WAY}"):
                left.unlink()
            sync_tree(folder)
            _put(folder, out, job)
    except RunStopped:
        raise
    except (KeyboardInterrupt, OSError, MemoryError, CapexriskError) as error:
        if isinstance(error, CapexriskError) and not error.transient:
            if made is not None:  # resuming would lead to the same error
                _clear_away(folder, made)
            raise
        if attempt is not None:
            attempt.checkpoint.keep_uninterrupted()
        if not folder.is_dir():  # it is finished and renamed
            raise
        kept = attempt is not None and _kept(attempt)
        if not kept and made is not None:
            _clear_away(folder, made)
        if isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt(kept or "nothing was written") from None
        if isinstance(error, CapexriskError) and not kept:
            raise
        raise RunStopped(
            f"{_reason(error, folder)}; {kept or 'nothing is kept of the run'}"
        ) from error
    except BaseException:  # a defect
        if made is not None and not holds_job(folder):
            _clear_away(folder, made)
        raise


def _is_empty(folder: Path) -> bool:
    """Whether nothing is in a folder, as where an attempt was ended when it had just begun."""
    return folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())


def _put(folder: Path, out: Path, job: Job) -> None:
    """Rename a finished run to its own name."""
    try:
        # Checked again, since something may have been put there during the run.
        refuse_occupied(out, job.overwrite, "run")
    except RunDirectoryError:
        raise RunStopped(
            f"{out}: was put there while the run was at work; the run is finished: move the other "
            f"away, then {resume_command(out)}"
        ) from None
    replace_by(folder, out)
    sync_folder(out.parent)
    (out / CHECKPOINT / LOCK).unlink(missing_ok=True)


def _kept(attempt: Attempt) -> str:
    """One clause on what the checkpoint holds; empty if nothing."""
    # Counted on disk: an interrupt may come before any of it was read.
    paths = paths_kept(attempt.directory / CHECKPOINT)
    in_all = attempt.job.plan.run_paths
    if not paths:
        return ""
    return f"{paths:,} of {in_all:,} paths are kept; resume with: {resume_command(attempt.out)}"


def _reason(error: BaseException, folder: Path) -> str:
    if isinstance(error, MemoryError):
        return "the memory is full"
    if isinstance(error, OSError) and error.errno:
        return f"{error.filename or folder}: {problem_of(error)}"
    return str(error)


def _extend(out: Path, folder: Path, paths: int | None, how: Mapping[str, Any]) -> None:
    """Begin an unfinished run of more paths from a finished one, which is left unchanged.

    Raises
    ------
    ResultsError
        If there is no such run, or it has as many paths already.
    """
    try:
        manifest = read_manifest(out / MANIFEST)
        run, inputs = manifest.run, manifest.inputs
        job, then = read_job(out / CHECKPOINT / JOB)
    except FileNotFoundError:
        if holds_job(out):
            said = f"is not finished; name it {folder.name}, then {resume_command(out)}"
        elif (out / MANIFEST).is_file():
            said = "has no checkpoint; run it again with more paths, and --overwrite"
        else:
            said = f"is no run ({MANIFEST} is missing); begin one with capexrisk run"
        raise ResultsError(f"{out}: {said}") from None
    if run.targets and all(target.reached for target in run.targets):
        raise ResultsError(f"{out}: is finished, its targets are reached; nothing is left to do")
    wanted = job.with_plan(**how, paths=job.plan.paths if paths is None else paths)
    points = 0 if inputs is None else inputs.outer
    more = wanted.over_inputs is not None and wanted.over_inputs.plan.outer_points > points
    if wanted.plan.run_paths <= run.paths and not more:
        raise ResultsError(f"{out}: is finished, with {run.paths:,} paths; give more --paths")
    refuse_other(out, then, wanted)
    under_way = folder.with_name(f".{folder.name}-{uuid4().hex[:12]}")
    try:
        (under_way / CHECKPOINT).mkdir(parents=True)
        # Files are replaced, never modified, so both runs may share them.
        for file in (out / CHECKPOINT).glob(TOTALS):
            _share(file, under_way / CHECKPOINT / file.name)
        if (out / CHECKPOINT / OVER_INPUTS).is_dir():
            of_inputs = under_way / CHECKPOINT / OVER_INPUTS
            shutil.copytree(out / CHECKPOINT / OVER_INPUTS, of_inputs, copy_function=_share)
        if job.keep_paths and (out / PATHS).is_dir():
            shutil.copytree(out / PATHS, under_way / PATHS, copy_function=_share)
        if (out / WHY).is_dir():  # of the same scenario, whatever the number of paths
            shutil.copytree(out / WHY, under_way / WHY, symlinks=True, copy_function=_share)
        write_job(replace(wanted, overwrite=True), under_way / CHECKPOINT / JOB)
        try:
            under_way.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster and has locked it
                raise
    finally:
        shutil.rmtree(under_way, ignore_errors=True)


def _share(file: Path | str, other: Path | str) -> None:
    """Link a file under a second name, or copy it where links are not possible."""
    try:
        os.link(file, other)
    except OSError:
        shutil.copyfile(file, other)


def _refuse_links(folder: Path) -> None:
    """Refuse a directory with links in it: planted ones may lead out of it.

    Raises
    ------
    RunDirectoryError
    """
    links = (path for path in (folder, *folder.rglob("*")) if path.is_symlink())
    if link := next(links, None):
        raise RunDirectoryError(f"{link}: is a link, which may lead anywhere; remove it")


def _clear(folder: Path) -> None:
    """Remove everything but the lock; the job, which identifies the directory, goes last."""
    for entry in folder.iterdir():
        if entry.name == CHECKPOINT:
            for file in entry.iterdir():
                if file.name == OVER_INPUTS:
                    shutil.rmtree(file)
                elif file.name not in (LOCK, JOB):
                    file.unlink()
        elif entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    (folder / CHECKPOINT / JOB).unlink(missing_ok=True)


def _clear_away(folder: Path, made: list[Path]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    remove_empty(made)
