"""How many paths of a finished run are traced again: an option, and a word where it asks others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from capexrisk.scenario.plan import DEFAULT_TRACED

if TYPE_CHECKING:
    from capexrisk.archive.results import Results

traced_paths = click.option(
    "--paths",
    type=int,
    help=f"Paths to trace. Default: {DEFAULT_TRACED:,}, or all that the run has.",
)


def number_to_trace(asked: int | None, results: Results) -> int:
    """The number to ask for; where others than those asked for are traced, stderr tells so."""
    if asked is None:
        return DEFAULT_TRACED
    from capexrisk.study.quarters import paths_traced  # late: loads the compiler

    traced = paths_traced(results, asked)
    if asked > 0 and traced != asked:
        more = asked > results.manifest.run.paths
        why = "all that the run has" if more else "equally many of each net"
        click.echo(f"capexrisk: {traced:,} paths instead of {asked:,}, {why}", err=True)
    return asked
