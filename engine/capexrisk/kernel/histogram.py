"""Histogram cell of a number, found by shifting its bits."""

from __future__ import annotations

from capexrisk.kernel.cells import CELL_BITS, CELLS_SIDE, LOWEST_EXPONENT
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import float_bits

SHIFT = 52 - CELL_BITS
FIRST = ((1023 + LOWEST_EXPONENT) << CELL_BITS) - 1


@scalar
def cell_of(x):
    """Index of the cell of a finite x, 0..CELLS - 1; the middle cell holds zero."""
    distance = (float_bits(abs(x)) >> SHIFT) - FIRST
    distance = 0 if distance < 0 else distance
    distance = CELLS_SIDE if distance > CELLS_SIDE else distance
    return CELLS_SIDE - distance if x < 0.0 else CELLS_SIDE + distance
