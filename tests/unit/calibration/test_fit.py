"""The fit: what is no optimum, draws of a known law, moments, coordinates."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.calibration import fit, spreads
from capexrisk.calibration.coordinates import COORDINATES, INPUTS, log_inputs
from capexrisk.calibration.fit import Target, climb, degenerate, mode, posterior
from capexrisk.calibration.moments import MOMENTS, moments
from capexrisk.errors import TableError
from tests.unit.calibration.process import POINT


@pytest.fixture(scope="module")
def history():
    generator = np.random.default_rng(1)
    return spreads.simulated(POINT, fit.mixing_of(8.0), generator, 1, 120)[0][0]


class Normal:
    """A target with known mean and covariance."""

    def __init__(self, mean, covariance):
        self.mean, self.precision = mean, np.linalg.inv(covariance)

    def values(self, points):
        off = points - self.mean
        return -0.5 * np.einsum("ni,ij,nj->n", off, self.precision, off)

    def curvature(self, at):
        return 4.0 * self.precision  # half as wide as it should be


def test_draws_have_the_law_of_the_target():
    """From a proposal of other width. A fixed seed; fresh ones would fail 1 in 10,000: 5 errors."""
    mean, covariance = np.array([1.0, -2.0]), np.array([[1.0, 0.6], [0.6, 2.0]])
    found = posterior(Normal(mean, covariance), mean + 0.2, np.random.default_rng(1), 256, 90)
    error = np.sqrt(np.diag(covariance) / found.effective)
    assert (np.abs(found.draws.mean(axis=0) - mean) < 5.0 * error).all()
    assert np.cov(found.draws, rowvar=False) == pytest.approx(covariance, rel=0.1, abs=0.1)
    assert found.effective > 300


def test_a_saddle_is_refused():
    class Saddle(Normal):
        def curvature(self, at):
            return np.diag([1.0, -1.0])

    with pytest.raises(TableError, match="no well-shaped optimum"):
        posterior(Saddle(np.zeros(2), np.eye(2)), np.zeros(2), np.random.default_rng(1))


def test_the_gradient_and_the_curvature_are_those_of_the_log_posterior(history):
    target = Target.of(history)
    _, gradient = target.descent(POINT)
    h = 1e-3
    for k in (0, 2, 9, 13):
        step = h * np.eye(POINT.size)[k]
        up, down, middle = target.values(np.vstack([POINT + step, POINT - step, POINT]))
        assert gradient[k] == pytest.approx((down - up) / (2.0 * h), rel=1e-4, abs=1e-4)
        second = (2.0 * middle - up - down) / h**2
        assert target.curvature(POINT)[k, k] == pytest.approx(second, rel=1e-2, abs=1e-2)


def filled(history, quarters):
    """Quarters that were filled in by the value before them."""
    return np.where(np.isin(np.arange(history.size), quarters), history[quarters[0]], history)


def test_a_regime_without_volatility_is_no_optimum(history):
    """The highest of four optima is a regime of 35 quarters that do not move: it is not taken."""
    target = Target.of(filled(history, range(40, 75)))
    generator = np.random.default_rng(1)
    begin = [
        target.middle + fit.START_SPREAD * target.spread * generator.standard_normal(16)
        for _ in range(3)
    ]
    tops = [climb(target, at) for at in (target.middle, *begin)]
    value, highest = max(tops, key=lambda one: one[0])
    assert degenerate(target, highest)
    found = mode(target, np.random.default_rng(1), starts=4)
    assert (found.starts, found.refused) == (4, sum(degenerate(target, at) for _, at in tops))
    assert found.value < value - 50.0 and not degenerate(target, found.at)


def test_a_history_that_mostly_stands_still_is_refused(history):
    target = Target.of(filled(history, range(20, 100)))
    with pytest.raises(TableError, match="a regime without volatility; look for quarters that"):
        mode(target, np.random.default_rng(1), starts=2)


def test_an_optimum_is_above_all_starts(history):
    target = Target.of(history)
    found = mode(target, np.random.default_rng(1), starts=3)
    assert found.agreeing >= 1 and found.refused == 0
    assert found.value > target.values(np.vstack([target.middle, POINT])).max()
    assert np.abs(target.descent(found.at)[1]).max() < 0.05


def test_coordinates_there_and_back():
    logs = log_inputs(POINT)
    named = dict(zip(INPUTS, np.exp(logs), strict=True))
    assert named["market.oas_mean_bp[1]"] == pytest.approx(195 / 92)
    assert named["market.oas_mean_bp[2]"] == pytest.approx(370 / 92)
    assert named["market.hazard_per_year[1][0]"] == pytest.approx(1.7)
    assert spreads.coordinates_at(logs) == pytest.approx(POINT)
    assert len(COORDINATES) == len(INPUTS) == POINT.size


def test_moments_of_a_history_that_can_be_read_off():
    """Six tight quarters, a doubling, then calm: a fifth of thirty is six."""
    level = np.array([100.0] * 6 + [210.0] * 24)
    found = dict(zip(MOMENTS, moments(np.log(level)[None, :]), strict=True))
    jump = np.log(2.1)
    changes = np.array([0.0] * 28 + [jump])
    assert found["sd of a quarter's log change"] == pytest.approx(changes.std(ddof=1))
    assert found["P95 of the level, bp"] == pytest.approx(210.0)
    assert found["P99 of the four-quarter log change"] == pytest.approx(jump)
    doubling = "chance of doubling within a year from the tightest fifth"
    assert found[doubling] == pytest.approx(4 / 6)
    x = np.log(level)
    slope = np.polyfit(x[:-1], x[1:], 1)[0]
    half_life = found["half-life of a deviation, years"]
    assert half_life == pytest.approx(0.25 * np.log(0.5) / np.log(slope))
    assert np.isinf(moments(np.log(np.exp(np.arange(30.0)))[None, :])[-1])
