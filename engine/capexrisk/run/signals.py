"""Ignoring or deferring signals while a run must not be interrupted."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Final

ENDING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_ignored(signs: Iterable[signal.Signals] = ENDING) -> Iterator[None]:
    """Ignore signals while results are written: a second Ctrl-C would lose them.

    Processes that are started meanwhile inherit it.
    """
    if threading.current_thread() is not threading.main_thread():  # no other receives signals
        yield
        return
    before = {sign: signal.signal(sign, signal.SIG_IGN) for sign in signs}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler or signal.SIG_DFL)  # None: set outside of Python


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Let signals wait for the end of a short block: modules that load, a scenario that is read.

    There an interrupt left tracebacks of libraries, or was told as a fault of the scenario.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    ours = [sign for sign in ENDING if callable(signal.getsignal(sign))]  # SIG_IGN stays as it is
    before = {sign: signal.signal(sign, lambda sign, _: came.append(sign)) for sign in ours}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
    if came:
        signal.raise_signal(came[0])


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Defer interrupts during blocks that must not be left half finished.

    Yields
    ------
    callable
        Returns a context manager for such a block: ``with deferred(): ...``.
    """
    if threading.current_thread() is not threading.main_thread():
        yield nullcontext
        return
    deferring = pending = False

    def ask(sign: int, frame: FrameType | None) -> None:
        nonlocal pending
        if not deferring:
            raise KeyboardInterrupt
        pending = True

    @contextmanager
    def deferred() -> Iterator[None]:
        nonlocal deferring
        deferring = True
        try:
            yield
        finally:
            deferring = False
        if pending:
            raise KeyboardInterrupt

    # Other handlers stay as they are: pytest's, or SIG_IGN.
    ours = [sign for sign in ENDING if signal.getsignal(sign) is signal.default_int_handler]
    for sign in ours:
        signal.signal(sign, ask)
    try:
        yield deferred
    finally:
        for sign in ours:
            signal.signal(sign, signal.default_int_handler)
