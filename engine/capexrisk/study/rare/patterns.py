"""Other ways to fail near one: with a switch put elsewhere, or all of it at another time."""

from __future__ import annotations

import numpy as np

from capexrisk.study.rare.boundary import bring_back, least_scales, scaled, switched_on
from capexrisk.study.rare.limit_state import Floats, Integers, LimitState

Pattern = tuple[int, ...]

TRIED = (-1.4, -1.1, -0.8, -0.55, -0.3, 0.3, 0.8, 1.4)  # values of a switch
SHIFTS = (-2, -1, 1, 2)
OF_REST = (0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5)  # scales of the rest with it


def pattern_of(problem: LimitState, point: Floats) -> Pattern:
    """The switches that are on."""
    return tuple(np.flatnonzero(switched_on(problem, point[None])[0]).tolist())


def neighbours(problem: LimitState, point: Floats, most: int) -> list[Floats]:
    """Failing points with one switch more, less or in place of another, the nearest first.

    One for each pattern, at most so many. The rest is scaled until it fails.
    """
    switches = problem.switches
    on = switches[point[switches] != 0.0]
    bases = np.repeat(point[None], on.size + 1, axis=0)
    bases[np.arange(on.size), on] = 0.0
    moved = np.repeat(bases, switches.size * len(TRIED), axis=0)
    places = np.tile(np.repeat(switches, len(TRIED)), len(bases))
    moved[np.arange(len(moved)), places] = np.tile(TRIED, len(moved) // len(TRIED))
    points = np.concatenate([bases, moved])
    rest = ~switched_on(problem, points)
    scales = least_scales(problem, points, rest, OF_REST, 3)
    found = np.isfinite(scales)
    points = scaled(points[found], rest[found], scales[found])
    idle = points.copy()  # the same without the switch that was put there
    there = np.concatenate([np.full(len(bases), -1), places])[found]
    put = np.flatnonzero(there >= 0)
    idle[put, there[put]] = 0.0
    needed = (there < 0) | (problem.evaluate(idle) >= 0.0)
    nearest = _by_pattern(problem, points[needed])
    back = bring_back(problem, np.array(nearest[: 3 * most]), 6 * most) if nearest else points[:0]
    own = pattern_of(problem, point)
    return [one for one in _by_pattern(problem, back) if pattern_of(problem, one) != own][:most]


def shifts(problem: LimitState, point: Floats, most: int) -> list[Floats]:
    """Failing points with the same draws earlier or later among their kind, the nearest first.

    Once with the switches and once without; at most so many. The rest is scaled until it fails.
    """
    moved = []
    for by in SHIFTS:
        places, sources = _shifted(problem, by)
        for kept in (np.empty(0, dtype=np.int64), problem.switches):
            one = np.where(np.isin(np.arange(point.size), places), 0.0, point)
            one[places[sources >= 0]] = point[sources[sources >= 0]]
            one[kept] = point[kept]
            moved.append(one)
    points = np.array(moved)
    rest = ~switched_on(problem, points)
    scales = least_scales(problem, points, rest, OF_REST, 6)
    found = np.isfinite(scales)
    points = scaled(points[found], rest[found], scales[found])
    return list(points[np.argsort(np.linalg.norm(points, axis=1), kind="stable")[:most]])


def _shifted(problem: LimitState, by: int) -> tuple[Integers, Integers]:
    """Draws of kinds with several, and the draw that comes to each; -1 where none does."""
    places, sources = [], []
    for kind in np.flatnonzero(np.bincount(problem.kinds) > 1):
        members = np.flatnonzero(problem.kinds == kind)
        came = np.arange(members.size) - by
        inside = (came >= 0) & (came < members.size)
        places.append(members)
        sources.append(np.where(inside, members[np.clip(came, 0, members.size - 1)], -1))
    empty = [np.empty(0, dtype=np.int64)]
    return np.concatenate([*places, *empty]), np.concatenate([*sources, *empty])


def _by_pattern(problem: LimitState, points: Floats) -> list[Floats]:
    """The nearest point of each pattern, the nearest first."""
    nearest: dict[Pattern, Floats] = {}
    for one in points[np.argsort(np.linalg.norm(points, axis=1), kind="stable")]:
        nearest.setdefault(pattern_of(problem, one), one)
    return list(nearest.values())
