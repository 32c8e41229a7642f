"""The page of a comparison: one file, with its figures as files beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from capexrisk.report.content.changes import Change, chance_line, headline_changes, sentence
from capexrisk.report.content.differing_inputs import inputs_that_differ
from capexrisk.report.content.inputs import Group
from capexrisk.report.content.over_inputs import OVER_INPUTS, TOO_FEW, what_is_covered
from capexrisk.report.content.side_by_side import warnings_of
from capexrisk.report.content.side_by_side_grids import (
    are_drawn,
    failures,
    row_across,
    shown_issuers,
)
from capexrisk.report.files.comparison_markdown import write_comparison_markdown
from capexrisk.report.files.comparison_workbook import write_comparison_workbook
from capexrisk.report.files.page import REPORT, Entry, Part, figures_by_section, render_page
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.figures import begin_overlays
from capexrisk.report.pool import ALONE, DrawingPool
from capexrisk.report.writing.cells import EMPTY, Cell, Grid, Row
from capexrisk.report.writing.estimates import FREE_CASH_FLOW, NEGATIVE, last_quarters
from capexrisk.report.writing.words import counted
from capexrisk.study.comparison import Comparison

MOST_CHANGES = 15


@dataclass(frozen=True)
class Other:
    """What the page says about a run that is compared with the base."""

    name: str
    anchor: str
    title: str
    description: str
    answer: str
    changes: Grid
    inputs: Group


def write_comparison(
    comparison: Comparison,
    directory: Path,
    pool: DrawingPool = ALONE,
    *,
    png: bool = False,
    made: Sequence[str] = (),
) -> Path:
    """Write a comparison into a directory: tables, report.html, report.md, report.xlsx, figures.

    Parameters
    ----------
    comparison : Comparison
    directory : Path
        An existing directory; ``figures`` is made in it.
    pool : DrawingPool, optional
        Who draws and writes as well.
    png : bool
        Whether figures are written as PNG as well as SVG.
    made : sequence of str
        Names of the runs that were made for the comparison: each is written into runs/NAME.

    Returns
    -------
    Path
        The page.
    """
    issuers = shown_issuers(comparison)
    path = directory / REPORT
    with pool.ended_by_error():
        shared = pool.share(comparison)
        drawings = begin_overlays(shared, issuers, directory, png=png)
        tables = shared.begin(Comparison.write, [directory])
        runs = shared.begin(partial(_write_run, directory=directory), made)
        write_comparison_workbook(comparison, directory)
        write_comparison_markdown(comparison, directory)
        runs.finish()
        tables.finish()
        path.write_text(render_comparison(comparison, drawings.finish()), encoding="utf-8")
    return path


def _write_run(comparison: Comparison, name: str, directory: Path) -> None:
    folder = directory / "runs" / name
    folder.mkdir(parents=True, exist_ok=True)  # of a process that was killed
    comparison.runs[name].write(folder)


def render_comparison(comparison: Comparison, drawings: list[Drawing]) -> str:
    """The page as text."""
    others = [_other(comparison, name, k) for k, name in enumerate(comparison.others, 1)]
    parts = [_part(comparison, i, k) for k, i in enumerate(shown_issuers(comparison), 1)]
    base = comparison.runs[comparison.base]
    context = {
        "warnings": warnings_of(comparison),
        "contents": _contents(others, parts),
        "comparison": comparison,
        "words": comparison.words,
        "base": base,
        "others": others,
        "headline": [failures(comparison), _flows(comparison, base.years[-1])],
        "drawn": are_drawn(comparison),
        "over_inputs_key": OVER_INPUTS,
        "too_few": TOO_FEW,
        "covered": what_is_covered(comparison.runs.values()),
        "parts": parts,
        "left_out": len(base.issuers) - len(parts),
        "figures": figures_by_section(drawings),
        "runs": _runs(comparison),
        "one_plan": len({(r.paths, r.manifest.run.seed) for r in comparison.runs.values()}) == 1,
    }
    return render_page("comparison.html.j2", context)


def _contents(others: list[Other], parts: list[Part]) -> list[Entry]:
    return [
        Entry("answer", "The answer"),
        Entry("changes", "What changes most", [Entry(run.anchor, run.name) for run in others]),
        Entry("issuers", "Issuer by issuer", [Entry(p.anchor, p.name) for p in parts]),
        Entry("market", "The market"),
        Entry("inputs", "What the scenarios change"),
        Entry("limits", "Limits"),
        Entry("computed", "How it was computed"),
    ]


def _other(comparison: Comparison, name: str, number: int) -> Other:
    changes = headline_changes(comparison, name)
    described = comparison.runs[name].manifest.scenario
    return Other(
        name=name,
        anchor=f"scenario-{number}",
        title=described.title,
        description=described.description,
        answer=f"{sentence(changes)} {chance_line(comparison, name)}.",
        changes=_changes(comparison.base, name, changes[:MOST_CHANGES]),
        inputs=Group(
            f"{name}: inputs that differ",
            inputs_that_differ(comparison.runs[comparison.base], comparison.runs[name]),
        ),
    )


def _changes(base: str, name: str, changes: list[Change]) -> Grid:
    """The headline figures that changed most."""
    rows = []
    told = any(change.over_inputs for change in changes)
    for change in changes:
        before, here, difference = change.texts()
        gain = EMPTY if change.gain != change.gain else f"{change.gain:.1f}"
        ends = (change.over_inputs,) if told else ()
        cells = [Cell(text) for text in (difference, *ends, before, here, gain)]
        rows.append(Row(f"{change.label}, {change.unit}", cells))
    columns = ["Difference", *(["P5 to P95 over the inputs"] if told else []), base, name, "Gain"]
    return Grid(f"{name} against {base}: what changes most", "Figure", columns, rows)


def _flows(comparison: Comparison, year: str) -> Grid:
    """Mean free cash flow of a year of those alive, by issuer and run."""
    rows = [
        row_across(comparison, issuer, FREE_CASH_FLOW, year, label=issuer)
        for issuer in shown_issuers(comparison)
    ]
    caption = f"Mean free cash flow {year}, unless failed before, $bn"
    return Grid(caption, "Issuer", list(comparison.runs), rows, sortable=True)


def _part(comparison: Comparison, issuer: str, number: int) -> Part:
    base = comparison.runs[comparison.base]
    row = partial(row_across, comparison, issuer)
    flows = [row(FREE_CASH_FLOW, year, label=f"Mean {year}") for year in base.years]
    negative = [
        row(NEGATIVE, year, label=f"Negative in {year}, if it survives") for year in base.years
    ]
    failures = [
        row("funding_failure", quarter, label=f"Failed by the end of {year}")
        for year, quarter in last_quarters(base).items()
    ]
    return Part(
        name=issuer,
        anchor=f"issuer-{number}",
        grids=[
            Grid(f"{issuer}: free cash flow while alive, $bn", "", list(comparison.runs), flows),
            Grid(f"{issuer}: chances, %", "", list(comparison.runs), [*negative, *failures]),
        ],
    )


def _runs(comparison: Comparison) -> Grid:
    rows = []
    for name, results in comparison.runs.items():
        run = results.manifest.run
        cells = (
            counted(results.paths, "path"),
            str(run.seed),
            run.sampler,
            results.manifest.scenario_digest[:16],
        )
        rows.append(Row(name, [Cell(text) for text in cells]))
    return Grid("The runs", "Run", ["Paths", "Seed", "Sampler", "Digest of the scenario"], rows)
