"""``capexrisk report``: write the figures and reports of a finished run again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
def report(directory: Path) -> None:
    """Write figures, report.html, report.md and report.xlsx into DIR, a finished run."""
    from capexrisk.archive.results import load_results
    from capexrisk.report.files.write import of_stored_tables, write_report_files

    results = load_results(directory)
    with of_stored_tables(directory):
        page = write_report_files(results, directory)
    print(page)
