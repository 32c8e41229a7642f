"""Distribution of one quantity, interpolated from its histogram."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.cells import CELLS_SIDE, cell_edges

Floats = NDArray[np.float64]
POINT_MASS = 8  # times the fuller neighbour: no smooth distribution has such a step in 1/64
ATOM = 2  # times the fuller neighbour, in a cell in which an atom may lie
ROUNDS = 4  # then a straight line: within 2**-21 of a cell, far below any sampling error
PARTS = 32  # into which each round divides what is left; all edges are exact
INNER_EDGES: Floats = np.arange(1.0, PARTS)[:, None]


def _all_edges() -> tuple[Floats, Floats]:
    positive = cell_edges()
    zero = np.zeros(1)
    lower = np.concatenate([-positive[:0:-1], zero, positive[:-1]])
    upper = np.concatenate([-positive[-2::-1], zero, positive[1:]])
    return lower, upper


LOWER_EDGES, UPPER_EDGES = _all_edges()
# Where each cell ends and the next begins, zero's own width included; (CELLS + 1,).
BREAKS: Floats = np.concatenate([-cell_edges()[::-1], cell_edges()])


def _slopes(x: Floats, rises: Floats) -> Floats:
    """Slope at each x of the quartic through it and two neighbours on each side; 0 at the ends.

    In Newton's form; `rises` are the divided differences of first order.
    """
    second = np.diff(rises) / (x[2:] - x[:-2])
    third = np.diff(second) / (x[3:] - x[:-3])
    fourth = np.diff(third) / (x[4:] - x[:-4])
    here = x[2:-2]
    right, left, far = here - x[3:-1], here - x[1:-3], here - x[4:]
    slopes = np.zeros_like(x)
    slopes[2:-2] = rises[2:-1] + right * (second[1:-1] + left * (third[1:] + far * fourth))
    return slopes


class Distribution:
    """Distribution of one quantity, with interpolated quantiles.

    The distribution function is exact at the edges of cells and interpolated between them by a
    monotone cubic (Fritsch and Carlson, 1980): the error that the histogram adds to a quantile is
    of fourth order in the width of a cell, which is at most 1/64 of the quantile. For a normal
    distribution it is 3e-4 of the standard deviation where a cell is 0.4 of it wide.

    Parameters
    ----------
    counts : ndarray, shape (CELLS,)
        Paths by histogram cell (see `kernel.cells`).
    atoms : sequence of float
        Values at which a point mass may lie: a cap, a target, cash at the start. If a cell that
        contains one of them holds more than twice what its neighbours do, paths on either side of
        the atom are taken to be as dense as in the cell beyond, and the rest to lie at the atom.
    unit : float
        What the cells are in; a power of two.
    """

    def __init__(
        self, counts: NDArray[np.int64], atoms: Sequence[float] = (), unit: float = 1.0
    ) -> None:
        self.counts = counts
        self.atoms = atoms
        self.n = int(counts.sum())
        self._lower, self._upper = LOWER_EDGES * unit, UPPER_EDGES * unit
        self._breaks = BREAKS * unit

    def _holds(self, cell: NDArray[np.int64], value: float) -> NDArray[np.bool_]:
        """Whether a value lies in these cells."""
        if value < 0.0:
            return (self._lower[cell] < value) & (value <= self._upper[cell])
        return (self._lower[cell] <= value) & (value < self._upper[cell])

    @property
    def filled(self) -> tuple[int, int]:
        """The first and the last cell with paths."""
        return int(self._filled[0]), int(self._filled[-1])

    @cached_property
    def _filled(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.counts)

    @cached_property
    def _cumulative(self) -> NDArray[np.int64]:
        return np.cumsum(self.counts)

    @cached_property
    def _padded(self) -> NDArray[np.int64]:
        """Counts padded with an empty cell at each end: neighbours are [cell] and [cell + 2]."""
        return np.concatenate([[0], self.counts, [0]])

    @cached_property
    def _first(self) -> int:
        """The first cell of `_cubics`."""
        return max(int(self._filled[0]) - 3, 0)

    @cached_property
    def _cubics(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Paths below x in each cell from `_first` on, as cubics in x minus the cell's edge.

        Hermite's cubic through the counts at both edges, over the filled cells and three more on
        each side; the constant coefficient comes first.

        Slopes are clipped so that the cubic stays monotone: between 0 and three times the lower of
        the mean slopes on either side. So a point mass has no effect beyond two cells.
        """
        first = self._first
        last = min(int(self._filled[-1]) + 3, self.counts.size - 1)
        edges = self._breaks[first : last + 2]
        before = self._cumulative[first] - self.counts[first]
        heights = np.append(before, self._cumulative[first : last + 1]).astype(float)
        rises = np.diff(heights) / np.diff(edges)
        steepest = 3.0 * np.minimum(np.append(0.0, rises), np.append(rises, 0.0))
        slopes = np.clip(_slopes(edges, rises), 0.0, steepest)
        width, start, end = np.diff(edges), slopes[:-1], slopes[1:]
        square = (3.0 * rises - 2.0 * start - end) / width
        cube = (start + end - 2.0 * rises) / (width * width)
        return heights[:-1], start, square, cube

    def quantile(self, levels: Floats) -> Floats:
        """Quantiles at levels in [0, 1]; the outermost filled cells' edges at 0 and 1."""
        ranks = np.asarray(levels, dtype=float) * self.n
        cell = np.searchsorted(self._cumulative, ranks, side="left")
        cell = np.clip(cell, self._filled[0], self._filled[-1])
        low, width = self._lower[cell], self._upper[cell] - self._lower[cell]
        # The cell is known, so its cubic is evaluated without searching for the cell again.
        constant, linear, square, cube = (power[cell - self._first] for power in self._cubics)
        edge = self._breaks[cell]

        def beyond(x: Floats) -> Floats:
            d = x - edge
            paths: Floats = ((cube * d + square) * d + linear) * d + constant - ranks
            return paths

        for _ in range(ROUNDS):
            width = width / PARTS
            low = low + width * (beyond(low + width * INNER_EDGES) < 0.0).sum(axis=0)
        high = low + width
        short = np.minimum(beyond(low), -1e-300)  # 0 at level 0; never both 0
        share = short / (short - np.maximum(beyond(high), 0.0))
        # Inside the cell, also where the line ends on its edge: `resolution` looks for it there.
        inside = np.minimum(low + share * (high - low), np.nextafter(self._upper[cell], -np.inf))
        found = np.where(cell == CELLS_SIDE, 0.0, inside)
        for atom in self.atoms:
            found = self._around_atom(atom, ranks, cell, found)
        return found

    def _around_atom(
        self, atom: float, ranks: Floats, cell: NDArray[np.int64], found: Floats
    ) -> Floats:
        """Quantiles with those in the cell of an atom put right; the others are as `found`."""
        before, here, after = (self._padded[cell + beside] for beside in range(3))
        beside_atom = self._holds(cell, atom) & (here > ATOM * np.maximum(before, after))
        low, high = self._lower[cell], self._upper[cell]
        width = np.where(high > low, high - low, 1.0)  # zero, a cell without width, holds no atom
        below, above = before * (atom - low) / width, after * (high - atom) / width
        inside = ranks - (self._cumulative[cell] - here)
        left = np.where(inside < below, (below - inside) / np.maximum(before, 1), 0.0)
        beyond = inside - (here - above)
        right = np.where(beyond > 0.0, beyond / np.maximum(after, 1), 0.0)
        return np.where(beside_atom, atom + (right - left) * width, found)

    def place(self, values: Floats) -> tuple[NDArray[np.int64], Floats]:
        """The filled cell that holds each value, and the share of its paths below; in [0, 1]."""
        cell = np.searchsorted(self._breaks, values, side="right") - 1
        cell = np.clip(cell, self._filled[0], self._filled[-1])
        _, linear, square, cube = (power[cell - self._first] for power in self._cubics)
        d = np.clip(values, self._breaks[cell], self._breaks[cell + 1]) - self._breaks[cell]
        paths = ((cube * d + square) * d + linear) * d
        return cell, np.clip(paths / np.maximum(self.counts[cell], 1), 0.0, 1.0)

    def _is_point_mass(self, cell: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether these cells hold far more than both their neighbours."""
        beside = np.maximum(self._padded[cell], self._padded[cell + 2])
        lumped: NDArray[np.bool_] = (self.counts[cell] > POINT_MASS * beside) & (cell != CELLS_SIDE)
        return lumped

    def resolution(self, values: Floats) -> tuple[Floats, Floats]:
        """Bounds on these quantiles, given the width of the cells.

        Where the distribution is smooth they equal the quantiles. A cell that holds far more than
        both its neighbours is taken for a point mass (cash held at its target, a spread at its
        cap), whose place inside the cell is known only if it is one of the `atoms`.

        Returns
        -------
        low, high : ndarray
            `values`, or the edges of the cell.
        """
        cell = np.searchsorted(self._lower, values, side="right") - 1
        unknown = self._is_point_mass(cell)
        for atom in self.atoms:
            unknown &= ~self._holds(cell, atom)
        low = np.where(unknown, self._lower[cell], values)
        return low, np.where(unknown, self._upper[cell], values)

    def shortfalls(self, value: float) -> tuple[Floats, Floats]:
        """Mean shortfall from a value of each cell's paths, and mean squared shortfall, (CELLS,).

        Paths are taken to be spread evenly over their cell, which makes the error of second order
        in its width; in the cell that holds the value, only the paths below it count.
        """
        (cell,), (inside,) = self.place(np.array([value]))
        inside = 0.0 if value in self.atoms else inside  # those at an atom are not below it
        short = np.maximum(value - 0.5 * (self._lower + self._upper), 0.0)
        square = short * short + (self._upper - self._lower) ** 2 / 12.0
        short[cell:], square[cell:] = 0.0, 0.0
        reach = value - self._lower[cell]
        short[cell], square[cell] = inside * reach / 2.0, inside * reach * reach / 3.0
        return short, square

    def table(self) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """Lower edges, upper edges and counts of the non-empty cells."""
        filled = self._filled
        return self._lower[filled], self._upper[filled], self.counts[filled]
