"""Seconds before anything is simulated: the commands, and the stages inside a process.

A round is the life of a new installation: no compiled code, then the first run, then a second one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.contender import once
from benchmarks.machine import ROOT
from benchmarks.scenarios import DEFAULT
from benchmarks.settings import Settings, tell

RUN_PATHS = 1_000
COMMAND = "from capexrisk.cli.main import main; main()"


def stages() -> Callable[[], dict[str, float]]:
    """Seconds of each stage of a process, in order."""

    def work() -> dict[str, float]:
        seconds, clock = {}, time.perf_counter()

        def stage(name: str) -> None:
            nonlocal clock
            now = time.perf_counter()
            seconds[name], clock = now - clock, now

        from capexrisk.lowering import lower
        from capexrisk.run.plan import RunPlan
        from capexrisk.run.speed import first_chunk
        from capexrisk.scenario import load_scenario
        from capexrisk.study.simulation import simulate  # noqa: F401 - what a run imports

        stage("import")
        scenario = load_scenario(DEFAULT)
        stage("read the scenario")
        low = lower(scenario)
        stage("lower it")
        load, chunk = first_chunk(low, RunPlan(paths=1, seed=1, sampler="plain"))
        return seconds | {"compile, or load": load, "first chunk": chunk}

    return work


def measure(settings: Settings) -> dict[str, Any]:
    from capexrisk.run.plan import CHUNK_PATHS

    commands: dict[str, list[float]] = {}
    inside: dict[str, list[dict[str, float]]] = {"empty": [], "filled": []}
    for number in range(settings.rounds):
        tell(f"round {number + 1} of {settings.rounds}: compiles twice")
        with tempfile.TemporaryDirectory() as directory:
            out = ["--out", f"{directory}/run", "--overwrite", "--quiet", "--paths", str(RUN_PATHS)]
            steps = {
                "capexrisk --help": ["--help"],
                "capexrisk validate": ["validate", str(DEFAULT)],
                "capexrisk run, the first": ["run", str(DEFAULT), *out],
                "capexrisk run, the second": ["run", str(DEFAULT), *out],
            }
            caches = {"NUMBA_CACHE_DIR": f"{directory}/compiled"}
            for name, arguments in steps.items():
                commands.setdefault(name, []).append(_command(arguments, caches))
        with tempfile.TemporaryDirectory() as directory:
            caches = {"NUMBA_CACHE_DIR": directory}
            for cache in inside:
                answer = once("benchmarks.parts.cold_start:stages", environment=caches)
                inside[cache].append(answer["value"])
    return {
        "run_paths": RUN_PATHS,
        "chunk_paths": CHUNK_PATHS,
        "commands": commands,
        "inside": inside,
    }


def _command(arguments: list[str], caches: dict[str, str]) -> float:
    script = Path(sys.executable).with_name("capexrisk")
    command = [str(script)] if script.exists() else [sys.executable, "-c", COMMAND]
    clock = time.perf_counter()
    subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env=os.environ | caches,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    return time.perf_counter() - clock
