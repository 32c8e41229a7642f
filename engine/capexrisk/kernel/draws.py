"""Groups of draws that are made together, and their conversion from uniform to normal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.block import BLOCK, LANES, PITCH, slot
from capexrisk.model.vocabulary import (
    ISSUER_PATH,
    ISSUER_QUARTER,
    MARKET_PATH,
    MARKET_QUARTER,
    SWITCHES,
    Draw,
)
from capexrisk.numeric.jit import loop
from capexrisk.numeric.normal import in_tail, middle_quantile, middle_quantiles, tail_quantile
from capexrisk.numeric.vecmath import trailing_zeros


def normals_of(group: Sequence[Draw]) -> int:
    """Number of normal draws in a group, in which they come first."""
    return sum(draw.law == "normal" for draw in group)


# Rows of each group; among the market's in a quarter, the switches come last.
PATH_DRAWS, PATH_NORMALS = len(MARKET_PATH), normals_of(MARKET_PATH)
ISSUER_PATH_DRAWS = len(ISSUER_PATH)  # all of them normal
MARKET_DRAWS, MARKET_NORMALS = len(MARKET_QUARTER), normals_of(MARKET_QUARTER)
SWITCH_DRAWS = len(SWITCHES)
ISSUER_DRAWS = len(ISSUER_QUARTER)  # all of them normal
WORD_PATHS = min(BLOCK, 64)  # one bit each
NO_BIT = np.uint64(0)
LOWEST_BIT = np.uint64(1)


class Tails(NamedTuple):
    """Memory for a list of the numbers that lie in the quantile's tails."""

    places: NDArray[np.uint64]
    values: NDArray[np.float64]


def room_for_tails() -> Tails:
    """Memory for all numbers that are drawn together, and for a partly filled last vector."""
    size = max(MARKET_NORMALS, ISSUER_DRAWS) * BLOCK + LANES
    return Tails(np.zeros(size, dtype=np.uint64), np.full(size, 0.5))


@loop
def turn_normal(state, first, count, tails):
    """Turn `count` rows of uniform numbers from offset `first` on into standard normals.

    The numbers in the tails are listed first, through one bit per path in a word of 64, so that
    only these take time. Then all numbers get the middle's formula, and those listed the tails'.
    """
    listed = 0
    paired, end = first + count // 2 * 2 * PITCH, first + count * PITCH
    for row in range(first, end, PITCH):
        for begin in range(row, row + BLOCK, WORD_PATHS):
            far = NO_BIT
            for p in range(WORD_PATHS):
                far |= np.uint64(in_tail(state[slot(begin, p)])) << np.uint64(p)
            while far != NO_BIT:
                place = slot(begin, trailing_zeros(far))
                tails.places[listed] = place
                tails.values[listed] = state[place]
                listed += 1
                far &= far - LOWEST_BIT
    for row in range(first, paired, 2 * PITCH):
        for p in range(BLOCK):
            u, v = state[slot(row, p)], state[slot(row + PITCH, p)]
            state[slot(row, p)], state[slot(row + PITCH, p)] = middle_quantiles(u, v)
    for row in range(paired, end, PITCH):
        for p in range(BLOCK):
            state[slot(row, p)] = middle_quantile(state[slot(row, p)])
    # Whole vectors only: a remainder would be computed one by one.
    for t in range((listed + LANES - 1) // LANES * LANES):
        tails.values[t] = tail_quantile(tails.values[t])
    for t in range(listed):
        state[tails.places[t]] = tails.values[t]
