"""List finished and unfinished runs below a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from capexrisk.archive.checkpoint import paths_kept
from capexrisk.archive.directory import CHECKPOINT, JOB, MANIFEST, UNFINISHED, finished
from capexrisk.archive.job import read_job
from capexrisk.archive.lock import is_locked
from capexrisk.archive.manifest import (
    ComparisonManifest,
    Manifest,
    OtherFormat,
    read_any_manifest,
)
from capexrisk.archive.results import SUMMARY_PARQUET
from capexrisk.archive.tables import MOST_ROWS, SUMMARY, read_table
from capexrisk.errors import CapexriskError, ResultsError
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.lookup import Lookup
from capexrisk.estimate.metrics import SYSTEM, failures_metric
from capexrisk.estimate.names import Name
from capexrisk.scenario import overrides_of

DEEPEST = 3  # folders below the one that is asked for
COMPARISON, RUN = "comparison", "run"
FINISHED, STOPPED, UNDONE, RUNNING = "finished", "stopped", "unfinished", "running"


@dataclass(frozen=True)
class ListedRun:
    """A finished or unfinished run, or a comparison.

    Attributes
    ----------
    directory : Path
        For an unfinished run, where its results will be.
    kind : {"run", "comparison"}
    state : {"finished", "stopped", "unfinished", "running"}
        A stopped run is finished: its time limit ended it before all of its paths.
    scenario : str
        Its name; for a comparison, the names of its scenarios.
    changed : tuple of str
        Inputs that were set beside the scenario's file: ``"market.tax=0.2"``.
    paths : int
        Paths counted: for a comparison by its base, for an unfinished run in its checkpoint.
    of : int
        Paths planned, for an unfinished or stopped run; otherwise 0.
    seed : int
    started : str
        Day and time; "" for a comparison.
    headline : Estimate or None
        Chance of any funding failure by the end of the horizon; only for a run.
    trouble : str
        Why it cannot be read; "" if it can.
    """

    directory: Path
    kind: str
    state: str = FINISHED
    scenario: str = ""
    changed: tuple[str, ...] = ()
    paths: int = 0
    of: int = 0
    seed: int = 0
    started: str = ""
    headline: Estimate | None = None
    trouble: str = ""


def runs_below(folder: Path) -> list[ListedRun]:
    """All runs and comparisons in and below a folder, sorted by name.

    Folders inside a run and hidden folders are not searched.

    Raises
    ------
    ResultsError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise ResultsError(f"{folder}: is no folder; give one that holds runs")
    return [_entry(found) for found in sorted(_search(folder, DEEPEST))]


def _search(folder: Path, depth: int) -> Iterator[Path]:
    if folder.name.endswith(UNFINISHED) and (folder / CHECKPOINT).is_dir():
        yield folder
        return
    if (folder / MANIFEST).is_file():
        yield folder
        folder = folder / "runs"  # runs made by the comparison
        if not folder.is_dir():
            return
    if depth:
        for below in folder.iterdir():
            if below.is_dir() and not below.is_symlink() and not below.name.startswith("."):
                yield from _search(below, depth - 1)


def _entry(directory: Path) -> ListedRun:
    if directory.name.endswith(UNFINISHED):
        return _of_unfinished(directory)
    try:
        manifest = read_any_manifest(directory / MANIFEST)
        if isinstance(manifest, ComparisonManifest):
            return _of_comparison(directory, manifest)
        return _of_run(directory, manifest)
    except OtherFormat:
        return ListedRun(directory, RUN, trouble="of another version")
    except (CapexriskError, OSError):
        return ListedRun(directory, RUN, trouble="cannot be read")


def _of_comparison(directory: Path, manifest: ComparisonManifest) -> ListedRun:
    base = manifest.runs[manifest.base]
    return ListedRun(
        directory, COMPARISON, scenario=", ".join(manifest.runs), paths=base.paths, seed=base.seed
    )


def _of_unfinished(directory: Path) -> ListedRun:
    out = finished(directory)
    try:
        job, _ = read_job(directory / CHECKPOINT / JOB)
    except (CapexriskError, OSError):
        return ListedRun(out, RUN, UNDONE, trouble="cannot be read")
    return ListedRun(
        out,
        RUN,
        RUNNING if is_locked(directory / CHECKPOINT) else UNDONE,
        scenario=job.scenario.name,
        changed=tuple(overrides_of(job.scenario)),
        paths=paths_kept(directory / CHECKPOINT),
        of=job.plan.run_paths,
        seed=job.plan.seed,
    )


def _of_run(directory: Path, manifest: Manifest) -> ListedRun:
    run, last = manifest.run, manifest.scenario.quarter_labels()[-1]
    table = read_table(directory / SUMMARY_PARQUET, SUMMARY, MOST_ROWS["summary"])
    any_failure = Name(SYSTEM, last, failures_metric(1), "probability")
    stopped = run.paths < run.paths_asked and not run.targets
    return ListedRun(
        directory=directory,
        kind=RUN,
        state=STOPPED if stopped else FINISHED,
        scenario=manifest.scenario.name,
        changed=tuple(overrides_of(manifest.scenario)),
        paths=run.paths_counted,
        of=run.paths_asked if stopped else 0,
        seed=run.seed,
        started=f"{manifest.times.started:%Y-%m-%d %H:%M}",
        headline=Lookup(table).get(any_failure),
    )
