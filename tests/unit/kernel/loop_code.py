"""The arithmetic of every loop of the kernel, as the engine's entry point has it compiled.

Run as a module it prints as JSON, loop by loop, instructions on four or eight doubles at once,
those on a single one, calls, and stores under a mask. `test_vector_code` runs it for a processor of
its choice.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from types import ModuleType

import numba
import numpy as np
from numba.core.caching import NullCache
from numba.core.registry import CPUDispatcher

from capexrisk.kernel import simulate
from capexrisk.kernel.recording import recording
from capexrisk.numeric import jit
from capexrisk.numeric.table_reader import table_of
from capexrisk.points.frozen import frozen_points
from tests.unit.kernel.blocks import lowered, reference_case, with_quarters

OPERATION = r"\bv(?:add|sub|mul|div|sqrt|min|max|cmp\w*?|fn?m(?:add|sub)\d+)"
PACKED = re.compile(OPERATION + r"pd\s[^\n]*[yz]mm")
SCALAR = re.compile(OPERATION + r"sd\s")
MASKED_STORE = re.compile(r"\bvmaskmovpd\s+%[xyz]mm\d+, %[xyz]mm\d+, [^\n]*\(")
CALL = re.compile(r"\bcallq?\s")
LABEL = re.compile(r"^(\.LBB\w+):")
JUMP = re.compile(r"^\s+j\w+\s+(\.LBB\w+)")


def machine_code() -> Iterator[tuple[str, str]]:
    """Names of the loops and of the equations in them, each with its machine code."""
    case = lowered(with_quarters(reference_case(), 1))
    source = frozen_points(case.market, case.schedule, seed=1).source(0)
    nothing = simulate.Chosen(np.empty(0, dtype=np.int64), np.empty((1, 0)))
    arguments = (
        *(table_of(case.market), case.schedule, recording(case.layout)),
        case.layout.units(case.schedule.money_units),
        *(source, 1, simulate.workspace(case.layout), nothing),
    )
    entry = simulate._simulate_everything
    entry._cache = NullCache()  # an entry point from the cache brings no loops with it
    entry.compile(tuple(map(numba.typeof, arguments)))
    for module in [m for name, m in sys.modules.items() if name.startswith("capexrisk.kernel.")]:
        for name, function in functions(module):
            if isinstance(function, CPUDispatcher) and function.__module__ == module.__name__:
                if function._compiler.pipeline_class is jit._SequenceCompiler:
                    continue  # calls of loops, which are inlined later
                for code in function.inspect_asm().values():
                    if function is not entry:
                        yield f"{module.__name__.rpartition('.')[2]}.{name}", code


def functions(module: ModuleType) -> Iterator[tuple[str, object]]:
    """What a module holds by name, also in a mapping: the loops of a channel are made from data."""
    for name, value in vars(module).items():
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", one) for key, one in value.items())
        else:
            yield name, value


def innermost_loops(code: str) -> str:
    """The loops that hold no other: from a label to the last jump back to it."""
    lines = code.splitlines()
    labels: dict[str, int] = {}
    ends: dict[int, int] = {}
    for number, line in enumerate(lines):
        if label := LABEL.match(line):
            labels[label[1]] = number
        elif (jump := JUMP.match(line)) and jump[1] in labels:
            ends[labels[jump[1]]] = number
    inner = [
        lines[begin : end + 1]
        for begin, end in ends.items()
        if not any(begin < other and ends[other] <= end for other in ends)
    ]
    return "\n".join(line for loop in inner for line in loop)


def count(code: str) -> tuple[int, int, int, int]:
    """Packed instructions, scalar ones, calls and stores under a mask.

    Scalar ones only inside innermost loops: elsewhere they are done once a block, not once a path.
    Packed ones anywhere: the compiler may write out a loop over 64 paths without a jump.
    """
    scalar = len(SCALAR.findall(innermost_loops(code)))
    packed, calls, masked = (len(p.findall(code)) for p in (PACKED, CALL, MASKED_STORE))
    return packed, scalar, calls, masked


if __name__ == "__main__":
    json.dump([(name, *count(code)) for name, code in machine_code()], sys.stdout)
