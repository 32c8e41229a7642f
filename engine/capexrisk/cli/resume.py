"""``capexrisk resume``: simulate what is missing of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from capexrisk.archive.directory import finished, refuse_nothing_to_resume
from capexrisk.cli.options import begun_run, quiet
from capexrisk.cli.plan import fields_asked
from capexrisk.cli.verb import Verb
from capexrisk.report.pool import drawing_pool


@click.command(cls=Verb)
@begun_run
@fields_asked(
    *("paths", "outer", "max_seconds", "jobs", "backend", "scheduler"),
    paths="Number of paths in all. Default: as many as were asked for.",
    outer="Number of points of the uncertain inputs in all. Default: as many as were asked for.",
    jobs="Workers. Default: as the run was begun.",
    backend="threading, loky, sequential or dask. Default: as before; threads instead of dask.",
)
@quiet
def resume(directory: Path, asked: dict[str, Any], quiet: bool) -> None:
    """Resume an interrupted run, or extend a finished one.

    A finished run is extended to more --paths or --outer points. Only missing paths are
    simulated; the results are those of a single run, to the bit.
    """
    refuse_nothing_to_resume(finished(directory))

    with drawing_pool(asked.get("jobs", -1)) as pool:
        from capexrisk.archive.unfinished import resume_run
        from capexrisk.cli.run_to_completion import complete, show_results

        unlimited = {"max_seconds": None}  # the limit was the earlier attempt's
        with resume_run(directory, **(unlimited | asked)) as attempt:
            results = complete(attempt, quiet, pool)
    show_results(results, attempt, quiet)
