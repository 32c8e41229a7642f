"""``capexrisk verify``: whether a finished run gives the same bits again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from capexrisk.archive.directory import CHECKPOINT, MANIFEST, WHY
from capexrisk.cli.options import finished_run, quiet
from capexrisk.cli.verb import Verb
from capexrisk.errors import ResultsError

MOST_LISTED = 3
DEFAULT_SAMPLE = 32


@click.command(cls=Verb)
@finished_run
@click.option(
    "--sample", type=click.IntRange(1), help=f"Chunks to compute. Default: {DEFAULT_SAMPLE}."
)
@click.option("--all", "whole", is_flag=True, help="All chunks, and the tables made of them.")
@click.option("--seed", type=click.IntRange(0), default=0, help="Of the sample. Default: 0.")
@click.option(
    "--jobs", type=int, default=-1, help="Workers; -1, the default, is one for each core."
)
@quiet
def verify(
    directory: Path, sample: int | None, whole: bool, seed: int, jobs: int, quiet: bool
) -> None:
    """Compute chunks of a finished run again and compare every bit.

    Before that, the checksums of its tables, single paths and checkpoint are compared, and what
    was left in its folder why is read: it must be of the same scenario. It is not computed again.

    Exit code 0: equal; 1: something differs.
    """
    if whole and sample is not None:
        raise click.UsageError("--sample: has no effect with --all; leave one of them out")
    chosen = None if whole else sample or DEFAULT_SAMPLE

    from capexrisk.archive.checkpoint import damaged_files
    from capexrisk.archive.checksums import changed_files, uncompared
    from capexrisk.archive.results import load_results
    from capexrisk.archive.verify import verify as verify_run
    from capexrisk.cli.progress import progress
    from capexrisk.report.files.write import DRAWN
    from capexrisk.study.answers_left import left_with_run

    results = load_results(directory)
    left_with_run(directory, results.manifest)  # refuses what is not of this run
    changed = changed_files(directory, results.manifest.files)
    damaged = damaged_files(directory / CHECKPOINT)
    changed |= {f"{CHECKPOINT}/{name}": matter for name, matter in damaged.items()}
    for name, matter in changed.items():
        print(f"differs: {name} {matter}")
    tables = [results.chunks] if results.inputs is None else [results.chunks, results.inputs.chunks]
    paths = sum(
        int((table if chosen is None else table.head(chosen))["paths"].sum()) for table in tables
    )
    try:
        with progress(paths, quiet, "Computing again") as advance:
            found = verify_run(results, sample=chosen, seed=seed, n_jobs=jobs, progress=advance)
    except ResultsError as error:
        raise ResultsError(f"{directory}: {error}") from None
    print(f"{directory}: {found.checked:,} of {found.chunks:,} chunks computed again")
    for entry in found.differing[:MOST_LISTED]:
        print(f"differs: {entry.paths:,} paths from {entry.first_path} (part {entry.replicate})")
    if len(found.differing) > MOST_LISTED:
        print(f"differ: {len(found.differing) - MOST_LISTED:,} more chunks")
    for table in found.tables:
        print(f"differs: the table {table}")
    if found.tables and not found.differing:
        print("all chunks are equal: their estimates were rounded otherwise, by other code or BLAS")
    for name, (then, now) in found.versions.items():
        print(f"{name}: {then} then, {now} now")
    left = uncompared(directory, results.manifest.files, (MANIFEST, CHECKPOINT, WHY))
    drawn = [name for name in left if name in DRAWN]
    strange = [name for name in left if name not in DRAWN]
    if drawn:
        print(f"not compared: {', '.join(drawn)}; capexrisk report draws them again")
    if strange:
        print(f"not compared: {', '.join(strange)}; no part of the run")
    if changed or not found.equal:
        sys.exit(1)
    print("equal to the bit" + (", the tables as well" if found.checked == found.chunks else ""))
