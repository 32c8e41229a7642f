"""How far the kernel is from what one core of this machine can do.

The operations and bytes of a path are counted, not estimated: the kernel is stepped through,
instruction by instruction, over one block of paths, and every executed instruction is read
(`trace`, `instructions`). The machine's limits are measured beside the kernel, in the same rounds
(`peak`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from benchmarks.contender import Contender, NotHereError, once
from benchmarks.machine import allowed_cores, caches, memory_bytes
from benchmarks.scenarios import default
from benchmarks.settings import Settings, tell
from capexrisk.run.measurement import interleave, spread

HERE = "benchmarks.parts.limits"
CHUNK = 16_384


# In the child.


def core() -> Callable[..., float]:
    """Work for about `seconds`; the answer is units a second: paths, flops, divisions or bytes."""
    from benchmarks import peak

    _, chunk = _kernel()
    made: dict[Any, tuple[Callable[[int], Any], int]] = {("kernel",): (chunk, 1)}

    def work(what: list[Any], seconds: float) -> float:
        key = tuple(what)
        if key not in made:
            make = peak.arithmetic if key[0] in ("fma", "division") else peak.passes
            made[key] = make(*key)
        run, units = made[key]
        times = CHUNK if key == ("kernel",) else 1
        while True:
            clock = time.perf_counter()
            run(times)
            spent = time.perf_counter() - clock
            if spent > seconds / 2 or key == ("kernel",):
                return times * units / spent
            times = max(2 * times, int(times * seconds / max(spent, 1e-6)))

    return work


def counts() -> Callable[[], dict[str, Any]]:
    """Instructions, flops and bytes of one block of paths, and the memory it works in."""
    from benchmarks import instructions, trace
    from capexrisk.kernel.block import BLOCK
    from capexrisk.kernel.simulate import workspace

    if reason := trace.unavailable() or instructions.unavailable():
        raise NotHereError(reason)
    low, chunk = _kernel()

    def count() -> dict[str, Any]:
        chunk(BLOCK)
        found = instructions.account(trace.trace(lambda: chunk(BLOCK)))
        work = workspace(low.layout)
        return found | {
            "paths": BLOCK,
            "state_kib": work.state.nbytes / 2**10,
            "outcomes_kib": work.outcomes.nbytes / 2**10,
        }

    return count


def _kernel() -> tuple[Any, Callable[[int], object]]:
    from benchmarks.kernel import kernel
    from capexrisk.lowering import lower

    low = lower(default())
    return low, kernel(low)


# In the parent.


def measure(settings: Settings) -> dict[str, Any]:
    pinned = allowed_cores()[-1:]
    sets = working_sets()
    wanted: list[list[Any]] = [["kernel"], ["fma"], ["division"]]
    wanted += [[kind, kib] for kib in sets.values() for kind in ("read", "update")]
    seconds = 0.3 * settings.seconds
    with Contender(f"{HERE}:core", cores=pinned) as contender:

        def turn(what: list[Any]) -> Callable[[int], float]:
            return lambda number: float(contender.ask(what=what, seconds=seconds)["value"])

        for what in wanted:
            turn(what)(0)
        tell(f"{settings.rounds} rounds of {len(wanted)} limits")
        rates = interleave({tuple(what): turn(what) for what in wanted}, settings.rounds)
    data: dict[str, Any] = {
        "paths_per_second": rates["kernel",],
        "flops_per_second": rates["fma",],
        "divisions_per_second": rates["division",],
        "memory": [
            {"level": level, "kib": kib}
            | {f"{kind}_bytes_per_second": rates[kind, kib] for kind in ("read", "update")}
            for level, kib in sets.items()
        ],
    }
    tell("stepping through one block of paths: a minute or two")
    try:
        data["counts"] = once(f"{HERE}:counts", cores=pinned)["value"]
    except NotHereError as error:
        return data | {"counts": {"missing": str(error)}}
    return data | {"bounds": bounds(data)}


def working_sets() -> dict[str, int]:
    """Half of each cache, and four times the last one where memory allows; KiB."""
    found = caches() or {"L1": 32, "L2": 512, "L3": 8_192}
    last = list(found.values())[-1]
    far = min(max(4 * last, 2**17), memory_bytes() // 2**10 // 8)
    return {level: kib // 2 for level, kib in found.items()} | {"memory": far}


def bounds(data: dict[str, Any]) -> dict[str, Any]:
    """Least seconds of a path if only one thing were slow, and how many of them a path takes.

    Divisions keep the units busy that other arithmetic needs, too, so the two add up. Loads and
    stores go side by side: the slower of the two counts, loads at the rate of reading, stores at
    the rate at which an update writes. Every byte passes the first cache; the other levels say what
    a path would take if all bytes came from there.
    """
    counted, paths = data["counts"], data["counts"]["paths"]
    divisions = counted["divisions"]
    arithmetic = (counted["flops"] - divisions) / spread(data["flops_per_second"]).median
    arithmetic += divisions / spread(data["divisions_per_second"]).median
    seconds = {"arithmetic": arithmetic / paths}
    for row in data["memory"]:
        loads = counted["bytes_loaded"] / spread(row["read_bytes_per_second"]).median
        stores = counted["bytes_stored"] / (spread(row["update_bytes_per_second"]).median / 2)
        seconds[row["level"]] = max(loads, stores) / paths
    measured = 1 / spread(data["paths_per_second"]).median
    return {
        "measured_seconds": measured,
        "least_seconds": seconds,
        "distance": {name: measured / least for name, least in seconds.items()},
    }
