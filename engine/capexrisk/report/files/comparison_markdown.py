"""A comparison as Markdown: what changes, with its errors, ready for an e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from capexrisk.report.content.changes import (
    HEADING_OVER_INPUTS,
    Change,
    chance_line,
    headline_changes,
    key,
    sentence,
)
from capexrisk.report.content.over_inputs import OVER_INPUTS, TOO_FEW
from capexrisk.report.content.side_by_side import title_of
from capexrisk.report.content.side_by_side_grids import are_drawn, failures
from capexrisk.report.files.markdown import INTERVALS, MARKDOWN, plain, row_of, table_of
from capexrisk.report.writing.words import counted
from capexrisk.study.comparison import Comparison

MOST_CHANGES = 12
IN_BRACKETS = f"In brackets stand the predictive chance, and P5 to P95; {TOO_FEW} {OVER_INPUTS}"


def write_comparison_markdown(comparison: Comparison, directory: Path) -> Path:
    """Write report.md of a comparison into an existing directory; returns the file."""
    path = directory / MARKDOWN
    path.write_text(comparison_markdown(comparison), encoding="utf-8", newline="\n")
    return path


def comparison_markdown(comparison: Comparison) -> str:
    """Title, for each scenario the answer and what changes most with errors, and all failures."""
    base = comparison.runs[comparison.base]
    lines = [f"# {plain(title_of(comparison))}", "", f"{counted(base.paths, 'path')}, seed "]
    lines[-1] += f"{base.manifest.run.seed}."
    lines += [f"\n**Note:** {plain(note)}." for note in comparison.notes]
    changes = {name: headline_changes(comparison, name) for name in comparison.others}
    for name, all_of_it in changes.items():
        lines += ["", f"## {plain(name)}", "", *_part(comparison, name, all_of_it)]
    chances = failures(comparison)
    how = f"{INTERVALS} {IN_BRACKETS}" if are_drawn(comparison) else INTERVALS
    shown = (one for all_of_it in changes.values() for one in all_of_it[:MOST_CHANGES])
    lines += ["", plain(key(shown)), ""]
    lines += [f"## {plain(chances.caption)}", "", *table_of(chances), "", how, ""]
    return "\n".join(lines)


def _part(comparison: Comparison, name: str, changes: list[Change]) -> Iterator[str]:
    title = comparison.runs[name].manifest.scenario.title
    if title:
        yield from (f"{plain(title)}.", "")
    said = sentence(changes)
    yield from (f"{plain(said)} {plain(chance_line(comparison, name))}.", "")
    shown = changes[:MOST_CHANGES]
    if not shown:
        return
    told = any(change.over_inputs for change in shown)
    over_inputs = [HEADING_OVER_INPUTS] if told else []
    headings = ["Figure", comparison.base, name, "Difference", "Unit", *over_inputs]
    yield row_of(headings)
    yield row_of(["---"] * len(headings))
    for change in shown:
        ends = [change.over_inputs] if told else []
        yield row_of([change.label, *change.texts(), change.unit, *ends])
