"""Draws that are passed to a run; each chunk takes its source from them.

A run's own points are `frozen.FrozenPoints` too, made from its scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.sources import Source, independent_source, supplied_source
from capexrisk.kernel.supplied import Supplied
from capexrisk.model.vocabulary import ISSUER_PATH, ISSUER_QUARTER, MARKET_QUARTER, SWITCHES
from capexrisk.points.layout import DrawOf, dimensions, supplied_order


class Draws(Protocol):
    """Protocol of the draws of a run; they are sent to the workers, so they pickle."""

    def source(self, first_path: int) -> Source:
        """Source of a chunk's draws, starting at its first path, with its own memory."""


@dataclass(frozen=True)
class IndependentDraws:
    """Independent random draws.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.
    """

    seed: int

    def source(self, first_path: int) -> Source:
        """Source of a chunk's draws, starting at its first path."""
        return independent_source(self.seed, first_path)


class SuppliedDraws:
    """Draws supplied by the caller, for scenarios of one shape.

    Parameters
    ----------
    uniforms : ndarray, shape (draws, paths)
        Numbers between 0 and 1, with path p in column p; normal draws are computed from them. Rows
        are in the order of `layout.supplied_order`, whose ``number`` gives the row of a draw.
    issuers, quarters : int

    Raises
    ------
    ValueError
        If the number of draws is wrong, or a number is not between 0 and 1.
    """

    def __init__(self, uniforms: NDArray[np.float64], issuers: int, quarters: int) -> None:
        count, paths = uniforms.shape
        if count != dimensions(issuers, quarters):
            raise ValueError(
                f"uniforms: has {count:,} rows, and {issuers} issuers over {quarters} quarters "
                f"have {dimensions(issuers, quarters):,} draws a path"
            )
        if not (paths and uniforms.min() > 0.0 and uniforms.max() < 1.0):
            raise ValueError("uniforms: must be between 0 and 1, neither of them included")
        order = supplied_order(issuers, quarters)
        # Whole blocks are read.
        whole = np.full((count, -(-paths // BLOCK) * BLOCK), 0.5)
        whole[:, :paths] = uniforms
        self._supplied = Supplied(
            whole,
            paths,
            issuers,
            quarters,
            of_issuers_path=order.of(DrawOf(ISSUER_PATH[0], 0)),
            of_switches=order.of(DrawOf(SWITCHES[0], None, 0)),
            of_market=order.of(DrawOf(MARKET_QUARTER[0], None, 0)),
            of_issuers=order.of(DrawOf(ISSUER_QUARTER[0], 0, 0)),
        )

    def source(self, first_path: int) -> Source:
        """Source of a chunk's draws, starting at column `first_path`."""
        return supplied_source(self._supplied, first_path)
