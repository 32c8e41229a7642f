"""``capexrisk sources``: every input of a scenario with its evidence."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from capexrisk.archive.atomic import write_atomically
from capexrisk.cli.options import csv_file, overrides, scenario_file
from capexrisk.cli.terminal import stdout_console
from capexrisk.cli.verb import Verb
from capexrisk.errors import MissingSource
from capexrisk.scenario import Input, Scenario, inputs, load_scenario

NO_RANGE: Final = "no range"
TAKES_NONE: Final = "takes no range"


@click.command(cls=Verb)
@scenario_file
@overrides
@csv_file
def sources(scenario: Path, overrides: tuple[str, ...], out: Path | None) -> None:
    """List every input of a scenario with its source.

    Inputs that groups move have a range, P5 to P95, and the groups follow. Fails if an input has no
    source.
    """
    loaded = load_scenario(scenario, overrides)
    given = inputs(loaded)
    if out is not None:
        write_atomically(out, _as_csv(given).encode())
    console = stdout_console()
    counts = Counter(one.confidence or "MISSING" for one in given).most_common()
    lines = [f"{len(given)} inputs: " + ", ".join(f"{n} {name}" for name, n in counts)]
    if loaded.uncertainty.groups:
        lines.append(_print_with_ranges(console, given, loaded, str(scenario)))
    else:
        _print_inputs(console, given)
    print("\n".join(lines))

    missing = [one.path for one in given if not one.confidence]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise MissingSource(
            f"{scenario}: {missing[0]}: has no source; add it to the evidence table as "
            f'"confidence: source, address"{more}'
        )


def _as_csv(given: Iterable[Input]) -> str:
    """An input a row, as it stands in the scenario."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("input", "value", "unit", "confidence", "source", "address"))
    for one in given:
        table.writerow((one.path, one.value, one.unit, one.confidence, one.source, one.address))
    return text.getvalue()


def _print_inputs(
    console: Console, given: Iterable[Input], ranges: Mapping[str, str] | None = None
) -> None:
    rows = []
    for one in given:
        source = f"{one.source} {one.address}".strip()
        own_range = "" if ranges is None else ranges.get(one.path, _without(one))
        rows.append((one.path, str(one.value), own_range, one.confidence or "MISSING", source))
    if not console.is_terminal:
        for path, value, own_range, confidence, source in rows:
            has_one = own_range not in ("", NO_RANGE, TAKES_NONE)
            spread = f"P5 to P95 {own_range}" if has_one else own_range
            told = "; ".join(filter(None, (f"{path} = {value}: {confidence}", spread)))
            _print_stacked(told, source)
    elif ranges is not None:
        _print(console, ("input", "value", "P5 to P95", "confidence", "source"), rows)
    else:
        narrower = [(*row[:2], *row[3:]) for row in rows]
        _print(console, ("input", "value", "confidence", "source"), narrower)


def _print_with_ranges(
    console: Console, given: Sequence[Input], scenario: Scenario, file: str
) -> str:
    """Print inputs with their ranges, groups and correlations; return a line that counts them."""
    from capexrisk.cli import uncertain  # late: most scenarios need no scipy to be listed
    from capexrisk.uncertainty import input_design

    design = input_design(scenario, file)
    assert design is not None  # there are groups
    uncertainty = scenario.uncertainty
    ranges = uncertain.ranges_by_input(design)
    _print_inputs(console, given, ranges)
    _print(console, uncertain.GROUPS, uncertain.group_rows(design, uncertainty))
    if uncertainty.correlations:
        _print(console, uncertain.CORRELATIONS, uncertain.correlation_rows(uncertainty))
    groups, correlations = len(uncertainty.groups), len(uncertainty.correlations)
    lack = Counter(_without(one) for one in given if one.path not in ranges)
    return (
        f"of the assumed ones {lack[NO_RANGE]} have no range, {lack[TAKES_NONE]} take none, being "
        "words or counts\n"
        f"{len(ranges)} with a range: {groups} group{'' if groups == 1 else 's'}, "
        f"{correlations} correlation{'' if correlations == 1 else 's'}, "
        f"{design.dimensions} draw{'' if design.dimensions == 1 else 's'}"
    )


def _without(one: Input) -> str:
    """What stands in the place of a range of an assumed input that has none."""
    if one.confidence != "assumed":
        return ""
    return NO_RANGE if one.may_have_a_range else TAKES_NONE


def _print_stacked(line: str, source: str) -> None:
    """Outside a terminal the source stands below its line, and nothing is padded."""
    print(line)
    if source:
        print(f"    {source}")


def _print(console: Console, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    if not console.is_terminal:
        for *figures, source in rows:
            _print_stacked("; ".join(filter(None, figures)), source)
        return
    table = Table(box=box.SIMPLE)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # as they stand: [x] is no markup
    console.print(table)
