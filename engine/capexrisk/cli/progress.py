"""A progress bar on stderr while paths are simulated."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, cast

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class _WhileItLasts:
    """stderr for a bar: a terminal that is closed takes no more of it, and ends no run."""

    def __init__(self) -> None:
        self._stream = sys.stderr

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def stderr_console() -> Console:
    """A console on stderr for what is not to be kept."""
    return Console(file=cast("IO[str]", _WhileItLasts()))


class PathsPerSecond(ProgressColumn):
    """The speed of a run."""

    def render(self, task: Task) -> Text:
        """Paths per second; nothing before it is known."""
        return Text(f"{task.speed:,.0f} paths/s" if task.speed else "")


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say what goes on while nothing can be counted, if stderr is a terminal."""
    console = stderr_console()
    if not console.is_terminal:
        yield
        return
    with console.status(f"{what} (the first time compiles, about a minute)"):
        yield


@contextmanager
def progress(
    paths: int, quiet: bool, what: str = "Simulating"
) -> Iterator[Callable[[int], None] | None]:
    """A bar with paths per second and time left, if stderr is a terminal.

    Parameters
    ----------
    paths : int
        Number of paths in all.
    quiet : bool
        No bar.
    what : str
        Label of the bar.

    Yields
    ------
    callable or None
        Takes the number of paths finished so far; None without a bar.
    """
    console = stderr_console()
    if quiet or not console.is_terminal:
        yield None
        return
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        PathsPerSecond(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task("Starting (the first run compiles)", total=paths)

        def advance(done: int) -> None:
            bar.update(task, completed=done, description=what)

        yield advance
