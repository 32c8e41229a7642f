"""``capexrisk new``: a scenario from filings or a table of firms."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capexrisk.archive.atomic import write_atomically
from capexrisk.cli.options import LIBRARY, new_scenario
from capexrisk.errors import ArgumentError, ScenarioError
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.quarters import parse_quarter

if TYPE_CHECKING:
    from capexrisk.authoring.firms import Firm

NEUTRAL = "neutral"
KINDS = (".csv", ".xlsx")
LONGEST = 80  # quarters


@click.command
@click.argument("facts", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--from-table",
    type=click.Path(path_type=Path),
    help="Firms of a table that was filled in, CSV or .xlsx.",
)
@click.option(
    "--table",
    type=click.Path(path_type=Path),
    help="Write such a table, to be filled in, and nothing else.",
)
@click.option("--firm", "firms", multiple=True, help="A firm of the table. May be repeated.")
@click.option(
    "--market",
    default=str(LIBRARY),
    help=f"Scenario whose market and habits are taken over, or {NEUTRAL}. Default: {LIBRARY}.",
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
    first = start or f"{day.year}Q{(day.month + 2) // 3}"
    try:
        parse_quarter(first)
    except ValueError:
        problem = f"{first!r} is not a quarter; give one such as 2026Q4"
        raise ArgumentError("start", problem) from None
    if table is not None:
        if facts or from_table or out:
            raise ArgumentError("table", "writes a table and nothing else; give it alone")
        _write_table(table, first, quarters, firms or ("Firm A", "Firm B", "Firm C"))
        return
    if firms:
        raise ArgumentError("firms", "names a column of --table; give that as well")
    if not facts and from_table is None:
        raise ArgumentError("facts", "no firm; give companyfacts files, --from-table or --table")
    if out is None:
        raise ArgumentError("out", "no file to write; give one")
    _write_scenario(out, facts, from_table, market, first, quarters, day)


def _write_table(path: Path, start: str, quarters: int, firms: tuple[str, ...]) -> None:
    from capexrisk.authoring.template import FIXED, as_csv, as_workbook, template
    from capexrisk.scenario import calendar_years
    from capexrisk.scenario.issuer import usable_name
    from capexrisk.scenario.section import Refused

    if path.suffix.lower() not in KINDS:
        raise ArgumentError("table", f"{path} is neither; give a name that ends with .csv or .xlsx")
    if path.exists():
        raise ArgumentError("table", f"{path} exists already; give another file")
    for name in firms:
        try:
            usable_name(name)
        except Refused as refused:
            raise ArgumentError("firms", f"{refused.value}; {refused.hint}") from None
        if name in FIXED:
            raise ArgumentError("firms", f"{name!r} is a heading of the table; give another name")
    rows = template([year.year for year in calendar_years(start, quarters)])
    write = as_csv if path.suffix.lower() == ".csv" else as_workbook
    write_atomically(path, write(rows, firms))
    print(f"{path}: {len(rows)} keys, needed ones first, for {', '.join(firms)}")


def _write_scenario(
    out: Path,
    facts: tuple[Path, ...],
    from_table: Path | None,
    market: str,
    start: str,
    quarters: int,
    day: dt.date,
) -> None:
    from capexrisk.authoring.filed import firm_of
    from capexrisk.authoring.firms import merged, read_firms
    from capexrisk.authoring.new import new_scenario as compose
    from capexrisk.authoring.surroundings import neutral_surroundings, surroundings_of
    from capexrisk.authoring.written import write_scenario
    from capexrisk.filings import draft
    from capexrisk.scenario import digest, quarter_labels
    from capexrisk.scenario.files.writing import write_value

    if market != NEUTRAL and not Path(market).is_file():
        raise ArgumentError("market", f"there is no {market}; give a scenario, or {NEUTRAL}")
    around = neutral_surroundings() if market == NEUTRAL else surroundings_of(Path(market))
    labels = quarter_labels(start, quarters)
    drafts = [(path, draft(path, as_of=day)) for path in facts]
    filed = [firm_of(drafted, str(path), labels) for path, drafted in drafts]
    firms = merged(filed, read_firms(from_table) if from_table else [])
    made = compose(out.stem, firms, around, start=start, quarters=quarters, as_of=day)
    try:
        scenario = write_scenario(out, made.text)
    except ScenarioError as refused:
        raise _at_its_source(refused, firms) from None
    for path, drafted in drafts:
        for line in drafted.warnings:
            print(f"{path}: warning: {line}", file=sys.stderr)
    for one in made.inherited:
        print(f"inherited: {one.path} = {write_value(one.value)}: {one.evidence}")
    print(
        f"{out}: ok: {len(firms)} issuer{'' if len(firms) == 1 else 's'}, {labels[0]} to "
        f"{labels[-1]}, digest {digest(scenario)[:16]}; {len(made.inherited)} figures inherited",
        flush=True,
    )
    from capexrisk.study.cautions import cautions  # late: may load the compiler

    for line in cautions(scenario):
        print(f"{out}: warning: {line}", file=sys.stderr)


def _at_its_source(refused: ScenarioError, firms: list[Firm]) -> ScenarioError:
    """The error at the cell or filing that gave the figure, where one did."""
    for firm in firms:
        for key, given in firm.figures.items():
            if refused.key.partition("[")[0] == write_path(("issuers", firm.name, key)):
                return ScenarioError(f"{given.place}: {key}", refused.value, refused.hint)
    return refused
