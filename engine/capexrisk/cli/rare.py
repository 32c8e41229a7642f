"""``capexrisk rare``: the probability of a failure that few paths show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from capexrisk.archive.atomic import write_csv
from capexrisk.cli.options import csv_file
from capexrisk.cli.plan import plan_options
from capexrisk.cli.verb import Verb
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario
from capexrisk.study.rare import Method

if TYPE_CHECKING:
    from rich.table import Table

    from capexrisk.estimate.independent import Estimate
    from capexrisk.study.rare.on_model import RareEvent


@click.command(cls=Verb)
@plan_options("seed", "jobs")
@click.option(
    "--event",
    required=True,
    metavar="NAME",
    help="Such as funding_failure/Microsoft/2026, failure_with:Meta/Microsoft, any_failure/system.",
)
@click.option(
    "--method",
    type=click.Choice(get_args(Method)),
    default="auto",
    help="auto, the default, chooses after a pilot.",
)
@click.option(
    "--error",
    "relative_error",
    default=0.1,
    help="Relative standard error to stop at. Default: 0.1.",
)
@click.option("--max-paths", default=2_000_000, help="Paths to stop at. Default: 2,000,000.")
@csv_file
def rare(
    scenario: Scenario,
    plan: RunPlan,
    event: str,
    method: Method,
    relative_error: float,
    max_paths: int,
    out: Path | None,
) -> None:
    """Estimate the probability of a rare failure.

    A plain count is shown beside it. Events are named as in a run's summary:
    metric/issuer, or metric/issuer/period for "by the end of the period".
    """
    from capexrisk.cli.progress import waiting
    from capexrisk.cli.terminal import show
    from capexrisk.study.rare.on_model import rare_event

    with waiting("Searching"):
        found = rare_event(
            scenario,
            event,
            method=method,
            relative_error=relative_error,
            max_paths=max_paths,
            seed=plan.seed,
            n_jobs=plan.jobs,
        )
    for warning in found.found.warnings:
        click.echo(f"capexrisk: warning: {warning}", err=True)
    show(_table(found))
    if out is not None:
        write_csv(out, found.to_frame())


def _table(found: RareEvent) -> Table:
    """The estimate and the count, a column each."""
    from capexrisk.report.writing.plain_table import plain_table

    rare, counted = found.found, found.counted
    table = plain_table()
    for heading in (found.event.name, rare.method, "counting"):
        table.add_column(heading, overflow="fold")
    both = (rare.estimate, counted)
    table.add_row("probability", *(_value(e) for e in both))
    interval = (f"{100 * e.ci_low:.3g} to {100 * e.ci_high:.3g} %" for e in both)
    table.add_row("95 % interval", *interval)
    table.add_row("standard error / value", *(_percent(e.standard_error / e.value) for e in both))
    table.add_row("paths", f"{rare.paths:,}", f"{counted.n:,}")
    table.add_row("paths counting would need", _whole(found.paths_to_count), "")
    table.add_row("effective hits", _whole(rare.effective_hits), "")
    table.add_row("largest weight's share", _percent(rare.largest_share), "")
    return table


def _value(estimate: Estimate) -> str:
    return f"{'< ' if estimate.observed == 0.0 else ''}{100 * estimate.value:.3g} %"


def _percent(share: float) -> str:
    return f"{share:.1%}" if share == share else "-"


def _whole(number: float) -> str:
    return f"{number:,.0f}" if number == number else "-"
