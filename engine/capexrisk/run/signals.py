"""Signals by which somebody asks a run to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import Final

ASKING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_ignored() -> Iterator[None]:
    """Let nobody ask again while what is finished is written: a second Ctrl-C would lose it."""
    if threading.current_thread() is not threading.main_thread():  # signals do not reach others
        yield
        return
    before = {sign: signal.signal(sign, signal.SIG_IGN) for sign in ASKING}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler or signal.SIG_DFL)  # None: not one of Python's


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Let an interrupt wait while something is done that must not be left half done.

    Yields
    ------
    callable
        Gives the block in which an interrupt waits: ``with deferred(): ...``.
    """
    if threading.current_thread() is not threading.main_thread():
        yield nullcontext
        return
    waits = asked = False

    def ask(sign: int, frame: FrameType | None) -> None:
        nonlocal asked
        if not waits:
            raise KeyboardInterrupt
        asked = True

    @contextmanager
    def deferred() -> Iterator[None]:
        nonlocal waits
        waits = True
        try:
            yield
        finally:
            waits = False
        if asked:
            raise KeyboardInterrupt

    # Others' handlers are left alone: pytest's, or one that ignores.
    ours = [sign for sign in ASKING if signal.getsignal(sign) is signal.default_int_handler]
    for sign in ours:
        signal.signal(sign, ask)
    try:
        yield deferred
    finally:
        for sign in ours:
            signal.signal(sign, signal.default_int_handler)
