"""Groups of draws that are made together, and normals from uniform numbers."""

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
from capexrisk.numeric.normal import in_tail, middle_quantile, tail_quantile
from capexrisk.numeric.vecmath import trailing_zeros


def normals_of(group: Sequence[Draw]) -> int:
    """How many of a group, which has them first, are normal."""
    return sum(draw.law == "normal" for draw in group)


# Rows of each group; of the market's in a quarter its switches come last.
PATH_DRAWS, PATH_NORMALS = len(MARKET_PATH), normals_of(MARKET_PATH)
ISSUER_PATH_DRAWS = len(ISSUER_PATH)  # all of them normal
MARKET_DRAWS, MARKET_NORMALS = len(MARKET_QUARTER), normals_of(MARKET_QUARTER)
SWITCH_DRAWS = len(SWITCHES)
ISSUER_DRAWS = len(ISSUER_QUARTER)  # all of them normal
WORD_PATHS = min(BLOCK, 64)  # a bit each
NO_BIT = np.uint64(0)
LOWEST_BIT = np.uint64(1)


class Tails(NamedTuple):
    """Room for a list of the numbers that want the quantile's tail."""

    places: NDArray[np.uint64]
    values: NDArray[np.float64]


def room_for_tails() -> Tails:
    """Room for every number that is drawn at once, and for a last vector that is not full."""
    size = max(MARKET_NORMALS, ISSUER_DRAWS) * BLOCK + LANES
    return Tails(np.zeros(size, dtype=np.uint64), np.full(size, 0.5))


@loop
def turn_normal(state, first, count, tails):
    """Turn `count` rows of uniform numbers from offset `first` on into standard normals.

    First the numbers in the tails are listed: a bit each in a word for 64 paths, so that only
    those that are there take time. Then the middle of all, then the list, which is short.
    """
    listed = 0
    for row in range(first, first + count * PITCH, PITCH):
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
        for p in range(BLOCK):
            state[slot(row, p)] = middle_quantile(state[slot(row, p)])
    # Whole vectors only: what is left over would be done one by one.
    for t in range((listed + LANES - 1) // LANES * LANES):
        tails.values[t] = tail_quantile(tails.values[t])
    for t in range(listed):
        state[tails.places[t]] = tails.values[t]
