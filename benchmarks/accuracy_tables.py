"""Tables of coverage and of time to accuracy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from benchmarks.markdown import table

Data = dict[str, Any]
SAMPLERS = ("plain", "sobol")


def coverage(data: Data) -> str:
    """Of runs by estimator, of stopped runs by target, of laws by figure; in per cent."""
    seeds = f"{data['seeds']:,} seeds"
    runs = _beside(data["runs"], lambda row: row["estimator"], _share_and_range)
    stopped = _beside(data["stopped"], lambda row: f"`{row['target']}`", _share_and_paths)
    laws = _beside(data["laws"], lambda row: f"{row['law']}: {row['figure']}", _share)
    what = f"{data['paths']:,} paths, {seeds}; truth from {data['truth']['paths']:,} paths"
    return "\n\n".join([
        table((f"estimator ({what})", "plain, % (least, most of a figure)", "sobol, %"), runs),
        table((f"stopped at ({seeds}; paths at the stop)", "plain, %", "sobol, %"), stopped),
        table((f"known law (16,384 samples, {seeds})", "plain, %", "sobol, %"), laws),
    ])  # fmt: skip


def _beside(
    rows: Iterable[Data], name: Callable[[Data], str], cell: Callable[[Data], str]
) -> list[list[str]]:
    """A line for each name, a column for each sampler."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(name(row), {})[row["sampler"]] = cell(row)
    return [[line, *(cells.get(s, "–") for s in SAMPLERS)] for line, cells in found.items()]


def _share(row: Data) -> str:
    return f"{100.0 * row['held'] / row['intervals']:.1f}"


def _share_and_range(row: Data) -> str:
    return f"{_share(row)} ({100.0 * row['least']:.1f}–{100.0 * row['most']:.1f})"


def _share_and_paths(row: Data) -> str:
    return f"{_share(row)} ({row['least_paths']:,}–{row['most_paths']:,})"
