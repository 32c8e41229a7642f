"""The fine histogram of a stored run in coarser bins, for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capexrisk.kernel.cells import LOWEST_EXPONENT

Floats = NDArray[np.float64]
MOST_BINS = 80
TAIL = 0.002  # share of paths left out of view on either side
CELL = ["lower", "upper", "count"]
NEAREST = 2.0**LOWEST_EXPONENT
NICE = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Density:
    """Distribution of an amount.

    Parameters
    ----------
    lower, upper, count : ndarray
        Cells in ascending order.
    """

    lower: Floats
    upper: Floats
    count: Floats

    @classmethod
    def of(cls, cells: pd.DataFrame) -> Density:
        """From rows of `Results.distributions` of one issuer, period and metric."""
        ordered = cells.sort_values("lower", kind="stable")
        lower, upper, count = (ordered[name].to_numpy(float) for name in ordered[CELL])
        zero = np.equal(lower, upper)  # it stands for all that is nearer to zero than others
        near = np.abs(np.append(lower[~zero], upper[~zero])).min(initial=NEAREST)
        return cls(lower - near * zero, upper + near * zero, count)

    @property
    def paths(self) -> float:
        """Number of paths."""
        return float(self.count.sum())

    def cumulative(self, points: Floats) -> Floats:
        """Share of the paths at or below each point; those of a cell are spread evenly over it."""
        below: Floats = np.interp(points, *self._steps())
        return below

    def quantile(self, levels: Floats) -> Floats:
        """The amount below which each share of the paths lies."""
        edges, below = self._steps()
        amounts: Floats = np.interp(levels, below, edges)
        return amounts

    def _steps(self) -> tuple[Floats, Floats]:
        """Ends of the cells, and the share of the paths below each."""
        edges = np.column_stack([self.lower, self.upper]).ravel()
        total = np.cumsum(self.count)
        return edges, np.column_stack([total - self.count, total]).ravel() / self.paths

    def window(self) -> tuple[float, float]:
        """Range to draw, which leaves out the outermost paths."""
        total = np.cumsum(self.count) / self.paths
        first = int(np.searchsorted(total, TAIL, side="right"))
        last = int(np.searchsorted(total, 1.0 - TAIL, side="left"))
        last = min(last, self.count.size - 1)
        return float(self.lower[first]), float(self.upper[last])

    def widest_cell(self) -> float:
        """Width of the widest cell in view; finer bins would show the histogram's own cells."""
        low, high = self.window()
        seen = (self.lower >= low) & (self.upper <= high)
        return float((self.upper - self.lower)[seen].max())

    def bin_width(self) -> float:
        """A round width of bins: wider for fewer paths."""
        low, high = self.window()
        most = min(MOST_BINS, max(8.0, 2.0 * self.paths ** (1.0 / 3.0)))  # Rice's rule
        return round_up_nicely(max((high - low) / most, self.widest_cell(), 1e-3))

    def bins(self, width: float) -> Floats:
        """Edges of bins of a width, one edge at zero."""
        low, high = self.window()
        first = floor(low / width)
        return width * np.arange(first, max(ceil(high / width), first + 1) + 1.0)

    def heights(self, edges: Floats) -> Floats:
        """Density in each bin, a share of all paths per unit."""
        return np.diff(self.cumulative(edges)) / np.diff(edges)


def round_up_nicely(value: float) -> float:
    """Round up to 1, 2, 2.5 or 5 times a power of ten.

    >>> round_up_nicely(1.3), round_up_nicely(0.021)
    (2.0, 0.025)
    """
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in NICE if step * power >= value * (1.0 - 1e-9))
