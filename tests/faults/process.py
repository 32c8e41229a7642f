"""A long run in a process of its own, to which something happens."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from capexrisk.archive.checkpoint import paths_kept
from tests.cli.command import COMMAND, ENVIRONMENT

PATHS = 2**21  # of small.toml: a second or two
BEGIN = 180.0  # seconds to wait for the first sign of life: a first use compiles
END = 60.0
TABLES = ("summary.csv", "distributions.parquet")


@contextmanager
def begun(
    folder: Path, *arguments: str, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """The command, at work; killed at the end if it still is."""
    process = subprocess.Popen(
        [COMMAND, *arguments],
        cwd=folder,
        env=ENVIRONMENT if environment is None else environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a terminal signals the whole group, workers too
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            kill(process)


def kill(process: subprocess.Popen[str]) -> None:
    """SIGKILL to the process, then to what is left of its workers, which wait for it in vain."""
    process.kill()
    process.wait(timeout=END)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=END)


@contextmanager
def held(process: subprocess.Popen[str], unfinished: Path) -> Iterator[None]:
    """The process stands still from the moment on at which some of its paths are kept."""
    wait_until_kept(process, unfinished)
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def wait_until_kept(process: subprocess.Popen[str], unfinished: Path, paths: int = 1) -> int:
    """Wait until so many paths are kept; how many that are."""
    kept: list[int] = []

    def enough() -> bool:
        kept.append(paths_kept(unfinished / "checkpoint"))
        return kept[-1] >= paths

    wait_until(process, enough)
    return kept[-1]


def wait_until(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    limit = time.monotonic() + BEGIN
    while not reached():
        assert process.poll() is None, (process.returncode, *process.communicate())
        assert time.monotonic() < limit
        time.sleep(0.01)


def interrupt(
    process: subprocess.Popen[str], unfinished: Path, sign: int = signal.SIGINT
) -> tuple[str, str]:
    """Press Ctrl-C once some paths are kept; what the process still says."""
    with held(process, unfinished):  # else a fast run may have ended
        os.killpg(process.pid, sign)
    return process.communicate(timeout=END)


def tables(run: Path) -> list[bytes]:
    """What must be the same, byte for byte."""
    return [(run / name).read_bytes() for name in TABLES]
