"""``capexrisk roll``: a scenario brought to a later quarter."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich import box
from rich.table import Table
from rich.text import Text

from capexrisk.cli.options import new_scenario, scenario_file
from capexrisk.cli.terminal import stdout_console
from capexrisk.cli.verb import Verb
from capexrisk.errors import ArgumentError
from capexrisk.scenario.files.writing import write_value

if TYPE_CHECKING:
    from capexrisk.authoring.roll.forward import Rolled


@click.command(cls=Verb)
@scenario_file
@click.option("--to", required=True, metavar="QUARTER", help="The new start, such as 2026Q4.")
@click.option(
    "--facts",
    multiple=True,
    metavar="[NAME=]FILE",
    help="Companyfacts of an issuer, JSON of the SEC. May be repeated.",
)
@click.option(
    "--actual",
    "tables",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Table of what happened and of new guidance, CSV or .xlsx. May be repeated.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day of the new scenario; later filings do not count. Default: the day before it starts.",
)
@new_scenario
def roll(
    scenario: Path,
    to: str,
    facts: tuple[str, ...],
    tables: tuple[Path, ...],
    as_of: dt.datetime | None,
    out: Path | None,
) -> None:
    """Bring a scenario to a later quarter.

    Balances and flows of four quarters come from filings and from the rows of a table, plans from
    new guidance; what nobody reports is brought forward by the model's own equations. The horizon
    ends where it did. The new file extends the old one and gives every figure that changes, with
    its source and what it was. Reported quarters since the old start are written beside it, for a
    backtest. Prints what changes and what is stale; without --out nothing is written.
    """
    from capexrisk.authoring.roll.bring import beside
    from capexrisk.authoring.roll.bring import roll as bring
    from capexrisk.authoring.written import as_extended

    if out is not None:
        extends = as_extended(scenario, out)
        if beside(out).exists():
            raise ArgumentError("out", f"{beside(out)} exists already; give another file")
    day = None if as_of is None else as_of.date()
    found = bring(scenario, to=to, facts=facts, actual=tables, as_of=day)
    _show(found.found, found.without)
    if out is not None:
        found.write(out)
        print(f"wrote {out}, which extends {extends}, and {beside(out)} for a backtest")


def _show(rolled: Rolled, without: Sequence[str]) -> None:
    """Print how much changes; what changes, what is stale by firm, and what was not used."""
    from capexrisk.authoring.roll.text import path_of

    changed, stale = len(rolled.changes), len(rolled.stale)
    print(
        f"{changed} figure{'s' if changed != 1 else ''} change{'' if changed != 1 else 's'}, "
        f"{stale} {'are' if stale != 1 else 'is'} stale, {rolled.judgements} judgements stay; "
        f"{rolled.start}, {rolled.quarters} quarter{'s' if rolled.quarters != 1 else ''}"
    )
    for line in rolled.warnings:
        print(f"warning: {line}", file=sys.stderr)
    console = stdout_console()
    rows = [
        (
            path_of(change.table, change.key),
            "-" if change.old is None else _short(change.old),
            _short(change.new),
            change.evidence,
        )
        for change in rolled.changes
    ]
    if console.is_terminal:
        table = Table(box=box.SIMPLE)
        for heading in ("figure", "was", "is", "source"):
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
    else:
        for path, old, new, source in rows:
            print(f"{path}: {old} -> {new}\n    {source}")
    tables: dict[str, list[str]] = {}
    for one in rolled.stale:
        tables.setdefault(one.table[-1], []).append(f"{one.key} = {_short(one.value)}")
    for name, figures in tables.items():
        print(f"stale: {name}: {', '.join(figures)}")
    for event in rolled.passed:
        print(f"passed: {event}")
    if rolled.unused:
        print(f"not used: {'; '.join(rolled.unused)}")
    if without:
        print(f"not in numbers: {'; '.join(without)}")


def _short(value: object) -> str:
    """A value in four digits after the point at most."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_short, value))}]"
    return write_value(round(value, 4) if isinstance(value, float) else value)
