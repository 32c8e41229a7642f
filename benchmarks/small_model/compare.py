"""One issuer, three shocks, one year: the engine beside general Monte Carlo tools.

    python -m benchmarks.small_model.compare [--rounds R]

Compared is the year of `small_model`, which every tool here can run: five figures with their
standard errors, and samples per second from the first draw to the last figure. The rounds
interleave the tools, so that all meet the same machine; the best round counts.

Not compared is what the engine is for, the whole market over many quarters with rationing between
issuers: a general tool gives samples and statistics, and leaves the model to its user. Here all
tools but the engine run the same Python function, so their speeds tell what each adds to it.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from benchmarks.small_model.agreement import largest_difference
from benchmarks.small_model.figures import FIGURES, Figures, furthest
from benchmarks.small_model.tools import FEW, TOOLS, Tool

WARM_UP = FEW  # samples before the clock starts: compiling, imports, caches


def measure(rounds: int) -> list[dict[str, Any]]:
    """One record a tool, ready for JSON: what ran, how fast, its figures, how far from the engine.

    A tool that is not installed has the keys `tool`, `package` and `missing` only. Figures are
    those of the first round; no two runs share a seed.
    """
    present = [tool for tool in TOOLS if tool.available()]
    for tool in present:
        tool.run(WARM_UP, 0)
    seconds: dict[str, list[float]] = {tool.NAME: [] for tool in present}
    figures: dict[str, Figures] = {}
    for turn in range(rounds):
        for place, tool in enumerate(present):
            start = time.perf_counter()
            found = tool.run(tool.samples, 1 + turn * len(TOOLS) + place)
            seconds[tool.NAME].append(time.perf_counter() - start)
            figures.setdefault(tool.NAME, found)
    engine = figures[TOOLS[0].NAME]
    return [
        record(tool, seconds[tool.NAME], figures[tool.NAME], engine)
        if tool in present
        else {"tool": tool.NAME, "package": tool.package, "missing": True}
        for tool in TOOLS
    ]


def record(tool: Tool, seconds: list[float], found: Figures, engine: Figures) -> dict[str, Any]:
    """What `measure` says of one tool."""
    name, distance = furthest(found, engine)
    rates = [tool.samples / spent for spent in seconds]
    return {
        "tool": tool.NAME,
        "package": tool.package,
        "version": tool.version(),
        "samples": tool.samples,
        "rounds": len(seconds),
        "samples_per_second": max(rates),
        "samples_per_second_slowest": min(rates),
        "figures": {figure: list(found[figure]) for figure in FIGURES},
        "furthest_from_engine": {"figure": name, "standard_errors": distance},
    }


def table(records: list[dict[str, Any]]) -> str:
    """Two tables: speeds, and figures with standard errors."""
    lines = [f"{'tool':<22}{'version':>14}{'samples':>11}{'samples/s, best (slowest)':>32}"]
    for one in records:
        if "missing" in one:
            lines.append(f"{one['tool']:<22}{'not installed: ' + one['package']:>40}")
            continue
        best, slowest = one["samples_per_second"], one["samples_per_second_slowest"]
        speed = f"{best:,.0f} ({slowest:,.0f})"
        lines.append(f"{one['tool']:<22}{one['version']:>14}{one['samples']:>11,}{speed:>32}")
    heads = "".join(f"{name:>21}" for name in FIGURES)
    lines += ["", f"{'tool':<22}{heads}{'furthest, errors':>18}"]
    for one in records:
        if "missing" in one:
            continue
        cells = [f"{value:.4f} ± {error:.4f}" for value, error in one["figures"].values()]
        distance = one["furthest_from_engine"]["standard_errors"]
        lines.append(f"{one['tool']:<22}{''.join(f'{c:>21}' for c in cells)}{distance:>18.1f}")
    return "\n".join([*lines, "", *(f"{name}: {text}" for name, text in FIGURES.items())])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"function and engine, path by path: FCF differs by at most {largest_difference():.0e}")
    print(table(measure(options.rounds)))


if __name__ == "__main__":
    main()
