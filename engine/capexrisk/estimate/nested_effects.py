"""Shapley, first-order and total effects of groups of correlated inputs, by conditional redraws.

What is decomposed is the variance over the inputs X of a value q(X), where X are normals with given
correlations and inputs come in groups. For a set S of groups let v(S) = Var E[q(X) | X_S]. Then,
each as a share of v(all):

- the first-order effect of group g is v({g}): what goes away on average once g is known;
- the total effect is v(all) - v(all but g): what is left once all but g are known;
- the Shapley effect is the mean of v(S and g) - v(S) over all orders in which groups become known
  (A. Owen, SIAM/ASA Journal on Uncertainty Quantification 2, 2014; E. Song, B. Nelson and J. Staum
  in the same journal 4, 2016). Shapley effects sum to one, whatever the correlations.

Take a point X, an independent one X', and an order. X_j has the first j groups of X, and the others
redrawn given these: since all are normal, X' + C_S (C_SS)^-1 (X_S - X'_S) is such a redraw, which
leaves uncorrelated inputs at X' (G. Matheron's way of conditioning). Then E q(X) q(X_j) = v(first
j) + m². As every X_j has the law of X, E q(X_j)² is the same for all j, so

    (q(X) - (q(X_j) + q(X_j-1)) / 2) (q(X_j) - q(X_j-1))

has the expectation v(first j) - v(first j - 1), without the mean m being known; for independent
inputs it is the step of T. Goda (Reliability Engineering & System Safety 206, 2021). The first and
the last step of an order are the first-order and the total effect of these groups. Steps of an
order sum to v(all), so Shapley effects sum to the variance exactly.

q need not be known: two independent estimates of it at each point, first and second, are enough. X
takes one and the X_j the other, and the reverse. All points of an order may, and should, share
their noise. Where q is known, both are q; the noise of a single path can be a group of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capexrisk.estimate.figures import Figures
from capexrisk.estimate.intervals import (
    skewed_interval,
    standard_error,
    student_half_width,
)

Floats = NDArray[np.float64]

MOST_GROUPS = 63  # a bit each


class NestedDesign(NamedTuple):
    """Points at which the value is needed.

    Attributes
    ----------
    points : ndarray, shape (R, P, d)
        Correlated standard normals. Each 2 K of a replicate, K groups, belong together: X, X',
        then the K - 1 points between them in an order of the groups, and in its reverse.
    orders : ndarray of int, shape (R, P / (2 K), K)
    """

    points: Floats
    orders: NDArray[np.int64]

    @property
    def walks(self) -> NDArray[np.int64]:
        """Number of the order that each point of a replicate belongs to, shape (P,)."""
        _, walks, players = self.orders.shape
        return np.repeat(np.arange(walks), 2 * players)


class NestedEffects(NamedTuple):
    """Effects of K groups.

    Attributes
    ----------
    shapley, first_order, total : Figures, shape (K,)
        Shares of the variance. Values are not cut at 0: one below it is 0 within its error.
    variance : Figures, shape ()
        Over the inputs, of the value.
    points : int
    """

    shapley: Figures
    first_order: Figures
    total: Figures
    variance: Figures
    points: int


def nested_design(
    groups: Sequence[Sequence[int]],
    correlation: ArrayLike,
    *,
    rounds: int,
    replicates: int,
    rng: np.random.Generator,
) -> NestedDesign:
    """Draw the points.

    A round of a replicate takes an order at random and all its rotations, each with its reverse, so
    every group comes first, and last, equally often.

    Parameters
    ----------
    groups : sequence of sequences of int
        Inputs of each of 2 to 63 groups, which together hold every input once.
    correlation : array_like, shape (d, d)
        Positive definite.
    rounds, replicates : int
        2 K² points are drawn a round and replicate; errors come from the replicates, so there are
        to be 8 or more.
    rng : Generator

    Returns
    -------
    NestedDesign

    Raises
    ------
    ValueError
        If the groups are not a partition of the inputs, or there are too few or too many.
    """
    matrix = np.asarray(correlation, dtype=float)
    d, players = len(matrix), len(groups)
    if not 2 <= players <= MOST_GROUPS or sorted(i for group in groups for i in group) != list(
        range(d)
    ):
        raise ValueError(f"groups: 2 to {MOST_GROUPS} must hold each of {d} inputs once")
    orders = np.empty((replicates, rounds * players, players), dtype=np.int64)
    for replicate in range(replicates):
        for turn in range(rounds):
            order = rng.permutation(players)
            for shift in range(players):
                orders[replicate, turn * players + shift] = np.roll(order, shift)
    walks = orders.reshape(-1, players)
    ends = rng.standard_normal((len(walks), 2, d)) @ np.linalg.cholesky(matrix).T
    between = [
        np.cumsum(1 << way[:, :-1], axis=1)  # the groups that are known, a bit each
        for way in (walks, walks[:, ::-1])
    ]
    known = np.concatenate(between, axis=1)
    points = np.empty((len(walks), 2 * players, d))
    points[:, :2] = ends
    points[:, 2:] = _redrawn(ends, known, groups, matrix)
    return NestedDesign(points.reshape(replicates, -1, d), orders)


def nested_effects(
    orders: NDArray[np.int64],
    first: ArrayLike,
    second: ArrayLike | None = None,
) -> NestedEffects:
    """Estimate the effects from the value at the points.

    Parameters
    ----------
    orders : ndarray of int, shape (R, walks, K)
        Of a design, or of several for the same groups, one after the other.
    first, second : array_like, shape (R, P)
        Estimates of the value with independent noise. Without a second the first is the value.

    Returns
    -------
    NestedEffects
        Standard errors and intervals come from the replicates, those of ratios by the jackknife,
        with P. Hall's correction for skewness.

    Raises
    ------
    ValueError
        If a shape is not that of the points.
    """
    a = np.asarray(first, dtype=float)
    b = a if second is None else np.asarray(second, dtype=float)
    several, walks, players = orders.shape
    wanted = (several, 2 * walks * players)
    if a.shape != wanted or b.shape != wanted:
        raise ValueError(f"values of shapes {a.shape} and {b.shape}: both must be {wanted}")
    shape = (several, walks, 2 * players)
    a, b = a.reshape(shape), b.reshape(shape)
    onward = 0.5 * (_steps(a, b, 2) + _steps(b, a, 2))
    back = 0.5 * (_steps(a, b, players + 1) + _steps(b, a, players + 1))
    place = np.argsort(orders, axis=2)  # of each group
    there = np.take_along_axis(onward, place, axis=2)
    again = np.take_along_axis(back, players - 1 - place, axis=2)
    begins, ends = place == 0, place == players - 1
    shapley = 0.5 * (there + again).mean(axis=1)
    # In a round each group is first once on the way there, and once on the way back; so last.
    times = 2 * walks // players
    alone = (there * begins + again * ends).sum(axis=1) / times
    last = (there * ends + again * begins).sum(axis=1) / times
    variance = shapley.sum(axis=1)
    half_width = student_half_width(several)
    return NestedEffects(
        shapley=_shares(shapley.T, variance, half_width),
        first_order=_shares(alone.T, variance, half_width),
        total=_shares(last.T, variance, half_width),
        variance=of_replicates(variance, half_width),
        points=several * walks * 2 * players,
    )


def of_replicates(values: Floats, half_width: float) -> Figures:
    """Mean over the replicates, (..., R), with an interval for skewed ones."""
    return Figures(
        values.mean(axis=-1), standard_error(values), *skewed_interval(values, half_width)
    )


def _redrawn(
    ends: Floats, known: NDArray[np.int64], groups: Sequence[Sequence[int]], matrix: Floats
) -> Floats:
    """Draws of all inputs given those of X that are known, made of X and X', (walks, steps, d)."""
    coupled = np.count_nonzero(matrix, axis=1) > 1
    steps = known.shape[1]
    drawn = np.repeat(ends[:, 1], steps, axis=0)
    found, which = np.unique(known.reshape(-1), return_inverse=True)
    in_order = np.argsort(which, kind="stable")
    for code, rows in zip(
        found.tolist(), np.split(in_order, np.cumsum(np.bincount(which))[:-1]), strict=True
    ):
        inputs = np.array([i for g, group in enumerate(groups) if code >> g & 1 for i in group])
        x = ends[rows // steps, 0]
        inside = inputs[coupled[inputs]]
        if inside.size:
            off = (x - drawn[rows])[:, inside]
            drawn[rows] += np.linalg.solve(matrix[np.ix_(inside, inside)], off.T).T @ matrix[inside]
        drawn[np.ix_(rows, inputs)] = x[:, inputs]
    return drawn.reshape(len(ends), steps, -1)


def _steps(base: Floats, along: Floats, begin: int) -> Floats:
    """Gains of variance along the orders whose middle points begin there, (R, walks, K)."""
    players = along.shape[2] // 2
    middle = along[..., begin : begin + players - 1]
    values = np.concatenate([along[..., 1:2], middle, along[..., :1]], axis=2)
    gains: Floats = (base[..., :1] - 0.5 * (values[..., 1:] + values[..., :-1])) * np.diff(values)
    return gains


def _shares(part: Floats, whole: Floats, half_width: float) -> Figures:
    """Ratios of means over the replicates, (K, R) to (R,), by the jackknife's pseudo-values."""
    several = len(whole)
    sums, total = part.sum(axis=1, keepdims=True), whole.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        left_out = (sums - part) / (total - whole)
        return of_replicates(several * (sums / total) - (several - 1) * left_out, half_width)
