"""The runs below a folder, each in a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capexrisk.errors import CapexriskError, ResultsError
from capexrisk.estimate.measures import Estimate
from capexrisk.run.results import MANIFEST, SUMMARY_PARQUET
from capexrisk.run.stored_manifest import FORMAT_VERSION, read_json, read_manifest
from capexrisk.run.stored_tables import MOST_ROWS, SUMMARY, read_table
from capexrisk.run.summary import SYSTEM

DEEPEST = 3  # folders below the one that is asked for
COMPARISON, RUN = "comparison", "run"


@dataclass(frozen=True)
class Entry:
    """A finished run, or a comparison.

    Attributes
    ----------
    directory : Path
    kind : {"run", "comparison"}
    scenario : str
        Its name; of a comparison the names of its scenarios.
    paths : int
        Counted; of a comparison those of its base.
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
    scenario: str = ""
    paths: int = 0
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
    manifest = folder / MANIFEST
    if manifest.is_file():
        yield folder
        folder = folder / "runs"  # those that a comparison made
        if not folder.is_dir():
            return
    if depth:
        for below in folder.iterdir():
            if below.is_dir() and not below.is_symlink() and not below.name.startswith("."):
                yield from _search(below, depth - 1)


def _entry(directory: Path) -> Entry:
    kind = RUN
    try:
        manifest = read_json(directory / MANIFEST)
        kind = COMPARISON if COMPARISON in manifest else RUN
        if manifest["format_version"] != FORMAT_VERSION:
            return Entry(directory, kind, trouble="of another version of capexrisk")
        if kind == COMPARISON:
            return _of_comparison(directory, manifest[COMPARISON])
        return _of_run(directory, read_manifest(directory / MANIFEST))
    except (CapexriskError, OSError, ValueError, KeyError, TypeError, AttributeError):
        return Entry(directory, kind, trouble="cannot be read")


def _of_comparison(directory: Path, record: dict[str, Any]) -> Entry:
    base = record["runs"][record["base"]]
    names = ", ".join(record["runs"])
    return Entry(directory, COMPARISON, names, int(base["paths"]), int(base["seed"]))


def _of_run(directory: Path, manifest: dict[str, Any]) -> Entry:
    scenario, run = manifest["scenario"], manifest["run"]
    last = scenario["quarters"][-1]
    table = read_table(directory / SUMMARY_PARQUET, SUMMARY, MOST_ROWS["summary"])
    wanted = {"issuer": SYSTEM, "period": last, "metric": "any_failure"}
    rows = table[(table[list(wanted)] == list(wanted.values())).all(axis=1)]
    return Entry(
        directory=directory,
        kind=RUN,
        scenario=scenario["name"],
        paths=int(run["paths_counted"]),
        seed=int(run["seed"]),
        started=manifest.get("times", {}).get("started", "")[:16].replace("T", " "),
        headline=Estimate(*rows.iloc[0, 3:9]) if len(rows) else None,
    )
