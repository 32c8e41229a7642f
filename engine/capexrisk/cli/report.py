"""``capexrisk report``: draw the figures and the page of a finished run again."""

from __future__ import annotations

from pathlib import Path

import click


@click.command
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
def report(directory: Path) -> None:
    """Write figures and report.html into DIR, a finished run."""
    from capexrisk.report.figures import write_figures
    from capexrisk.report.html import write_report
    from capexrisk.run.results import load_results

    results = load_results(directory)
    print(write_report(results, directory, write_figures(results, directory)))
