"""A second process that shares work: the same answers in the same order, whoever gives them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from capexrisk.errors import ResultsError
from capexrisk.report import pool
from capexrisk.report.pool import ALONE, DrawingPool, drawing_pool

NUMBERS = list(range(12))


def add(shared: int, task: int) -> tuple[int, int]:
    return shared + task, os.getpid()


def refuse(shared: int, task: int) -> int:
    if task == shared:
        raise ResultsError(f"task {task} is refused")
    return task


def end_other(parent: int, task: int) -> int:
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGTERM if task == 0 else signal.SIGKILL)
    return task


@pytest.fixture(scope="module")
def one():
    """It takes a second to start."""
    with DrawingPool(1) as started:
        yield started


def test_alone_this_process_does_all():
    found = ALONE.share(100).begin(add, NUMBERS).finish()
    assert found == [(100 + number, os.getpid()) for number in NUMBERS]


def test_the_other_shares_and_the_order_is_that_of_the_tasks(one):
    begun = one.share(100).begin(add, NUMBERS)
    begun._futures[0].result(timeout=60)
    found = begun.finish()
    assert [number for number, _ in found] == [100 + number for number in NUMBERS]
    assert found[0][1] != os.getpid()


def test_this_process_takes_what_nobody_began(one):
    nap = one.share(0.5).begin(_sleep, [0])
    found = one.share(0).begin(add, NUMBERS).finish()
    assert found[-1] == (NUMBERS[-1], os.getpid())
    assert nap.finish() == [0]


def _sleep(seconds: float, task: int) -> int:
    time.sleep(seconds)
    return task


def test_an_error_of_a_task_is_raised(one):
    for refused in (0, NUMBERS[-1]):
        with pytest.raises(ResultsError, match=f"task {refused} is refused"):
            one.share(refused).begin(refuse, NUMBERS).finish()


def test_what_a_killed_process_left_is_done_here():
    with DrawingPool(1) as killed:
        begun = killed.share(os.getpid()).begin(end_other, NUMBERS)
        assert begun.finish() == NUMBERS
        assert killed.share(os.getpid()).begin(end_other, NUMBERS).finish() == NUMBERS


def test_none_outlives_a_command_that_was_killed():
    program = (
        "import os, time\n"
        "from capexrisk.report.pool import DrawingPool\n"
        "with DrawingPool(1) as one:\n"
        "    print(one._pool.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        other = int(started.stdout.readline())
        started.kill()
    for _ in range(600):
        if not Path(f"/proc/{other}").exists() or "\nState:\tZ" in status_of(other):
            return
        time.sleep(0.05)
    raise AssertionError(f"process {other} is still there")


def status_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/status").read_text("utf-8")
    except OSError:
        return "\nState:\tZ"


def test_a_process_that_is_killed_leaves_no_word():
    """What tracks its semaphores clears up, in silence."""
    program = (
        "import os, signal\n"
        "from capexrisk.report.pool import DrawingPool\n"
        "with DrawingPool(1):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert (killed.returncode, killed.stdout, killed.stderr) == (-signal.SIGKILL, "", "")


@pytest.mark.slow
def test_nothing_is_left_on_the_disk(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with DrawingPool(1) as started:
        assert started.share(1).begin(add, [1]).finish()[0][0] == 2
        assert len(list(tmp_path.iterdir())) == 1
    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.parametrize(
    ("jobs", "cores", "expected"), [(-1, 1, 0), (-1, 2, 1), (None, 64, 1), (1, 8, 0)]
)
def test_there_is_one_where_there_is_another_core(monkeypatch, jobs, cores, expected):
    numbers = []
    monkeypatch.setattr(pool, "MOST", 1)
    monkeypatch.setattr(pool, "_cores", lambda: cores)
    monkeypatch.setattr(pool, "DrawingPool", numbers.append)
    drawing_pool(jobs)
    assert numbers == [expected]


def test_where_none_can_start_this_process_does_all(monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(pool.ProcessPoolExecutor, "submit", refuse)
    with DrawingPool(1) as none:
        assert none.share(0).begin(add, [1]).finish() == [(1, os.getpid())]


def test_where_nothing_can_be_written_this_process_does_all(one, monkeypatch):
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pool, "TemporaryDirectory", full)
    assert one.share(0).begin(add, [1]).finish() == [(1, os.getpid())]


def test_what_is_shared_in_part_is_not_shared(one, monkeypatch):
    def full(value: object, file: IO[bytes], **_: object) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pool.pickle, "dump", full)
    begun = one.share(0).begin(add, [1])
    assert begun._futures == []  # nobody reads the half
    assert begun.finish() == [(1, os.getpid())]


def write_slowly(folder: Path, task: int) -> int:
    for number in range(100):
        (folder / f"{task}-{number}").touch()
        time.sleep(0.05)
    return task


def write_until_full(other: DrawingPool, folder: Path) -> None:
    with other.ended_by_error():
        other.share(folder).begin(write_slowly, [0])
        while not list(folder.iterdir()):
            time.sleep(0.05)
        raise OSError("full")


def test_an_error_ends_the_writing_before_it_goes_on(tmp_path):
    """What is cleared then stays clear."""
    with DrawingPool(1) as other:
        with pytest.raises(OSError, match="full"):
            write_until_full(other, tmp_path)
        before = len(list(tmp_path.iterdir()))
        time.sleep(0.3)
        assert len(list(tmp_path.iterdir())) == before < 100


@pytest.mark.parametrize(
    ("sign", "interrupts"), [(signal.SIGINT, 1), (signal.SIGINT, 2), (signal.SIGHUP, 1)]
)
def test_an_interrupt_ends_all_at_once_and_in_silence(tmp_path, sign, interrupts):
    """A terminal sends it to every process of the group, also when it is closed."""
    program = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGHUP, signal.default_int_handler)\n"
        "from pathlib import Path\n"
        "from capexrisk.report.pool import DrawingPool\n"
        "from tests.unit.report.test_pool import write_slowly\n"
        "try:\n"
        "    with DrawingPool(1) as one:\n"
        "        with one.ended_by_error():\n"
        "            one.share(Path(sys.argv[1])).begin(write_slowly, [0, 1, 2, 3]).finish()\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not list(tmp_path.glob("0-*")):
        time.sleep(0.05)
    for _ in range(interrupts):
        os.killpg(started.pid, sign)
        time.sleep(0.1)
    out, err = started.communicate(timeout=60)
    if interrupts == 1:
        assert (out, err, started.returncode) == ("interrupted\n", "", 0)
    before = len(list(tmp_path.iterdir()))
    time.sleep(0.3)
    assert len(list(tmp_path.iterdir())) == before
