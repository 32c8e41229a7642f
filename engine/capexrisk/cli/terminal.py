"""Tables and durations as a terminal shows them."""

from __future__ import annotations

import sys

from rich.console import Console, RenderableType

WIDEST = 1_000  # columns
WIDTH_IN_A_FILE = 500  # one line for each row, nothing folded


def stdout_console(width: int | None = None) -> Console:
    """A console on stdout, plain where no terminal looks on.

    The kernel of a notebook sets FORCE_COLOR, and rich would write codes into what a cell reads.
    """
    return Console(width=width, force_terminal=sys.stdout.isatty())


def show(table: RenderableType) -> None:
    """Print a table whole: where the terminal is narrower lines wrap, and no digit is cut off."""
    console = stdout_console()
    needed = console.measure(table, options=console.options.update(width=WIDEST)).maximum
    if needed > console.width:
        console = stdout_console(needed)
    with console.capture() as shown:
        console.print(table)
    print("\n".join(line.rstrip() for line in shown.get().splitlines()))


def unfolded_console() -> Console:
    """A console whose lines are folded in a terminal only, and not in a file or a pipe."""
    console = stdout_console()
    if not console.is_terminal:
        console.width = WIDTH_IN_A_FILE
    return console


def digits(value: float) -> str:
    """A positive number to three digits: 0.0123, 1.23, 123,000."""
    places = 2 - int(f"{value:.2e}".partition("e")[2])
    return f"{round(value, places):,.{max(places, 0)}f}"


def signed_digits(value: float) -> str:
    """Any number to three digits: -0.0123, 0, 1.23."""
    return f"{'-' if value < 0.0 else ''}{digits(abs(value))}" if value else "0"


def duration(seconds: float) -> str:
    """Three digits, in the unit that fits.

    >>> [duration(s) for s in (3.2, 75.0, 5400.0, 18_000.0)]
    ['3.20 s', '75.0 s', '90.0 min', '5.00 h']
    """
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{digits(seconds / length)} {unit}"
    return f"{digits(seconds)} s"
