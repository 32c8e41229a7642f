"""The shape of a block: how many paths run side by side, and how its rows are numbered.

The state of a block is one flat array of rows, a row holding one quantity of BLOCK paths: first
the market's rows, then each issuer's. Row offsets and BLOCK are compile-time constants, and every
row hangs on one pointer: only so can LLVM see that rows do not overlap and turn the loops over
paths into vector code.
"""

from __future__ import annotations

from collections.abc import Iterator

BLOCK = 64  # a multiple of the widest vector (8 doubles); state and outcomes stay in L2


def rows(count: int) -> Iterator[int]:
    """Offsets of `count` consecutive rows."""
    return iter(range(0, count * BLOCK, BLOCK))
