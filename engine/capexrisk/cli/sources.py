"""``capexrisk sources``: every input of a scenario with its evidence."""

from __future__ import annotations

from pathlib import Path

import click

from capexrisk.cli.options import overrides, scenario_file
from capexrisk.errors import MissingSource

WIDTH_IN_A_FILE = 500  # a line an input, nothing folded


@click.command
@scenario_file
@overrides
def sources(scenario: Path, overrides: tuple[str, ...]) -> None:
    """List every input of SCENARIO and its source; fail on an input without one."""
    from collections import Counter

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from capexrisk.scenario import inputs, load_scenario

    given = inputs(load_scenario(scenario, overrides))
    table = Table(box=box.SIMPLE)
    for heading in ("input", "value", "confidence", "source"):
        table.add_column(heading, overflow="fold")
    for one in given:
        source = f"{one.source} {one.address}".strip()
        cells = (one.path, str(one.value), one.confidence or "MISSING", source)
        table.add_row(*(Text(cell) for cell in cells))  # as they stand: [x] is no markup
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH_IN_A_FILE
    console.print(table)
    counted = Counter(one.confidence or "MISSING" for one in given).most_common()
    print(f"{len(given)} inputs: " + ", ".join(f"{n} {name}" for name, n in counted))

    missing = [one.path for one in given if not one.confidence]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise MissingSource(
            f"{scenario}: {missing[0]}: has no source; add it to the evidence table as "
            f'"confidence: source, address"{more}'
        )
