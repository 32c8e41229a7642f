"""Draws as rotated coordinates of a point: see `points.rotation`.

A matrix I - U Vᵀ with few columns turns coordinates y, as normals, into draws. Once a path, y is
stored and Vᵀy computed, in one array of rows with those of Vᵀy first; each draw then takes its rows
of y - U (Vᵀy).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.block import BLOCK, PITCH, slot
from capexrisk.numeric.jit import plain_loop

LEADS = 3  # coordinates of each issuer that get early dimensions, a calendar year each
SHARED_DRAWS = 4  # of the market in a quarter: those behind capex and macro, which come first
COLUMNS = 3  # of a matrix, processed together; divides their number
ROWS = 4
assert LEADS % COLUMNS == 0, "matrices have a whole number of them"

Floats = NDArray[np.float64]


class Rotation(NamedTuple):
    """Matrices I - U Vᵀ for a scenario with n issuers; see `points.rotation`.

    Attributes
    ----------
    quarters : int
        Number of quarters, from the first, whose draws are rotated.
    own_v, own_u : ndarray, shape (n, draws, LEADS)
        For each issuer's own draws, in the order of its rows.
    all_v, all_u : ndarray, shape (LEADS * n + shared, LEADS * n)
        For the first LEADS coordinates of all issuers, by year, and the SHARED_DRAWS of the market
        that affect all of them, by quarter.
    """

    quarters: int
    own_v: Floats
    own_u: Floats
    all_v: Floats
    all_u: Floats


@plain_loop
def project(turned, v, leads):
    """Compute Vᵀy; in the first `leads` rows, column c has only row c."""
    draws, columns = v.shape
    for c in range(0, columns, COLUMNS):
        first = c * PITCH
        for row in range(first, first + COLUMNS * PITCH):
            turned[row] = 0.0
        for d in range(c, min(c + COLUMNS, leads)):
            add_weighted_row(turned, first, (columns + d) * PITCH, v[d], c)
        begin = max(c, leads)
        whole = begin + (draws - begin) // ROWS * ROWS
        for d in range(begin, whole, ROWS):
            add_weighted_rows(turned, first, (columns + d) * PITCH, v[d : d + ROWS], c)
        for d in range(whole, draws):
            add_weighted_row(turned, first, (columns + d) * PITCH, v[d], c)


@plain_loop
def add_weighted_row(turned, first, row, v, c):
    """Add a row times the weights of COLUMNS columns to as many rows from offset `first` on."""
    v0, v1, v2 = v[c], v[c + 1], v[c + 2]
    for p in range(BLOCK):
        y = turned[slot(row, p)]
        turned[slot(first, p)] += v0 * y
        turned[slot(first + PITCH, p)] += v1 * y
        turned[slot(first + 2 * PITCH, p)] += v2 * y


@plain_loop
def add_weighted_rows(turned, first, row, v, c):
    """`add_weighted_row` for ROWS rows at once, so that sums are read and written less often."""
    for column in range(COLUMNS):
        target = first + column * PITCH
        v0, v1, v2, v3 = v[0, c + column], v[1, c + column], v[2, c + column], v[3, c + column]
        for p in range(BLOCK):
            early = v0 * turned[slot(row, p)] + v1 * turned[slot(row + PITCH, p)]
            late = v2 * turned[slot(row + 2 * PITCH, p)] + v3 * turned[slot(row + 3 * PITCH, p)]
            turned[slot(target, p)] += early + late


@plain_loop
def rotate_rows(state, first, count, turned, u, draw):
    """Fill `count` rows of the state from offset `first` on with y - U (Vᵀy) from row `draw` on."""
    columns = u.shape[1]
    for d in range(count):
        target, row = first + d * PITCH, (columns + draw + d) * PITCH
        u0, u1, u2 = u[draw + d, 0], u[draw + d, 1], u[draw + d, 2]
        for p in range(BLOCK):
            turn = u0 * turned[p] + u1 * turned[PITCH + p] + u2 * turned[2 * PITCH + p]
            state[slot(target, p)] = turned[slot(row, p)] - turn
        for c in range(COLUMNS, columns, COLUMNS):
            row = c * PITCH
            u0, u1, u2 = u[draw + d, c], u[draw + d, c + 1], u[draw + d, c + 2]
            for p in range(BLOCK):
                turn = u0 * turned[slot(row, p)] + u1 * turned[slot(row + PITCH, p)]
                turn += u2 * turned[slot(row + 2 * PITCH, p)]
                state[slot(target, p)] -= turn
