"""Verify a finished run: recompute its chunks and compare their checksums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from capexrisk.archive.provenance import code_record, machine
from capexrisk.archive.results import Results
from capexrisk.code import LIBRARIES_OF_RESULTS, versions
from capexrisk.estimate.input_table import input_table, point_table
from capexrisk.estimate.ledger import ChunkEntry
from capexrisk.estimate.table import EstimateTable
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.run.batches import batches, run_batch
from capexrisk.run.chunks import all_draws_of
from capexrisk.run.plan import REPLICATES, Chunk, RunPlan
from capexrisk.run.workers.backends import most_in_batch, run_in_order

SAMPLE = 32
FEATURES = "llvm_features"


@dataclass(frozen=True)
class Verification:
    """Outcome of a verification.

    Attributes
    ----------
    chunks, checked : int
        Chunks of the run, those over the inputs included, and those that were recomputed.
    differing : list of ChunkEntry
        Chunks that came out differently, as the run recorded them.
    tables : list of str
        Tables that came out differently; known only if all chunks were recomputed.
    versions : dict of str to (str, str)
        What has changed since the run was made: then, now.
    """

    chunks: int
    checked: int
    differing: list[ChunkEntry]
    tables: list[str]
    versions: dict[str, tuple[str, str]]

    @property
    def equal(self) -> bool:
        """Whether everything that was recomputed is the same to the bit."""
        return not self.differing and not self.tables


def verify(
    results: Results,
    *,
    sample: int | None = SAMPLE,
    seed: int = 0,
    n_jobs: int | None = -1,
    progress: Callable[[int], None] | None = None,
) -> Verification:
    """Recompute chunks of a run and compare them with its checksums.

    Parameters
    ----------
    results : Results
        Of a finished run, in memory or read from disk.
    sample : int, optional
        Number of chunks to recompute: the first, the last, and others drawn at random. None: all
        of them, and the tables too.
    seed : int
        Of that random choice.
    n_jobs : int
        Workers, as for `simulate`.
    progress : callable, optional
        Called with the number of paths computed so far.
    """
    run, inputs = results.manifest.run, results.inputs
    scenario = results.manifest.scenario
    lowered = lower(scenario, run.collect)
    plan = RunPlan(paths=run.paths, seed=run.seed, sampler=run.sampler, jobs=n_jobs)
    found = _Recomputed.of(results.chunks, lowered, plan, sample, seed, progress)
    tables = _differing_tables(results, found.totals, lowered) if found.whole else []
    parts = [found]
    if inputs is not None:
        record, everything = inputs.record, lower(scenario)
        of_points = replace(plan, outer=record.outer, inner=record.inner).over_inputs
        assert of_points is not None
        before = found.paths
        told = None if progress is None else lambda done: progress(before + done)
        found = _Recomputed.of(inputs.chunks, everything, of_points, sample, seed, told)
        parts.append(found)
        if found.whole:
            again = {
                "inputs": (input_table(found.totals, everything), inputs.table),
                "inputs_points": (point_table(found.totals, everything), inputs.points),
            }
            tables += [name for name, both in again.items() if not _same_bits(*both)]
    return Verification(
        chunks=sum(part.chunks for part in parts),
        checked=sum(part.checked for part in parts),
        differing=[entry for part in parts for entry in part.differing],
        tables=tables,
        versions=_versions(results),
    )


@dataclass(frozen=True)
class _Recomputed:
    """Chunks of a run that were computed again."""

    totals: Totals
    chunks: int
    checked: int
    differing: list[ChunkEntry]

    @classmethod
    def of(
        cls,
        recorded: pd.DataFrame,
        lowered: LoweredScenario,
        plan: RunPlan,
        sample: int | None,
        seed: int,
        progress: Callable[[int], None] | None,
    ) -> _Recomputed:
        entries = _entries(recorded)
        chosen = _chosen(entries, sample, seed)
        plain = plan.sampler == "plain"
        totals = Totals(lowered.layout, REPLICATES, independent=plain, two_levels=plan.two_levels)
        differing = []
        draws = all_draws_of(lowered, plan)
        wanted = {entry[:2]: entry for entry in entries}
        chunks = (_chunk(n, entries[n]) for n in chosen)
        tasks = ((lowered, draws, batch) for batch in batches(chunks, most_in_batch(plan)))
        for found in run_in_order(plan, run_batch, tasks):
            totals.add_batch(found)
            pairs = ((wanted[entry[:2]], entry) for entry in found.entries)
            differing += [then for then, now in pairs if then != now]
            if progress is not None:
                progress(totals.counted + totals.quarantined)
        return cls(totals, len(entries), len(chosen), differing)

    @property
    def whole(self) -> bool:
        """Whether it is all chunks of the run."""
        return self.checked == self.chunks

    @property
    def paths(self) -> int:
        """Paths that were computed again."""
        return self.totals.counted + self.totals.quarantined


def _entries(chunks: pd.DataFrame) -> list[ChunkEntry]:
    columns = list(ChunkEntry._fields)
    return [ChunkEntry(*map(int, row)) for row in chunks[columns].itertuples(index=False)]


def _chunk(number: int, entry: ChunkEntry) -> Chunk:
    return Chunk(number, entry.replicate, entry.first_path, entry.paths)


def _chosen(entries: Sequence[ChunkEntry], sample: int | None, seed: int) -> list[int]:
    """Numbers of the chunks to recompute, in order."""
    if sample is None or sample >= len(entries):
        return list(range(len(entries)))
    inner = np.random.default_rng(seed).choice(
        np.arange(1, len(entries) - 1), size=max(sample - 2, 0), replace=False
    )
    return sorted({0, len(entries) - 1, *map(int, inner)})


def _differing_tables(results: Results, totals: Totals, lowered: LoweredScenario) -> list[str]:
    table = EstimateTable(totals, lowered)
    again = {
        "summary": table.to_frame(results.manifest.run.sampler),
        "distributions": table.distributions(),
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
    """Differences of code, libraries and machine: then, now."""
    manifest, here = results.manifest, code_record()
    differing = {}
    # Another commit of the same files is not a difference.
    if (manifest.code.version, manifest.code.digest) != (here.version, here.digest):
        differing["code"] = (str(manifest.code), str(here))
    then = manifest.versions | manifest.machine.model_dump()
    now = versions(LIBRARIES_OF_RESULTS) | machine().model_dump()
    for name in now:
        if name in then and then[name] != now[name]:
            differing[name] = (str(then[name]), str(now[name]))
    if FEATURES in differing:
        differing[FEATURES] = _unshared(*differing[FEATURES])
    return differing


def _unshared(then: str, now: str) -> tuple[str, str]:
    """Features that only one of two long lists has."""
    first, second = set(then.split(",")), set(now.split(","))
    rest = sorted(first - second), sorted(second - first)
    return ",".join(rest[0]) or "none besides", ",".join(rest[1]) or "none besides"
