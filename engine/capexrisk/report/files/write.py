"""Writes everything that people read about a run into its directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from capexrisk.report.plots.figures import FIGURES, begin_figures, write_figures_of_why
from capexrisk.report.pool import ALONE, DrawingPool
from capexrisk.study.why import NOTHING, Why

DRAWN: Final = (FIGURES, REPORT, MARKDOWN, WORKBOOK)


def write_report_files(
    results: Results,
    directory: Path,
    pool: DrawingPool = ALONE,
    *,
    png: bool = False,
    meanwhile: Callable[[], None] = lambda: None,
) -> Path:
    """Write figures/, report.html, report.md and report.xlsx into a directory.

    They show what was left with the run, of causes and the like, if it has any.

    Parameters
    ----------
    results : Results
    directory : Path
        An existing directory.
    pool : DrawingPool, optional
        Who draws figures while the rest is written.
    png : bool
        Whether figures are written as PNG as well as SVG.
    meanwhile : callable
        What else is to be done while figures are drawn.

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
    refuse_partial(results, directory)
    _refuse_links(directory)
    with placed(directory), begin_figures(results, directory, pool, png=png) as begun:
        meanwhile()
        with of_stored_tables(*{path.parent for path in files_left(directory)}):
            why = _left_with(results, directory)
            write_markdown(results, directory, why)
            write_workbook(results, directory, why)

            def draw() -> list[Drawing]:
                return [*begun.finish(), *write_figures_of_why(why, directory, png=png)]

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
