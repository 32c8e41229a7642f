"""``capexrisk bench``: how fast a scenario runs on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table
from rich.text import Text

from capexrisk.cli.plan import plan_options
from capexrisk.cli.progress import stderr_console
from capexrisk.cli.terminal import digits, duration, unfolded_console
from capexrisk.cli.verb import Verb
from capexrisk.code import LIBRARIES_OF_RESULTS, versions
from capexrisk.report.writing.plain_table import plain_table
from capexrisk.run.measurement import Spread, spread
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario, digest

if TYPE_CHECKING:
    from capexrisk.run.speed import MeasuredSpeed

ROUNDS = 5
LARGER_RUNS = {10**6: "time of\n10⁶ paths", 10**8: "time of\n10⁸ paths"}
SHOWN = ("python", "numpy", "numba", "llvmlite")


@click.command(cls=Verb)
@plan_options()
@click.option(
    "--paths", type=int, help="Paths of each run. Default: what lasts about a second here."
)
@click.option("--rounds", type=int, default=ROUNDS, help=f"Interleaved rounds. Default: {ROUNDS}.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.pass_obj
def bench(
    began: float,
    scenario: Scenario,
    plan: RunPlan,
    paths: int | None,
    rounds: int,
    as_json: bool,
) -> None:
    """Measure how fast a scenario runs on this machine.

    By one worker and by all, with everything collected and with means only. After a warm-up each
    round runs every way once. No files are written.
    """
    from capexrisk.run.speed import measure_speed

    load = _load_average()
    with _progress() as progress:
        speed = measure_speed(
            scenario,
            seed=plan.seed,
            sampler=plan.sampler,
            rounds=rounds,
            paths=paths,
            began=began,
            progress=progress,
        )
    record = _record(scenario, plan, rounds, load, speed)
    if as_json:
        print(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        _show(scenario, record)


def _load_average() -> float:
    return os.getloadavg()[0]


@contextmanager
def _progress() -> Iterator[Callable[[str], None] | None]:
    """What is being run, on stderr if that is a terminal."""
    console = stderr_console()
    if not console.is_terminal:
        yield None
        return
    with console.status("Starting") as status:
        yield status.update


def _record(
    scenario: Scenario, plan: RunPlan, rounds: int, load: float, speed: MeasuredSpeed
) -> dict[str, Any]:
    """All that was found, JSON-ready."""
    from capexrisk.archive.provenance import machine

    def parts(found: Spread) -> dict[str, float]:
        return dict(found._asdict())

    ways = []
    for way in speed.ways:
        rate, speed_up = spread(way.rates), speed.speed_up(way)
        ways.append(
            {
                "workers": way.workers,
                "collect": way.collect,
                "paths": way.paths,
                "seconds": list(way.seconds),
                "paths_per_second": parts(rate),
                "speed_up": parts(speed_up),
                "efficiency": speed_up.median / way.workers,
                "seconds_of_paths": {str(n): n / rate.median for n in LARGER_RUNS},
            }
        )
    return {
        "format_version": 1,
        "scenario": {
            "name": scenario.name,
            "digest": digest(scenario),
            "issuers": len(scenario.issuers),
            "quarters": len(scenario.quarter_labels()),
        },
        "versions": versions(LIBRARIES_OF_RESULTS),
        "machine": machine().model_dump() | {"load_before": load},
        "seed": plan.seed,
        "sampler": plan.sampler,
        "rounds": rounds,
        "start": {
            "chunk_paths": plan.chunk_paths,
            "seconds_to_first_chunk": speed.start.first_chunk,
            "prepare_seconds": speed.start.prepare,
            "compile_or_load_seconds": speed.start.load,
            "chunk_seconds": speed.start.chunk,
            "compile_or_load_means_seconds": speed.start.load_means,
        },
        "ways": ways,
        "peak_memory_mib": speed.peak_mib,
    }


def _show(scenario: Scenario, record: dict[str, Any]) -> None:
    console = unfolded_console()
    # Text as it stands: [x] is no markup.
    console.print(Text(scenario.title or scenario.name, style="bold"))
    for line in _head(record):
        console.print(Text(line))
    console.print()
    console.print(_table(record["ways"]))
    console.print()
    for line in _foot(record):
        console.print(Text(line))


def _head(record: dict[str, Any]) -> Iterator[str]:
    scenario, machine = record["scenario"], record["machine"]
    issuers = "1 issuer" if scenario["issuers"] == 1 else f"{scenario['issuers']} issuers"
    yield f"{scenario['name']}, {issuers}, {scenario['quarters']} quarters, seed {record['seed']}"
    yield ", ".join(f"{name} {record['versions'][name]}" for name in SHOWN)
    yield (
        f"{machine['system']}, {machine['processor']}, {machine['cores']} cores, "
        f"vectors of {machine['vector_bits']} bits, "
        f"load average {machine['load_before']:.1f} before"
    )


def _table(ways: list[dict[str, Any]]) -> Table:
    # As wide as a terminal of 80 columns: what does not fit there is folded, never cut.
    table = plain_table()
    for heading in ("workers", "collects"):
        table.add_column(heading, no_wrap=True)
    for heading in ("thousand\npaths/s", "speed-up"):
        table.add_column(heading, justify="right")
    for heading in LARGER_RUNS.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for way in ways:
        one = way["workers"] == 1
        rate = {name: value / 1_000 for name, value in way["paths_per_second"].items()}
        table.add_row(
            str(way["workers"]),
            way["collect"],
            _with_range(rate),
            "" if one else _with_range(way["speed_up"]),
            *(duration(seconds) for seconds in way["seconds_of_paths"].values()),
        )
    return table


def _foot(record: dict[str, Any]) -> Iterator[str]:
    start = record["start"]
    one, *more = dict.fromkeys(f"{way['paths']:,}" for way in record["ways"])
    paths = f"{one} paths by one worker, {more[0]} by all" if more else f"{one} paths"
    rounds = "1 round" if record["rounds"] == 1 else f"{record['rounds']} interleaved rounds"
    yield (
        f"Median (range) of {rounds} of {paths}. "
        "The simulation alone: tables, figures and report come once a run. "
        'Everything is what `capexrisk run` collects; means, collect="means" in Python, are '
        "means and probabilities alone."
    )
    yield (
        f"First chunk of {start['chunk_paths']:,} paths "
        f"{duration(start['seconds_to_first_chunk'])} after the command began: "
        f"imports and scenario {duration(start['prepare_seconds'])}, "
        f"compiling or loading {duration(start['compile_or_load_seconds'])}, "
        f"the chunk {duration(start['chunk_seconds'])}. Compiling or loading for means: "
        f"{duration(start['compile_or_load_means_seconds'])}."
    )
    yield f"Peak memory of the process: {record['peak_memory_mib']:,.0f} MiB."
    yield from _idle(record)
    yield from _busy(record)


def _idle(record: dict[str, Any]) -> Iterator[str]:
    """A word on runs that are too short for all workers."""
    way = record["ways"][-1]
    chunks = sum(1 for _ in RunPlan(paths=way["paths"], seed=0, sampler=record["sampler"]).chunks())
    if chunks < way["workers"]:
        yield (
            f"{chunks} of {way['workers']} workers had something to do: they take chunks of "
            f"{record['start']['chunk_paths']:,} paths. Give more --paths."
        )


def _busy(record: dict[str, Any]) -> Iterator[str]:
    """A word on a machine that had other things to do."""
    load, cores = record["machine"]["load_before"], record["machine"]["cores"]
    if load > cores / 2:
        yield (
            f"The machine was busy when this began (load average {load:.1f} on {cores} cores). "
            "If others still use it, do not trust these figures, least of all the speed-up."
        )


def _with_range(found: dict[str, float]) -> str:
    median, low, high = (digits(found[name]) for name in ("median", "low", "high"))
    return median if low == high else f"{median} ({low}–{high})"
