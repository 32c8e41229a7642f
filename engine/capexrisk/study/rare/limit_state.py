"""What the searches for rare events are given: a distance to failure over standard normal draws."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class LimitState(NamedTuple):
    """A failure whose probability is wanted: that a distance is negative.

    Attributes
    ----------
    evaluate : callable
        From draws (paths, dimensions), independent standard normals under the model, to distances
        (paths,): negative where the path fails, the smaller the nearer it comes.
    dimensions : int
    kinds : ndarray, shape (dimensions,)
        Number of each draw's kind, from 0: draws of one kind, such as a name's over the quarters,
        matter about equally, so what they tell of each other is used.
    bursts : tuple of ndarray
        Draws that come together and may be extreme together, such as the market's of a quarter.
    """

    evaluate: Callable[[Floats], Floats]
    dimensions: int
    kinds: Integers
    bursts: tuple[Integers, ...]
