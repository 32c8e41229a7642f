"""Tables of coverage and of time to accuracy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import floor, log10
from typing import Any

from benchmarks.markdown import table
from benchmarks.numbers import digits

Data = dict[str, Any]
SAMPLERS = ("plain", "sobol")
SEARCHES = ("importance", "splitting")
WRONG = 0.1  # relative


def coverage(data: Data) -> str:
    """Of runs by estimator, of stopped runs by target, of laws by figure, of searches; in %."""
    seeds = f"{data['seeds']:,} seeds"
    runs = _beside(
        data["runs"], "sampler", SAMPLERS, lambda row: row["estimator"], _share_and_range
    )
    stopped = _beside(
        data["stopped"], "sampler", SAMPLERS, lambda row: f"`{row['target']}`", _share_and_paths
    )
    laws = _beside(
        data["laws"], "sampler", SAMPLERS, lambda row: f"{row['law']}: {row['figure']}", _share
    )
    searches = _beside(data["searches"], "method", SEARCHES, lambda row: row["problem"], _share)
    what = f"{data['paths']:,} paths, {seeds}"
    return "\n\n".join([
        table((f"estimator ({what})", "plain, % (least, most of a figure)", "sobol, %"), runs),
        table((f"stopped at ({seeds}; paths at the stop)", "plain, %", "sobol, %"), stopped),
        table((f"known law (16,384 samples, {seeds})", "plain, %", "sobol, %"), laws),
        table((f"known rare failure ({seeds})", *(f"{name}, %" for name in SEARCHES)), searches),
    ])  # fmt: skip


def _beside(
    rows: Iterable[Data],
    key: str,
    columns: tuple[str, ...],
    name: Callable[[Data], str],
    cell: Callable[[Data], str],
) -> list[list[str]]:
    """A line for each name, a column for each sampler or method."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(name(row), {})[row[key]] = cell(row)
    return [
        [line, *(cells.get(column, "–") for column in columns)] for line, cells in found.items()
    ]


def _share(row: Data) -> str:
    return f"{100.0 * row['held'] / row['intervals']:.1f}"


def _share_and_range(row: Data) -> str:
    return f"{_share(row)} ({100.0 * row['least']:.1f}–{100.0 * row['most']:.1f})"


def _share_and_paths(row: Data) -> str:
    return f"{_share(row)} ({row['least_paths']:,}–{row['most_paths']:,})"


def accuracy(data: Data) -> str:
    """Known probabilities: a table of paths and one of seconds; then events of the scenario."""
    problems = dict.fromkeys((row["problem"], row["probability"]) for row in data["rows"])
    methods = list(dict.fromkeys(row["method"] for row in data["rows"]))
    found = {(row["problem"], row["method"]): row for row in data["rows"]}

    def by(key: str) -> str:
        rows = [
            [f"{name} ({p:.2g})", *(_needed(found[name, method], key) for method in methods)]
            for name, p in problems
        ]
        return table((f"{key} to {100 * data['wanted']:.0f} %", *methods), rows)

    return "\n\n".join([by("paths"), by("seconds"), _events(data["events"])])


def _needed(row: Data, key: str) -> str:
    """Paths or seconds; of a method that answers wrongly by how much it is off."""
    if "missing" in row:
        return row["missing"]
    if row["seeds"] and abs(row["bias"]) > max(WRONG, 4.0 * row["bias_error"]):
        return f"**off by {100.0 * row['bias']:+.0f} %**"
    return digits(row[f"{key}_to_wanted"], 2)


def _events(rows: list[Data]) -> str:
    lines = [
        [
            f"`{row['event']}`",
            row["method"],
            _with_error(row["truth"], row["truth_error"]),
            _with_error(row["mean"], row["mean_error"]),
            f"{_distance(row):+.1f}",
            f"{100.0 * row['error']:.1f} ({100.0 * row['stated_error']:.1f})",
            digits(row["paths"]),
            f"1/{row['paths_to_count'] / row['paths']:,.0f}",
            f"{row['held']} of {row['seeds']}",
            digits(row["seconds"], 2),
        ]
        for row in rows
    ]
    head = (
        "event",
        "method",
        "counted",
        "mean of the seeds",
        "apart, SE",
        "error, % (stated)",
        "paths",
        "of counting's",
        "held",
        "seconds",
    )
    return table(head, lines)


def _distance(row: Data) -> float:
    both = (row["truth_error"] ** 2 + row["mean_error"] ** 2) ** 0.5
    return float((row["mean"] - row["truth"]) / both)


def _with_error(value: float, error: float) -> str:
    """A small probability: 2.34e-4 ± 0.01."""
    power = floor(log10(value))
    return f"({value / 10.0**power:.3f} ± {error / 10.0**power:.3f})e{power}"
