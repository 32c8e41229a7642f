"""Count what a piece of compiled code executes: step through it, one instruction at a time.

Hardware counters are missing on most virtual machines, and emulators lag behind the vector
instructions. Linux's ptrace shows each instruction to a parent, exactly, at tens of microseconds
each.
"""

from __future__ import annotations

import ctypes
import gc
import os
import platform
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

TRACE_ME, PEEK_USER, CONTINUE, SINGLE_STEP = 0, 3, 7, 9
INSTRUCTION_POINTER = 16 * 8  # in struct user of x86-64


class Trace(NamedTuple):
    executed: Counter[int]  # address -> how often
    mappings: dict[tuple[int, int], bytes]  # anonymous executable memory: where compiled code lies


def unavailable() -> str | None:
    """Why this machine cannot trace, or None."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return "instructions are counted on Linux on x86-64 only"
    return None


def trace(work: Callable[[], object]) -> Trace:
    """Run `work` in a forked child and count its instructions by address."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]

    def ptrace(request: int, pid: int, address: int = 0) -> int:
        return int(libc.ptrace(request, pid, address, 0))

    child = os.fork()
    if child == 0:
        code = 1
        try:
            if ptrace(TRACE_ME, 0) == 0:
                gc.disable()  # else its millions of steps come in between
                os.kill(os.getpid(), signal.SIGSTOP)
                work()
                os.kill(os.getpid(), signal.SIGSTOP)
                code = 0
        finally:
            os._exit(code)

    _, status = os.waitpid(child, 0)
    if not os.WIFSTOPPED(status):
        raise OSError("this machine does not let a process trace its child")
    mappings = _compiled_code(child)
    executed: Counter[int] = Counter()
    while True:
        executed[ptrace(PEEK_USER, child, INSTRUCTION_POINTER)] += 1
        ptrace(SINGLE_STEP, child)
        _, status = os.waitpid(child, 0)
        if not os.WIFSTOPPED(status):
            raise OSError("the traced work ended before its time")
        if os.WSTOPSIG(status) != signal.SIGTRAP:
            break
    ptrace(CONTINUE, child)
    os.waitpid(child, 0)
    return Trace(executed, mappings)


def _compiled_code(process: int) -> dict[tuple[int, int], bytes]:
    """Executable memory that belongs to no file."""
    found = {}
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            place, rights, _, _, inode, *_ = line.split()
            if "x" in rights and inode == "0" and "[" not in line:
                begin, end = (int(word, 16) for word in place.split("-"))
                memory.seek(begin)
                found[begin, end] = memory.read(end - begin)
    return found
