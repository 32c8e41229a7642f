"""``capexrisk run``: simulate a scenario and keep the results."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from capexrisk.archive.directory import destination, refuse_occupied
from capexrisk.cli.options import overrides, overwrite, quiet, scenario_file
from capexrisk.cli.plan import fields_asked, planned
from capexrisk.cli.verb import Verb
from capexrisk.errors import refuse_no_limit
from capexrisk.report.pool import drawing_pool
from capexrisk.run.signals import signals_deferred
from capexrisk.study.cautions import cautions


@click.command(cls=Verb)
@scenario_file
@overrides
@fields_asked(
    *("paths", "targets", "max_seconds", "outer", "inner", "seed", "sampler", "jobs", "backend"),
    "scheduler",
)
@click.option(
    "--max-memory",
    type=float,
    metavar="MIB",
    help="Refuse to begin if the run would take more, by the forecast of a short one.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Directory of the results. Default: runs/NAME.",
)
@overwrite
@click.option("--keep-paths", is_flag=True, help="Also write single paths, to OUT/paths.")
@quiet
def run(
    scenario: Path,
    overrides: tuple[str, ...],
    asked: dict[str, Any],
    max_memory: float | None,
    out: Path | None,
    overwrite: bool,
    keep_paths: bool,
    quiet: bool,
) -> None:
    """Simulate a scenario and write its results.

    Writes tables, distributions, plots and reports. Neither --jobs nor --backend changes a
    result; a longer run contains the paths of a shorter one.
    """
    if max_memory is not None:
        refuse_no_limit("max_memory", max_memory)

    with drawing_pool(asked.get("jobs", -1)) as pool:  # it starts while this process loads
        with signals_deferred():
            loaded, plan = planned(scenario, overrides, asked)
            if plan.jobs == 1:
                pool.stop()
            target = out or Path("runs") / loaded.name
            refuse_occupied(destination(target), overwrite, "run")  # before seconds are spent

            from capexrisk.archive.job import Job
            from capexrisk.archive.unfinished import begin_run
            from capexrisk.cli.run_to_completion import complete, show_results, write_files
            from capexrisk.study.forecast import refuse_beyond
            from capexrisk.study.two_levels import refuse_beyond_memory

        if max_memory is not None:
            write = partial(write_files, pool=pool)
            refuse_beyond(loaded, plan, max_memory, write=write)
        for line in cautions(loaded):
            click.echo(f"capexrisk: warning: {line}", err=True)
        job = Job(scenario=loaded, plan=plan, keep_paths=keep_paths, overwrite=overwrite)
        refuse_beyond_memory(job)
        with begin_run(target, job) as attempt:
            results = complete(attempt, quiet, pool)
    show_results(results, attempt, quiet)
