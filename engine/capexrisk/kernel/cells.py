"""Histogram cells of any double: 64 cells to each factor of two, alike on both sides of zero.

A cell is given by the exponent and the leading bits of the mantissa, so finding it is a shift, no
range has to be guessed beforehand, and histograms of any runs can be added. A cell is at most 1/64
of its value wide. Values within 2**-10 of zero share the middle cell and count as zero ($1m where
the unit is $1bn); values beyond 2**26 share the outermost one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LOWEST_EXPONENT = -10
HIGHEST_EXPONENT = 26
CELL_BITS = 6
CELLS_SIDE = (HIGHEST_EXPONENT - LOWEST_EXPONENT) << CELL_BITS
CELLS = 2 * CELLS_SIDE + 1


def cell_edges() -> NDArray[np.float64]:
    """Edges of the cells on the positive side, (CELLS_SIDE + 1,), exact in binary.

    Cell CELLS_SIDE + j, j >= 1, holds edges[j - 1] <= x < edges[j]; cell CELLS_SIDE - j mirrors it.
    """
    number = np.arange(CELLS_SIDE + 1)
    octave = number >> CELL_BITS
    step = number & ((1 << CELL_BITS) - 1)
    edges: NDArray[np.float64] = np.ldexp(1.0 + step / (1 << CELL_BITS), octave + LOWEST_EXPONENT)
    return edges
