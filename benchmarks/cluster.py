"""What a run of 10¹¹ paths takes on a cluster, from what is measured on one of this machine.

    python -m benchmarks.cluster [OLD] [--rounds R]

A scheduler and two workers on the loopback device; some minutes. With OLD, a
revision, that one takes turns with this one, and its figures stand beside.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import click

from benchmarks.machine import ROOT, cores, load, processor, versions
from benchmarks.markdown import table
from benchmarks.numbers import digits
from benchmarks.revisions import check_out, remove
from benchmarks.settings import tell
from capexrisk.run.plan import RunPlan
from capexrisk.run.workers.backends import MOST_IN_BATCH
from capexrisk.run.workers.dask import AHEAD

ASKED = 10**11  # paths
CHUNKS = RunPlan(paths=ASKED, seed=1, sampler="plain").chunk_count
THREADS = (8, 16, 32, 64, 128, 256)
HOUR, MILLI, KILO, MEGA, GIGA = 3_600.0, 1e-3, 1e3, 1e6, 1e9
ROWS = {
    "workers": ("processor time of the workers", MILLI, "ms"),
    "parent": ("processor time of the parent", MILLI, "ms"),
    "scheduler": ("processor time of the scheduler, beyond that at rest", MILLI, "ms"),
    "received": ("bytes into the parent", KILO, "kB"),
    "sent": ("bytes out of the parent", KILO, "kB"),
}
Costs = Mapping[str, Any]


@click.command
@click.argument("old", required=False)
@click.option("--rounds", default=1, show_default=True, help="Turns of each revision.")
def main(old: str | None, rounds: int) -> None:
    """Measure this checkout, and the revision OLD beside it."""
    print(f"{processor()}, {cores()} cores, {versions()}\n")
    before = load()[0]
    with tempfile.TemporaryDirectory() as directory:
        trees = {"this": ROOT}
        if old is not None:
            trees = {old: check_out(old, Path(directory) / "old"), **trees}
        try:
            found: dict[str, list[Costs]] = {name: [] for name in trees}
            for number in range(rounds):
                for name, tree in trees.items():
                    tell(f"{name}: round {number + 1} of {rounds}")
                    found[name].append(measured(tree, Path(directory) / f"compiled-{name}"))
        finally:
            if old is not None:
                remove(trees[old])
    show(found)
    print(f"load average {before:.1f} before, {load()[0]:.1f} after")


def measured(tree: Path, compiled: Path) -> Costs:
    """What `benchmarks.parent` says of the engine of a working tree."""
    paths = os.pathsep.join(map(str, (tree / "engine", ROOT)))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.parent", str(tree)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, "NUMBA_CACHE_DIR": str(compiled)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    costs: Costs = json.loads(done.stdout)
    return costs


def show(found: Mapping[str, list[Costs]]) -> None:
    costs = {
        name: {row: median(one[row] for one in rounds) for row in ROWS}
        for name, rounds in found.items()
    }
    rows = [
        [words, *(f"{digits(of[row] / unit)} {name}" for of in costs.values())]
        for row, (words, unit, name) in ROWS.items()
    ]
    print(table(("a chunk of 16,384 paths", *costs), rows), "\n")
    if len(costs) > 1:
        for row in ("parent", "received"):
            of_rounds = ([one[row] for one in rounds] for rounds in found.values())
            ratios = [digits(now / then) for then, now in zip(*of_rounds, strict=True)]
            print(f"{ROWS[row][0]}: {', '.join(ratios)} of what it was")
    for name, rounds in found.items():
        same = all(one["same"] for one in rounds)
        print(f"{name}: tables of threads and cluster {'are the same' if same else 'DIFFER'}")
    if len({tuple(one["files"]) for rounds in found.values() for one in rounds}) == 1:
        print("both revisions write the same bytes")
    plans = [
        [str(threads), *(cell for of in costs.values() for cell in plan_of(of, threads))]
        for threads in THREADS
    ]
    heads = [f"{what}, {name}" for name in costs for what in ("hours", "MB/s into the parent")]
    print("\n" + table(("threads", *heads), plans), "\n")
    for name, of in costs.items():
        bound = max(of["parent"], of["scheduler"])
        print(f"{name}: the parent is busy for {digits(CHUNKS * of['parent'] / HOUR)} h, the")
        print(f"scheduler for {digits(CHUNKS * of['scheduler'] / HOUR)} h: no gain beyond")
        print(f"{of['workers'] / bound:.0f} threads. {digits(CHUNKS * of['received'] / GIGA)} GB")
        print(f"come in, {digits(CHUNKS * of['sent'] / GIGA)} GB go out.")
    rest = median(one["at_rest"] for rounds in found.values() for one in rounds)
    print(f"At rest the scheduler takes {digits(100.0 * rest)} % of a processor.")
    waiting = AHEAD * MOST_IN_BATCH * costs["this"]["received"] / MEGA
    print(f"At most {digits(waiting)} MB wait at the workers for each thread.")


def plan_of(costs: Costs, threads: int) -> tuple[str, str]:
    """Hours of the plan, and megabytes a second that come in."""
    seconds = CHUNKS * max(costs["workers"] / threads, costs["parent"], costs["scheduler"])
    return digits(seconds / HOUR), digits(CHUNKS * costs["received"] / seconds / MEGA)


if __name__ == "__main__":
    main()
