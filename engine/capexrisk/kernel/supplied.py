"""Draws supplied by the caller instead of independent numbers or a net's points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, PITCH, slot
from capexrisk.kernel.draws import (
    ISSUER_DRAWS,
    ISSUER_PATH_DRAWS,
    MARKET_DRAWS,
    MARKET_NORMALS,
    PATH_DRAWS,
    PATH_NORMALS,
    SWITCH_DRAWS,
    turn_normal,
)
from capexrisk.numeric.jit import loop, sequence


class Supplied(NamedTuple):
    """Numbers in (0, 1) for every draw of every path, for scenarios of n issuers; read-only.

    Attributes
    ----------
    uniforms : ndarray, shape (draws, columns)
        Column p is path p; columns are padded to whole blocks. Rows are in the order of
        `points.layout.supplied_order`, which begins with the market's draws of a path.
    paths : int
        Number of columns that are supplied; the others only fill the last block.
    issuers, quarters : int
    of_issuers_path, of_switches, of_market, of_issuers : int
        First row of the issuers' draws of a path, one issuer after the other; then, quarter after
        quarter, of the market's switches, of its other draws, and of the issuers' draws.
    """

    uniforms: NDArray[np.float64]
    paths: int
    issuers: int
    quarters: int
    of_issuers_path: int
    of_switches: int
    of_market: int
    of_issuers: int


@loop
def copy_rows(state, first, count, row, source):
    """Copy supplied rows from `row` on into `count` rows from offset `first` on, for the block."""
    for d in range(count):
        numbers = source.supplied.uniforms[row + d]
        begin = first + d * PITCH
        for p in range(BLOCK):
            state[slot(begin, p)] = numbers[slot(source.first_path, p)]


@sequence
def draw_path(state, source):
    """Take the market's numbers of a path."""
    first, count, normals = np.int64(m.Z_SATURATION), np.int64(PATH_DRAWS), np.int64(PATH_NORMALS)
    copy_rows(state, first, count, np.int64(0), source)
    turn_normal(state, first, normals, source.tails)


@sequence
def draw_issuer_path(own, i, source):
    """Take issuer i's numbers of a path."""
    first, count = np.int64(s.Z_GROWTH), np.int64(ISSUER_PATH_DRAWS)
    copy_rows(own, first, count, source.supplied.of_issuers_path + count * i, source)
    turn_normal(own, first, count, source.tails)


@sequence
def draw_market(state, k, source):
    """Take the market's numbers of quarter k, including switches."""
    first, count, normals = np.int64(m.E_SPREAD), np.int64(MARKET_DRAWS), np.int64(MARKET_NORMALS)
    switches, several = np.int64(m.U_REGIME), np.int64(SWITCH_DRAWS)
    copy_rows(state, first, count, source.supplied.of_market + count * k, source)
    copy_rows(state, switches, several, source.supplied.of_switches + several * k, source)
    turn_normal(state, first, normals, source.tails)


@sequence
def draw_issuer(own, k, i, source):
    """Take issuer i's numbers of quarter k."""
    first, count = np.int64(s.Z_REVENUE), np.int64(ISSUER_DRAWS)
    row = source.supplied.of_issuers + count * (source.supplied.issuers * k + i)
    copy_rows(own, first, count, row, source)
    turn_normal(own, first, count, source.tails)
