"""The one look of tables in a terminal."""

from __future__ import annotations

from rich.table import Table


def plain_table() -> Table:
    """An empty table without lines, its columns two spaces apart."""
    return Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
