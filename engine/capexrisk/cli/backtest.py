"""``capexrisk backtest``: a finished run against what happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from capexrisk.cli.options import finished_run, new_directory
from capexrisk.cli.traced import number_to_trace, traced_paths
from capexrisk.cli.verb import Verb
from capexrisk.tables.actuals import read_actuals

if TYPE_CHECKING:
    from rich.table import Table

    from capexrisk.report.writing.cells import Grid
    from capexrisk.study.backtest.against import Backtest


@click.command(cls=Verb)
@finished_run
@click.option(
    "--actual",
    type=click.Path(path_type=Path),
    required=True,
    help="Table of what happened, CSV or .xlsx: issuer, period, metric, value, unit.",
)
@traced_paths
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    callback=new_directory,
    help="Also write a page and tables into this new directory.",
)
def backtest(directory: Path, actual: Path, paths: int | None, out: Path | None) -> None:
    """Score a finished run against what happened.

    Shows the percentile of every figure in its distribution, coverage of central intervals, CRPS
    and log score, and of failures Brier score, area under the curve and reliability, beside naive
    rivals, with how many independent figures there are. Of a run over the inputs all is told with
    the inputs as they stand and drawn. docs/backtests.md says how the file is written.
    """
    read_actuals(actual)  # what is wrong with it is said before anything is loaded

    from capexrisk.archive.results import load_results
    from capexrisk.cli.progress import waiting
    from capexrisk.cli.terminal import show
    from capexrisk.report.content.backtest import about, sentences
    from capexrisk.study.backtest.against import backtest as score

    results = load_results(directory)
    traced = number_to_trace(paths, results)
    with waiting("Tracing paths and scoring"):
        found = score(results, actual, paths=traced)
    if out is not None:
        from capexrisk.archive.directory import comparison_directory
        from capexrisk.report.files.backtest_page import write_backtest

        with comparison_directory(out) as folder:
            write_backtest(found, folder)
    scenario = found.results.manifest.scenario
    print(f"{scenario.name}, as of {scenario.as_of}: scored by {about(found)}")
    for line in found.left_out:
        print(f"not scored: {line}")
    for finding in sentences(found):
        print(f"\n{finding.question}\n  {finding.answer}")
    for grid in _grids(found):
        print()
        show(_table(grid))
    if out is not None:
        print(f"\nReport: {out / 'report.html'}")


def _grids(found: Backtest) -> list[Grid]:
    from capexrisk.report.content import backtest_tables as tables
    from capexrisk.report.content.backtest import some_failed

    grids = []
    if len(found.figures):
        grids += [*tables.figure_grids(found).values()]
        grids += [tables.coverage_grid(found), tables.score_grid(found)]
    if len(found.issuers):
        grids.append(tables.issuer_grid(found))
        if some_failed(found):
            grids += [tables.failure_grid(found), tables.reliability_grid(found)]
    return grids


def _table(grid: Grid) -> Table:
    """A table as a terminal shows it: notes behind the figures."""
    from capexrisk.report.writing.plain_table import plain_table

    table = plain_table()
    table.add_column(grid.caption, overflow="fold")
    for column in grid.columns:
        table.add_column(column, overflow="fold")
    for row in grid.rows:
        cells = (f"{cell.text} ({cell.note})" if cell.note else cell.text for cell in row.cells)
        table.add_row(row.label, *cells)
    return table
