"""Limit state of a rare event: the distance to failure as a function of standard normal draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class LimitState(NamedTuple):
    """A failure, which is that a distance is negative, and the draws behind it.

    Attributes
    ----------
    evaluate : callable
        From draws (paths, dimensions), independent standard normals under the model, to distances
        (paths,): negative where the path fails, and smaller the nearer it comes to failing.
    dimensions : int
    kinds : ndarray, shape (dimensions,)
        Number of each draw's kind, from 0. Draws of one kind, such as all quarters of one name,
        matter about equally, so they inform each other.
    bursts : tuple of ndarray
        Groups of draws that may be extreme together, such as the market's in a quarter.
    switches : ndarray of int
        Draws that switch something on or off, where the distance jumps.
    """

    evaluate: Callable[[Floats], Floats]
    dimensions: int
    kinds: Integers
    bursts: tuple[Integers, ...]
    switches: Integers = np.empty(0, dtype=np.int64)
