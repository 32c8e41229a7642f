"""Totals of the single outer points of a two-level run: what each point's estimates come from.

They are kept beside the totals of all paths, in which every path counts alike, and grow with the
number of points: about 25 kB a point for six issuers and twelve quarters.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.metric import QUANTILES
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.kernel.tally import Tally

Floats = NDArray[np.float64]
QUANTILES_OF: Final = ("fcf_year", "outside_funding")
# Fewer paths in a half give quantiles with a bias that both halves share, so that it does not show.
LEAST_FOR_QUANTILES: Final = 512


@dataclass(frozen=True, kw_only=True)
class OuterTotals:
    """Totals of outer points, each in two halves of its paths: H = 2 x points, halves adjacent.

    Attributes
    ----------
    paths : ndarray of uint32, shape (H,)
        Paths counted; 0 if the point's scenario was refused.
    sums : ndarray, shape (H, amounts)
    counts : ndarray of uint32, shape (H, counts, levels)
    joint : ndarray of uint32, shape (H, issuers, issuers)
        As in `ChunkTotals`.
    quantiles : ndarray, shape (H, rows, levels)
        `QUANTILES` of the amounts in `quantile_rows`; NaN without paths, and where a half has fewer
        than `LEAST_FOR_QUANTILES`.
    """

    paths: NDArray[Any]
    sums: Floats
    counts: NDArray[Any]
    joint: NDArray[Any]
    quantiles: Floats

    @classmethod
    def room(cls, layout: OutcomeLayout, halves: int) -> OuterTotals:
        """Totals of no paths, to be filled in by `put`."""
        issuers = layout.axes["issuer"]
        counts = (halves, layout.rows - layout.amounts, layout.levels)
        return cls(
            paths=np.zeros(halves, dtype=np.uint32),
            sums=np.zeros((halves, layout.amounts)),
            counts=np.zeros(counts, dtype=np.uint32),
            joint=np.zeros((halves, issuers, issuers), dtype=np.uint32),
            quantiles=np.full((halves, len(quantile_rows(layout)), len(QUANTILES)), np.nan),
        )

    def put(self, half: int, tally: Tally, kept: Floats) -> None:
        """Fill in a half from the totals of its paths, and `quantile_rows` where they are kept."""
        self.paths[half] = tally.paths[0]
        self.sums[half] = tally.sums
        self.counts[half] = tally.counts
        self.joint[half] = tally.joint
        if tally.paths[0] and kept.size:
            sound = kept if tally.paths[0] == len(kept) else kept[~np.isnan(kept[:, 0])]
            self.quantiles[half] = _quantiles(sound)

    @property
    def refused(self) -> NDArray[np.int64]:
        """Numbers of the points without paths."""
        return np.flatnonzero(self.paths.reshape(-1, 2).sum(axis=1) == 0)

    def arrays(self) -> Iterator[tuple[str, NDArray[Any]]]:
        """Names and arrays."""
        return ((field.name, getattr(self, field.name)) for field in fields(self))

    def checksum(self, crc: int) -> int:
        """CRC-32 of everything in it, after what came before."""
        for _, part in self.arrays():
            crc = zlib.crc32(np.ascontiguousarray(part).data, crc)
        return crc


def quantile_rows(layout: OutcomeLayout) -> list[int]:
    """Rows of the amounts whose quantiles at each point are kept."""
    return [
        layout.first[name] + row
        for name in QUANTILES_OF
        for row in range(int(np.prod(layout.shape(name), dtype=np.int64)))
    ]


def _quantiles(amounts: Floats) -> Floats:
    """`QUANTILES` of each column, (columns, levels): numpy's own, in a third of its time."""
    ordered = np.sort(amounts.T.copy(), axis=1)  # in one piece
    place = np.array(QUANTILES) * (len(amounts) - 1)
    below = place.astype(np.int64)
    inside = place - below
    low, high = ordered[:, below], ordered[:, np.minimum(below + 1, len(amounts) - 1)]
    rise = high - low
    found: Floats = np.where(inside < 0.5, low + rise * inside, high - rise * (1.0 - inside))
    return found


def joined(parts: Sequence[OuterTotals], layout: OutcomeLayout) -> OuterTotals:
    """The totals of several stretches of points, one after the other."""
    none = OuterTotals.room(layout, 0)
    return OuterTotals(
        **{
            name: np.concatenate([like, *(getattr(part, name) for part in parts)])
            for name, like in none.arrays()
        }
    )
