"""The whole model on one core, warm: the engine beside other ways to write the same program.

Every peer keeps the contract of `benchmarks/peers/contract.py`: the same figures of the same case,
from the first draw to the last total. Beside them stands the engine as its users run it, with all
that it collects, written to disk.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.contender import Contender, NotHereError, once
from benchmarks.machine import allowed_cores
from benchmarks.peers.contract import contract_case
from benchmarks.peers.figures import Case, worst_disagreement
from benchmarks.scenarios import default
from benchmarks.settings import Settings, enough_paths, tell
from capexrisk.run.measurement import interleave

HERE = "benchmarks.parts.implementations"
PEERS = ("engine_peer", "c_peer", "numba_plain", "twin_peer")
EVERYTHING = "engine, everything it collects, written to disk"
FEW = 1_000  # paths of the first call, which compiles
AGREEING = 4.5  # combined standard errors, the worst of some hundred figures
RUN_PATHS, FEW_RUN_PATHS = 200_000, 20_000  # of a whole run, whose tables take time, too
ALONE = {"JAX_PLATFORMS": "cpu"}


class Entry(NamedTuple):
    """A contender, and the reason why it cannot be had here."""

    name: str
    missing: str | None
    factory: str
    arguments: dict[str, Any]


# In the child.


def variants(module: str) -> Callable[[], dict[str, str | None]]:
    """What a peer module offers, each with None or the reason why it cannot be had here."""
    peer = import_module(f"benchmarks.peers.{module}")
    if hasattr(peer, "available"):
        return peer.available
    return lambda: {peer.NAME: None}


def prepared(module: str, variant: str, case: Case) -> Callable[..., Any]:
    peer = import_module(f"benchmarks.peers.{module}")
    choice = {"variant": variant} if hasattr(peer, "available") else {}
    simulate = peer.prepare(case, **choice)

    def work(paths: int, seed: int, figures: bool = False) -> Any:
        found = simulate(paths, seed)
        return found if figures else None

    return work


def whole_run(jobs: int, written: bool) -> Callable[..., None]:
    """`capexrisk.simulate` with so many workers; its tables are written if that is wanted."""
    import capexrisk as cr

    scenario = default()

    def work(paths: int, seed: int) -> None:
        results = cr.simulate(scenario, paths=paths, seed=seed, sampler="plain", n_jobs=jobs)
        if written:
            with tempfile.TemporaryDirectory() as directory:
                results.write(Path(directory))

    return work


# In the parent.


def measure(settings: Settings) -> dict[str, Any]:
    entries = entries_of(PEERS, contract_case())
    entries.append(Entry(EVERYTHING, None, f"{HERE}:whole_run", {"jobs": 1, "written": True}))
    return {"rows": compare(entries, settings), "two_cores": _two_cores(settings)}


def compare(entries: list[Entry], settings: Settings) -> list[dict[str, Any]]:
    """Rows of the table: all of them in turns on one core."""
    rows: list[dict[str, Any]] = []
    contenders: dict[str, Contender] = {}
    core = allowed_cores()[-1:]  # the first one serves most interrupts
    with tempfile.TemporaryDirectory() as empty:
        for name, missing, factory, arguments in entries:
            if missing:
                rows.append({"name": name, "missing": missing})
                continue
            own = tempfile.mkdtemp(dir=empty)  # nothing compiled earlier is found
            caches = dict.fromkeys(("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "TMPDIR"), own)
            tell(f"starting {name}")
            try:
                contender = Contender(factory, cores=core, environment=ALONE | caches, **arguments)
                rows.append(_start(name, contender, settings))
                contenders[name] = contender
            except NotHereError as error:
                rows.append({"name": name, "missing": str(error)})
        _take_turns(rows, contenders, settings)
        _compare_figures(rows, contenders)
        for contender in contenders.values():
            contender.close()
    return rows


def entries_of(modules: Sequence[str], case: Case) -> list[Entry]:
    """The contenders of peer modules, one for each of their variants."""
    found: list[Entry] = []
    for module in modules:
        try:
            names = once(f"{HERE}:variants", environment=ALONE, module=module)["value"]
        except NotHereError as error:
            found.append(Entry(module, str(error), "", {}))
            continue
        for name, reason in names.items():
            arguments = {"module": module, "variant": name, "case": case}
            found.append(Entry(name, reason, f"{HERE}:prepared", arguments))
    return found


def _start(name: str, contender: Contender, settings: Settings) -> dict[str, Any]:
    """The cold start, then as many paths as fill a round."""
    first = contender.ask(paths=FEW, seed=0)["seconds"]
    if name == EVERYTHING:
        paths = FEW_RUN_PATHS if settings.quick else RUN_PATHS
    else:
        paths = enough_paths(lambda n: contender.ask(paths=n, seed=0)["seconds"], settings.seconds)
    contender.ask(paths=paths, seed=0)
    return {
        "name": name,
        "paths": paths,
        "prepare_seconds": contender.prepare_seconds,
        "first_call_seconds": first,
    }


def _take_turns(
    rows: list[dict[str, Any]], contenders: dict[str, Contender], settings: Settings
) -> None:
    here = {row["name"]: row for row in rows if row["name"] in contenders}

    def turn(name: str) -> Callable[[int], dict[str, Any]]:
        return lambda number: contenders[name].ask(paths=here[name]["paths"], seed=1 + number)

    tell(f"{settings.rounds} rounds of {len(here)} contenders")
    answers = interleave({name: turn(name) for name in here}, settings.rounds)
    for name, found in answers.items():
        here[name]["seconds_per_path"] = [a["seconds"] / here[name]["paths"] for a in found]
        here[name]["peak_mib"] = found[-1]["peak_mib"]


def _compare_figures(rows: list[dict[str, Any]], contenders: dict[str, Contender]) -> None:
    """Each peer's figures against those of the first that has any, by seeds of their own."""
    peers = [row for row in rows if row["name"] in contenders and row["name"] != EVERYTHING]
    figures = {}
    for seed, row in enumerate(peers):
        asked = {"paths": row["paths"], "seed": 1_000 + seed, "figures": True}
        if found := contenders[row["name"]].ask(**asked)["value"]:
            figures[row["name"]] = found
    first = next(iter(figures), None)
    for row in peers:
        if row["name"] not in figures or row["name"] == first:
            continue
        figure, distance = worst_disagreement(figures[first], figures[row["name"]])
        row["worst_figure"], row["worst_distance"] = figure, distance
        row["agrees"] = distance <= AGREEING


def _two_cores(settings: Settings) -> dict[str, Any]:
    cores = allowed_cores()[-2:]
    if len(cores) < 2:
        return {"missing": "fewer than two cores to pin processes to"}
    tell("two cores")
    contenders = {
        jobs: Contender(f"{HERE}:whole_run", cores=cores, jobs=jobs, written=False)
        for jobs in (1, 2)
    }
    paths = FEW_RUN_PATHS if settings.quick else RUN_PATHS
    for contender in contenders.values():
        contender.ask(paths=paths, seed=0)
    answers = interleave(
        {
            jobs: lambda number, c=contender: c.ask(paths=paths, seed=1 + number)
            for jobs, contender in contenders.items()
        },
        settings.rounds,
    )
    for contender in contenders.values():
        contender.close()
    seconds = {str(jobs): [a["seconds"] for a in found] for jobs, found in answers.items()}
    return {"paths": paths, "seconds_by_workers": seconds}
