"""The answer of a run as Markdown for an e-mail; it reads well as plain text too."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from capexrisk.archive.results import Results
from capexrisk.report.content.answer import answer
from capexrisk.report.content.findings import find, warnings
from capexrisk.report.content.over_inputs import OVER_INPUTS
from capexrisk.report.content.provenance import COMMAND, changes, facts
from capexrisk.report.content.verdicts import verdict
from capexrisk.report.content.what_it_takes import parts_of_paths
from capexrisk.report.content.why import parts_of_why
from capexrisk.report.files.run_page import years_shown
from capexrisk.report.writing.cells import Cell, Grid
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.words import counted
from capexrisk.study.why import NOTHING, Why

MARKDOWN = "report.md"
# "<" only where it could begin a tag; "> 99.994 %" is a quotation only at the start of a line.
SPECIAL = re.compile(r"[\\`*_\[\]|~]|<(?=[A-Za-z/!?])")
INTERVALS = "A range a–b is a 95 % interval, and covers the sampling of paths alone."
SAID = ("Scenario", "Digest of the scenario", "Paths", "Sampler", "Target", "Code", COMMAND)


def write_markdown(results: Results, directory: Path, why: Why = NOTHING) -> Path:
    """Write report.md into a directory.

    Parameters
    ----------
    results : Results
    directory : Path
        An existing directory.
    why : Why, optional
        What was left with the run.

    Returns
    -------
    Path
        The file.
    """
    path = directory / MARKDOWN
    path.write_text(markdown(results, why), encoding="utf-8", newline="\n")
    return path


def markdown(results: Results, why: Why = NOTHING) -> str:
    """The summary: title, findings, the answer as a table, why, how it was computed."""
    scenario, run = results.manifest.scenario, results.manifest.run
    estimates = Estimates(results)
    found = answer(results, estimates, why)
    paths = counted(results.paths, "path")
    head = f"Scenario {scenario.name}, figures as of {scenario.as_of}"
    horizon = f"{results.quarters[0]} to {results.quarters[-1]}"
    lines = [f"# {plain(scenario.title or scenario.name)}", ""]
    lines += [line for text in warnings(results) for line in (f"**Warning:** {plain(text)}.", "")]
    if changed := changes(results):
        lines += [f"**Changed:** {plain(changed)}.", ""]
    lines += [f"{plain(head)}; {horizon}; {paths}, seed {run.seed}.", ""]
    for question, text in find(results, estimates, found, years_shown(results)):
        lines.append(f"- **{question}** {plain(text)}")
    lines += ["", *table_of(verdict(found)), ""]
    lines += [INTERVALS if results.inputs is None else f"{INTERVALS} {OVER_INPUTS}", ""]
    for heading, parts in (
        ("Why", parts_of_why(why)),
        ("What would have to happen", parts_of_paths(why)),
    ):
        lines += [f"## {heading}", ""] if parts else []
        for part in parts:
            lines += [f"### {plain(part.heading)}", ""]
            lines += [f"- **{plain(about)}.** {plain(text)}" for about, text in part.findings]
            lines.append("")
    lines += ["## How it was computed", ""]
    # A command is to be copied: as code nothing in it is escaped.
    said = ((name, text) for name, text in facts(results) if name in SAID)
    lines += [f"- {name}: {f'`{text}`' if name == COMMAND else plain(text)}" for name, text in said]
    return "\n".join(lines) + "\n"


def table_of(grid: Grid) -> list[str]:
    """The lines of a table."""
    rows = [[grid.corner, *grid.columns], ["---"] * (1 + len(grid.columns))]
    rows += [[row.label, *map(_text, row.cells)] for row in [*grid.rows, *grid.foot]]
    return [row_of(row) for row in rows]


def row_of(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(map(plain, cells))} |"


def _text(cell: Cell) -> str:
    notes = "; ".join(part for part in (cell.note, *cell.over_inputs) if part)
    return f"{cell.text} ({notes})" if notes else cell.text


def plain(text: str) -> str:
    """Text on one line, with Markdown's special characters escaped."""
    return SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
