"""A Dask cluster of real processes on this machine."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START = 60.0  # seconds until a process answers, on a busy machine too


class Cluster:
    """A scheduler and its workers, a session each: a signal meets no other process.

    A worker has one thread, and no nanny that would start it again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"
        )

    def add_worker(self, *options: str) -> subprocess.Popen[bytes]:
        worker = self._start(
            *("worker", self.address, "--host", "127.0.0.1", "--no-nanny", "--no-dashboard"),
            *("--nthreads", "1", "--local-directory", str(self._folder), *options),
        )
        self.workers.append(worker)
        return worker

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        for process in (*self.workers, self.scheduler):
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """With the one signal that nobody can catch."""
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=START)


@contextmanager
def loopback_cluster(workers: int) -> Iterator[Cluster]:
    """A cluster that answers, with so many workers that are on their way."""
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder))
        try:
            for _ in range(workers):
                cluster.add_worker()
            yield cluster
        finally:
            cluster.kill()
