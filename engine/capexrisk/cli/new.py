"""``capexrisk new``: a scenario from filings or a table of firms."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capexrisk.archive.atomic import write_atomically
from capexrisk.authoring.default_market import DEFAULT_MARKET
from capexrisk.cli.options import new_file, new_scenario
from capexrisk.cli.verb import Verb
from capexrisk.errors import ArgumentError

if TYPE_CHECKING:
    from capexrisk.authoring.create import NewScenario
    from capexrisk.scenario import Scenario

NEUTRAL = "neutral"
KINDS = (".csv", ".xlsx")
LONGEST = 80  # quarters


@click.command(cls=Verb)
@click.argument("facts", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--from-table",
    type=click.Path(path_type=Path),
    help="Firms of a table that was filled in, CSV or .xlsx.",
)
@click.option(
    "--table",
    type=click.Path(path_type=Path),
    callback=new_file,
    help="Write such a table, to be filled in, and nothing else.",
)
@click.option("--firm", "firms", multiple=True, help="A firm of the table. May be repeated.")
@click.option(
    "--market",
    default=DEFAULT_MARKET,
    help=f"Scenario whose market and habits are taken over, or {NEUTRAL}. "
    f"Default: {DEFAULT_MARKET}.",
)
@click.option("--start", metavar="QUARTER", help="Default: the quarter of the day.")
@click.option("--quarters", type=click.IntRange(1, LONGEST), default=12, help="Default: 12.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Day of the scenario; later filings do not count. Default: today.",
)
@new_scenario
def new(
    facts: tuple[Path, ...],
    from_table: Path | None,
    table: Path | None,
    firms: tuple[str, ...],
    market: str,
    start: str | None,
    quarters: int,
    as_of: dt.datetime | None,
    out: Path | None,
) -> None:
    """Write a scenario from filings or a table of firms.

    FACTS are companyfacts files of the SEC, one a firm. What no firm tells is taken over from the
    market's scenario, or set in proportion to what the firm tells; all of it is listed. Then the
    file is checked as validate does.
    """
    day = dt.date.today() if as_of is None else as_of.date()
    if table is not None:
        if facts or from_table or out:
            raise ArgumentError("table", "writes a table and nothing else; give it alone")
        _write_table(table, market, start, quarters, day, firms or ("Firm A", "Firm B", "Firm C"))
        return
    if firms:
        raise ArgumentError("firms", "names a column of --table; give that as well")
    if not facts and from_table is None:
        raise ArgumentError("facts", "no firm; give companyfacts files, --from-table or --table")
    if out is None:
        raise ArgumentError("out", "no file to write; give one")

    from capexrisk.authoring.create import new as create

    made = create(
        facts,
        table=from_table,
        market=market,
        start=start,
        quarters=quarters,
        as_of=day,
        name=out.stem,
    )
    _show(out, made, made.write(out))


def _write_table(
    path: Path, market: str, start: str | None, quarters: int, day: dt.date, firms: tuple[str, ...]
) -> None:
    from capexrisk.authoring.create import first_quarter, market_of
    from capexrisk.authoring.layout import FIXED
    from capexrisk.authoring.template import as_csv, as_workbook, template
    from capexrisk.scenario import calendar_years
    from capexrisk.scenario.issuer import folded_name, usable_name
    from capexrisk.scenario.section import Refused

    if path.suffix.lower() not in KINDS:
        raise ArgumentError("table", f"{path} is neither; give a name that ends with .csv or .xlsx")
    for name in firms:
        try:
            usable_name(name)
        except Refused as refused:
            raise ArgumentError("firms", f"{refused.value}; {refused.hint}") from None
        if [folded_name(other) for other in firms].count(folded_name(name)) > 1:
            raise ArgumentError("firms", f"{name!r} is given twice; name each firm once")
        if name in FIXED:
            raise ArgumentError("firms", f"{name!r} is a heading of the table; give another name")
    years = [year.year for year in calendar_years(first_quarter(start, day), quarters)]
    rows = template(years, market_of(market))
    write = as_csv if path.suffix.lower() == ".csv" else as_workbook
    write_atomically(path, write(rows, firms))
    print(f"{path}: {len(rows)} keys, needed ones first, for {', '.join(firms)}")


def _show(out: Path, made: NewScenario, scenario: Scenario) -> None:
    """Print what nobody gave, what was written, and what is doubtful."""
    from capexrisk.scenario import digest
    from capexrisk.scenario.files.writing import write_value

    for line in made.warnings:
        print(f"warning: {line}", file=sys.stderr)
    for one in made.inherited:
        print(f"inherited: {one.path} = {write_value(one.value)}: {one.evidence}")
    quarters = scenario.quarter_labels()
    print(
        f"{out}: ok: {len(made.firms)} issuer{'' if len(made.firms) == 1 else 's'}, {quarters[0]} "
        f"to {quarters[-1]}, digest {digest(scenario)[:16]}; {len(made.inherited)} figures "
        "inherited",
        flush=True,
    )
    from capexrisk.study.cautions import cautions  # late: may load the compiler

    for line in cautions(scenario):
        print(f"{out}: warning: {line}", file=sys.stderr)
