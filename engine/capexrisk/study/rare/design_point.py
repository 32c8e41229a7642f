"""The design point: the failing point that lies nearest to the middle of all draws.

Draws are independent standard normals, so the density of a point falls with its distance from 0:
the nearest failing point is the likeliest (A. M. Hasofer and N. C. Lind, 1974). The search follows
the slope as theirs does, but needs no smooth distance: switches of the model make it jump. It goes
from failing point to nearer failing point, and tries what a slope cannot see, one draw at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.study.rare.limit_state import Floats, LimitState

ROUNDS = 80
GAIN = 3e-4  # of the norm: a round that gains less is the last
STEP = 0.05  # of a difference quotient
ALONG_RAY = np.linspace(0.0, 1.0, 65)[1:]
TOWARDS = np.array([1.0, 0.7, 0.5, 0.35, 0.2, 0.1, 0.05, 0.02, 0.01])  # of the slope's own step
DEEPER = np.array([0.0, 0.003, 0.01, 0.03, 0.1, 0.3])  # beyond it, down the slope
PARTS = np.array([0.5, 0.8, 0.95, 0.99, 0.998])  # of a single switch
LEVEL = 1e-6  # of the steepest slope's unit vector: less is none
FURTHEST = 12.0  # norm at which the search along a ray ends
RADII = (0.1, 0.3, 1.0)  # of the neighbourhoods that are checked
CHECKED = 1024  # points of each
NEARER = 0.02  # how much nearer they lie, at most, relative to the norm
RESTARTS = 8


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
    """

    draws: Floats
    norm: float
    checked: int
    closer: int


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
    failing = [point for start in starts if (point := _on_ray(problem, start)) is not None]
    if not failing:
        return None
    best = min((_descend(problem, point) for point in failing), key=_norm)
    closer = np.empty((0, best.size))
    for _ in range(RESTARTS):
        tried = _neighbours(best, random)
        closer = tried[problem.evaluate(tried) < 0.0]
        if not len(closer):
            break
        best = _descend(problem, closer[np.argmin(_norms(closer))])
    return DesignPoint(best, _norm(best), len(RADII) * CHECKED, len(closer))


def _on_ray(problem: LimitState, start: Floats) -> Floats | None:
    """A failing point of a ray: the start itself, or else the first beyond 0."""
    if problem.evaluate(start[None])[0] < 0.0:
        return start
    norm = _norm(start)
    if not norm > 0.0:
        return None
    points = np.outer(FURTHEST * ALONG_RAY, start / norm)
    fails = problem.evaluate(points) < 0.0
    return points[int(np.argmax(fails))] if fails.any() else None


def _descend(problem: LimitState, point: Floats) -> Floats:
    for _ in range(ROUNDS):
        before = _norm(point)
        for step in (_shrunk, _without_idle_draws, _down_the_slope):
            point = _nearest_failing(problem, step(problem, point), point)
        if _norm(point) > (1.0 - GAIN) * before:
            break
    return point


def _nearest_failing(problem: LimitState, candidates: Floats, otherwise: Floats) -> Floats:
    norms = _norms(candidates)
    candidates = candidates[norms < _norm(otherwise)]
    fails = candidates[problem.evaluate(candidates) < 0.0] if len(candidates) else candidates
    return fails[int(np.argmin(_norms(fails)))] if len(fails) else otherwise


def _shrunk(problem: LimitState, point: Floats) -> Floats:
    """Points nearer to 0 on the ray."""
    return np.concatenate([np.outer(ALONG_RAY, point), np.outer(1.0 - 0.02 * ALONG_RAY, point)])


def _without_idle_draws(problem: LimitState, point: Floats) -> Floats:
    """Points at which the largest of the draws that need not be where they are stand at 0."""
    moved = np.flatnonzero(point)
    without = np.repeat(point[None], moved.size, axis=0)
    without[np.arange(moved.size), moved] = 0.0
    idle = moved[problem.evaluate(without) < 0.0] if moved.size else moved
    idle = idle[np.argsort(-np.abs(point[idle]), kind="stable")]
    several = np.repeat(point[None], idle.size, axis=0)
    for number in range(idle.size):
        several[number, idle[: number + 1]] = 0.0
    alone = without[np.isin(moved, idle)]
    return np.concatenate([several, alone])


def _down_the_slope(problem: LimitState, point: Floats) -> Floats:
    """Points towards the nearest one of the plane that touches the limit here, and deeper.

    And points at which a switch, which has no slope, is nearer to where it switches.
    """
    steps = STEP * np.eye(point.size)
    distances = problem.evaluate(np.concatenate([point + steps, point - steps, point[None]]))
    half = point.size
    slope = (distances[:half] - distances[half : 2 * half]) / (2.0 * STEP)
    steepness = _norm(slope)
    if not (np.isfinite(steepness) and steepness > 0.0):
        return np.empty((0, point.size))
    normal = slope / steepness
    touching = (point @ normal - distances[-1] / steepness) * normal
    # A switch has no slope, but must stay beyond where it switches: once it is let go with the idle
    # draws, once it is held.
    held = np.where(np.abs(normal) > LEVEL, touching, point)
    steps = np.concatenate([np.outer(TOWARDS, each - point) for each in (touching, held)])
    deeper = (point + steps)[:, None, :] - DEEPER[:, None] * normal
    switches = np.flatnonzero((np.abs(normal) <= LEVEL) & (point != 0.0))
    nearer = np.repeat(point[None], switches.size * PARTS.size, axis=0)
    nearer[np.arange(len(nearer)), np.repeat(switches, PARTS.size)] *= np.tile(PARTS, switches.size)
    return np.concatenate([deeper.reshape(-1, point.size), nearer])


def _neighbours(point: Floats, random: np.random.Generator) -> Floats:
    """Points of smaller norm within each radius."""
    directions = random.standard_normal((len(RADII) * CHECKED, point.size))
    directions /= _norms(directions)[:, None]
    around = point + np.repeat(RADII, CHECKED)[:, None] * directions
    norms = _norm(point) * (1.0 - NEARER * random.random(len(around)) - 1e-6)
    return around * (norms / _norms(around))[:, None]


def _norm(point: Floats) -> float:
    return float(np.linalg.norm(point))


def _norms(points: Floats) -> NDArray[np.float64]:
    norms: Floats = np.linalg.norm(points, axis=1)
    return norms
