"""Where the draws of a run come from: they are given to it, and each chunk takes its source.

A run's own points are `frozen.FrozenPoints` as well, made from its scenario.
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
from capexrisk.points.layout import Place, dimensions, supplied_order


class Draws(Protocol):
    """Draws of any paths; sent to the workers, so they pickle."""

    def source(self, first_path: int) -> Source:
        """The draws of a chunk from its first path on, with memory of its own."""


@dataclass(frozen=True)
class IndependentDraws:
    """Independent numbers.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.
    """

    seed: int

    def source(self, first_path: int) -> Source:
        """The draws of a chunk from its first path on."""
        return independent_source(self.seed, first_path)


class SuppliedDraws:
    """Draws that the caller has chosen, for scenarios of one shape.

    Parameters
    ----------
    uniforms : ndarray, shape (draws, paths)
        Numbers between 0 and 1, of path p in column p; normal draws are made of them. Rows are in
        the order of `layout.supplied_order`, whose ``number`` finds that of a draw.
    issuers, quarters : int

    Raises
    ------
    ValueError
        If there are more or fewer draws, or a number is not between 0 and 1.
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
        # Blocks are read whole.
        whole = np.full((count, -(-paths // BLOCK) * BLOCK), 0.5)
        whole[:, :paths] = uniforms
        self._supplied = Supplied(
            whole,
            paths,
            issuers,
            quarters,
            of_issuers_path=order.of(Place(ISSUER_PATH[0], 0)),
            of_switches=order.of(Place(SWITCHES[0], None, 0)),
            of_market=order.of(Place(MARKET_QUARTER[0], None, 0)),
            of_issuers=order.of(Place(ISSUER_QUARTER[0], 0, 0)),
        )

    def source(self, first_path: int) -> Source:
        """The draws of a chunk from column `first_path` on."""
        return supplied_source(self._supplied, first_path)
