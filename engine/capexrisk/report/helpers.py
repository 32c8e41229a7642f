"""Processes that share work with this one: drawing holds Python's lock, so threads would not."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import lru_cache
from importlib import import_module
from multiprocessing import get_context, parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

__all__ = ["NOBODY", "Helpers", "SharedWork", "helpers_for"]

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Done = TypeVar("Done")
MOST_HELPERS = 3  # a report's figures are drawn in less time than more processes take to start


def helpers_for(jobs: int | None) -> Helpers:
    """As many helpers as there are other cores that a command may use, at most three.

    Parameters
    ----------
    jobs : int or None
        Workers of the command; below 0 one for each core, as where None are said.
    """
    cores = (os.cpu_count() or 1) if jobs is None or jobs < 0 else jobs
    return Helpers(min(cores - 1, MOST_HELPERS))


class Helpers:
    """Processes that load what draws while this one does other things, and end with the block.

    Only for commands: a program of the user's would be loaded in them once more.

    Parameters
    ----------
    number : int
        Of processes, 0 or more.
    """

    def __init__(self, number: int) -> None:
        self._open = ExitStack()
        self._pool: ProcessPoolExecutor | None = None
        if number > 0:
            self._pool = ProcessPoolExecutor(number, get_context("spawn"), _begin)
            for _ in range(number):
                self._pool.submit(import_module, "capexrisk.report.plots.figures")

    def __enter__(self) -> Helpers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=error is None, cancel_futures=True)
        self._open.close()

    def begin(
        self, function: Callable[[Shared, Task], Done], shared: Shared, tasks: Sequence[Task]
    ) -> SharedWork[Shared, Task, Done]:
        """Let the helpers begin with tasks, each ``function(shared, task)``."""
        futures: list[Future[Done]] = []
        if self._pool is not None:
            folder = Path(self._open.enter_context(TemporaryDirectory(prefix="capexrisk-")))
            with (folder / "shared").open("wb") as file:
                pickle.dump(shared, file, protocol=pickle.HIGHEST_PROTOCOL)
            try:
                futures = [self._pool.submit(_do, function, folder, task) for task in tasks]
            except BrokenProcessPool:
                self._pool = None
        return SharedWork(function, shared, tasks, futures)


class SharedWork(Generic[Shared, Task, Done]):
    """Tasks that were begun; see `Helpers.begin`."""

    def __init__(
        self,
        function: Callable[[Shared, Task], Done],
        shared: Shared,
        tasks: Sequence[Task],
        futures: list[Future[Done]],
    ) -> None:
        self._function, self._shared = function, shared
        self._tasks, self._futures = tasks, futures

    def finish(self) -> list[Done]:
        """What every task gave, in order: this process takes those that nobody began, from the end.

        A task whose helper was killed is done here; an error of a task is raised.
        """
        if not self._futures:
            return [self._function(self._shared, task) for task in self._tasks]
        own = {
            number: self._function(self._shared, self._tasks[number])
            for number in reversed(range(len(self._tasks)))
            if self._futures[number].cancel()
        }
        return [own[n] if n in own else self._of_helper(n) for n in range(len(self._tasks))]

    def _of_helper(self, number: int) -> Done:
        try:
            return self._futures[number].result()
        except BrokenProcessPool:
            return self._function(self._shared, self._tasks[number])


NOBODY: Final = Helpers(0)  # this process does everything itself


def _begin() -> None:
    """Leave an interrupt to the process that started this one, and end when it was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(function: Callable[[Shared, Task], Done], folder: Path, task: Task) -> Done:
    return function(_read(folder), task)


@lru_cache(maxsize=1)
def _read(folder: Path) -> Any:
    with (folder / "shared").open("rb") as file:
        return pickle.load(file)  # the process that started this one wrote it
