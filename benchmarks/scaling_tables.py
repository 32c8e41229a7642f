"""Tables of what grows: workers, paths, issuers and quarters."""

from __future__ import annotations

from typing import Any

from benchmarks.markdown import table
from benchmarks.numbers import digits, microseconds, percent, with_range
from capexrisk.run.measurement import Spread, ratios, spread

Data = dict[str, Any]


def workers(data: Data) -> str:
    rows = []
    for row in data["rows"]:
        alone = next(
            r["seconds"]
            for r in data["rows"]
            if r["workers"] == 1 and r["backend"] == row["backend"]
        )
        speed_up = ratios(alone, row["seconds"])
        efficiency = Spread(*(value / row["workers"] for value in speed_up))
        rates = spread([data["paths"] / s for s in row["seconds"]])
        rows.append([
            row["backend"], str(row["workers"]), digits(rates.median),
            with_range(speed_up), percent(efficiency),
        ])  # fmt: skip
    return table(("back end", "workers", "paths/s", "speed-up", "efficiency"), rows)


def paths(data: Data) -> str:
    rows = [
        [
            f"{row['paths']:,}",
            with_range(spread(row["simulation_seconds"])),
            with_range(spread(row["process_seconds"])),
            with_range(spread(row["peak_mib"])),
            str(len(row["peak_mib"])),
        ]
        for row in data["rows"]
    ]
    head = ("paths", "simulation, s", "whole process, s", "peak MiB", "runs")
    return table(head, rows) + "\n\n" + _fit("Seconds", "paths", data["fit"])


def size(data: Data) -> str:
    blocks = []
    for axis, fixed in (("issuers", "12 quarters"), ("quarters", "6 issuers")):
        rows = [
            [
                str(row["size"]),
                microseconds(row["seconds_per_path"]),
                with_range(spread([1e9 * s / row["size"] for s in row["seconds_per_path"]])),
            ]
            for row in data["rows"]
            if row["axis"] == axis
        ]
        head = (f"{axis} ({fixed})", "µs a path", f"ns a path and {axis[:-1]}")
        blocks += [table(head, rows), _fit("Seconds a path", axis, data["fits"][axis])]
    return "\n\n".join(blocks)


def _fit(what: str, axis: str, fit: Data | None) -> str:
    if fit is None:
        return "Too few sizes for a fit."
    exponent, error = fit["exponent"], fit["standard_error"]
    law = f"{axis}^({exponent:.3f} ± {error:.3f})"
    medians = f"{fit['points']} medians from {fit['from']:,} up"
    return f"{what} grow as {law}, fitted to {medians}; ± is one SE."
