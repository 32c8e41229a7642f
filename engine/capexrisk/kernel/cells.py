"""Histogram cells of any double: 64 cells to each factor of two, alike on both sides of zero.

A cell is given by the exponent and the leading bits of the mantissa, so finding it is a shift, no
range has to be guessed beforehand, and histograms of a scenario's runs can be added. A cell is at
most 1/64 of its value wide. Values within 2**-10 of zero share the middle cell and count as zero;
values beyond 2**26 share the outermost one.

Both are in units of the row. Money has the scenario's own (`Schedule.money_units`): about a
thousandth of the books of the issuer, or of all, so that a millionth of them is zero, whatever the
scenario counts in. A unit is a power of two, and no edge of a cell depends on it. Twice as many
cells in units of $1bn, 2**-30 to 2**40, would serve as well, but a net of 65,536 paths took 1.6
times the time and 120 MB more: every chunk's cells are cleared and searched.
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
