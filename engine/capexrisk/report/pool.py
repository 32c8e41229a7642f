"""A second process that draws beside this one: drawing holds Python's lock, so threads would not.

It starts at once and loads what draws while this one still simulates.
"""

from __future__ import annotations

import atexit
import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

from capexrisk.run.signals import signals_ignored

__all__ = ["ALONE", "Begun", "DrawingPool", "Sharing", "drawing_pool"]

Shared = TypeVar("Shared")
Task = TypeVar("Task")
Done = TypeVar("Done")
MOST: Final = 1  # a process takes 150 MB and more; a third one would save half a second
OF_TERMINAL: Final = (signal.SIGINT, signal.SIGHUP)  # to all processes: Ctrl-C, and its end
NO_WARNING: Final = "ignore:resource_tracker:UserWarning"
LOADED_AT_ONCE: Final = ("capexrisk.report.plots.figures", "scipy.special")


def drawing_pool(jobs: int | None) -> DrawingPool:
    """A pool for a command: of one process, where it may use another core than its own.

    Parameters
    ----------
    jobs : int or None
        Workers of the command; below 0 one for each core, as where None are said.
    """
    cores = _cores() if jobs is None or jobs < 0 else jobs
    return DrawingPool(min(cores - 1, MOST))


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class DrawingPool:
    """Processes that take tasks from this one, and end with the block, or with this process.

    Only for commands: a program of the user's would be loaded in them once more. Where none can be
    started, or one is killed, this process does everything itself.

    Parameters
    ----------
    number : int
        Of processes, 0 or more.
    """

    def __init__(self, number: int) -> None:
        self._open = ExitStack()
        self._pool: ProcessPoolExecutor | None = None
        if number < 1:
            return
        context = get_context("spawn")
        held, self._alive = context.Pipe(duplex=False)  # which ends when this process does
        with suppress(OSError, BrokenProcessPool), signals_ignored(OF_TERMINAL), _unwarned():
            pool = ProcessPoolExecutor(number, context, _begin, (held, gc.get_threshold()))
            for _ in range(number):
                pool.submit(_load)
            self._pool = pool

    def __enter__(self) -> DrawingPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None:
            self.stop()
        elif self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        self._open.close()

    def stop(self) -> None:
        """End the processes in the middle of what they do; what is left is done in this one."""
        pool, self._pool = self._pool, None
        if pool is not None:
            self._alive.close()
            pool.shutdown(cancel_futures=True)

    @contextmanager
    def ended_by_error(self) -> Iterator[None]:
        """End the processes before an error goes on: whoever clears a folder finds nobody there."""
        try:
            yield
        except BaseException:
            self.stop()
            raise

    def share(self, value: Shared) -> Sharing[Shared]:
        """Hand the processes what tasks have in common."""
        folder = None
        if self._pool is not None:
            with suppress(OSError):
                made = Path(self._open.enter_context(TemporaryDirectory(prefix="capexrisk-")))
                with (made / "shared").open("wb") as file:
                    pickle.dump(value, file, protocol=pickle.HIGHEST_PROTOCOL)
                folder = made
        return Sharing(self, value, folder)

    def submit(
        self, function: Callable[[Shared, Task], Done], folder: Path | None, tasks: Sequence[Task]
    ) -> list[Future[Done]]:
        """Let the processes begin with tasks, if they got what is shared; [] if there are none."""
        if self._pool is not None and folder is not None:
            with suppress(OSError, BrokenProcessPool):
                return [self._pool.submit(_do, function, folder, task) for task in tasks]
        return []


class Sharing(Generic[Shared]):
    """What tasks have in common, at hand in every process."""

    def __init__(self, pool: DrawingPool, value: Shared, folder: Path | None) -> None:
        self.value = value
        self._pool, self._folder = pool, folder

    def begin(
        self, function: Callable[[Shared, Task], Done], tasks: Sequence[Task]
    ) -> Begun[Shared, Task, Done]:
        """Let the processes begin with tasks, each ``function(value, task)``."""
        return Begun(function, self.value, tasks, self._pool.submit(function, self._folder, tasks))


class Begun(Generic[Shared, Task, Done]):
    """Tasks that were begun."""

    def __init__(
        self,
        function: Callable[[Shared, Task], Done],
        shared: Shared,
        tasks: Sequence[Task],
        futures: list[Future[Done]],
    ) -> None:
        self.tasks = tasks
        self._function, self._shared, self._futures = function, shared, futures

    def finish(self) -> list[Done]:
        """What every task gave, in order: this process takes those that nobody began, from the end.

        A task whose process was killed is done here; an error of a task is raised.
        """
        if not self._futures:
            return [self._function(self._shared, task) for task in self.tasks]
        own = {
            number: self._function(self._shared, self.tasks[number])
            for number in reversed(range(len(self.tasks)))
            if self._futures[number].cancel()
        }
        return [own[n] if n in own else self._of_pool(n) for n in range(len(self.tasks))]

    def _of_pool(self, number: int) -> Done:
        try:
            return self._futures[number].result()
        except BrokenProcessPool:
            return self._function(self._shared, self.tasks[number])


ALONE: Final = DrawingPool(0)  # this process does everything itself


@contextmanager
def _unwarned() -> Iterator[None]:
    """Let what tracks their semaphores clear up in silence after this process is killed.

    multiprocessing starts it with the first semaphore, and with the warning options of now.
    """
    sys.warnoptions.append(NO_WARNING)
    try:
        yield
    finally:
        sys.warnoptions.remove(NO_WARNING)


def _begin(held: Connection, collect_after: tuple[int, int, int]) -> None:
    """Ignore interrupts, also where that is not inherited, and end when the other end is closed.

    Unused objects are collected as seldom as in the process that started this one.
    """
    gc.set_threshold(*collect_after)
    atexit.register(gc.freeze)  # an interpreter that ends looks for cycles last
    for sign in OF_TERMINAL:
        signal.signal(sign, signal.SIG_IGN)
    Thread(target=_end_with, args=(held,), daemon=True).start()


def _load() -> None:
    for module in LOADED_AT_ONCE:
        import_module(module)


def _end_with(held: Connection) -> None:
    with suppress(EOFError, OSError):
        held.recv()
    os._exit(1)


def _do(function: Callable[[Shared, Task], Done], folder: Path, task: Task) -> Done:
    return function(_read(folder), task)


@lru_cache(maxsize=1)
def _read(folder: Path) -> Any:
    with (folder / "shared").open("rb") as file:
        return pickle.load(file)  # the process that started this one wrote it
