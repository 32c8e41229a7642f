"""Whether a finished run comes out again: chunks computed anew and held against their record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from capexrisk.archive.manifest import library_versions, machine
from capexrisk.archive.results import Results
from capexrisk.code import code_in_words, code_record
from capexrisk.errors import ResultsError, ScenarioError
from capexrisk.estimate.table import EstimateTable, distribution_table
from capexrisk.estimate.totals import ChunkEntry, Totals
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.run.chunks import draws_of, run_chunk
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan
from capexrisk.run.workers.backends import run_in_order
from capexrisk.scenario import digest, scenario_from_case

SAMPLE = 32
FEATURES = "llvm_features"


@dataclass(frozen=True)
class Verification:
    """What came of it.

    Attributes
    ----------
    chunks, checked : int
        Chunks of the run, and those that were computed again.
    differing : list of ChunkEntry
        Chunks that came out otherwise, as they are recorded; of the first ones.
    tables : list of str
        Tables that came out otherwise; only told where all chunks were computed.
    versions : dict of str to (str, str)
        What is not the same now as when the run was made: then, now.
    """

    chunks: int
    checked: int
    differing: list[ChunkEntry]
    tables: list[str]
    versions: dict[str, tuple[str, str]]

    @property
    def equal(self) -> bool:
        """Whether all that was computed again is the same to the bit."""
        return not self.differing and not self.tables


def verify(
    results: Results,
    *,
    sample: int | None = SAMPLE,
    seed: int = 0,
    n_jobs: int | None = -1,
    progress: Callable[[int], None] | None = None,
) -> Verification:
    """Compute chunks of a run again.

    Parameters
    ----------
    results : Results
        Of a finished run, from memory or disk.
    sample : int, optional
        How many chunks, drawn at random, the first and the last among them. None: all, and the
        tables that follow from them as well.
    seed : int
        Of that draw.
    n_jobs : int
        Workers, as for `simulate`.
    progress : callable, optional
        Called with the number of paths computed so far.

    Raises
    ------
    ResultsError
        If the run says too little of itself, or its scenario is not the one whose digest it has.
    """
    entries = _entries(results)
    lowered = _lowered(results)
    chosen = _chosen(entries, sample, seed)
    run = results.manifest["run"]
    plan = RunPlan(paths=run["paths"], seed=run["seed"], sampler=run["sampler"], jobs=n_jobs)
    totals = Totals(lowered.layout, REPLICATES, independent=plan.sampler == "plain")
    differing = []
    draws = draws_of(lowered, plan)
    tasks = ((lowered, draws, _chunk(n, entries[n])) for n in chosen)
    for n, found in zip(chosen, run_in_order(plan, run_chunk, tasks), strict=True):
        totals.add(found)
        if found.entry() != entries[n]:
            differing.append(entries[n])
        if progress is not None:
            progress(totals.counted + totals.quarantined)
    whole = len(chosen) == len(entries)
    return Verification(
        chunks=len(entries),
        checked=len(chosen),
        differing=differing,
        tables=_differing_tables(results, totals, lowered) if whole else [],
        versions=_versions(results),
    )


def _entries(results: Results) -> list[ChunkEntry]:
    if results.chunks.empty:
        raise ResultsError(
            "the run has no record of its chunks, an earlier version wrote it; run it again"
        )
    columns = list(ChunkEntry._fields)
    return [ChunkEntry(*map(int, row)) for row in results.chunks[columns].itertuples(index=False)]


def _lowered(results: Results) -> LoweredScenario:
    record = results.manifest["scenario"]
    try:
        scenario = scenario_from_case(record["model"], start=results.quarters[0])
    except ScenarioError as error:
        raise ResultsError(f"the scenario in the run's record is refused: {error}") from None
    if digest(scenario) != record["digest"]:
        raise ResultsError("the scenario in the run's record has another digest; it was changed")
    return lower(scenario, results.manifest["run"]["collect"])


def _chunk(number: int, entry: ChunkEntry) -> Chunk:
    return Chunk(number, entry.replicate, entry.first_path, entry.paths)


def _chosen(entries: Sequence[ChunkEntry], sample: int | None, seed: int) -> list[int]:
    """Numbers of chunks in their order."""
    if sample is None or sample >= len(entries):
        return list(range(len(entries)))
    inner = np.random.default_rng(seed).choice(
        np.arange(1, len(entries) - 1), size=max(sample - 2, 0), replace=False
    )
    return sorted({0, len(entries) - 1, *map(int, inner)})


def _differing_tables(results: Results, totals: Totals, lowered: LoweredScenario) -> list[str]:
    table = EstimateTable(totals, lowered)
    again = {
        "summary": table.to_frame(results.manifest["run"]["sampler"]),
        "distributions": distribution_table(totals, lowered),
    }
    names = [name for name, table in again.items() if not _same_bits(table, getattr(results, name))]
    same = np.array_equal(table.replicates(), results.replicates, equal_nan=True)
    return names if same else [*names, "replicates"]


def _same_bits(table: pd.DataFrame, other: pd.DataFrame) -> bool:
    return list(table.columns) == list(other.columns) and all(
        table[name].reset_index(drop=True).equals(other[name].reset_index(drop=True))
        for name in table.columns
    )


def _versions(results: Results) -> dict[str, tuple[str, str]]:
    """Code, libraries and machine, where they differ: then, now."""
    manifest = results.manifest
    differing = {}
    code, here = manifest.get("code"), code_record()  # no code in older runs
    # Another commit of the same files is no difference.
    if code and (code["version"], code["digest"]) != (here["version"], here["digest"]):
        differing["code"] = (code_in_words(code), code_in_words(here))
    then = {**manifest["versions"], **manifest["machine"]}
    now = {**library_versions(), **machine()}
    for name in now:
        if name in then and then[name] != now[name]:
            differing[name] = (str(then[name]), str(now[name]))
    if FEATURES in differing:
        differing[FEATURES] = _unshared(*differing[FEATURES])
    return differing


def _unshared(then: str, now: str) -> tuple[str, str]:
    """Of two long lists of features the ones that only one of them has."""
    first, second = set(then.split(",")), set(now.split(","))
    rest = sorted(first - second), sorted(second - first)
    return ",".join(rest[0]) or "none besides", ",".join(rest[1]) or "none besides"
