"""Self-test of the compiled core on this machine."""

from __future__ import annotations

import numba
import numpy as np

from capexrisk.kernel.simulate import _simulate_everything
from capexrisk.numeric.cache import damaged_files
from capexrisk.numeric.jit import compile_target, source_stamp
from capexrisk.numeric.philox import philox

# Random123's published vector for the digits of pi as counter and key.
COUNTER = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)
KEY = (0xA4093822, 0x299F31D0)
ANSWER = (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)


@numba.njit
def _philox(words):
    return philox(words[0], words[1], words[2], words[3], words[4], words[5])


def known_answer_holds() -> bool:
    """Whether the generator compiled here gives its published answer."""
    words = np.array(COUNTER + KEY, dtype=np.uint64)
    return tuple(int(word) for word in _philox(words)) == ANSWER


def vector_bits() -> int:
    """Width of the vectors that LLVM may use on this machine."""
    target = compile_target()
    features = target.features.split(",")
    widths = {"+avx512f": 512, "+avx2": 256, "+avx": 256, "+sse2": 128, "+neon": 128}
    least = 128 if target.triple.startswith(("aarch64", "arm64")) else 64  # all of which have NEON
    return max((bits for name, bits in widths.items() if name in features), default=least)


def core_cache() -> str:
    """Directory of the cache of compiled code, and what is damaged there."""
    cache = getattr(_simulate_everything, "_cache", None)
    folder = getattr(cache, "cache_path", None)
    if folder is None:
        return "none writable; every process compiles anew"
    damaged = damaged_files(folder, source_stamp())
    return f"{folder}{', damaged and compiled anew: ' if damaged else ''}{', '.join(damaged)}"
