"""One issuer, three shocks, one year: the engine beside general Monte Carlo tools.

    python -m benchmarks.small_model.compare [--rounds R]

Compared is the year of `small_model`, which every tool here can run: five figures with their
standard errors, and seconds from the first draw to the last figure. The rounds interleave the
tools, so that all meet the same machine.

Not compared is what the engine is for, the whole market over many quarters with rationing between
issuers: a general tool gives samples and statistics, and leaves the model to its user. Here all
tools but the engine run the same Python function, so their speeds tell what each adds to it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from benchmarks.numbers import microseconds
from benchmarks.small_model.agreement import largest_difference
from benchmarks.small_model.figures import FIGURES, Figures, furthest
from benchmarks.small_model.tools import FEW, TOOLS, Tool
from capexrisk.run.measurement import interleave

WARM_UP = FEW  # samples before the clock starts: compiling, imports, caches


def measure(rounds: int) -> list[dict[str, Any]]:
    """One record a tool, ready for JSON: what ran, how fast, its figures, how far from the engine.

    A tool that is not installed has the keys `tool`, `package` and `missing` only. Figures are
    those of the first round; no two runs share a seed.
    """
    present = [tool for tool in TOOLS if tool.available()]
    for tool in present:
        tool.run(WARM_UP, 0)

    def turn(tool: Tool) -> Callable[[int], tuple[float, Figures]]:
        def run(number: int) -> tuple[float, Figures]:
            clock = time.perf_counter()
            found = tool.run(tool.samples, 1 + number * len(TOOLS) + TOOLS.index(tool))
            return time.perf_counter() - clock, found

        return run

    turns = interleave({tool.NAME: turn(tool) for tool in present}, rounds)
    engine = turns[TOOLS[0].NAME]
    return [
        record(tool, turns[tool.NAME], engine)
        if tool in present
        else {"tool": tool.NAME, "package": tool.package, "missing": True}
        for tool in TOOLS
    ]


Turns = list[tuple[float, Figures]]


def record(tool: Tool, turns: Turns, engine: Turns) -> dict[str, Any]:
    """What `measure` says of one tool."""
    found = turns[0][1]
    name, distance = furthest(found, engine[0][1])
    return {
        "tool": tool.NAME,
        "package": tool.package,
        "version": tool.version(),
        "samples": tool.samples,
        "seconds_per_sample": [seconds / tool.samples for seconds, _ in turns],
        "figures": {figure: list(found[figure]) for figure in FIGURES},
        "furthest_from_engine": {"figure": name, "standard_errors": distance},
    }


def table(records: list[dict[str, Any]]) -> str:
    """Two tables: speeds, and figures with standard errors."""
    lines = [f"{'tool':<22}{'version':>14}{'samples':>11}{'µs a sample (range)':>32}"]
    for one in records:
        if "missing" in one:
            lines.append(f"{one['tool']:<22}{'not installed: ' + one['package']:>40}")
            continue
        speed = microseconds(one["seconds_per_sample"])
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
