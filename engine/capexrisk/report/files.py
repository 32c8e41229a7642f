"""Everything that people read of a run, as files in its directory."""

from __future__ import annotations

from pathlib import Path

from capexrisk.report.figures import write_figures
from capexrisk.report.html import write_report
from capexrisk.report.markdown import write_markdown
from capexrisk.report.workbook import write_workbook
from capexrisk.run.results import Results, ResultsError


def write_report_files(results: Results, directory: Path) -> Path:
    """Write figures/, report.html, report.md and report.xlsx into a directory.

    Parameters
    ----------
    results : Results
    directory : Path
        An existing directory.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ResultsError
        If the run collected less than a report shows.
    """
    refuse_partial(results, directory)
    page = write_report(results, directory, write_figures(results, directory))
    write_markdown(results, directory)
    write_workbook(results, directory)
    return page


def refuse_partial(results: Results, directory: Path) -> None:
    """Refuse a run that collected less than a report shows.

    Raises
    ------
    ResultsError
    """
    collected = results.manifest["run"].get("collect", "everything")
    if collected != "everything":
        raise ResultsError(
            f"{directory}: a report needs a run that collects everything, and this one "
            f'collected "{collected}"; run again without collect'
        )
