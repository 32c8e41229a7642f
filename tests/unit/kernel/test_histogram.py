"""Cells of the histogram against its edges."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capexrisk.kernel.cells import (
    CELLS,
    CELLS_SIDE,
    HIGHEST_EXPONENT,
    LOWEST_EXPONENT,
    cell_edges,
)
from capexrisk.kernel.histogram import cell_of

EDGES = cell_edges()


@numba.njit
def cells_of(x):
    cells = np.empty(x.size, dtype=np.int64)
    for p in range(x.size):
        cells[p] = cell_of(x[p])
    return cells


def cell(x: float) -> int:
    return int(cells_of(np.array([x]))[0])


def test_edges_are_64_to_a_factor_of_two():
    assert EDGES.size == CELLS_SIDE + 1 == 64 * (HIGHEST_EXPONENT - LOWEST_EXPONENT) + 1
    assert EDGES[0] == 2.0**LOWEST_EXPONENT and EDGES[-1] == 2.0**HIGHEST_EXPONENT
    assert np.all(EDGES[64:] == 2.0 * EDGES[:-64])
    assert np.all(np.diff(EDGES) <= EDGES[:-1] / 64)


def test_an_edge_belongs_to_the_cell_above_it():
    np.testing.assert_array_equal(cells_of(EDGES[:-1]), CELLS_SIDE + 1 + np.arange(CELLS_SIDE))
    below = np.nextafter(EDGES[1:], 0.0)
    np.testing.assert_array_equal(cells_of(below), CELLS_SIDE + 1 + np.arange(CELLS_SIDE))


@given(st.floats(min_value=2.0**LOWEST_EXPONENT, max_value=2.0**HIGHEST_EXPONENT, exclude_max=True))
def test_a_value_lies_between_the_edges_of_its_cell(x):
    j = cell(x) - CELLS_SIDE
    assert EDGES[j - 1] <= x < EDGES[j]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_cells_are_symmetric_and_inside_the_table(x):
    assert cell(x) + cell(-x) == 2 * CELLS_SIDE
    assert 0 <= cell(x) < CELLS


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2))
def test_cells_keep_the_order(values):
    assert np.all(np.diff(cells_of(np.sort(np.array(values)))) >= 0)


@pytest.mark.parametrize("x", [0.0, -0.0, 5e-324, 1e-9, -1e-9, np.nextafter(EDGES[0], 0.0)])
def test_what_is_nearly_zero_counts_as_zero(x):
    assert cell(x) == CELLS_SIDE


@pytest.mark.parametrize("x", [EDGES[-1], np.nextafter(EDGES[-1], 0.0), 1e12, 1.7e308])
def test_what_is_beyond_shares_the_outermost_cell(x):
    assert cell(x) == CELLS - 1
    assert cell(-x) == 0
