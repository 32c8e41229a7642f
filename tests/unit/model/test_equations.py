"""Equations at their edges: ties, empty sums, numbers too large for the plain formula."""

from __future__ import annotations

import itertools
import math

import numba
import numpy as np
import pytest

from capexrisk.model import capacity, causes, feedback, funding, market, operations
from capexrisk.model.parameters import Issuer, Scheduled
from tests.unit.kernel.blocks import changed_case, lowered, reference_case


def scenario(**figures):
    return lowered(changed_case(reference_case(), market=figures))


MARKET = scenario().market


def issuer(number: int = 0, **figures: float) -> Issuer:
    return Issuer(*scenario().schedule.issuers[number].tolist())._replace(**figures)


@numba.njit(error_model="numpy")
def binding_cause(a, b, c, d, e, f):
    return causes.binding_cause(a, b, c, d, e, f)


def test_the_largest_obstacle_binds_and_ties_go_to_the_first():
    """Every way of giving six obstacles 0, 1 or 2: the document's rule in three lines."""
    for obstacles in itertools.product((0.0, 1.0, 2.0), repeat=6):
        expected = obstacles.index(max(obstacles)) + 1 if any(obstacles) else 6
        assert binding_cause(*obstacles) == expected


NO_HOOKS = Scheduled(0.0, 0.0, -1.0, 0.0, 0.0, 0.0)


@numba.njit(error_model="numpy")
def next_regime(regime, u, boost, m):
    return market.next_regime(regime, u, boost, m)


@pytest.mark.parametrize("boost", [1.0, 7.0])
@pytest.mark.parametrize(("regime", "lower", "upper"), [(0, 1, 2), (1, 0, 2), (2, 0, 1)])
def test_the_interval_of_u_is_cut_where_the_hazards_say(regime, lower, upper, boost):
    hazard = reference_case()["market"]["hazard"]
    first = hazard[regime][lower] * (boost if lower > regime else 1.0)
    second = hazard[regime][upper] * (boost if upper > regime else 1.0)
    leave = 1.0 - math.exp(-(first + second) / 4)
    to_lower = leave * first / (first + second)
    for u, expected in (
        (1e-16, lower),
        (to_lower * (1 - 1e-12), lower),
        (to_lower * (1 + 1e-12), upper),
        (leave * (1 - 1e-12), upper),
        (leave * (1 + 1e-12), regime),
        (1.0 - 1e-16, regime),
    ):
        assert next_regime(float(regime), u, boost, MARKET) == expected


def test_a_regime_that_nothing_leaves_is_kept():
    still = scenario(hazard=[[0.0] * 3 for _ in range(3)]).market
    assert [next_regime(s, 2.0**-53, 5.0, still) for s in (0.0, 1.0, 2.0)] == [0.0, 1.0, 2.0]


@numba.njit(error_model="numpy")
def regime_chances(chances, regime, boost, m):
    return market.regime_chances(chances, regime, boost, m)


def quarter_matrix(boost):
    """Chances of a quarter from each regime (first axis) to each."""
    rates = np.array(reference_case()["market"]["hazard"], dtype=float)
    np.fill_diagonal(rates, 0.0)
    rates *= np.where(np.arange(3)[:, None] < np.arange(3), boost, 1.0)
    total = rates.sum(axis=1)
    leave = 1.0 - np.exp(-total / 4)
    return rates / total[:, None] * leave[:, None] + np.diag(1.0 - leave)


@pytest.mark.parametrize("regime", [0, 1, 2])
def test_chances_of_regimes(regime):
    """Without a boost the chain's own, wherever the path is; with one, what it adds from there."""
    chances = (0.7, 0.25, 0.05)
    calm = regime_chances(chances, float(regime), 1.0, MARKET)
    np.testing.assert_allclose(calm, np.array(chances) @ quarter_matrix(1.0), rtol=1e-13)
    boosted = regime_chances(chances, float(regime), 7.0, MARKET)
    more = quarter_matrix(7.0)[regime] - quarter_matrix(1.0)[regime]
    np.testing.assert_allclose(np.subtract(boosted, calm), more, rtol=1e-12, atol=1e-15)


@numba.njit(error_model="numpy")
def anchor_lost_chance(chance, lost, used, m):
    hazard = capacity.anchor_chance(used, NO_HOOKS, m)
    return hazard, capacity.anchor_lost_chance(chance, lost, hazard, m)


def test_chance_of_the_anchor_s_loss():
    comfort = MARKET.comfort_utilisation
    for lost in (0.0, 1.0):
        calm, after = anchor_lost_chance(0.2, lost, comfort, MARKET)
        assert after == pytest.approx(0.2 + 0.8 * calm, rel=1e-14)
        idle, more = anchor_lost_chance(0.2, lost, comfort - 0.3, MARKET)
        assert idle > calm
        assert more - after == pytest.approx((1.0 - lost) * (idle - calm), abs=1e-15)


@numba.njit(error_model="numpy")
def used_and_spot(glut, m):
    used = capacity.utilisation(math.log(glut), m)
    return used, capacity.spot_earnings(used, math.log(glut), m)


@pytest.mark.parametrize("power", [0.5, 4.0, 1000.0])
@pytest.mark.parametrize("glut", [1e-6, 0.3, 1.0, 1.7, 1e6])
def test_utilisation_is_a_smooth_minimum_that_does_not_overflow(glut, power):
    """1e6^1000 is beyond any double; logs of it are not."""
    m = MARKET._replace(utilisation_power=power)
    used, spot = used_and_spot(glut, m)
    log_power = power * math.log(glut)
    sum_of_both = max(log_power, 0.0) + math.log1p(math.exp(-abs(log_power)))
    assert used == pytest.approx(math.exp(-sum_of_both / power), rel=1e-12)
    assert used <= min(1.0, 1.0 / glut) * (1 + 1e-15)
    assert spot == pytest.approx(used * max(1.0, 1.0 / glut) ** m.scarcity, rel=1e-12)


@numba.njit(error_model="numpy")
def rationing(asked, available):
    return funding.rationing(asked, available)


def test_only_asks_beyond_the_capacity_are_scaled():
    assert rationing(0.0, 0.0) == 1.0
    assert rationing(3.0, 3.0) == 1.0
    assert rationing(4.0, 3.0) == 0.75
    assert rationing(4.0, 0.0) == 0.0


@numba.njit(error_model="numpy")
def maturing(due, bonds, secured):
    return funding.maturing(due, bonds, secured)


@pytest.mark.parametrize(
    ("due", "expected"),
    [(0.0, (0.0, 0.0)), (3.0, (3.0, 0.0)), (7.0, (5.0, 2.0)), (9.0, (5.0, 3.0))],
)
def test_what_falls_due_falls_on_bonds_then_on_secured_debt_and_lapses(due, expected):
    assert maturing(due, 5.0, 3.0) == expected


@numba.njit(error_model="numpy")
def cut_factor(spent, planned):
    return funding.cut_factor(spent, planned)


def test_a_cut_leaves_at_least_a_twentieth_in_the_factor():
    assert cut_factor(3.0, 4.0) == pytest.approx(math.log(0.75), rel=1e-15)
    assert cut_factor(0.0, 4.0) == cut_factor(0.1, 4.0) == pytest.approx(math.log(0.05))


@numba.njit(error_model="numpy")
def blended_coupon(coupon, remaining, new, interest):
    return feedback.blended_coupon(coupon, remaining, new, interest)


def test_the_coupon_is_the_mean_over_debt_and_stays_without_any():
    assert blended_coupon(0.04, 30.0, 10.0, 10.0 * 0.08) == pytest.approx(0.05, rel=1e-15)
    assert blended_coupon(0.04, 0.0, 0.0, 0.0) == 0.04


@numba.njit(error_model="numpy")
def failure_jump(debt, m):
    return feedback.failure_jump(debt, m)


def test_the_failure_jump_is_capped_and_0_where_nobody_began_with_debt():
    assert failure_jump(MARKET.debt_start * 0.1, MARKET) == pytest.approx(0.1, rel=1e-14)
    assert failure_jump(MARKET.debt_start, MARKET) == MARKET.failure_jump_cap
    assert failure_jump(50.0, MARKET._replace(debt_start=0.0)) == 0.0


@numba.njit(error_model="numpy")
def capacity_lag(share, i):
    return operations.capacity_lag(8.0 * share, math.log(8.0), i)


def test_who_has_no_capacity_falls_behind_nobody():
    started = issuer(log_capacity_share_start=math.log(0.3))
    assert capacity_lag(0.1, started) == pytest.approx(math.log(3.0), rel=1e-15)
    assert capacity_lag(0.5, started) == 0.0
    assert capacity_lag(0.0, started) == 0.0
    assert capacity_lag(0.2, issuer(log_capacity_share_start=-math.inf)) == 0.0


@numba.njit(error_model="numpy")
def leverage(owed, cash, cash_flow, i, m):
    return operations.leverage(owed, cash, cash_flow, i, m)


def test_leverage_stands_on_a_floor_of_cash_flow_and_under_a_cap():
    i = issuer(ocf=100.0)
    assert leverage(60.0, 10.0, 25.0, i, MARKET) == 2.0
    assert leverage(10.0, 60.0, 25.0, i, MARKET) == 0.0
    assert leverage(60.0, 10.0, -25.0, i, MARKET) == leverage(60.0, 10.0, 5.0, i, MARKET) == 10.0
    assert leverage(1e4, 0.0, 0.0, i, MARKET) == MARKET.leverage_cap


@numba.njit(error_model="numpy")
def bond_ask(need, cash, planned, room, regime, price, i, m):
    limit = min(room, i.bond_quarter_cap) * funding.bond_access(regime, i) * price
    return min(funding.wanted_of_bonds(need, cash, planned, i, m), limit)


def test_bonds_are_asked_for_the_need_or_the_wish_within_the_room():
    i = issuer(prefund=0.2, cash_target=40.0, bond_quarter_cap=30.0)
    m = MARKET._replace(prefund_until=2.0)
    low, flush = 79.0, 80.0  # the wish ends at twice the target
    assert bond_ask(0.0, low, 50.0, 1e3, 0.0, 1.0, i, m) == 10.0
    assert bond_ask(0.0, flush, 50.0, 1e3, 0.0, 1.0, i, m) == 0.0
    assert bond_ask(12.0, low, 50.0, 1e3, 0.0, 1.0, i, m) == 12.0
    assert bond_ask(99.0, flush, 50.0, 1e3, 0.0, 1.0, i, m) == 30.0
    assert bond_ask(99.0, flush, 50.0, 8.0, 0.0, 0.5, i, m) == 4.0
    shut = 30.0 * 0.3**0.5  # access 0.3 to the power of the credit tier
    assert bond_ask(99.0, flush, 50.0, 1e3, 2.0, 1.0, i, m) == pytest.approx(shut, rel=1e-14)


@numba.njit(error_model="numpy")
def mixing_factor(z, m):
    return market.mixing_factor(z, m)


def test_the_mixing_factor_is_bounded_where_chi_square_would_vanish():
    assert mixing_factor(-50.0, MARKET) == mixing_factor(-6.0, MARKET)
    assert mixing_factor(-6.0, MARKET) == pytest.approx(math.sqrt(0.75) * 0.1**-1.5, rel=1e-14)
    values = [mixing_factor(z, MARKET) for z in np.linspace(-5.0, 5.0, 101)]
    assert np.all(np.diff(values) < 0.0)
