"""Design points that are known, smooth or not."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.study.rare.design_point import find_design_point
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
    point = found(small_problem(distance, 3), start)
    assert point.norm == pytest.approx(2.5, rel=2e-3)  # 2 and 1.5
    assert point.draws[1] > 1.5


def test_a_failure_that_no_ray_reaches():
    problem = small_problem(lambda z: np.full(len(z), 1.0), 3)
    assert found(problem, np.eye(3)) is None
