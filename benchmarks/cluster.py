"""What a run of 10¹¹ paths takes on a cluster, from what is measured on one of this machine.

``python -m benchmarks.cluster``: a scheduler and two workers on the loopback device, in a minute.
"""

from __future__ import annotations

import pickle
import time
from dataclasses import dataclass

import psutil

from benchmarks.machine import cores, processor, versions
from benchmarks.markdown import table
from benchmarks.numbers import digits
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import lower
from capexrisk.run.chunks import draws_of, run_chunk
from capexrisk.run.execute import execute
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.run.workers.dask import AHEAD, MOST_IN_BATCH, connected
from capexrisk.run.workers.serialisation import pack, unpack
from capexrisk.scenario import load_scenario
from tests.faults.loopback import loopback_cluster

SCENARIO = "configs/hyperscalers-2026.toml"
ASKED = 10**11  # paths
WORKERS = 2
CHUNKS = 1_000  # of the run that is measured
TIMED = 64  # chunks that are timed one by one
THREADS = (8, 16, 32, 64, 128)
HOUR = 3_600.0


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Of a chunk; processor seconds, which a busy machine changes less, and bytes."""

    work: float  # of a worker's thread, packing included
    unpack: float
    add: float
    parent: float  # all that the parent's processor did, for a chunk of a run
    scheduler: float
    sent: float  # pickled tasks
    plain: float  # a result as it is pickled,
    packed: float  # and as it is packed
    network: float  # counted by the loopback device, every hop
    entry: float  # the ledger's


def measure() -> Costs:
    lowered = lower(load_scenario(SCENARIO), "everything")
    chunk_paths = RunPlan(paths=1, seed=0, sampler="plain").chunk_paths
    plan = RunPlan(paths=CHUNKS * chunk_paths, seed=1, sampler="plain", backend="threading")
    chunks = list(plan.chunks())[:TIMED]
    draws = draws_of(lowered, plan)
    run_chunk(lowered, draws, chunks[0])  # compiles or loads

    clock = time.process_time()
    results = [run_chunk(lowered, draws, chunk) for chunk in chunks]
    parcels = [pack([result]) for result in results]
    work = time.process_time() - clock
    clock = time.process_time()
    results = [unpack(parcel)[0] for parcel in parcels]
    unpacked = time.process_time() - clock
    totals = Totals(lowered.layout, REPLICATES)
    totals.add(results[0])
    clock = time.process_time()
    for result in results:
        totals.add(result)
    added = time.process_time() - clock

    batch = [(lowered, draws, chunk, None) for chunk in chunks[:MOST_IN_BATCH]]
    parent, scheduler, network = on_loopback(plan)
    return Costs(
        work=work / TIMED,
        unpack=unpacked / TIMED,
        add=added / TIMED,
        parent=parent / CHUNKS,
        scheduler=scheduler / CHUNKS,
        sent=len(pickle.dumps((run_chunk, batch))) / MOST_IN_BATCH,
        plain=sum(len(pickle.dumps(result)) for result in results) / TIMED,
        packed=sum(len(packed) for _, packed in parcels) / TIMED,
        network=network / CHUNKS,
        entry=sum(part.itemsize * len(part) for part in totals.ledger) / (TIMED + 1),
    )


def on_loopback(plan: RunPlan) -> tuple[float, float, float]:
    """Processor seconds of the parent and of the scheduler, and bytes on the loopback device."""
    lowered = lower(load_scenario(SCENARIO), "everything")
    with loopback_cluster(WORKERS) as cluster:
        with connected(cluster.address) as client:
            client.wait_for_workers(WORKERS, timeout=60)
        asked = {"backend": "dask", "scheduler": cluster.address}
        short = RunPlan(paths=100 * plan.chunk_paths, seed=1, sampler="plain", **asked)
        execute(lowered, short)  # warms the workers
        scheduler = psutil.Process(cluster.scheduler.pid)
        counts = [(time.process_time(), _processor(scheduler), _bytes())]
        long = RunPlan(paths=plan.paths, seed=1, sampler="plain", **asked)
        execute(lowered, long)
        counts.append((time.process_time(), _processor(scheduler), _bytes()))
    parent, of_scheduler, network = (after - before for before, after in zip(*counts, strict=True))
    return parent, of_scheduler, network


def _processor(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _bytes() -> int:
    return psutil.net_io_counters(pernic=True)["lo"].bytes_sent


def show(costs: Costs) -> None:
    ms, kb = 1e3, 1e-3
    rows = [
        ["computed and packed by a worker's thread", f"{digits(costs.work * ms)} ms"],
        ["sent to it", f"{digits(costs.sent * kb)} kB"],
        ["sent back", f"{digits(costs.packed * kb)} kB"],
        ["the same without packing", f"{digits(costs.plain * kb)} kB"],
        ["over the network, through the scheduler", f"{digits(costs.network * kb)} kB"],
        ["unpacked by the parent", f"{digits(costs.unpack * ms)} ms"],
        ["added by the parent", f"{digits(costs.add * ms)} ms"],
        ["processor time of the parent, all told", f"{digits(costs.parent * ms)} ms"],
        ["processor time of the scheduler", f"{digits(costs.scheduler * ms)} ms"],
        ["kept by the parent", f"{digits(costs.entry)} bytes"],
    ]
    print(table(("a chunk of 16,384 paths", "costs"), rows), "\n")

    plan = RunPlan(paths=ASKED, seed=1, sampler="plain")
    chunks = plan.chunk_count
    useful = costs.work / costs.parent
    rows = []
    for threads in THREADS:
        hours = chunks * max(costs.work / threads, costs.parent) / HOUR
        rate = costs.packed * chunks / (hours * HOUR)
        waiting = threads * AHEAD * MOST_IN_BATCH * costs.packed
        rows.append([threads, digits(hours), f"{digits(rate / 1e6)}", f"{digits(waiting / 1e6)}"])
    heads = ("threads", "hours", "MB/s into the parent", "MB waiting at the workers")
    print(table(heads, [[str(cell) for cell in row] for row in rows]), "\n")
    print(f"{chunks:,} chunks; the parent is busy for {digits(chunks * costs.parent / HOUR)} h,")
    print(f"so that more than {useful:.0f} threads gain nothing.")
    print(f"Bytes back to the parent: {digits(costs.packed * chunks / 1e9)} GB;")
    print(f"to the workers: {digits(costs.sent * chunks / 1e9)} GB.")
    print(f"Ledger in the parent's memory: {digits(costs.entry * chunks / 1e9)} GB.")


if __name__ == "__main__":
    print(f"{processor()}, {cores()} cores, {versions()}\n")
    show(measure())
