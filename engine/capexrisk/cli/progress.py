"""A bar on stderr while paths are simulated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(
    paths: int, quiet: bool, what: str = "Simulating"
) -> Iterator[Callable[[int], None] | None]:
    """A bar with paths per second and time left; nothing where no terminal looks on.

    Parameters
    ----------
    paths : int
        In all.
    quiet : bool
        No bar.
    what : str
        Beside the bar.

    Yields
    ------
    callable or None
        To be told the number of paths finished so far.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield None
        return

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

    class PathsPerSecond(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} paths/s" if task.speed else "")

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
