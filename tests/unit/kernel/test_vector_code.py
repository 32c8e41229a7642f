"""The hot loops over paths are vector code, and as much of it as when they were last measured.

No clock: they are compiled for one fixed processor, in a process of its own, and the instructions
are counted. The numbers are the same on every x86-64 host; nothing is run.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

import capexrisk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        platform.machine().lower() not in ("x86_64", "amd64"),
        reason="numba compiles for the host's instruction set alone, and x86-64's are counted",
    ),
]

ROOT = Path(__file__).parents[3]
TABLE = Path(__file__).with_name("vector_code.json")
RENEW = "RENEW_VECTOR_CODE"
# Vectors of four doubles and fused multiply-adds.
PROCESSOR = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "+avx,+avx2,+fma,+bmi,+bmi2,+lzcnt,+popcnt,+sse4.2,+f16c,+movbe",
    "NUMBA_DISABLE_INTEL_SVML": "1",
}
# One of those with vectors of eight, on which LLVM takes half of them if it is not told otherwise.
WIDE_PROCESSOR = {
    "NUMBA_CPU_NAME": "sapphirerapids",
    "NUMBA_CPU_FEATURES": PROCESSOR["NUMBA_CPU_FEATURES"]
    + ",+avx512f,+avx512bw,+avx512cd,+avx512dq,+avx512vl",
    "NUMBA_DISABLE_INTEL_SVML": "1",
}
# Another Python gives the compiler other input, which may fuse a few operations elsewhere; what
# matters (a loop that is no longer vector code, a quantity computed twice) changes more.
ROOM = 0.15

DRAWS = ["draw_market", "draw_issuer"]
# Loops over rows of the market and of an issuer at once. The compiler cannot see that the issuer's
# do not overlap the market's: it asks once a block, and keeps scalar code that is never reached.
OVER_TWO = [
    *("build", "grow", "price_debt", "operate", "race", "plan_capex", "ask_bonds"),
    *("serve_bonds_ask_secured", "serve_secured_ask_private", "climb_last_rungs"),
    *("close_books", "date_distress"),
]
OVER_ONE = [
    *("open_market", "use_capacity", "find_pack", "ration", "ration_by_health", "close_market"),
    *("spend", "close_accounts", "date_balances", "count_cells"),
]
# Loops whose length is not known when they are compiled: a rest is done number by number.
OF_ANY_LENGTH = [
    *("record_market", "record_issuer", "record_issuer_year", "record_outside", "sum_rows"),
    *("point_rows", "project", "rotate_rows"),
]
COPIES = ["record_issuer"]  # without arithmetic
LOOPS = [*DRAWS, *OVER_ONE, *OVER_TWO, *OF_ANY_LENGTH]

Counts = dict[str, dict[str, int]]


def counted(processor: dict[str, str], *loops: str) -> Counts:
    """Instructions by loop and kind, of these loops or of all, for a processor."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_")}
    sources = os.pathsep.join(str(path) for path in (Path(capexrisk.__file__).parents[1], ROOT))
    finished = subprocess.run(
        [sys.executable, "-m", "tests.unit.kernel.loop_code", *loops],
        env=inherited | processor | {"PYTHONPATH": sources},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if finished.returncode != 0:
        pytest.fail(finished.stderr[-2000:], pytrace=False)
    counts: Counts = json.loads(finished.stdout)
    return counts


@pytest.fixture(scope="module")
def found() -> Counts:
    """What every loop is made of on PROCESSOR."""
    counts = counted(PROCESSOR)
    if os.environ.get(RENEW):
        TABLE.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")
    return counts


def test_every_loop_is_looked_at(found):
    kept: Counts = json.loads(TABLE.read_text("utf-8"))
    assert sorted(found) == sorted(LOOPS) == sorted(kept)


@pytest.mark.parametrize("loop", sorted({*LOOPS} - {*COPIES}))
def test_a_loop_over_paths_is_vector_code(found, loop):
    """Arithmetic on four paths at once, and nothing called, such as the C library's exp."""
    assert found[loop]["packed"] > 0
    assert found[loop]["calls"] == 0


@pytest.mark.parametrize("loop", [*DRAWS, *OVER_ONE])
def test_nothing_is_done_path_by_path(found, loop):
    assert found[loop]["scalar"] == 0


@pytest.mark.parametrize("loop", OVER_TWO)
def test_scalar_code_is_at_most_a_copy_of_the_vector_code(found, loop):
    """More would be a part of the loop that has no vector code."""
    assert found[loop]["scalar"] <= found[loop]["packed"]


@pytest.mark.parametrize("loop", OF_ANY_LENGTH)
def test_a_rest_is_at_most_two_copies_of_the_vector_code(found, loop):
    """The compiler writes out the scalar code of a short loop a few times over."""
    assert found[loop]["scalar"] <= 2 * found[loop]["packed"]


@pytest.mark.parametrize("loop", DRAWS)
def test_random_words_are_multiplied_as_vectors(found, loop):
    """Ten rounds of two products a counter, less those that are the same for all paths of a block:
    one of each of the first two rounds.
    """
    assert found[loop]["products"] >= 18


def test_vectors_are_as_wide_as_the_processor_has_them():
    """A loop over the market's rows, one over an issuer's and the market's, one of draws."""
    loops = ("open_market", "price_debt", "draw_issuer")
    for loop, counts in counted(WIDE_PROCESSOR, *loops).items():
        assert counts["widest"] > 10, loop
        assert counts["packed"] == 0, loop


def test_cells_are_found_as_vectors(found):
    """A shift, two differences and two comparisons of the bits of four numbers at once."""
    assert found["count_cells"]["bits"] >= 5


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_has_the_instructions_it_had(found, loop):
    kept = json.loads(TABLE.read_text("utf-8"))[loop]
    changed = {
        kind: f"{kept[kind]} -> {number}"
        for kind, number in found[loop].items()
        if abs(number - kept[kind]) > ROOM * kept[kind]
    }
    assert not changed, (
        f"{loop}: {changed}; if that is meant, measure its speed, then renew {TABLE.name} with "
        f"{RENEW}=1 make test PYTEST_ARGS='-k test_vector_code'"
    )
