"""Design points that are known, smooth or not."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.study.rare.design_point import find_design_point
from capexrisk.study.rare.limit_state import LimitState
from tests.unit.study.rare.limit_states import KNOWN, small_problem


def failing(problem):
    """Failing points far out, as a search yields them."""
    drawn = 3.0 * np.random.default_rng(1).standard_normal((2_000, problem.dimensions))
    return drawn[problem.evaluate(drawn) < 0.0][:6]


def found(problem, starts):
    return find_design_point(problem, starts, np.random.default_rng(2))


@pytest.mark.parametrize(
    ("name", "norm"),
    [("plane 3", 3.0), ("plane 6", 6.0), ("RP107", 5.0), ("RP22", 2.5), ("four branches", 3.0)],
)
def test_the_nearest_failing_point_is_found(name, norm):
    problem, _ = KNOWN[name]
    point = found(problem, failing(problem))
    assert point.norm == pytest.approx(norm, rel=2e-3)
    assert problem.evaluate(point.draws[None])[0] < 0.0
    assert (point.checked, point.closer) == (3 * 1024, 0)


def test_draws_that_do_not_matter_stand_at_0_among_many():
    def distance(z):
        return 3.0 - 0.6 * z[:, 0] - 0.8 * z[:, 1]

    problem = small_problem(distance, 400)
    point = found(problem, failing(problem))
    assert point.norm == pytest.approx(3.0, rel=2e-3)
    assert np.abs(point.draws[2:]).max() < 0.05


def test_a_switch_without_a_slope_is_reached_and_left_just_beyond():
    """It fails by a plane 4 away, or by less of the same once a switch has passed 1.5."""

    def distance(z):
        return np.where(z[:, 1] > 1.5, 2.0, 4.0) - z[:, 0]

    start = np.array([[2.5, 3.0, 1.0]])
    point = found(small_problem(distance, 3, (1,)), start)
    assert point.norm == pytest.approx(2.5, rel=2e-3)  # 2 and 1.5
    assert point.draws[1] > 1.5


def test_the_nearest_other_way_is_told():
    problem, _ = KNOWN["four branches"]
    point = found(problem, failing(problem))
    assert problem.evaluate(point.other[None])[0] < 0.0
    assert point.norm <= np.linalg.norm(point.other) < 3.6  # the other branches
    assert point.other @ point.draws < 0.9 * np.linalg.norm(point.other) * point.norm


def test_two_conditions_that_bind_at_once():
    problem = small_problem(lambda z: np.maximum(2.0 - z[:, 0], 1.0 - z[:, 1]), 20)
    assert found(problem, failing(problem)).norm == pytest.approx(np.sqrt(5.0), rel=2e-3)


def test_where_a_switch_switches_is_traded_against_the_rest():
    """It switches the sooner the larger x; nearest by hand: x = 11/9, y = 7/9, 8/9."""

    def distance(z):
        return np.where(z[:, 2] > 1.5 - 0.5 * z[:, 0], 2.0 - z[:, 0] - z[:, 1], 1.0)

    point = found(small_problem(distance, 4, (2,)), np.array([[2.5, 2.0, 2.0, 1.0]]))
    assert point.draws == pytest.approx([11 / 9, 7 / 9, 8 / 9, 0.0], abs=0.03)
    assert point.norm == pytest.approx(np.sqrt(26.0) / 3.0, rel=2e-3)


def test_a_nearer_failure_behind_another_switch():
    def distance(z):
        return np.where((z[:, 3] > 1.5) | (z[:, 4] > 0.5), 2.0, 5.0) - z[:, 0]

    point = found(small_problem(distance, 6, (2, 3, 4)), np.array([[3.0, 0.0, 0.0, 2.0, 0.0, 0.0]]))
    assert point.norm == pytest.approx(np.sqrt(4.25), rel=2e-3)
    assert point.draws[3] == 0.0


def test_a_nearer_failure_at_another_time():
    """Draws of one kind, of which the fourth and fifth count most: sought from the first two."""
    weights = np.array([0.6, 0.6, 0.1, 0.9, 0.9, 0.1])

    def distance(z):
        return 2.0 - np.max(z[:, :-1] * weights[:-1] + z[:, 1:] * weights[1:], axis=1)

    problem = LimitState(distance, 6, np.zeros(6, dtype=np.int64), ())
    point = found(problem, np.array([[2.5, 2.5, 0.0, 0.0, 0.0, 0.0]]))
    assert point.norm == pytest.approx(2.0 / (0.9 * np.sqrt(2.0)), rel=2e-3)


def test_a_failure_that_no_ray_reaches():
    problem = small_problem(lambda z: np.full(len(z), 1.0), 3)
    assert found(problem, np.eye(3)) is None
