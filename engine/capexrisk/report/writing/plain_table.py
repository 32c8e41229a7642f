"""The one look of tables in a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.table import Table


def plain_table() -> Table:
    """An empty table without lines, its columns two spaces apart."""
    return Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)


def as_wide_as(tables: Iterable[Table], console: Console, options: ConsoleOptions) -> Measurement:
    """Columns that the widest of some tables takes."""
    widest = max(console.measure(table, options=options).maximum for table in tables)
    return Measurement(widest, widest)
