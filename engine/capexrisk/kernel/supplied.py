"""Draws supplied by the caller, in the place of independent numbers or of a net's points."""

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
from capexrisk.numeric.jit import loop


class Supplied(NamedTuple):
    """Numbers of (0, 1) for every draw of every path of a scenario with n issuers; read-only.

    Attributes
    ----------
    uniforms : ndarray, shape (draws, columns)
        Path p is column p; as many columns as fill whole blocks. Rows are in the order of
        `points.layout.supplied_order`, what the market draws once a path first.
    paths : int
        Columns that are supplied; the rest only fills the last block.
    issuers, quarters : int
    of_issuers_path, of_switches, of_market, of_issuers : int
        The first row of what the issuers draw once a path, one after the other; then, quarter after
        quarter, of the market's switches, of its other draws, and of what the issuers draw.
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
    """Supplied rows from `row` on, the block's columns, into `count` rows from offset `first`."""
    for d in range(count):
        numbers = source.supplied.uniforms[row + d]
        begin = first + d * PITCH
        for p in range(BLOCK):
            state[slot(begin, p)] = numbers[slot(source.first_path, p)]


@loop
def draw_path(state, source):
    """What the market draws once a path."""
    first, count, normals = np.int64(m.Z_SATURATION), np.int64(PATH_DRAWS), np.int64(PATH_NORMALS)
    copy_rows(state, first, count, np.int64(0), source)
    turn_normal(state, first, normals, source.tails)


@loop
def draw_issuer_path(own, i, source):
    """What issuer i draws once a path."""
    first, count = np.int64(s.Z_GROWTH), np.int64(ISSUER_PATH_DRAWS)
    copy_rows(own, first, count, source.supplied.of_issuers_path + count * i, source)
    turn_normal(own, first, count, source.tails)


@loop
def draw_market(state, k, source):
    """What the market draws in quarter k, switches and all."""
    first, count, normals = np.int64(m.E_SPREAD), np.int64(MARKET_DRAWS), np.int64(MARKET_NORMALS)
    switches, several = np.int64(m.U_REGIME), np.int64(SWITCH_DRAWS)
    copy_rows(state, first, count, source.supplied.of_market + count * k, source)
    copy_rows(state, switches, several, source.supplied.of_switches + several * k, source)
    turn_normal(state, first, normals, source.tails)


@loop
def draw_issuer(own, k, i, source):
    """What issuer i draws in quarter k."""
    first, count = np.int64(s.Z_REVENUE), np.int64(ISSUER_DRAWS)
    row = source.supplied.of_issuers + count * (source.supplied.issuers * k + i)
    copy_rows(own, first, count, row, source)
    turn_normal(own, first, count, source.tails)
