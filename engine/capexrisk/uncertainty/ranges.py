"""The ranges of inputs, P5 to P95: by one draw alone, and by all that move them."""

from __future__ import annotations

from collections import Counter
from typing import Final

import numpy as np

from .design import Floats, InputDesign
from .draws import Draw, moved_to
from .targets import Target

__all__ = ["EITHER_WAY", "HIGH", "LOW", "on_bounds", "range_by", "ranges"]

LOW, HIGH = 0.05, 0.95
EITHER_WAY: Final = 0.1  # of a number, where a scenario says nothing of its range
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
    found = np.empty((len(design.entries), 2))
    for draw in design.draws:
        for column in draw.entries:
            found[column] = range_by(draw, design.entries[column])
    several, values = _moved_by_several(design)
    if several:
        found[several] = np.quantile(values, [LOW, HIGH], axis=0).T
    return found


def on_bounds(design: InputDesign) -> Floats:
    """Share of the points at which a number is put on a bound, since several draws move it out.

    Of the points of `ranges`: known to 0.4 %.

    Returns
    -------
    ndarray, shape (entries,)
        0 where one draw moves a number: its law is cut, and the share said.
    """
    found = np.zeros(len(design.entries))
    several, values = _moved_by_several(design)
    for column, numbers in zip(several, values.T, strict=True):
        entry = design.entries[column]
        on = (numbers == entry.bounds.least) | (numbers == entry.bounds.most)
        found[column] = np.mean(on & (numbers != entry.base))
    return found


def _moved_by_several(design: InputDesign) -> tuple[list[int], Floats]:
    """Entries that several draws move, and their numbers at the points, (points, entries)."""
    movers = Counter(column for draw in design.draws for column in draw.entries)
    several = [column for column, count in movers.items() if count > 1]
    if not several:
        return [], np.empty((0, 0))
    uniforms = 1.0 - np.random.default_rng(SEED).random((POINTS, design.dimensions))
    values = design.values(np.minimum(uniforms, np.nextafter(1.0, 0.0)))
    return several, values[:, several]
