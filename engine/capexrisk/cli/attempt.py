"""What ``run`` and ``resume`` have in common: paths to their end, and what is said of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from capexrisk.cli.progress import progress

if TYPE_CHECKING:
    from capexrisk.archive.results import Results
    from capexrisk.archive.unfinished import Attempt


def write_files(results: Results, directory: Path) -> None:
    """Write all that a run leaves."""
    from capexrisk.report.files.write import write_report_files

    results.write(directory)
    write_report_files(results, directory)


def finish(attempt: Attempt, quiet: bool) -> Results:
    """Simulate what is left of a run, and write its files."""
    from capexrisk.archive.checkpoint import paths_kept
    from capexrisk.study.simulation import simulate_job

    kept = paths_kept(attempt.checkpoint.folder)
    if kept and not quiet:
        in_all = attempt.job.plan.run_paths
        click.echo(f"capexrisk: going on from {kept:,} of {in_all:,} paths", err=True)
    with progress(attempt.job.plan.run_paths, quiet) as advance:
        results = simulate_job(attempt.job, attempt.hooks(advance))
    write_files(results, attempt.directory)
    return results


def tell(results: Results, attempt: Attempt, quiet: bool) -> None:
    """Say what a reader must know of a finished run and, unless they ask for quiet, show it."""
    for note in attempt.checkpoint.notes:
        click.echo(f"capexrisk: warning: {note}", err=True)
    if results.quarantine_note:
        click.echo(f"capexrisk: warning: {results.quarantine_note}", err=True)
    plan, done = attempt.job.plan, int(results.manifest["run"]["paths"])
    if done < plan.run_paths and not plan.targets:
        from capexrisk.archive.places import resume_command

        click.echo(
            f"capexrisk: stopped at {done:,} of {plan.paths:,} paths, twice as many would have "
            f"taken more than {plan.max_seconds:g} s; go on with: {resume_command(attempt.out)}",
            err=True,
        )
    if quiet:
        return

    from capexrisk.cli.terminal import show
    from capexrisk.report.content.tables import headline_table

    show(headline_table(results))
    for line in results.targets:
        print(line)
    print(f"Report: {attempt.out / 'report.html'}")
