"""Draws that somebody else has chosen, in the place of independent numbers or of a net's points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.block import BLOCK, PITCH, slot
from capexrisk.numeric.jit import loop


class Given(NamedTuple):
    """Numbers of (0, 1) for every draw of every path of a scenario with n issuers; read-only.

    Attributes
    ----------
    uniforms : ndarray, shape (dimensions, paths)
        Path p is column p; as many columns as fill whole blocks. First what the market draws once
        a path.
    issuers : int
    of_issuers_path, of_events, of_market, of_issuers : int
        The first dimension of what the issuers draw once a path, one after the other; then, quarter
        after quarter, of the market's events (the regime, a technology shock and its size, the
        tenant), of its other draws, and of what the issuers draw.
    """

    uniforms: NDArray[np.float64]
    issuers: int
    of_issuers_path: int
    of_events: int
    of_market: int
    of_issuers: int


@loop
def given_rows(state, first, count, dimension, first_path, given):
    """Given numbers of the block's paths into `count` rows from offset `first` on."""
    for row in range(count):
        numbers = given.uniforms[dimension + row]
        begin = first + row * PITCH
        for p in range(BLOCK):
            state[slot(begin, p)] = numbers[slot(first_path, p)]
