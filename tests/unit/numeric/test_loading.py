"""Code that was compiled before is loaded without the compiler's own libraries."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import numba
import numpy as np
from capexrisk.kernel import points
points.scramble(np.ones((points.DIGITS, 1), dtype=np.uint64), seed=1, replicate=0)
loaded = "numba.np.linalg" in sys.modules
assert numba.njit(lambda x: np.hypot(x, 4.0))(3.0) == 5.0  # what needs them still compiles
print(sum(points._scramble.stats.cache_hits.values()), loaded)
"""


def printed() -> str:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    ).stdout


def test_compiled_code_is_loaded_without_what_only_compiling_needs() -> None:
    printed()  # compiled, if it was not before
    assert printed().split() == ["1", "False"]
