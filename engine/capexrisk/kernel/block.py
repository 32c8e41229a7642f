"""The shape of a block: how many paths run side by side, and how its rows are numbered.

The state of a block is one flat array of rows, a row holding one quantity of BLOCK paths: first
the market's rows, then each issuer's. Row offsets and BLOCK are compile-time constants, and every
row hangs on one pointer: only so can LLVM see that rows do not overlap and turn the loops over
paths into vector code.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import numpy as np
from numpy.typing import NDArray

from capexrisk.numeric.jit import scalar

BLOCK = 64  # state and outcomes stay in L2
LANES = 8  # doubles in the widest vector; BLOCK is a multiple of it
# Distance between rows of the state. It is a cache line longer than a row; otherwise every eighth
# row would map to the same few cache sets.
PITCH = BLOCK + LANES

# How much of a quarter is recorded, `detail`: a constant of each entry point, so that code for more
# is not compiled.
DISTANCE = -1  # only the issuers' distances to failure
MEANS = 0  # for collect="means"
EVERYTHING = 1  # also causes, balances and extremes
TRACE = 2  # also rows that only a trace reads


ABSENT = -1  # the offset of a row that is not there


def rows() -> Iterator[int]:
    """Yield offsets of consecutive rows; the one after the last is their total size."""
    return count(0, PITCH)


def aligned_zeros(size: int) -> NDArray[np.float64]:
    """Array of doubles aligned to a cache line, so that no vector of a row crosses two."""
    room = np.zeros(size + LANES)
    begin = -room.ctypes.data // room.itemsize % LANES
    return room[begin : begin + size]


@scalar
def slot(first, p):
    """Index of path p in a row whose offset is known at run time only.

    It is unsigned: handling Python's negative indices would need a check for each path, which
    would keep a loop from being vectorised.
    """
    return np.uint64(first) + np.uint64(p)
