"""How many paths of a finished run are traced again: an option, and a word where it asks others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from capexrisk.archive.results import Results

USUAL: Final = 8_192

traced_paths = click.option(
    "--paths", type=int, help=f"Paths to trace. Default: {USUAL:,}, or all that the run has."
)


def number_to_trace(asked: int | None, results: Results) -> int:
    """The number to ask for; where others than those asked for are traced, stderr tells so."""
    if asked is None:
        return USUAL
    from capexrisk.study.quarters import paths_traced  # late: loads the compiler

    traced = paths_traced(results, asked)
    if asked > 0 and traced != asked:
        more = asked > results.manifest.run.paths
        why = "all that the run has" if more else "equally many of each net"
        click.echo(f"capexrisk: {traced:,} paths instead of {asked:,}, {why}", err=True)
    return asked
