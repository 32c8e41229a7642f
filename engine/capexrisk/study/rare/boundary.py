"""The boundary of failure: the least scale at which points fail, and points brought back to it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capexrisk.study.rare.limit_state import Floats, LimitState

Mask = NDArray[np.bool_]

HALVINGS = 12
AROUND = (0.9, 0.95, 0.98, 1.0, 1.01, 1.02, 1.04, 1.08)  # scales at which a candidate is looked for
CLOSE = (0.97, 0.99, 1.0, 1.01)
LESS = (0.0, 0.5, 0.8, 0.9, 0.95, 1.0)  # of a switch that is on
MARGINS = (1.02, 1.1)  # of a switch, while the rest is moved: it may need more, or less
KEPT = 12  # candidates whose switches are brought back


def scaled(points: Floats, moving: Mask, scales: Floats) -> Floats:
    """Points with these of their coordinates times a scale each."""
    found: Floats = np.where(moving, points * scales[:, None], points)
    return found


def least_scales(
    problem: LimitState,
    points: Floats,
    moving: Mask,
    grid: ArrayLike,
    halvings: int = HALVINGS,
) -> Floats:
    """Least scale of the moving coordinates at which each point fails.

    Parameters
    ----------
    problem : LimitState
    points : ndarray, shape (points, dimensions)
    moving : ndarray of bool, shape (points, dimensions)
    grid : array_like
        Scales that are tried, rising; a failure between two of them that has ended before the
        second is not seen.
    halvings : int
        Of the step before the first scale that fails.

    Returns
    -------
    ndarray, shape (points,)
        It fails there; inf where no scale of the grid does.
    """
    rising = np.asarray(grid, dtype=float)
    low, high = np.full(len(points), rising[0]), np.full(len(points), np.inf)
    left = np.arange(len(points))
    for scale in rising:
        fails = _fails(problem, points[left], moving[left], np.full(left.size, scale))
        high[left[fails]] = scale
        left = left[~fails]
        low[left] = scale
    inside = np.flatnonzero((high < np.inf) & (high > rising[0]))
    for _ in range(halvings):
        if not inside.size:
            break
        middle = 0.5 * (low[inside] + high[inside])
        fails = _fails(problem, points[inside], moving[inside], middle)
        high[inside[fails]] = middle[fails]
        low[inside[~fails]] = middle[~fails]
    return high


def _fails(problem: LimitState, points: Floats, moving: Mask, scales: Floats) -> Mask:
    if not len(points):
        return np.empty(0, dtype=np.bool_)
    return problem.evaluate(scaled(points, moving, scales)) < 0.0


def switched_on(problem: LimitState, points: Floats) -> Mask:
    """Which coordinates are switches away from 0, (points, dimensions)."""
    on = np.zeros(points.shape, dtype=np.bool_)
    on[:, problem.switches] = points[:, problem.switches] != 0.0
    return on


def bring_back(problem: LimitState, candidates: Floats, most: int = KEPT) -> Floats:
    """The failing points near candidates, on the boundary: at most so many, the nearest to 0.

    Switches that are on are pushed a little further, all else is scaled to the boundary, and then
    each switch in turn is brought back to where it switches.
    """
    on = switched_on(problem, candidates)
    if on.any():
        candidates = np.concatenate([np.where(on, m * candidates, candidates) for m in MARGINS])
        on = np.concatenate([on] * len(MARGINS))
    scales = least_scales(problem, candidates, ~on, AROUND, 8)
    found = np.isfinite(scales)
    points = scaled(candidates[found], ~on[found], scales[found])
    points = points[np.argsort(np.linalg.norm(points, axis=1), kind="stable")[:most]]
    for column in np.flatnonzero(switched_on(problem, points).any(axis=0)):
        moving = np.zeros(points.shape, dtype=np.bool_)
        moving[:, column] = True
        points = scaled(points, moving, least_scales(problem, points, moving, LESS, 10))
    still = ~switched_on(problem, points)
    scales = least_scales(problem, points, still, CLOSE)
    found = np.isfinite(scales)
    return scaled(points[found], still[found], scales[found])
