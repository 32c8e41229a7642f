"""A rolled scenario as a file that extends the old one, and its changes as rows."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from math import isnan

from capexrisk.scenario import Scenario
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.files.writing import comment, heading, write_line, write_value

from .forward import Change, Rolled

__all__ = ["elapsed_csv", "path_of", "rolled_text"]

SCHEMA = "#:schema ./scenario.schema.json"
COLUMNS = (
    *("issuer", "period", "metric", "value", "unit", "year_before", "confidence"),
    *("source_title", "source_url"),
)
ADDRESS = re.compile(r"(.*?)(?:, (https?://\S+))?")


def path_of(table: tuple[str, ...], key: str) -> str:
    """Dotted path of a figure, as `change_inputs` takes it."""
    return write_path((*table, key))


def rolled_text(rolled: Rolled, base: Scenario, extends: str, name: str) -> str:
    """The file: what it is, what is stale, and every figure that changes with its evidence.

    Parameters
    ----------
    rolled : Rolled
    base : Scenario
        The old scenario.
    extends : str
        Its file, from the new one's folder.
    name : str
        The new scenario's.
    """
    return "\n".join(_lines(rolled, base, extends, name)) + "\n"


def elapsed_csv(rolled: Rolled) -> bytes:
    """Reported flows of elapsed quarters, as a backtest of a run of the old scenario takes them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        (
            *(one.issuer, one.period, one.metric, round(one.value, 6), "USD bn"),
            *("" if isnan(one.year_before) else round(one.year_before, 6), one.confidence),
            *(part or "" for part in ADDRESS.fullmatch(one.source).groups()),  # type: ignore[union-attr]
        )
        for one in rolled.elapsed
    )
    return text.getvalue().encode()


def _lines(rolled: Rolled, base: Scenario, extends: str, name: str) -> Iterator[str]:
    yield from (SCHEMA, "")
    yield from comment(_head(rolled, base, extends))
    yield ""
    yield f"extends = {write_value(extends)}"
    yield f"name = {write_value(name)}"
    title = base.title or base.name
    yield f"title = {write_value(f'{title}, brought to {rolled.start}')}"
    description = f"{base.name}, with what became known from {base.start} to {rolled.start}."
    yield f"description = {write_value(description)}"
    yield f"as_of = {rolled.as_of}"
    yield f"start = {write_value(rolled.start)}"
    yield f"quarters = {rolled.quarters}"
    tables = list(dict.fromkeys(change.table for change in rolled.changes))
    for table in tables:
        yield from ("", heading(table[-1]), "", f"[{write_path(table)}]", "")
        for change in rolled.changes:
            if change.table == table:
                yield from write_line(change.key, change.new, with_old(change))
    if rolled.moved:
        yield from ("", heading("uncertainty"))
    for group, inputs in rolled.moved.items():
        evidence = base.uncertainty.groups[group].evidence
        path = write_path(("uncertainty", "groups", group))
        yield from ("", "# Moves what stands for a year that has passed", f"[{path}]")
        yield f"inputs = {write_value(inputs)}"
        yield f"evidence = {write_value(evidence)}"


def with_old(change: Change) -> str:
    """The evidence of a figure, with what it was before; the address stays at the end."""
    confidence, _, source = change.evidence.partition(": ")
    before = "none before" if change.old is None else f"was {write_value(change.old)}"
    return f"{confidence}: {before}; {source}"


def _head(rolled: Rolled, base: Scenario, extends: str) -> str:
    lines = [
        f"{base.name} of {base.start}, brought to {rolled.start}: what became known since.",
        "",
        f"{len(rolled.changes)} figures change: their evidence says from what, and what they were.",
        f"{rolled.judgements} judgements stay. Everything else is in {extends}.",
    ]
    if rolled.passed:
        lines += ["", f"Passed, and not inherited: {', '.join(rolled.passed)}."]
    if rolled.stale:
        lines += ["", f"Stale, of which nothing newer than {base.as_of} was found:"]
        for one in rolled.stale:
            lines.append(f"  {path_of(one.table, one.key)} = {write_value(one.value)}")
    return "\n".join(lines)
