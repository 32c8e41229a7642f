"""The compiled core of revisions side by side, by seconds of the processor.

    python -m benchmarks.core [--processes P] [--rounds R] [--cold C] REVISION...

Time on the wall tells little on a machine that has other work to do. The cores of all revisions
take turns on one processor, a twentieth of a second each, in several processes, for where memory
happens to lie makes a process faster or slower for its whole life; the first revision is what the
others are compared with. `--cold` times the first `capexrisk run` on an empty compile cache as
well. Each revision runs its own default scenario.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from benchmarks import machine
from benchmarks.numbers import digits, with_range
from benchmarks.revisions import SCENARIO, check_out, remove
from benchmarks.settings import tell
from capexrisk.run.measurement import interleave, ratios, spread

PATHS = 8_192
COLD_PATHS = 1_000
COLLECT = ("everything", "means")
COMMAND = "from capexrisk.cli.main import main; main()"


class Core:
    """A process that holds one revision's core, compiled."""

    def __init__(self, tree: Path, core: int) -> None:
        script = Path(__file__).with_name("core_process.py")
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(script), str(tree / SCENARIO), str(core)],
            env=os.environ | environment(tree, Path(f"{tree}-compiled")),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def seconds(self, collect: str) -> float:
        """Seconds of the processor for `PATHS` paths."""
        assert self._process.stdin
        print(collect, PATHS, file=self._process.stdin, flush=True)
        return float(self._answer())

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise click.ClickException(f"a core ended with status {self._process.wait()}")
        return line


def environment(tree: Path, compiled: Path) -> dict[str, str]:
    return {"PYTHONPATH": str(tree / "engine"), "NUMBA_CACHE_DIR": str(compiled)}


def first_run(tree: Path) -> float:
    """Seconds of the processor, of all processes, for a first run: nothing is compiled yet."""
    with tempfile.TemporaryDirectory() as directory:
        out = ["--out", f"{directory}/run", "--quiet", "--paths", str(COLD_PATHS)]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-c", COMMAND, "run", str(tree / SCENARIO), *out],
            env=os.environ | environment(tree, Path(directory, "compiled")),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@click.command
@click.argument("revisions", nargs=-1, required=True)
@click.option("--processes", default=4, show_default=True, help="Of each revision.")
@click.option("--rounds", default=20, show_default=True, help="Turns of each process.")
@click.option("--cold", default=0, show_default=True, help="First runs of each revision.")
def main(revisions: tuple[str, ...], processes: int, rounds: int, cold: int) -> None:
    """Compare the compiled core of revisions with the first of them."""
    before = machine.load()[0]
    with tempfile.TemporaryDirectory() as directory:
        trees: dict[str, Path] = {}
        try:
            for number, name in enumerate(revisions):
                trees[name] = check_out(name, Path(directory) / str(number))
            found = _take_turns(trees, processes, rounds)
            for collect, seconds in found.items():
                show(f"{collect}, µs a path", {n: [s / PATHS * 1e6 for s in v]
                                              for n, v in seconds.items()})  # fmt: skip
            if cold:
                runs = {name: lambda _, tree=tree: first_run(tree) for name, tree in trees.items()}
                show("first run, s", interleave(runs, cold, tell))
        finally:
            for tree in trees.values():
                remove(tree)
    click.echo(f"load average {before:.1f} before, {machine.load()[0]:.1f} after")


def _take_turns(
    trees: dict[str, Path], processes: int, rounds: int
) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {
        collect: {name: [] for name in trees} for collect in COLLECT
    }
    cores = machine.allowed_cores()
    for number in range(processes):
        tell(f"process {number + 1} of {processes}")
        started = {name: Core(tree, cores[number % len(cores)]) for name, tree in trees.items()}
        for collect, seconds in found.items():
            turns = {name: lambda _, c=c, what=collect: c.seconds(what)
                     for name, c in started.items()}  # fmt: skip
            interleave(turns, 1)  # warms up
            for name, more in interleave(turns, rounds).items():
                seconds[name] += more
        for core in started.values():
            core.close()
    return found


def show(what: str, found: dict[str, list[float]]) -> None:
    first = next(iter(found.values()))
    click.echo(f"{what}: median (range); times as fast as the first, best against best")
    for name, values in found.items():
        times, best = with_range(ratios(first, values)), digits(min(first) / min(values))
        click.echo(f"  {name:<20} {with_range(spread(values))}; {times}, {best}")


if __name__ == "__main__":
    main()
