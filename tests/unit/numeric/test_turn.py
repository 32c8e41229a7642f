"""Of processes that need the same code at the same time one compiles."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread

import pytest
from numba.core.errors import TypingError

from capexrisk.numeric.jit import entry
from capexrisk.numeric.turn import Turn

MODULE = """
from capexrisk.numeric.jit import entry

@entry
def doubled(x):
    return 2.0 * x
"""
# Compiles when the other process asks for the same code, and prints how often it did.
PROGRAM = """
import time
from pathlib import Path
from sys import argv
from numba.core.registry import cpu_target
import shared_code
compiler = shared_code.doubled._compiler
compile = compiler.compile

def late(*arguments):
    Path("compiling").touch()
    while not Path(argv[2]).exists():
        time.sleep(0.01)
    time.sleep(0.3)
    return compile(*arguments)

compiler.compile = late
cpu_target.typing_context.refresh()  # or the first call would take its time before it asks
cpu_target.target_context.refresh()
Path(argv[1]).touch()
assert shared_code.doubled(2.0) == 4.0
print(sum(shared_code.doubled.stats.cache_misses.values()))
"""


def test_the_second_waits_for_what_the_first_keeps(tmp_path: Path) -> None:
    (tmp_path / "shared_code.py").write_text(MODULE, "utf-8")
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])

    def start(*names: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROGRAM, *names]
        return subprocess.Popen(
            command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
        )

    first = start("first", "second")
    while not (tmp_path / "compiling").exists() and first.poll() is None:
        time.sleep(0.01)
    second = start("second", "first")
    misses = [process.communicate(timeout=60)[0].strip() for process in (first, second)]
    assert misses == ["1", "0"]


def test_it_is_waited_for_until_it_is_left(tmp_path: Path) -> None:
    mine, other = Turn(tmp_path / "new" / "lock"), Turn(tmp_path / "new" / "lock")
    assert mine.take()
    waiting = Thread(target=other.take)
    waiting.start()
    waiting.join(0.2)
    assert waiting.is_alive()
    mine.leave()
    waiting.join(10.0)
    assert not waiting.is_alive()
    assert not mine.take(patience=0.1)  # not for ever
    mine.leave()
    other.leave()


def test_an_error_ends_it() -> None:
    """Or others would wait for a notebook in which a compile was interrupted."""

    @entry
    def wrong(x):
        return x.nothing

    with pytest.raises(TypingError):
        wrong(1.0)
    other = Turn(wrong._cache._turn._file)
    assert other.take(patience=0.0)
    other.leave()


def test_nobody_waits_where_nothing_can_be_locked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    turn = Turn(tmp_path / "file" / "lock")
    assert not turn.take()
    turn.leave()
