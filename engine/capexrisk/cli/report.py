"""``capexrisk report``: draw and write the reports of a finished run again."""

from __future__ import annotations

from pathlib import Path

import click

from capexrisk.cli.options import finished_run, png
from capexrisk.cli.verb import Verb, saying
from capexrisk.report.pool import drawing_pool


@click.command(cls=Verb)
@finished_run
@png
def report(directory: Path, png: bool) -> None:
    """Write the plots and reports of a finished run again.

    They are report.html, report.md, report.xlsx and the folder figures.
    """
    with drawing_pool(-1) as pool:
        from capexrisk.archive.results import load_results
        from capexrisk.report.files.write import of_stored_tables, write_report_files
        from capexrisk.report.plots.figures import FIGURES, RunFigures

        results = load_results(directory)
        with of_stored_tables(directory):
            page = write_report_files(results, RunFigures(directory, pool, png=png))
    with saying(f"{page} is written"):
        print(page)
        if png:
            print(f"{page.with_name(FIGURES)}: every figure as SVG and as PNG")
