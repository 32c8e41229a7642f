"""Writes everything that people read about a run into its directory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from capexrisk.archive.results import Results
from capexrisk.archive.system_errors import placed
from capexrisk.archive.why import files_left
from capexrisk.errors import ResultsError
from capexrisk.report.files.markdown import MARKDOWN, write_markdown
from capexrisk.report.files.page import REPORT
from capexrisk.report.files.run_page import write_report
from capexrisk.report.files.workbook import WORKBOOK, write_workbook
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.figures import FIGURES, RunFigures, write_figures_of_why
from capexrisk.study.why import NOTHING, Why

DRAWN: Final = (FIGURES, REPORT, MARKDOWN, WORKBOOK)


def write_report_files(
    results: Results,
    figures: RunFigures,
    *,
    with_tables: bool = False,
) -> Path:
    """Write figures/, report.html, report.md and report.xlsx into a directory.

    They show what was left with the run, of causes and the like, if it has any.

    Parameters
    ----------
    results : Results
    figures : RunFigures
        Of these results; those that were not begun are drawn now, while the rest is written.
    with_tables : bool
        Whether the results themselves are written as well.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ResultsError
        If the run collected less than a report shows, or a file to be written is a link, which may
        lead out of the directory.
    """
    directory = figures.directory
    refuse_partial(results, directory)
    _refuse_links(directory)
    with placed(directory), figures.pool.ended_by_error():
        shared = figures.begin(results)
        tables = shared.begin(Results.write, [directory] if with_tables else [])
        with of_stored_tables(*{path.parent for path in files_left(directory)}):
            why = _left_with(results, directory)
            markdown = shared.begin(partial(write_markdown, why=why), [directory])
            write_workbook(results, directory, why)

            def draw() -> list[Drawing]:
                markdown.finish()
                tables.finish()
                return [*figures.finish(), *write_figures_of_why(why, directory, png=figures.png)]

            return write_report(results, directory, draw, why)


def _left_with(results: Results, directory: Path) -> Why:
    """What was left with the run; most runs have nothing, and need no compiler for it."""
    if not any(files_left(directory)):
        return NOTHING
    from capexrisk.study.answers_left import left_with_run

    return left_with_run(directory, results.manifest)


def refuse_partial(results: Results, directory: Path) -> None:
    """Refuse a run that collected less than a report shows.

    Raises
    ------
    ResultsError
    """
    collected = results.manifest.run.collect
    if collected != "everything":
        raise ResultsError(
            f"{directory}: a report needs a run that collects everything, and this one "
            f'collected "{collected}"; run again without collect'
        )


@contextmanager
def of_stored_tables(*directories: Path) -> Iterator[None]:
    """Report errors inside the block as a stored run that lacks something.

    Raises
    ------
    ResultsError
        If a table of a stored run lacks what was looked up in the block.
    """
    try:
        yield
    except (LookupError, ValueError) as missing:
        if not directories:
            raise
        raise ResultsError(
            f"{' or '.join(map(str, directories))}: its tables lack what a report shows "
            f"({type(missing).__name__}: {missing!s:.200}); run again"
        ) from missing


def _refuse_links(directory: Path) -> None:
    """Refuse links, so that whatever is written lands in this directory."""
    for path in (*(directory / name for name in DRAWN), *(directory / FIGURES).glob("*")):
        if path.is_symlink():
            raise ResultsError(f"{path}: is a link, and a report may not lead elsewhere; remove it")
