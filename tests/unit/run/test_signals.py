"""Signals that wait: a block is done first, whatever its code would make of an interrupt."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from capexrisk.run.signals import ENDING, signals_deferred


@pytest.fixture(autouse=True)
def as_at_the_start() -> Iterator[None]:
    """Handlers as the command sets them."""
    before = {sign: signal.signal(sign, signal.default_int_handler) for sign in ENDING}
    yield
    for sign, handler in before.items():
        signal.signal(sign, handler)


@pytest.mark.parametrize("sign", ENDING)
def test_a_signal_waits_for_the_end_of_the_block(sign):
    done = []

    def block() -> None:
        with signals_deferred(), signals_deferred():
            os.kill(os.getpid(), sign)
            done.append("and what follows is done")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert done
    assert signal.getsignal(sign) is signal.default_int_handler


def test_what_is_ignored_stays_so():
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with signals_deferred():
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        os.kill(os.getpid(), signal.SIGHUP)


def test_an_error_of_the_block_is_told_first():
    def block() -> None:
        with signals_deferred():
            os.kill(os.getpid(), signal.SIGINT)
            raise ValueError("of the block")

    with pytest.raises(ValueError, match="of the block"):
        block()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_another_thread_needs_none_of_it():
    entered = []

    def enter() -> None:
        with signals_deferred():
            entered.append(signal.getsignal(signal.SIGINT))

    thread = Thread(target=enter)
    thread.start()
    thread.join()
    assert entered == [signal.default_int_handler]


def test_a_scenario_is_read_whole_before_an_interrupt_counts(monkeypatch):
    """An interrupt within was told as a name in the scenario that is not usable."""
    from capexrisk.cli import plan

    read = []

    def load(path: Path, overrides: tuple[str, ...]) -> tuple[None, None]:
        os.kill(os.getpid(), signal.SIGINT)
        read.append(path)
        return None, None

    monkeypatch.setattr(plan, "load_with_run_section", load)
    with pytest.raises(KeyboardInterrupt):
        plan.planned(Path("a.toml"), (), {})
    assert read == [Path("a.toml")]
