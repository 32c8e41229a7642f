"""The loops over paths are vector code.

No clock: they are compiled for one fixed processor, in a process of its own, and their machine
code is read. It is the same on every x86-64 host; nothing is run.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

import capexrisk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        platform.machine().lower() not in ("x86_64", "amd64"),
        reason="numba compiles for the host's instruction set alone, and x86-64's is read",
    ),
]

ROOT = Path(__file__).parents[3]
# Vectors of four doubles and fused multiply-adds.
PROCESSOR = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma,+bmi,+bmi2,+lzcnt,+popcnt,+sse4.2,+f16c,+movbe",
    "NUMBA_DISABLE_INTEL_SVML": "1",
}
# One of those with vectors of eight, on which LLVM takes half of them if it is not told otherwise.
WIDE_PROCESSOR = PROCESSOR | {
    "NUMBA_CPU_NAME": "sapphirerapids",
    "NUMBA_CPU_FEATURES": PROCESSOR["NUMBA_CPU_FEATURES"]
    + ",+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl",
}
# Their length is not known when they are compiled: the rest of a row is done number by number, by
# code that the compiler writes out twice.
COPIES = {"recording.add_row": 2, "recording.record_issuer_year": 2}
# One row or a few, copied or set to 0 by the C library, once a block.
COPIED = {"recording.record_outside", "rotated.project"}
HOISTED = 1  # worked out before the vector code's loop, and inside that of its copy
A_LOOP = """
from numba import float64
from capexrisk.kernel.market_quarter import find_pack
find_pack.compile((float64[::1],))
print(*find_pack.inspect_asm().values())
"""


def output(processor: dict[str, str], *arguments: str) -> str:
    """What a Python prints whose numba compiles for a processor."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    sources = os.pathsep.join(str(path) for path in (Path(capexrisk.__file__).parents[1], ROOT))
    finished = subprocess.run(
        [sys.executable, *arguments],
        env=inherited | processor | {"PYTHONPATH": sources},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if finished.returncode != 0:
        pytest.fail(finished.stderr[-2000:], pytrace=False)
    return finished.stdout


@pytest.fixture(scope="module")
def loops() -> list[tuple[str, int, int, int, int]]:
    """Loops with arithmetic in them: packed instructions, scalar ones, calls, masked stores."""
    found = json.loads(output(PROCESSOR, "-m", "tests.unit.kernel.loop_code"))
    return [(name, *counts) for name, *counts in found if any(counts[:2])]


def test_loops_over_paths_are_vector_code(loops):
    """Scalar code is at most a copy of the vector code, for the rest of a row."""
    beyond = [
        name
        for name, packed, scalar, *_ in loops
        if scalar > COPIES.get(name, 1) * packed + (HOISTED if packed else 0)
    ]
    assert beyond == []
    # Each file's loops were looked at.
    files = {name.partition(".")[0] for name, packed, *_ in loops if packed}
    assert files >= {"draws", "market_quarter", "issuer_quarter", "funding", "recording", "tally"}


def test_loops_over_paths_call_nothing(loops):
    """Such as the C library's exp, path by path."""
    assert [name for name, _, _, calls, _ in loops if calls and name not in COPIED] == []


def test_no_loop_stores_under_a_mask(loops):
    """Processors of AMD with AVX2 take ten times as long for it as for a store.

    The compiler makes it of a choice between a new value and what the row holds: see
    `vecmath.minimum`.
    """
    assert [name for name, *_, masked in loops if masked] == []


def test_vectors_are_as_wide_as_the_processor_has_them():
    assert set(re.findall(r"vdivpd.*([xyz]mm)", output(WIDE_PROCESSOR, "-c", A_LOOP))) == {"zmm"}
