"""``capexrisk roll``: a scenario brought to a later quarter."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from capexrisk.archive.atomic import write_atomically
from capexrisk.cli.options import as_extended, new_scenario, scenario_file
from capexrisk.errors import ArgumentError
from capexrisk.scenario import load_scenario
from capexrisk.scenario.files.writing import write_value

if TYPE_CHECKING:
    from capexrisk.authoring.roll.forward import Rolled

ELAPSED = "-elapsed.csv"


@click.command
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
    its source and what it was. Prints these, and what is stale. Reported quarters since the old
    start are written beside it, for a backtest.
    """
    from capexrisk.authoring.roll.filed import drafts_of
    from capexrisk.authoring.roll.forward import check_start
    from capexrisk.authoring.roll.forward import roll as bring
    from capexrisk.authoring.roll.text import elapsed_csv, rolled_text
    from capexrisk.authoring.written import write_scenario
    from capexrisk.tables.actuals import named_as, read_actuals
    from capexrisk.tables.periods import last_day_before, quarter_at

    base = load_scenario(scenario)
    check_start(base, to)
    if not facts and not tables:
        raise ArgumentError("facts", "nothing is known of what happened; give --facts or --actual")
    extends = None if out is None else as_extended(scenario, out)
    if out is not None and _beside(out).exists():
        raise ArgumentError("out", f"{_beside(out)} exists already; give another file")
    day = last_day_before(quarter_at(to)) if as_of is None else as_of.date()
    names = [issuer.name for issuer in base.issuers]
    read = [read_actuals(path, sourced=True) for path in tables]
    rolled = bring(
        base,
        drafts_of(facts, base, day),
        named_as((row for rows, _ in read for row in rows), names),
        to=to,
        as_of=day,
    )
    _show(rolled, [line for _, lines in read for line in lines])
    if out is not None and extends is not None:
        write_scenario(out, rolled_text(rolled, base, extends, out.stem))
        write_atomically(_beside(out), elapsed_csv(rolled))
        print(f"wrote {out}, which extends {extends}, and {_beside(out)} for a backtest")


def _beside(out: Path) -> Path:
    """The file of elapsed quarters."""
    return out.with_name(out.stem + ELAPSED)


def _show(rolled: Rolled, without: list[str]) -> None:
    """Print what changes, what is stale, and what was not used."""
    from capexrisk.authoring.roll.text import path_of

    console = Console()
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
    for one in rolled.stale:
        reason = one.evidence or "no source"
        print(f"stale: {path_of(one.table, one.key)} = {_short(one.value)}: {reason}")
    for line in rolled.warnings:
        print(f"warning: {line}", file=sys.stderr)
    for event in rolled.passed:
        print(f"passed: {event}")
    if rolled.unused:
        print(f"not used: {'; '.join(rolled.unused)}")
    if without:
        print(f"not in numbers: {'; '.join(without)}")
    print(
        f"{len(rolled.changes)} figures change, {len(rolled.stale)} are stale, "
        f"{rolled.judgements} judgements stay; {rolled.start}, {rolled.quarters} quarters"
    )


def _short(value: object) -> str:
    """A value in four digits after the point at most."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(_short, value))}]"
    return write_value(round(value, 4) if isinstance(value, float) else value)
