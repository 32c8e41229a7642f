"""Draws that somebody else has chosen, in the place of independent numbers or of a net's points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import types
from numba.extending import overload
from numpy.typing import NDArray

from capexrisk.kernel.block import BLOCK, PITCH, slot
from capexrisk.kernel.points import Net, point_rows
from capexrisk.numeric.jit import loop


class Given(NamedTuple):
    """Numbers of (0, 1) for every draw of every path; read-only.

    Attributes
    ----------
    net : Net
        Which draw has which dimension; its direction numbers are not read.
    uniforms : ndarray, shape (dimensions, paths)
        Path p is column p; as many columns as fill whole blocks.
    """

    net: Net
    uniforms: NDArray[np.float64]


@loop
def given_rows(state, first, pairs, dimension, first_path, points):
    """Given numbers of the block's paths into 2 `pairs` rows from offset `first` on."""
    for row in range(2 * pairs):
        numbers = points.uniforms[dimension + row]
        begin = first + row * PITCH
        for p in range(BLOCK):
            state[slot(begin, p)] = numbers[slot(first_path, p)]


def source_rows(state, first, pairs, dimension, first_path, points):
    """Numbers of the block's paths into 2 `pairs` rows, a dimension each, from `points`."""
    raise NotImplementedError("compiled code only")


# The type of `points` decides, when the caller is compiled: no source pays for another.
@overload(source_rows, jit_options={"forceinline": True})
def _source_rows(state, first, pairs, dimension, first_path, points):
    if isinstance(points, types.BaseNamedTuple) and points.instance_class is Given:

        def from_given(state, first, pairs, dimension, first_path, points):
            given_rows(state, first, pairs, dimension, first_path, points)

        return from_given

    def from_net(state, first, pairs, dimension, first_path, points):
        point_rows(state, first, pairs, dimension, points)

    return from_net
