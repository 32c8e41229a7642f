"""``capexrisk compare``: scenarios or finished runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from capexrisk.archive.directory import (
    destination,
    refuse_occupied,
    refuse_without_results,
    unfinished,
)
from capexrisk.cli.options import overwrite, png, quiet, refuse_twice
from capexrisk.cli.plan import fields_asked
from capexrisk.cli.verb import Verb
from capexrisk.errors import ArgumentError
from capexrisk.report.pool import drawing_pool
from capexrisk.scenario import Scenario, load_scenario
from capexrisk.scenario.plan import refuse_points_of

LEAST, MOST = 2, 5  # curves in a plot that a reader can tell apart


@click.command(cls=Verb)
@click.argument("sources", metavar="A B...", nargs=-1, type=click.Path(path_type=Path))
@fields_asked(
    *("paths", "outer", "inner", "seed", "sampler", "jobs"),
    paths="Number of paths of each. Default: as A.",
    seed="Seed of all. Default: as A.",
    sampler="Scrambled Sobol nets or independent paths. Default: as A.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("runs/comparison"),
    help="Directory of the results. Default: runs/comparison.",
)
@png
@overwrite
@quiet
def compare(
    sources: tuple[Path, ...],
    asked: dict[str, Any],
    out: Path,
    png: bool,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Compare scenarios or finished runs with a first one.

    A, B and more are scenario files, which are run with the seed of A, or directories of finished
    runs. Writes every difference with its error, plots and a report; runs made here go to OUT/runs.
    """
    if not LEAST <= len(sources) <= MOST:
        raise click.UsageError(f"{len(sources)} given; give {LEAST} to {MOST} files or runs")
    refuse_twice(sources)
    for source in sources:
        if source.is_dir() and source.resolve().is_relative_to(out.resolve()):
            raise click.UsageError(f"--out: {out} holds {source}, which is compared; give another")

    refuse_occupied(destination(out), overwrite, "comparison")
    loaded = [(source, _load(source)) for source in sources]
    if asked and all(scenario is None for _, scenario in loaded):
        raise ArgumentError(
            next(iter(asked)), "has no effect, every one is a finished run; leave it out"
        )
    scenarios = [scenario for _, scenario in loaded if scenario is not None]
    if scenarios:
        refuse_points_of(asked.get("outer", 0), *scenarios)

    with drawing_pool(asked.get("jobs", -1)) as pool:
        from capexrisk.cli.comparing import compare_all

        compare_all(loaded, asked, out, pool, png=png, overwrite=overwrite, quiet=quiet)


def _load(source: Path) -> Scenario | None:
    """The scenario of a file; None for a directory, which is or will be that of a run."""
    if not source.is_dir() and not unfinished(source).is_dir():
        return load_scenario(source)
    refuse_without_results(source)
    return None
