"""``capexrisk rare``: the probability of a failure that counting would take long to see."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from capexrisk.cli.options import overrides, scenario_file

if TYPE_CHECKING:
    from rich.table import Table

    from capexrisk.estimate.independent import Estimate
    from capexrisk.study.rare.on_model import RareEvent


@click.command
@scenario_file
@click.option(
    "--event",
    required=True,
    metavar="NAME",
    help="Such as funding_failure/Microsoft/2026, failure_with:Meta/Microsoft, any_failure/system.",
)
@click.option(
    "--method",
    type=click.Choice(["auto", "importance", "splitting"]),
    default="auto",
    help="auto, the default, chooses after a pilot.",
)
@click.option("--error", default=0.1, help="Relative standard error to stop at. Default: 0.1.")
@click.option("--max-paths", default=2_000_000, help="Paths to stop at. Default: 2000000.")
@click.option("--seed", type=int, help="Seed of all draws. Default: the scenario's [run] table.")
@click.option("--jobs", type=int, help="Workers; -1, the default, is one for each core.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write the estimates as CSV.")
@overrides
def rare(
    scenario: Path,
    event: str,
    method: str,
    error: float,
    max_paths: int,
    seed: int | None,
    jobs: int | None,
    out: Path | None,
    overrides: tuple[str, ...],
) -> None:
    """Estimate how likely a rare failure of SCENARIO is, with a plain count beside it.

    Names are those of a run's summary: metric/issuer, or metric/issuer/period for "by the end of".
    """
    from capexrisk.scenario import load_run_section, load_scenario

    loaded = load_scenario(scenario, overrides)
    section = load_run_section(scenario, overrides)

    if out is not None:
        if out.exists():
            raise click.UsageError(f"--out: {out} exists already; give another file")
        if not out.parent.is_dir():
            raise click.UsageError(f"--out: {out.parent} is no directory; make it first")

    from capexrisk.cli.terminal import show
    from capexrisk.study.rare.on_model import rare_event

    try:
        found = rare_event(
            loaded,
            event,
            method=method,  # type: ignore[arg-type]
            relative_error=error,
            max_paths=max_paths,
            seed=section.seed if seed is None else seed,
            n_jobs=section.jobs if jobs is None else jobs,
        )
    except ValueError as refused:
        option = {"relative_error": "error", "max_paths": "max-paths"}
        name, _, why = str(refused).partition(":")
        raise click.UsageError(f"--{option.get(name, name)}:{why}") from None
    for warning in found.found.warnings:
        click.echo(f"capexrisk: warning: {warning}", err=True)
    show(_table(found))
    if out is not None:
        found.to_frame().to_csv(out, index=False, lineterminator="\n")


def _table(found: RareEvent) -> Table:
    """The estimate and the count, a column each."""
    from rich.table import Table

    rare, counted = found.found, found.counted
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
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
