"""The page of a backtest: one file, its figures inside."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from capexrisk.report.content import backtest_tables as tables
from capexrisk.report.content.backtest import about, metrics_of, name_of, sentences, some_failed
from capexrisk.report.files.page import REPORT, Entry, figures_by_section, render_page
from capexrisk.report.plots.backtest import fates, places
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.svg import svg_text
from capexrisk.study.backtest.against import Backtest


def write_backtest(found: Backtest, directory: Path) -> Path:
    """Write report.html and the tables of a backtest into an existing directory.

    Returns
    -------
    Path
        The page.
    """
    found.write(directory)
    path = directory / REPORT
    path.write_text(render_backtest(found), encoding="utf-8")
    return path


def render_backtest(found: Backtest) -> str:
    """The page as text."""
    figures, failures = bool(len(found.figures)), bool(len(found.issuers))
    drawings = []
    contents = [Entry("answer", "The answer")]
    if figures:
        names = {name_of(found, metric): metric for metric in metrics_of(found)}
        drawings += [
            _drawing(places(found, metric, name), "figures", name, f"{name}: percentiles")
            for name, metric in names.items()
        ]
        contents.append(Entry("figures", "Figure by figure"))
    if failures:
        drawings.append(_drawing(fates(found), "failures", "", "Chances, and who failed"))
        contents.append(Entry("failures", "Failures"))
    context = {
        "warnings": [found.results.quarantine_note] if found.results.quarantine_note else [],
        "contents": [
            *contents,
            Entry("sources", "What happened"),
            Entry("limits", "What it does not tell"),
            Entry("computed", "How it was computed"),
        ],
        "about": about(found),
        "results": found.results,
        "findings": sentences(found),
        "coverage": tables.coverage_grid(found) if figures else None,
        "scores": tables.score_grid(found) if figures else None,
        "by_metric": tables.figure_grids(found) if figures else {},
        "failures": tables.failure_grid(found) if some_failed(found) else None,
        "reliability": tables.reliability_grid(found) if some_failed(found) else None,
        "issuers": tables.issuer_grid(found) if failures else None,
        "sources": tables.sources(found),
        "left_out": found.left_out,
        "figures": figures_by_section(drawings),
    }
    return render_page("backtest.html.j2", context)


def _drawing(figure: Figure, section: str, name: str, description: str) -> Drawing:
    own = f"backtest-{section}-{name}"
    return Drawing(own, section, name, description, svg_text(figure, own))
