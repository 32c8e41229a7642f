"""From an attempt at a run to its files and its table: what ``run`` and ``resume`` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from capexrisk.archive.checkpoint import paths_kept
from capexrisk.archive.directory import resume_command
from capexrisk.archive.unfinished import Attempt
from capexrisk.cli.loading import load_meanwhile
from capexrisk.cli.progress import progress
from capexrisk.cli.terminal import show
from capexrisk.cli.verb import saying
from capexrisk.report.pool import DrawingPool
from capexrisk.run.plan import REPLICATES
from capexrisk.study.simulation import over_the_inputs, simulate_paths

if TYPE_CHECKING:
    from capexrisk.archive.results import Results

FEW_POINTS: Final = 256  # one in twenty are thirteen: fewer leave an end without an interval


def write_files(results: Results, directory: Path, pool: DrawingPool) -> None:
    """Write all files of a run: tables, manifest, plots and reports."""
    from capexrisk.report.files.write import write_report_files  # late: see `complete`
    from capexrisk.report.plots.figures import RunFigures

    write_report_files(results, RunFigures(directory, pool), with_tables=True)


def complete(attempt: Attempt, quiet: bool, pool: DrawingPool) -> Results:
    """Simulate the paths of a run that are missing, and write its files."""
    job = attempt.job
    plan = job.plan
    in_all = plan.run_paths
    if in_all != plan.paths and not plan.targets and not quiet:
        click.echo(
            f"capexrisk: {in_all:,} paths instead of {plan.paths:,}, to fill "
            f"{REPLICATES} nets of {plan.points:,} points",
            err=True,
        )
    kept = paths_kept(attempt.checkpoint.folder)
    if kept and not quiet:
        click.echo(f"capexrisk: resuming after {kept:,} of {in_all:,} paths", err=True)
    if job.over_inputs is not None:
        in_all += job.over_inputs.plan.run_paths
        points = job.over_inputs.plan.outer_points
        more = "" if points == plan.outer else f" ({plan.outer:,} asked for, rounded up)"
        if points < FEW_POINTS and not quiet:
            click.echo(
                f"capexrisk: warning: {points} points of the inputs{more} tell P5 and P95 over "
                f"them badly, if at all; give --outer {FEW_POINTS} or more",
                err=True,
            )
    load_meanwhile("scipy.special", "capexrisk.report.files.write")
    with progress(in_all, quiet) as advance:
        hooks = attempt.hooks(advance), attempt.hooks_over_inputs(advance)
        results, points_run = simulate_paths(job, *hooks)
    from capexrisk.report.files.write import write_report_files  # late: loaded by now
    from capexrisk.report.plots.figures import RunFigures

    figures = RunFigures(attempt.directory, pool)
    with pool.ended_by_error():
        if points_run is not None:
            figures.begin(results, whole=False)
            results = over_the_inputs(results, points_run)
            del points_run  # 150 MB
        write_report_files(results, figures, with_tables=True)
    return results


def show_results(results: Results, attempt: Attempt, quiet: bool) -> None:
    """Print the warnings of a finished run and its table and targets; if quiet, missed ones."""
    for note in attempt.checkpoint.notes:
        click.echo(f"capexrisk: warning: {note}", err=True)
    if results.quarantine_note:
        click.echo(f"capexrisk: warning: {results.quarantine_note}", err=True)
    plan, done = attempt.job.plan, results.manifest.run.paths
    if done < plan.run_paths and not plan.targets:
        click.echo(
            f"capexrisk: stopped after {done:,} of {plan.run_paths:,} paths, twice as many would "
            f"have taken more than {plan.max_seconds:g} s; resume with: "
            f"{resume_command(attempt.out)}",
            err=True,
        )
    if quiet:
        for target, line in zip(results.manifest.run.targets, results.targets, strict=True):
            if not target.reached:
                click.echo(f"capexrisk: {line}", err=True)
        return
    from capexrisk.report.content.tables import Headline  # late: see `complete`

    with saying(f"the run is finished, its report is {attempt.out / 'report.html'}"):
        show(Headline(results))
        for line in results.targets:
            print(line)
        print(f"Report: {attempt.out / 'report.html'}")
