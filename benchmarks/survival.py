"""Whether a run that is killed again and again ends as one in one go, and what keeping it costs.

``python -m benchmarks.survival``: 4,000,000 paths on threads, processes and a Dask cluster of two
workers, each killed with SIGKILL at ten random moments; then runs with and without a checkpoint in
turns. Some ten minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext, suppress
from hashlib import sha256
from pathlib import Path

import capexrisk
from benchmarks.machine import processor
from benchmarks.markdown import table
from capexrisk.archive.checkpoint import paths_kept
from capexrisk.archive.directory import CHECKPOINT, holds_job, unfinished
from capexrisk.run.measurement import Spread, interleave, ratios
from tests.faults.loopback import loopback_cluster

SCENARIO = Path("configs/hyperscalers-2026.toml").resolve()
COMMAND = Path(sys.executable).with_name("capexrisk")
TABLES = ("summary.csv", "distributions.parquet")
BACKENDS = ("threading", "loky", "dask")
PATHS = 4_000_000
KILLS = 10
LATEST = 3.0  # seconds after more is kept than before, within which it is killed
ROUNDS = 8


def run(folder: Path, *arguments: str) -> None:
    """Run the command to its end."""
    subprocess.run([COMMAND, *arguments, "-q"], cwd=folder, check=True)


def kill(folder: Path, out: Path, before: int, after: float, *arguments: str) -> bool:
    """Run the command and kill it so long after more is kept than before; whether it was killed."""
    process = subprocess.Popen([COMMAND, *arguments, "-q"], cwd=folder, start_new_session=True)
    while process.poll() is None and paths_kept(unfinished(out) / CHECKPOINT) <= before:
        time.sleep(0.01)
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        with suppress(ProcessLookupError):  # loky's workers, which would wait for it
            os.killpg(process.pid, signal.SIGKILL)
        return True
    return False


def digests(out: Path) -> list[str]:
    return [sha256((out / name).read_bytes()).hexdigest() for name in TABLES]


def killed(folder: Path, backend: str, seed: int) -> list[str]:
    """A row: back end, paths kept at each kill, whether the tables are the same."""
    moments = random.Random(seed)
    out = folder / backend
    cluster = loopback_cluster(2) if backend == "dask" else nullcontext()
    with cluster as started:
        how = ["--backend", backend]
        how += ["--scheduler", started.address] if started else []
        kept: list[int] = []
        while len(kept) < KILLS:
            begin = ["resume", out.name] if holds_job(unfinished(out)) else ["run", str(SCENARIO)]
            begin += [] if begin[0] == "resume" else ["--paths", str(PATHS), "--out", out.name]
            last = kept[-1] if kept else 0
            if not kill(folder, out, last, moments.uniform(0.0, LATEST), *begin, *how):
                break
            kept.append(paths_kept(unfinished(out) / CHECKPOINT))
        if len(kept) == KILLS:
            run(folder, "resume", out.name, *how)  # else it was at its end before
    same = digests(out) == digests(folder / "whole")
    thousands = ", ".join(f"{paths / 1e3:,.0f}" for paths in kept)
    return [backend, str(len(kept)), thousands, "yes" if same else "NO"]


def overhead(paths: int, rounds: int) -> Spread:
    """Time of a simulation with a checkpoint, as a share of one without."""
    scenario = capexrisk.load_scenario(SCENARIO)
    capexrisk.simulate(scenario, paths=1_000)

    def seconds(keep: bool) -> float:
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder) / CHECKPOINT if keep else None
            clock = time.perf_counter()
            capexrisk.simulate(scenario, paths=paths, checkpoint=place)
            return time.perf_counter() - clock

    found = interleave({keep: lambda _, k=keep: seconds(k) for keep in (True, False)}, rounds)
    return ratios(found[True], found[False])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.survival", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the moments")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        run(folder, "run", str(SCENARIO), "--paths", str(PATHS), "--out", "whole")
        rows = [killed(folder, backend, chosen.seed + n) for n, backend in enumerate(BACKENDS)]
    print(f"{PATHS:,} paths, {processor()}, moments of seed {chosen.seed}\n")
    heads = ["back end", "kills", "thousand paths kept at each", "tables equal byte for byte"]
    print(table(heads, rows))
    middle, least, most = overhead(PATHS, ROUNDS)
    print(
        f"\nwith a checkpoint / without, {ROUNDS} rounds: {middle:.3f} ({least:.3f} to {most:.3f})"
    )


if __name__ == "__main__":
    main()
