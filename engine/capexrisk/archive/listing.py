"""List the runs below a folder, finished or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from capexrisk.archive.checkpoint import paths_kept
from capexrisk.archive.directory import CHECKPOINT, UNFINISHED, finished
from capexrisk.archive.job import JOB, read_job
from capexrisk.archive.lock import is_locked
from capexrisk.archive.manifest import (
    MANIFEST,
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

DEEPEST = 3  # folders below the one that is asked for
COMPARISON, RUN = "comparison", "run"
FINISHED, STOPPED, UNDONE, RUNNING = "finished", "stopped", "unfinished", "running"


@dataclass(frozen=True)
class Entry:
    """A run, finished or not, or a comparison.

    Attributes
    ----------
    directory : Path
        Of an unfinished run, where its results will be.
    kind : {"run", "comparison"}
    state : {"finished", "stopped", "unfinished", "running"}
        Stopped is a finished run that its cap on time has ended before all of its paths.
    scenario : str
        Its name; of a comparison the names of its scenarios.
    paths : int
        Counted; of a comparison, those of its base; of an unfinished run, in its checkpoint.
    of : int
        Paths of an unfinished run, or a stopped one, in all; 0 of others.
    seed : int
    started : str
        Day and time; "" of a comparison.
    headline : Estimate or None
        Chance of any funding failure by the end of the horizon; of a run.
    trouble : str
        Why it cannot be read; "" if it can.
    """

    directory: Path
    kind: str
    state: str = FINISHED
    scenario: str = ""
    paths: int = 0
    of: int = 0
    seed: int = 0
    started: str = ""
    headline: Estimate | None = None
    trouble: str = ""


def runs_below(folder: Path) -> list[Entry]:
    """All runs and comparisons in a folder and below it, by name.

    A run's own folders are not searched, hidden ones neither.

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
        folder = folder / "runs"  # those that a comparison made
        if not folder.is_dir():
            return
    if depth:
        for below in folder.iterdir():
            if below.is_dir() and not below.is_symlink() and not below.name.startswith("."):
                yield from _search(below, depth - 1)


def _entry(directory: Path) -> Entry:
    if directory.name.endswith(UNFINISHED):
        return _of_unfinished(directory)
    try:
        manifest = read_any_manifest(directory / MANIFEST)
        if isinstance(manifest, ComparisonManifest):
            return _of_comparison(directory, manifest)
        return _of_run(directory, manifest)
    except OtherFormat:
        return Entry(directory, RUN, trouble="of another version")
    except (CapexriskError, OSError):
        return Entry(directory, RUN, trouble="cannot be read")


def _of_comparison(directory: Path, manifest: ComparisonManifest) -> Entry:
    base = manifest.runs[manifest.base]
    return Entry(
        directory, COMPARISON, scenario=", ".join(manifest.runs), paths=base.paths, seed=base.seed
    )


def _of_unfinished(directory: Path) -> Entry:
    out = finished(directory)
    try:
        job, _ = read_job(directory / CHECKPOINT / JOB)
    except (CapexriskError, OSError):
        return Entry(out, RUN, UNDONE, trouble="cannot be read")
    return Entry(
        out,
        RUN,
        RUNNING if is_locked(directory / CHECKPOINT) else UNDONE,
        scenario=job.scenario.name,
        paths=paths_kept(directory / CHECKPOINT),
        of=job.plan.run_paths,
        seed=job.plan.seed,
    )


def _of_run(directory: Path, manifest: Manifest) -> Entry:
    run, last = manifest.run, manifest.scenario.quarter_labels()[-1]
    table = read_table(directory / SUMMARY_PARQUET, SUMMARY, MOST_ROWS["summary"])
    any_failure = Name(SYSTEM, last, failures_metric(1), "probability")
    stopped = run.paths < run.paths_asked and not run.targets
    return Entry(
        directory=directory,
        kind=RUN,
        state=STOPPED if stopped else FINISHED,
        scenario=manifest.scenario.name,
        paths=run.paths_counted,
        of=run.paths_asked if stopped else 0,
        seed=run.seed,
        started=f"{manifest.times.started:%Y-%m-%d %H:%M}",
        headline=Lookup(table).get(any_failure),
    )
