"""``capexrisk report``: write the figures and reports of a finished run again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
def report(directory: Path) -> None:
    """Write figures, report.html, report.md and report.xlsx into DIR, a finished run."""
    from capexrisk.report.files import of_stored_tables, write_report_files
    from capexrisk.run.results import load_results

    results = load_results(directory)
    with of_stored_tables(directory):
        page = write_report_files(results, directory)
    print(page)
