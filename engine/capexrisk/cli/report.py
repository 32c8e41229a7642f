"""``capexrisk report``: write the figures and reports of a finished run again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
def report(directory: Path) -> None:
    """Write figures, report.html, report.md and report.xlsx into DIR, a finished run."""
    from capexrisk.report.files import write_report_files
    from capexrisk.run.results import load_results

    print(write_report_files(load_results(directory), directory))
