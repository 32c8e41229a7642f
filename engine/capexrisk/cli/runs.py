"""``capexrisk runs``: the runs below a folder."""

from __future__ import annotations

from pathlib import Path

import click

from capexrisk.cli.verb import Verb


@click.command(cls=Verb)
@click.argument(
    "folder", metavar="[DIR]", type=click.Path(path_type=Path), default=Path("runs"), required=False
)
def runs(folder: Path) -> None:
    """List runs and comparisons, finished or not.

    Looks in DIR, by default runs/, and in all folders below it. The column "any failure" is the
    probability of a funding failure by the end of the horizon. Below a scenario's name stands what
    --set changed.
    """
    from rich.text import Text

    from capexrisk.archive.listing import COMPARISON, runs_below
    from capexrisk.cli.plain import printable
    from capexrisk.cli.terminal import show
    from capexrisk.report.writing.numbers import percentage
    from capexrisk.report.writing.plain_table import plain_table

    found = runs_below(folder)
    if not found:
        print(f"{folder}: no runs")
        return
    table = plain_table()
    table.add_column("run", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("scenario", no_wrap=True)
    for heading in ("paths", "seed", "any failure"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("day", no_wrap=True)
    for entry in found:
        place = printable(str(entry.directory.relative_to(folder)))
        scenario = printable(entry.scenario)
        several = scenario.replace(", ", ",\n")
        whole = "\n".join([scenario, *(f"  {printable(text)}" for text in entry.changed)])
        name = f"comparison of\n{several}" if entry.kind == COMPARISON else whole
        state = entry.state if not entry.of else f"{entry.state}, {entry.paths / entry.of:.0%}"
        if entry.of and entry.paths >= entry.of:  # inputs, tables or reports are missing
            state = f"{entry.state}, paths done"
        cells = (
            ("", entry.trouble, "", "", "", "")
            if entry.trouble
            else (
                state,
                name,
                f"{entry.of or entry.paths:,}",
                str(entry.seed),
                "" if entry.headline is None else percentage(entry.headline),
                entry.started[:10],
            )
        )
        table.add_row(Text(place), *map(Text, cells))
    show(table)
