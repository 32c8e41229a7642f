"""Histogram cell of a number, found by shifting its bits."""

from __future__ import annotations

from capexrisk.kernel.cells import CELL_BITS, CELLS_SIDE, HIGHEST_EXPONENT, LOWEST_EXPONENT
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import float_bits, maximum, minimum

SHIFT = 52 - CELL_BITS
FIRST = ((1023 + LOWEST_EXPONENT) << CELL_BITS) - 1
# Amounts between which cells differ: inside the middle cell and the outermost one.
INSIDE = 1.0 - 2.0 ** (-CELL_BITS - 1)
LEAST, MOST = INSIDE * 2.0**LOWEST_EXPONENT, INSIDE * 2.0**HIGHEST_EXPONENT


@scalar
def cell_of(x):
    """Index of the cell of a finite x, 0..CELLS - 1; the middle cell holds zero.

    Bounds are set on the double, whose minimum is an instruction of its own; on an integer it
    takes two.
    """
    distance = (float_bits(minimum(maximum(abs(x), LEAST), MOST)) >> SHIFT) - FIRST
    return CELLS_SIDE - distance if x < 0.0 else CELLS_SIDE + distance
