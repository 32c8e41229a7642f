"""A contender of a benchmark: a child process that stays, so that compiled code stays warm.

The parent names a factory, "package.module:function", and its arguments. The child, pinned to its
cores before anything is imported, calls it once; what it returns is called once a request. One line
of JSON goes each way. The child measures its own seconds, so the pipe is not in them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.machine import ROOT
from capexrisk.run.measurement import peak_mib

# Libraries that start threads of their own are held to the cores given, too.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class NotHereError(Exception):
    """A contender that cannot run on this machine, and why."""


class Contender:
    """A child process that answers requests.

    Parameters
    ----------
    factory : str
        "package.module:function"; called once in the child with `arguments`.
    cores : sequence of int
        Cores to pin the child to; none: not pinned.
    environment : mapping, optional
        Variables of the child beside this process's own.
    folder : Path
        The checkout whose `benchmarks` the child takes its factory from.
    """

    def __init__(
        self,
        factory: str,
        *,
        cores: Sequence[int] = (),
        environment: dict[str, str] | None = None,
        folder: Path = ROOT,
        **arguments: Any,
    ) -> None:
        threads = dict.fromkeys(THREADS, str(len(cores))) if cores else {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.contender"],
            cwd=folder,
            env={**os.environ, **threads, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            answer = self._exchange(
                {"factory": factory, "cores": list(cores), "arguments": arguments}
            )
        except NotHereError:
            self.close()
            raise
        self.prepare_seconds: float = answer["seconds"]

    def ask(self, **request: Any) -> dict[str, Any]:
        """Call the child's work: {"seconds", "value", "peak_mib"}."""
        return self._exchange(request)

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _exchange(self, message: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        try:
            print(json.dumps(message), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            raise NotHereError("its process ended") from None
        line = self._process.stdout.readline()
        if not line:
            raise NotHereError(f"its process ended with status {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise NotHereError(answer["error"])
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def once(factory: str, *, request: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """One answer of a process of its own."""
    with Contender(factory, **options) as contender:
        return contender.ask(**(request or {}))


def _serve() -> None:
    # What a library prints must not get into the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    work: Any = None
    for line in sys.stdin:
        message = json.loads(line)
        clock = time.perf_counter()
        try:
            if work is None:
                if message["cores"]:
                    os.sched_setaffinity(0, message["cores"])
                module, function = message["factory"].split(":")
                work = getattr(import_module(module), function)(**message["arguments"])
                value = None
            else:
                value = work(**message)
            answer = {
                "seconds": time.perf_counter() - clock,
                "value": value,
                "peak_mib": round(peak_mib(), 1),
            }
        except Exception as error:  # noqa: BLE001 - whatever keeps a contender away is reported
            kind = type(error).__name__
            named = "" if kind in ("NotHereError", "ModuleNotFoundError") else f"{kind}: "
            answer = {"error": f"{named}{error}".split("\n")[0]}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    _serve()
