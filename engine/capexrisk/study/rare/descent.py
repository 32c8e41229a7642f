"""Descent along the boundary of failure, from a failing point to nearer ones.

The boundary is not smooth. Switches (uniform draws that open or shut something) make the distance
jump, so its slope says little; and several conditions may bind at once. So slopes are those of the
boundary itself: by how much the point must be scaled to fail once a draw has moved, found by
halving. Each switch that is on has a face of its own: how far it must go for the rest. The next
point is the nearest one beyond all faces, those of the last steps included (cutting planes, as in
bundle methods); of a smooth boundary it is the step of Hasofer and Lind.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy  # whose parts load where they are used: a report reads answers and computes none

from capexrisk.study.rare.boundary import Mask, bring_back, least_scales, switched_on
from capexrisk.study.rare.limit_state import Floats, Integers, LimitState

STEP, FINEST_STEP = 0.02, 0.004  # of a difference quotient
REACH = 10.0  # steps by which a scale may move the point
MOST_REACH = 0.2
OF_SWITCH = (0.8, 0.95, 1.0, 1.05, 1.2)  # scales at which a switch is looked for
HALVINGS = 10
HARDLY = 2e-3  # of the steepest slope
REST = -1  # the face that is no switch's
BEYOND = 1.02  # where the other faces are, while one is measured
MEMORY = 6  # steps whose faces are kept
AGES = (1, 2, 4, 6)  # of the faces that are taken together
TOWARDS = np.array([1.3, 1.0, 0.7, 0.5, 0.35, 0.2, 0.1, 0.05, 0.02])  # of the way
NEARLY_OFF = 0.02  # a switch this near to 0 is put there
RADII = (0.1, 0.3, 1.0)  # around a point
CHECKED = 1024  # points within each
NEARER = 0.02  # how much nearer they lie, at most, relative to the norm
GAIN = 5e-4  # of the norm: less ends a step's width


class Face(NamedTuple):
    """A half-space of points that fail: normal @ z >= level."""

    normal: Floats
    level: float


class Descent:
    """A failing point that is led nearer to 0.

    Parameters
    ----------
    problem : LimitState
    point : ndarray, shape (dimensions,)
        It fails.
    random : Generator
        Of points around it, which are tried where slopes lead no further.

    Attributes
    ----------
    point : ndarray, shape (dimensions,)
        The nearest failing one so far.
    norm : float
    ended : bool
        Whether no step gains any more.
    """

    def __init__(self, problem: LimitState, point: Floats, random: np.random.Generator) -> None:
        self.point, self.norm, self.ended = point, float(np.linalg.norm(point)), False
        self._problem, self._random, self._step = problem, random, STEP
        self._kept: list[Face] = []
        self._felt: dict[int, Integers] = {}  # draws that a face has a slope in, by switch

    def run(self, steps: int) -> Descent:
        """Take some steps, fewer if they end."""
        for _ in range(steps):
            if self.ended:
                break
            before = self.norm
            self._take(bring_back(self._problem, self.point[None]))
            self._take(bring_back(self._problem, self._towards_nearest()))
            if self.norm > (1.0 - GAIN) * before:
                self._take(closer(self._problem, self.point, self._random))
            if self.norm > (1.0 - GAIN) * before:
                self._step *= 0.5
                self._felt.clear()
                self.ended = self._step < FINEST_STEP
        return self

    def _take(self, candidates: Floats) -> None:
        if len(candidates):
            norms = np.linalg.norm(candidates, axis=1)
            best = int(np.argmin(norms))
            if norms[best] < self.norm:
                self.point, self.norm = candidates[best], float(norms[best])

    def _towards_nearest(self) -> Floats:
        """Points on the way to the nearest one beyond the faces."""
        on = switched_on(self._problem, self.point[None])[0]
        self._kept = [self._face(on), *self._kept][:MEMORY]
        of_switches = [self._switch_face(i, on) for i in np.flatnonzero(on).tolist()]
        found = [np.empty((0, self.point.size))]
        for age in AGES[: len(self._kept)]:
            nearest = nearest_beyond([*self._kept[:age], *of_switches])
            if nearest is not None:
                found.append(self.point + np.outer(TOWARDS, nearest - self.point))
        points = np.concatenate(found)
        off = np.zeros(points.shape, dtype=np.bool_)
        off[:, self._problem.switches] = np.abs(points[:, self._problem.switches]) < NEARLY_OFF
        return np.where(off & ~on, 0.0, points)

    def _face(self, on: Mask) -> Face:
        """Where scaling all but the switches begins to fail, linearised."""
        rest = np.where(on, 0.0, self.point)
        reach = min(REACH * self._step / max(float(np.linalg.norm(rest)), 1e-9), MOST_REACH)
        grid = (1.0 - reach, 1.0 - reach / 3.0, 1.0, 1.0 + reach / 3.0, 1.0 + reach)
        normal = -self._slope(REST, np.where(on, BEYOND * self.point, self.point), ~on, grid)
        normal[on] = 0.0
        return Face(normal, float(normal @ rest))

    def _switch_face(self, switch: int, on: Mask) -> Face:
        """Where a switch must be for the others, linearised."""
        at = self.point[switch]
        moving = np.zeros(on.size, dtype=np.bool_)
        moving[switch] = True
        slope = self._slope(switch, np.where(moving, at, BEYOND * self.point), moving, OF_SWITCH)
        slope[switch] = 0.0
        normal = -abs(at) * slope
        normal[switch] = np.sign(at)
        return Face(normal, float(abs(at) * (1.0 - slope @ self.point)))

    def _slope(self, face: int, point: Floats, moving: Mask, grid: tuple[float, ...]) -> Floats:
        """By how much the least scale of what moves changes with each draw.

        Draws in which a face has hardly a slope are left out until the step is halved.
        """
        draws = self._felt.get(face, np.arange(point.size))
        steps = self._step * np.eye(point.size)[draws]
        moved = np.concatenate([point + steps, point - steps])
        scales = least_scales(
            self._problem, moved, np.broadcast_to(moving, moved.shape), grid, HALVINGS
        )
        up, down = np.where(np.isfinite(scales), scales, grid[-1]).reshape(2, -1)
        slope = np.zeros(point.size)
        slope[draws] = (up - down) / (2.0 * self._step)
        self._felt[face] = np.flatnonzero(np.abs(slope) > HARDLY * np.abs(slope).max())
        return slope


def closer(problem: LimitState, point: Floats, random: np.random.Generator) -> Floats:
    """Points around one that are nearer to 0 and fail, of `CHECKED` within each radius."""
    directions = random.standard_normal((len(RADII) * CHECKED, point.size))
    directions[::2, point == 0.0] = 0.0  # half of them move only what is moved: few draws matter
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    around = point + np.repeat(RADII, CHECKED)[:, None] * directions
    norms = np.linalg.norm(point) * (1.0 - NEARER * random.random(len(around)) - 1e-6)
    tried = around * (norms / np.linalg.norm(around, axis=1))[:, None]
    found: Floats = tried[problem.evaluate(tried) < 0.0]
    return found


def nearest_beyond(faces: list[Face]) -> Floats | None:
    """The point nearest to 0 that lies beyond all faces; None if there is none.

    Least distance programming (C. L. Lawson and R. J. Hanson, "Solving Least Squares Problems",
    1974, chapter 23).
    """
    normals = np.array([face.normal for face in faces])
    levels = np.array([face.level for face in faces])
    system = np.vstack([normals.T, levels])
    wanted = np.zeros(len(system))
    wanted[-1] = 1.0
    weights, _ = scipy.optimize.nnls(system, wanted)
    left = system @ weights - wanted
    if not abs(left[-1]) > 1e-12:
        return None
    nearest: Floats = -left[:-1] / left[-1]
    return nearest
