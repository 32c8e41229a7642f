"""The ranges of inputs, P5 to P95: by one draw alone, and by all that move them."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from .design import Floats, InputDesign
from .draws import Draw, moved_to
from .targets import Target

__all__ = ["HIGH", "LOW", "range_by", "ranges"]

LOW, HIGH = 0.05, 0.95
POINTS: Final = 16_384  # an end is then known to about 2 % of a standard deviation
SEED: Final = 0


def range_by(draw: Draw, target: Target) -> tuple[float, float]:
    """P5 and P95 of a number if this draw alone moves it."""
    drawn = draw.law.quantile(np.array([LOW, HIGH]))
    ends = np.clip(moved_to(np.full(2, target.base), draw.how, drawn), *target.bounds)
    return float(ends.min()), float(ends.max())


def ranges(design: InputDesign) -> Floats:
    """P5 and P95 of every number that is moved, by all draws together.

    Exact where one draw moves a number; else of 16,384 random points, always the same.

    Returns
    -------
    ndarray, shape (entries, 2)
    """
    movers = Counter(column for draw in design.draws for column in draw.entries)
    found = np.empty((len(design.entries), 2))
    for draw in design.draws:
        for column in draw.entries:
            found[column] = range_by(draw, design.entries[column])
    several = [column for column, count in movers.items() if count > 1]
    if several:
        uniforms = 1.0 - np.random.default_rng(SEED).random((POINTS, design.dimensions))
        values = design.values(np.minimum(uniforms, np.nextafter(1.0, 0.0)))
        found[several] = np.quantile(values[:, several], [LOW, HIGH], axis=0).T
    return found
