"""``capexrisk sources``: every input of a scenario with its evidence."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich import box
from rich.table import Table
from rich.text import Text

from capexrisk.cli.options import overrides, scenario_file
from capexrisk.cli.terminal import unfolded_console
from capexrisk.errors import MissingSource
from capexrisk.scenario import inputs, load_scenario


@click.command
@scenario_file
@overrides
def sources(scenario: Path, overrides: tuple[str, ...]) -> None:
    """List every input of a scenario with its source.

    Fails if an input has none.
    """
    given = inputs(load_scenario(scenario, overrides))
    table = Table(box=box.SIMPLE)
    for heading in ("input", "value", "confidence", "source"):
        table.add_column(heading, overflow="fold")
    for one in given:
        source = f"{one.source} {one.address}".strip()
        cells = (one.path, str(one.value), one.confidence or "MISSING", source)
        table.add_row(*(Text(cell) for cell in cells))  # as they stand: [x] is no markup
    unfolded_console().print(table)
    counted = Counter(one.confidence or "MISSING" for one in given).most_common()
    print(f"{len(given)} inputs: " + ", ".join(f"{n} {name}" for name, n in counted))

    missing = [one.path for one in given if not one.confidence]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise MissingSource(
            f"{scenario}: {missing[0]}: has no source; add it to the evidence table as "
            f'"confidence: source, address"{more}'
        )
