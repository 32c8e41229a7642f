"""The parent of a run on a cluster of this machine: what a chunk costs it, and what comes in.

``PYTHONPATH=TREE/engine:. python -m benchmarks.parent TREE`` prints JSON, of the engine of any
working tree that has a back end for Dask: it asks for no more than `simulate`.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import stat
import struct
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import joblib
import psutil
from distributed import Client

import capexrisk as cr
from tests.faults.loopback import Cluster, loopback_cluster

SCENARIO = "configs/hyperscalers-2026.toml"
ASKED = 10**11  # paths of the run that is begun
CHUNK_PATHS = 16_384
BEGUN = 1_024  # chunks before anything is measured: the first batches are short
MEASURED = 1_024
WORKERS = 2
REST = 20.0  # seconds in which the cluster has nothing to do
COMPARED = 130 * CHUNK_PATHS + 5  # paths of a run whose bytes are compared
FILES = ("summary.csv", "distributions.parquet")
ACKED, RECEIVED = 120, 128  # bytes, in Linux's struct tcp_info


class Measured(Exception):
    """All that was to be measured is."""


def counters(cluster: Cluster) -> dict[str, float]:
    """Seconds by the clock, processor seconds, bytes of this process's connections, so far."""
    received, sent = _traffic()
    return {
        "seconds": time.monotonic(),
        "parent": time.process_time(),
        "scheduler": _processor(cluster.scheduler.pid),
        "workers": sum(_processor(worker.pid) for worker in cluster.workers),
        "received": received,
        "sent": sent,
    }


def _processor(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _traffic() -> tuple[int, int]:
    """Bytes received and sent by the connections that are open, as the kernel counts them."""
    received = sent = 0
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile, or a socket of another kind
            if stat.S_ISSOCK(os.fstat(int(entry.name)).st_mode):
                with socket.socket(fileno=os.dup(int(entry.name))) as one:
                    info = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
                received += struct.unpack_from("Q", info, RECEIVED)[0]
                sent += struct.unpack_from("Q", info, ACKED)[0]
    return received, sent


def costs(scenario: Any, cluster: Cluster) -> dict[str, float]:
    """Of a chunk, in a run that is under way."""
    seen: list[tuple[int, dict[str, float]]] = []

    def progress(done: int) -> None:
        chunks = done // CHUNK_PATHS
        if not seen and chunks >= BEGUN:
            seen.append((chunks, counters(cluster)))
        elif seen and chunks >= seen[0][0] + MEASURED:
            seen.append((chunks, counters(cluster)))
            raise Measured

    try:
        cr.simulate(scenario, paths=ASKED, seed=1, sampler="plain", progress=progress)
    except Measured:
        (first, before), (last, after) = seen
        return {name: (after[name] - before[name]) / (last - first) for name in before}
    raise AssertionError("the run ended by itself")


def digests(scenario: Any, **options: Any) -> list[str]:
    """SHA-256 of what a run writes."""
    with tempfile.TemporaryDirectory() as folder:
        results = cr.simulate(scenario, paths=COMPARED, seed=1, sampler="plain", **options)
        results.write(Path(folder))
        return [hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest() for name in FILES]


def measure(tree: Path) -> dict[str, Any]:
    scenario = cr.load_scenario(tree / SCENARIO)
    with (
        loopback_cluster(WORKERS) as cluster,
        Client(cluster.address, timeout=60, set_as_default=False) as client,
    ):
        client.wait_for_workers(WORKERS, timeout=60)
        before = counters(cluster)
        time.sleep(REST)
        at_rest = {name: (now - before[name]) / REST for name, now in counters(cluster).items()}
        with joblib.parallel_config("dask", client=client):
            found = costs(scenario, cluster)
            there = digests(scenario, n_jobs=None)
    here = digests(scenario, backend="threading")
    # A scheduler works by the clock, too: what a chunk costs it is what comes on top.
    found["scheduler"] -= at_rest["scheduler"] * found["seconds"]
    return {**found, "at_rest": at_rest["scheduler"], "same": there == here, "files": here}


if __name__ == "__main__":
    tree = Path(sys.argv[1])
    assert cr.__file__ and Path(cr.__file__).is_relative_to(tree), f"{cr.__file__} is not of {tree}"
    print(json.dumps(measure(tree)))
