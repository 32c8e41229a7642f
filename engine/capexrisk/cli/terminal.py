"""Tables in a terminal."""

from __future__ import annotations

from rich.console import Console, RenderableType

WIDEST = 1_000  # columns


def show(table: RenderableType) -> None:
    """Print a table whole: where the terminal is narrower lines wrap, and no digit is cut off."""
    console = Console()
    needed = console.measure(table, options=console.options.update(width=WIDEST)).maximum
    (console if needed <= console.width else Console(width=needed)).print(table)
