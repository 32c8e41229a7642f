"""Processes that share work: the same answers in the same order, whoever gives them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from capexrisk.errors import ResultsError
from capexrisk.report import helpers
from capexrisk.report.helpers import NOBODY, Helpers, helpers_for

NUMBERS = list(range(12))


def add(shared: int, task: int) -> tuple[int, int]:
    return shared + task, os.getpid()


def refuse(shared: int, task: int) -> int:
    if task == shared:
        raise ResultsError(f"task {task} is refused")
    return task


def end_helper(parent: int, task: int) -> int:
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


@pytest.fixture(scope="module")
def one():
    """A helper; it takes a second to start."""
    with Helpers(1) as started:
        yield started


def test_nobody_leaves_all_to_this_process():
    found = NOBODY.begin(add, 100, NUMBERS).finish()
    assert found == [(100 + number, os.getpid()) for number in NUMBERS]


def test_a_helper_shares_and_the_order_is_that_of_the_tasks(one):
    begun = one.begin(add, 100, NUMBERS)
    begun._futures[0].result(timeout=60)
    found = begun.finish()
    assert [number for number, _ in found] == [100 + number for number in NUMBERS]
    assert found[0][1] != os.getpid()


def test_this_process_takes_what_nobody_began(one):
    nap = one.begin(_sleep, 0.5, [0])
    found = one.begin(add, 0, NUMBERS).finish()
    assert found[-1] == (NUMBERS[-1], os.getpid())
    assert nap.finish() == [0]


def _sleep(seconds: float, task: int) -> int:
    time.sleep(seconds)
    return task


def test_an_error_of_a_task_is_raised(one):
    for refused in (0, NUMBERS[-1]):
        with pytest.raises(ResultsError, match=f"task {refused} is refused"):
            one.begin(refuse, refused, NUMBERS).finish()


def test_what_a_killed_helper_left_is_done_here():
    with Helpers(1) as killed:
        begun = killed.begin(end_helper, os.getpid(), NUMBERS)
        assert begun.finish() == NUMBERS
        assert killed.begin(end_helper, os.getpid(), NUMBERS).finish() == NUMBERS


def test_no_helper_outlives_a_command_that_was_killed():
    program = (
        "import os, time\n"
        "from capexrisk.report.helpers import Helpers\n"
        "with Helpers(1) as one:\n"
        "    print(one._pool.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as started:
        helper = int(started.stdout.readline())
        started.kill()
    for _ in range(600):
        if not Path(f"/proc/{helper}").exists() or "\nState:\tZ" in status_of(helper):
            return
        time.sleep(0.05)
    raise AssertionError(f"helper {helper} is still there")


def status_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/status").read_text("utf-8")
    except OSError:
        return "\nState:\tZ"


def test_nothing_is_left_on_the_disk(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Helpers(1) as started:
        assert started.begin(add, 1, [1]).finish()[0][0] == 2
        assert len(list(tmp_path.iterdir())) == 1
    assert list(Path(tmp_path).iterdir()) == []


@pytest.mark.parametrize(
    ("jobs", "cores", "expected"), [(-1, 1, 0), (-1, 2, 1), (-1, 64, 3), (1, 8, 0)]
)
def test_there_are_no_more_helpers_than_other_cores(monkeypatch, jobs, cores, expected):
    numbers = []
    monkeypatch.setattr(helpers, "MOST_HELPERS", 3)
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    monkeypatch.setattr(helpers, "Helpers", numbers.append)
    helpers_for(jobs)
    assert numbers == [expected]
