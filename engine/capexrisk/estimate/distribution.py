"""Distribution of one quantity, interpolated from its histogram."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import nan

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.cells import CELLS, CELLS_SIDE, cell_edges

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
POINT_MASS = 8  # times the fuller neighbour: no smooth distribution has such a step in 1/64
ATOM = 2  # times the fuller neighbour, in a cell in which an atom may lie
ROUNDS = 4  # then a straight line: within 2**-21 of a cell, far below any sampling error
PARTS = 32  # into which each round divides what is left; all edges are exact
INNER_EDGES: Floats = np.arange(1.0, PARTS)


def _all_edges() -> tuple[Floats, Floats]:
    positive = cell_edges()
    zero = np.zeros(1)
    lower = np.concatenate([-positive[:0:-1], zero, positive[:-1]])
    upper = np.concatenate([-positive[-2::-1], zero, positive[1:]])
    return lower, upper


LOWER_EDGES, UPPER_EDGES = _all_edges()
# Where each cell ends and the next begins, zero's own width included; (CELLS + 1,).
BREAKS: Floats = np.concatenate([-cell_edges()[::-1], cell_edges()])
BEYOND = 2  # neighbours of a break on either side that tell the slope there
_BREAKS_AND_BEYOND: Floats = np.pad(BREAKS, BEYOND, mode="reflect", reflect_type="odd")


def _slopes(x: Floats, rises: Floats) -> Floats:
    """Slope at each x of the quartic through it and two neighbours on each side, which have none.

    In Newton's form, along the first axis; `rises` are the divided differences of first order.
    """
    second = (rises[1:] - rises[:-1]) / (x[2:] - x[:-2])
    third = (second[1:] - second[:-1]) / (x[3:] - x[:-3])
    fourth = (third[1:] - third[:-1]) / (x[4:] - x[:-4])
    here = x[2:-2]
    right, left, far = here - x[3:-1], here - x[1:-3], here - x[4:]
    slopes: Floats = rises[2:-1] + right * (second[1:-1] + left * (third[1:] + far * fourth))
    return slopes


def _searched(rising: Integers, wanted: Floats) -> Integers:
    """`searchsorted` row by row: the first place of `rising`, (..., n), not below each `wanted`."""
    rows = rising.reshape(-1, rising.shape[-1]), wanted.reshape(-1, wanted.shape[-1])
    found = [row.searchsorted(each) for row, each in zip(*rows, strict=True)]
    return np.reshape(found, wanted.shape)


class Distribution:
    """Distribution of one quantity, or of several at once, with interpolated quantiles.

    The distribution function is exact at the edges of cells and interpolated between them by a
    monotone cubic (Fritsch and Carlson, 1980): the error that the histogram adds to a quantile is
    of fourth order in the width of a cell, which is at most 1/64 of the quantile. For a normal
    distribution it is 3e-4 of the standard deviation where a cell is 0.4 of it wide.

    Parameters
    ----------
    counts : ndarray, shape (..., CELLS)
        Paths by histogram cell (see `kernel.cells`); of several quantities, one after the other.
    atoms : sequence of float, or ndarray, shape (..., n)
        Values at which a point mass may lie: a cap, a target, cash at the start. If a cell that
        contains one of them holds more than twice what its neighbours do, paths on either side of
        the atom are taken to be as dense as in the cell beyond, and the rest to lie at the atom.
    unit : float, or ndarray, shape (..., 1)
        What the cells are in; a power of two.
    """

    def __init__(
        self,
        counts: Integers,
        atoms: Sequence[float] | Floats = (),
        unit: float | Floats = 1.0,
    ) -> None:
        self.counts = counts
        self.atoms = atoms
        self.unit = unit

    @classmethod
    def of_several(cls, parts: Sequence[Distribution]) -> Distribution:
        """The distributions of single quantities as one; those with fewer atoms have NaN."""
        atoms = np.full((len(parts), max(len(part.atoms) for part in parts)), nan)
        for own, part in zip(atoms, parts, strict=True):
            own[: len(part.atoms)] = part.atoms
        units = np.array([[part.unit] for part in parts])
        return cls(np.stack([part.counts for part in parts]), atoms, units)

    @property
    def n(self) -> int:
        """Number of paths."""
        return int(self.counts.sum())

    @property
    def paths(self) -> Integers:
        """Number of paths of each quantity, (..., 1)."""
        return self._below[..., -1:]

    @cached_property
    def filled(self) -> tuple[Integers, Integers]:
        """The first and the last cell with paths of each quantity, (..., 1)."""
        some = self.counts != 0
        last = CELLS - 1 - some[..., ::-1].argmax(axis=-1, keepdims=True)
        return some.argmax(axis=-1, keepdims=True), last

    @cached_property
    def _below(self) -> Integers:
        """Paths below each of the breaks, (..., CELLS + 1)."""
        below = np.zeros((*self.counts.shape[:-1], CELLS + 1), dtype=np.int64)
        self.counts.cumsum(axis=-1, out=below[..., 1:])
        return below

    def _below_around(self, cell: Integers, first: int, last: int) -> Integers:
        """Paths below breaks around each of these cells, whose own are 0 and 1, (n, ...)."""
        around = np.clip(np.add.outer(np.arange(first, last + 1), cell), 0, CELLS)
        return np.take_along_axis(self._below[None], around, axis=-1)

    def _edges(self, cell: Integers) -> tuple[Floats, Floats]:
        """Lower and upper edges of these cells."""
        return LOWER_EDGES[cell] * self.unit, UPPER_EDGES[cell] * self.unit

    def _holds(self, cell: Integers, value: Floats) -> NDArray[np.bool_]:
        """Whether a value of each quantity, (..., 1), lies in these of its cells."""
        lower, upper = self._edges(cell)
        below_zero = (lower < value) & (value <= upper)
        return np.where(value < 0.0, below_zero, (lower <= value) & (value < upper))

    def _every_atom(self) -> Floats:
        """Atoms of each quantity, (n, ..., 1)."""
        return np.moveaxis(np.asarray(self.atoms, dtype=float), -1, 0)[..., None]

    def _cubics(self, cell: Integers) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Paths below x in each of these cells, as a cubic in x minus the cell's edge.

        Hermite's cubic through the counts at both edges. Returned are the edge and the
        coefficients, the constant first.

        Slopes are clipped so that the cubic stays monotone: between 0 and three times the lower of
        the mean slopes on either side. So a point mass has no effect beyond two cells. They are 0
        at the outermost breaks, which have too few neighbours.
        """
        edges = _BREAKS_AND_BEYOND[np.add.outer(np.arange(6), cell)] * self.unit
        heights = self._below_around(cell, -BEYOND, BEYOND + 1).astype(float)
        rises = np.diff(heights, axis=0) / np.diff(edges, axis=0)
        ends = np.add.outer(np.arange(2), cell)
        inner = (ends >= BEYOND) & (ends <= CELLS - BEYOND)
        steepest = np.where(inner, 3.0 * np.minimum(rises[1:3], rises[2:4]), 0.0)
        start, end = np.clip(_slopes(edges, rises), 0.0, steepest)
        edge, rise, width = edges[2], rises[2], edges[3] - edges[2]
        square = (3.0 * rise - 2.0 * start - end) / width
        cube = (start + end - 2.0 * rise) / (width * width)
        return edge, heights[2], start, square, cube

    def quantile(self, levels: Floats) -> Floats:
        """Quantiles at levels in [0, 1]; the outermost filled cells' edges at 0 and 1.

        Parameters
        ----------
        levels : ndarray, shape (L,), or (..., L) with others for each quantity

        Returns
        -------
        quantiles : ndarray, shape (..., L)
        """
        ranks = levels * self.paths
        cell = np.maximum(_searched(self._below[..., 1:], ranks), self.filled[0])
        low, upper = self._edges(cell)
        width = upper - low
        # The cell is known, so its cubic is evaluated without searching for the cell again.
        edge, constant, linear, square, cube = self._cubics(cell)

        def beyond(x: Floats) -> Floats:
            d = x - edge
            paths: Floats = ((cube * d + square) * d + linear) * d + constant - ranks
            return paths

        for _ in range(ROUNDS):
            width = width / PARTS
            short = beyond(low + np.multiply.outer(INNER_EDGES, width)) < 0.0
            low = low + width * short.sum(axis=0)
        high = low + width
        short = np.minimum(beyond(low), -1e-300)  # 0 at level 0; never both 0
        share = short / (short - np.maximum(beyond(high), 0.0))
        # Inside the cell, also where the line ends on its edge: `resolution` looks for it there.
        inside = np.minimum(low + share * (high - low), np.nextafter(upper, -np.inf))
        found = np.where(cell == CELLS_SIDE, 0.0, inside)
        for atom in self._every_atom():
            found = self._around_atom(atom, ranks, cell, found)
        return found

    def _around_atom(self, atom: Floats, ranks: Floats, cell: Integers, found: Floats) -> Floats:
        """Quantiles with those in the cell of an atom put right; the others are as `found`."""
        breaks = self._below_around(cell, -1, 2)
        before, here, after = np.diff(breaks, axis=0)
        beside_atom = self._holds(cell, atom) & (here > ATOM * np.maximum(before, after))
        low, high = self._edges(cell)
        width = np.where(high > low, high - low, 1.0)  # zero, a cell without width, holds no atom
        below, above = before * (atom - low) / width, after * (high - atom) / width
        inside = ranks - breaks[1]
        left = np.where(inside < below, (below - inside) / np.maximum(before, 1), 0.0)
        beyond = inside - (here - above)
        right = np.where(beyond > 0.0, beyond / np.maximum(after, 1), 0.0)
        return np.where(beside_atom, atom + (right - left) * width, found)

    def place(self, values: Floats) -> tuple[Integers, Floats]:
        """The filled cell that holds each value, (..., V), and the share of its paths below."""
        cell = np.clip(np.searchsorted(BREAKS, values / self.unit, side="right") - 1, *self.filled)
        edge, _, linear, square, cube = self._cubics(cell)
        d = np.clip(values, edge, BREAKS[cell + 1] * self.unit) - edge
        paths = ((cube * d + square) * d + linear) * d
        held = np.take_along_axis(self.counts, cell, axis=-1)
        return cell, np.clip(paths / np.maximum(held, 1), 0.0, 1.0)

    def resolution(self, values: Floats) -> tuple[Floats, Floats]:
        """Bounds on these quantiles, (..., L), given the width of the cells.

        Where the distribution is smooth they equal the quantiles. A cell that holds far more than
        both its neighbours is taken for a point mass (cash held at its target, a spread at its
        cap), whose place inside the cell is known only if it is one of the `atoms`.

        Returns
        -------
        low, high : ndarray
            `values`, or the edges of the cell.
        """
        cell = np.searchsorted(LOWER_EDGES, values / self.unit, side="right") - 1
        before, here, after = np.diff(self._below_around(cell, -1, 2), axis=0)
        unknown = (here > POINT_MASS * np.maximum(before, after)) & (cell != CELLS_SIDE)
        for atom in self._every_atom():
            unknown &= ~self._holds(cell, atom)
        low, high = self._edges(cell)
        return np.where(unknown, low, values), np.where(unknown, high, values)

    def shortfalls(self, value: Floats) -> tuple[Floats, Floats]:
        """Mean shortfall of each cell's paths from a value, and mean squared shortfall.

        Paths are taken to be spread evenly over their cell, which makes the error of second order
        in its width; in the cell that holds the value, only the paths below it count.

        Parameters
        ----------
        value : ndarray, shape (..., 1)
            Of each quantity.

        Returns
        -------
        short, square : ndarray, shape (..., CELLS)
        """
        cell, inside = self.place(value)
        for atom in self._every_atom():
            inside = np.where(value == atom, 0.0, inside)  # those at an atom are not below it
        lower, upper = self._edges(np.arange(CELLS))
        short = np.maximum(value - 0.5 * (lower + upper), 0.0)
        square = short * short + (upper - lower) ** 2 / 12.0
        reach = value - self._edges(cell)[0]
        below = (short, inside * reach / 2.0), (square, inside * reach * reach / 3.0)
        for part, own in below:
            part[np.arange(CELLS) >= cell] = 0.0
            np.put_along_axis(part, cell, own, axis=-1)
        return short, square

    def averages(self, by_cell: Floats) -> Floats:
        """Mean over each quantity's paths of a number that those of a cell have, (quantities,)."""
        rows = by_cell.reshape(-1, CELLS), self.counts.reshape(-1, CELLS)
        sums = np.array([own @ counts for own, counts in zip(*rows, strict=True)])
        return sums / self.paths.ravel()

    def table(self) -> tuple[Floats, Floats, Integers]:
        """Lower edges, upper edges and counts of the non-empty cells, of a single quantity."""
        filled = np.flatnonzero(self.counts)
        return *self._edges(filled), self.counts[filled]
