"""A comparison as Markdown: what changes, with its errors, ready for an e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from capexrisk.report.content.changes import chance_line, headline_changes, key, sentence
from capexrisk.report.content.side_by_side import title_of
from capexrisk.report.files.markdown import MARKDOWN, plain
from capexrisk.report.writing.words import counted
from capexrisk.study.comparison import Comparison

MOST_CHANGES = 12


def write_comparison_markdown(comparison: Comparison, directory: Path) -> Path:
    """Write report.md of a comparison into an existing directory; returns the file."""
    path = directory / MARKDOWN
    path.write_text(comparison_markdown(comparison), encoding="utf-8", newline="\n")
    return path


def comparison_markdown(comparison: Comparison) -> str:
    """Title, and for each scenario the answer and what changes most, with errors."""
    base = comparison.runs[comparison.base]
    lines = [f"# {plain(title_of(comparison))}", "", f"{counted(base.paths, 'path')}, seed "]
    lines[-1] += f"{base.manifest.run.seed}."
    lines += [f"\n**Note:** {plain(note)}." for note in comparison.notes]
    for name in comparison.others:
        lines += ["", f"## {plain(name)}", "", *_part(comparison, name)]
    return "\n".join([*lines, "", plain(key(comparison)), ""])


def _part(comparison: Comparison, name: str) -> Iterator[str]:
    changes = headline_changes(comparison, name)
    title = comparison.runs[name].manifest.scenario.title
    if title:
        yield from (f"{plain(title)}.", "")
    yield from (f"{plain(sentence(changes))} {plain(chance_line(comparison, name))}.", "")
    if changes:
        yield f"| Figure | {plain(comparison.base)} | {plain(name)} | Difference | Unit |"
        yield "| --- | --- | --- | --- | --- |"
    for change in changes[:MOST_CHANGES]:
        cells = (change.label, *change.texts(), change.unit)
        yield f"| {' | '.join(map(plain, cells))} |"
