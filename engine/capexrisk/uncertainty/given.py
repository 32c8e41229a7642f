"""Outer points that are given one by one, instead of those of nets; their paths may be shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # whose parts load where they are used
from numpy.typing import NDArray

from capexrisk.uncertainty.copula import LEAST, MOST
from capexrisk.uncertainty.design import InputDesign
from capexrisk.uncertainty.outer import OuterPoints

__all__ = ["GivenPoints", "correlation_of", "groups_of", "values_of_normals"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GivenPoints(OuterPoints):
    """Outer points of a two-level run by their numbers.

    Attributes
    ----------
    given : ndarray, shape (replicates, points, entries)
        Numbers of the inputs that move, as `InputDesign.values` has them.
    stretches : ndarray of int, shape (points,)
        Which stretch of a replicate's paths each point takes; those with the same share all draws.
    """

    given: Floats
    stretches: NDArray[np.int64]

    def _numbers(self, replicates: Sequence[int], first: int, count: int) -> Floats:
        return np.concatenate([self.given[net, first : first + count] for net in replicates])

    def _stretches(self, first: int, count: int) -> Sequence[int]:
        return [*map(int, self.stretches[first : first + count])]

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        # Without what is worked out of the rest.
        _, rest = super().__reduce__()
        return GivenPoints, (*rest, self.given, self.stretches)


def correlation_of(design: InputDesign) -> Floats:
    """Correlations of the normals of all draws, (dimensions, dimensions)."""
    matrix = np.eye(design.dimensions)
    coupled, root = list(design.copula.correlated), design.copula.root
    matrix[np.ix_(coupled, coupled)] = np.einsum("ik,jk->ij", root, root)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def groups_of(design: InputDesign) -> dict[str, list[int]]:
    """The draws of each group."""
    found: dict[str, list[int]] = {}
    for dimension, draw in enumerate(design.draws):
        found.setdefault(draw.group, []).append(dimension)
    return found


def values_of_normals(design: InputDesign, normals: Floats) -> Floats:
    """Numbers of the inputs at correlated normals, (..., dimensions): (..., entries)."""
    flat = np.ascontiguousarray(normals.reshape(-1, design.dimensions).T)
    values = design.values_at(np.clip(scipy.special.ndtr(flat), LEAST, MOST))
    return values.reshape(*normals.shape[:-1], -1)
