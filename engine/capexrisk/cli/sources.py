"""``capexrisk sources``: where every figure of a scenario comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from capexrisk.cli.options import overrides, scenario_file
from capexrisk.errors import CapexriskError

if TYPE_CHECKING:
    from capexrisk.scenario import FigureSource


WIDTH_IN_A_FILE = 500  # a line a figure, nothing folded


class MissingSource(CapexriskError):
    """A figure without confidence and source."""


@click.command
@scenario_file
@overrides
def sources(scenario: Path, overrides: tuple[str, ...]) -> None:
    """List every figure of SCENARIO and its source; fail on a figure without one."""
    from collections import Counter

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from capexrisk.scenario import load_scenario
    from capexrisk.scenario import sources as sources_of

    figures = sources_of(load_scenario(scenario, overrides))
    table = Table(box=box.SIMPLE)
    for heading in ("figure", "value", "confidence", "source"):
        table.add_column(heading, overflow="fold")
    for figure in figures:
        source = f"{figure.source} {figure.address}".strip()
        cells = (_place(figure), str(figure.value), figure.confidence or "MISSING", source)
        table.add_row(*(Text(cell) for cell in cells))  # as they stand: [x] is no markup
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_IN_A_FILE
    console.print(table)
    counted = Counter(figure.confidence or "MISSING" for figure in figures).most_common()
    print(f"{len(figures)} figures: " + ", ".join(f"{n} {name}" for name, n in counted))

    missing = [_place(figure) for figure in figures if not figure.confidence]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise MissingSource(
            f"{scenario}: {missing[0]}: has no source; add it to the evidence table as "
            f'"confidence: source, address"{more}'
        )


def _place(figure: FigureSource) -> str:
    """Dotted key of a figure in its file."""
    from capexrisk.scenario.files.overlay import write_path

    if figure.table == "events":
        return f"events: {figure.key}"
    tables = ("market", "thresholds")
    table = figure.table if figure.table in tables else write_path(("issuers", figure.table))
    return f"{table}.{figure.key}"
