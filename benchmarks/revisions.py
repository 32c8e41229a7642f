"""Two revisions of the engine on one machine, side by side.

    python -m benchmarks.revisions OLD NEW [--processes P] [--rounds R]

Both are checked out into a directory of their own, called by the `benchmarks` they find there, and
compiled anew; their kernels (one core) and their runs (all cores) take turns, in several processes
each, for where memory happens to lie makes a process faster or slower for its whole life. Each runs
its own default scenario. Says whether a small run of both gives the same summary.csv, byte for
byte.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from benchmarks import machine
from benchmarks.contender import Contender, NotHereError
from benchmarks.numbers import digits, with_range
from benchmarks.settings import ROUNDS, tell
from capexrisk.run.measurement import interleave, ratios, spread

HERE = "benchmarks.revisions"
SCENARIO = "configs/hyperscalers-2026.toml"
COMPARED_PATHS = 20_000
PATHS = {"kernel": 65_536, "run": 200_000}


def engine(tree: str) -> Callable[..., str | None]:
    """In the child: the engine of one working tree, whose file this is."""
    import capexrisk as cr
    from benchmarks.kernel import kernel
    from capexrisk.lowering import lower

    assert cr.__file__ and Path(cr.__file__).is_relative_to(tree), f"{cr.__file__} is not of {tree}"
    scenario = cr.load_scenario(Path(tree) / SCENARIO)
    chunk = kernel(lower(scenario))

    def work(what: str, paths: int) -> str | None:
        if what == "kernel":
            chunk(paths)
        elif what == "run":
            cr.simulate(scenario, paths=paths, seed=1)
        else:
            with tempfile.TemporaryDirectory() as directory:
                cr.simulate(scenario, paths=paths, seed=1).write(Path(directory))
                return (Path(directory) / "summary.csv").read_text(encoding="utf-8")
        return None

    return work


@click.command
@click.argument("old")
@click.argument("new")
@click.option("--processes", default=ROUNDS, show_default=True, help="Of each revision.")
@click.option("--rounds", default=3, show_default=True, help="Turns of each process.")
def main(old: str, new: str, processes: int, rounds: int) -> None:
    """Compare the engine of two revisions, OLD and NEW."""
    before = machine.load()[0]
    with tempfile.TemporaryDirectory() as directory:
        trees: list[Path] = []
        try:
            for side, name in (("old", old), ("new", new)):
                trees.append(check_out(name, Path(directory) / side))
            _compare((old, new), trees, processes, rounds)
        finally:
            for tree in trees:
                remove(tree)
    click.echo(f"load average {before:.1f} before, {machine.load()[0]:.1f} after")


def _compare(names: tuple[str, str], trees: list[Path], processes: int, rounds: int) -> None:
    for what, paths in PATHS.items():
        found: list[list[float]] = [[], []]
        for number in range(processes):
            tell(f"{what}: process {number + 1} of {processes}")
            contenders = _start(what, names, trees)
            for side, seconds in _take_turns(what, paths, contenders, rounds).items():
                found[side] += seconds
            if what == "run" and number == 0:
                _compare_summaries(contenders)
            for contender in contenders:
                contender.close()
        _show(what, paths, names, found)
    if (trees[0] / SCENARIO).read_bytes() != (trees[1] / SCENARIO).read_bytes():
        click.echo(f"{SCENARIO} is not the same in both")


def _start(what: str, names: tuple[str, str], trees: list[Path]) -> list[Contender]:
    cores = machine.allowed_cores()[-1:] if what == "kernel" else []
    contenders = []
    for name, tree in zip(names, trees, strict=True):
        paths = {"PYTHONPATH": str(tree / "engine"), "NUMBA_CACHE_DIR": f"{tree}-compiled"}
        try:
            made = {"cores": cores, "environment": paths, "folder": tree}
            contenders.append(Contender(f"{HERE}:engine", **made, tree=str(tree)))
        except NotHereError as error:
            raise click.ClickException(f"{name}: {error}") from None
    return contenders


def _take_turns(
    what: str, paths: int, contenders: list[Contender], rounds: int
) -> dict[int, list[float]]:
    def turn(contender: Contender) -> Callable[[int], float]:
        return lambda number: float(contender.ask(what=what, paths=paths)["seconds"])

    turns = {side: turn(contender) for side, contender in enumerate(contenders)}
    interleave(turns, 1)  # warms up
    return interleave(turns, rounds)


def _compare_summaries(contenders: list[Contender]) -> None:
    asked = {"what": "summary", "paths": COMPARED_PATHS}
    old, new = (contender.ask(**asked)["value"] for contender in contenders)
    same = "the same, byte for byte" if old == new else "DIFFERENT"
    click.echo(f"summary.csv of {COMPARED_PATHS:,} paths: {same}")


def _show(what: str, paths: int, names: tuple[str, str], found: list[list[float]]) -> None:
    old, new = found
    click.echo(f"{what}, {paths:,} paths, {len(old)} interleaved rounds, median (range)")
    for name, seconds in zip(names, found, strict=True):
        click.echo(
            f"  {name:<20} {with_range(spread([1e6 * s / paths for s in seconds]))} µs a path"
        )
    change, best = with_range(ratios(old, new)), digits(min(old) / min(new))
    click.echo(f"  {names[1]} is {change} times as fast; best against best {best}")


def check_out(revision: str, tree: Path) -> Path:
    """A working tree of a revision; `remove` removes it."""
    try:
        _git("worktree", "add", "--detach", str(tree), revision)
    except subprocess.CalledProcessError as error:
        raise click.ClickException(error.stderr.strip()) from None
    return tree


def remove(tree: Path) -> None:
    """Remove what `check_out` made."""
    _git("worktree", "remove", "--force", str(tree))


def _git(*arguments: str) -> None:
    command = ["git", "-C", str(machine.ROOT), *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)


if __name__ == "__main__":
    main()
