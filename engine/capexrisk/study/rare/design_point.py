"""The design point: the failing point that lies nearest to the middle of all draws.

Draws are independent standard normals, so the density of a point falls with its distance from 0:
the nearest failing point is the likeliest (A. M. Hasofer and N. C. Lind, 1974). There are many that
are nearest around themselves, one for each quarter in which a market may shut, say. So the search
has several starts, follows the best to their ends, and from there tries other patterns of switches
and other times, as long as one of them leads nearer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from capexrisk.study.rare.boundary import least_scales
from capexrisk.study.rare.descent import CHECKED, RADII, Descent, closer
from capexrisk.study.rare.limit_state import Floats, LimitState
from capexrisk.study.rare.patterns import neighbours, shifts

PATTERNS = 2  # of switches beside its own that are tried from a start
HOPS = 3  # and from a leader, and as many shifts in time
LEADERS, ROUNDS = 3, 4  # points that are followed to their ends in a round, and rounds
FEW, MANY = 2, 40  # steps to see what a point is worth, and to follow it to its end
ALIKE = 0.995  # cosine of two points of which the nearer stands for both
OF_ANOTHER_KIND = 0.9  # cosine below which two points are different ways to fail
ALONG_RAY = np.linspace(0.0, 1.0, 65)[1:]
FURTHEST = 12.0  # norm at which the search along a ray ends
RESTARTS = 8
OTHER_WAY = "other way"  # whose shocks are those of the nearest point of another kind


class DesignPoint(NamedTuple):
    """The nearest failing point that was found.

    Attributes
    ----------
    draws : ndarray, shape (dimensions,)
        Standard normal numbers, in the order of the limit state.
    norm : float
        Its distance from 0 in standard deviations.
    checked, closer : int
        Points of smaller norm around it that were tried in the end, and how many of them fail.
    other : ndarray, shape (dimensions,), or None
        The nearest failing point of another kind that the search has followed to its end.
    """

    draws: Floats
    norm: float
    checked: int
    closer: int
    other: Floats | None


def find_design_point(
    problem: LimitState, starts: Iterable[Floats], random: np.random.Generator
) -> DesignPoint | None:
    """Search the nearest failing point from several starts, and check its neighbourhood.

    Parameters
    ----------
    problem : LimitState
    starts : iterable of ndarray, shape (dimensions,)
        Points, or directions: where one does not fail, the nearest failing point on its ray starts.
    random : Generator
        Of the points that the check tries.

    Returns
    -------
    DesignPoint or None
        None where no start reaches a failure.
    """

    def descent(point: Floats) -> Descent:
        return Descent(problem, point, random)

    pool = [descent(point).run(FEW) for start in starts for point in _of_start(problem, start)]
    if not pool:
        return None
    followed: list[Descent] = []
    for _ in range(ROUNDS):
        pool = _distinct(pool)
        leaders = [one for one in pool[:LEADERS] if one not in followed]
        for leader in leaders:
            leader.run(MANY)
            others = neighbours(problem, leader.point, HOPS) + shifts(problem, leader.point, HOPS)
            pool += [descent(point).run(FEW) for point in others]
        followed += leaders
        if not leaders:
            break
    best = _distinct(pool)[0].run(MANY)
    nearer = closer(problem, best.point, random)
    for _ in range(RESTARTS):
        if not len(nearer):
            break
        best = descent(nearer[np.argmin(np.linalg.norm(nearer, axis=1))]).run(MANY)
        nearer = closer(problem, best.point, random)
    apart = [one for one in _distinct(followed) if _likeness(one, best) < OF_ANOTHER_KIND]
    other = apart[0].point if apart else None
    return DesignPoint(best.point, best.norm, len(RADII) * CHECKED, len(nearer), other)


def _of_start(problem: LimitState, start: Floats) -> list[Floats]:
    """Failing points of a start, with its own switches and with one of others."""
    point = _on_ray(problem, start)
    if point is None:
        return []
    return [point, *neighbours(problem, point, PATTERNS)]


def _distinct(descents: list[Descent]) -> list[Descent]:
    """The nearest first, without those that are nearly where a nearer one is."""
    kept: list[Descent] = []
    for one in sorted(descents, key=lambda one: one.norm):
        if all(_likeness(one, other) < ALIKE for other in kept):
            kept.append(one)
    return kept


def _likeness(one: Descent, other: Descent) -> float:
    """Cosine between two points."""
    return float(one.point @ other.point / (one.norm * other.norm))


def _on_ray(problem: LimitState, start: Floats) -> Floats | None:
    """The first failing point on the ray of a start, or the start itself; None if neither fails."""
    norm = float(np.linalg.norm(start))
    if not norm > 0.0:
        return None
    ray = start[None] / norm
    furthest = max(FURTHEST, norm)
    scale = least_scales(problem, ray, np.ones(ray.shape, dtype=np.bool_), furthest * ALONG_RAY)
    if np.isfinite(scale[0]):
        point: Floats = ray[0] * scale[0]
        return point
    return start if problem.evaluate(start[None])[0] < 0.0 else None
