"""Equations at their edges: ties, empty sums, numbers too large for the plain formula."""

from __future__ import annotations

import itertools
import math

import numba
import numpy as np
import pytest

from capexrisk.model import capacity, capex, causes, feedback, funding, market, operations
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
    """Every way of giving six obstacles 0, 1 or 2; the first of the causes, a run, is none."""
    for obstacles in itertools.product((0.0, 1.0, 2.0), repeat=6):
        expected = obstacles.index(max(obstacles)) + 2 if any(obstacles) else 7
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
def blended_coupon(coupon, remaining, new, interest, alive):
    return feedback.blended_coupon(coupon, remaining, new, interest, alive)


def test_the_coupon_is_the_mean_over_debt_and_stays_without_any():
    assert blended_coupon(0.04, 30.0, 10.0, 10.0 * 0.08, True) == pytest.approx(0.05, rel=1e-15)
    assert blended_coupon(0.04, 0.0, 0.0, 0.0, True) == 0.04
    assert blended_coupon(0.04, 30.0, 10.0, 10.0 * 0.08, False) == 0.04  # failed


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
def leverage(owed, cash, cash_flow, i):
    return operations.leverage(owed, cash, cash_flow, i)


def test_leverage_stands_on_a_floor_of_cash_flow():
    i = issuer(cash_flow_floor=5.0)
    assert leverage(60.0, 10.0, 25.0, i) == 2.0
    assert leverage(10.0, 60.0, 25.0, i) == 0.0
    assert leverage(60.0, 10.0, -25.0, i) == leverage(60.0, 10.0, 5.0, i) == 10.0


@numba.njit(error_model="numpy")
def grade_of(grade, alive, owed, cash_flow, i):
    return operations.grade_of(grade, alive, owed, cash_flow, i)


def test_who_owes_too_much_falls_for_good_unless_it_has_failed():
    i = issuer(fall_leverage=4.0, cash_flow_floor=5.0)
    assert grade_of(0.0, True, 100.0, 25.0, i) == 0.0  # at its leverage, not above
    assert grade_of(0.0, True, 100.1, 25.0, i) == 1.0
    assert grade_of(0.0, True, 20.1, -25.0, i) == 1.0  # measured by the floor
    assert grade_of(1.0, True, 0.0, 25.0, i) == 1.0
    assert grade_of(0.0, False, 100.1, 25.0, i) == 0.0
    assert grade_of(0.0, True, 1e300, 25.0, issuer(fall_leverage=math.inf)) == 0.0


@numba.njit(error_model="numpy")
def issuer_spread(x, geared, premium, grade, i, m):
    stretched = operations.stretch(geared, grade, i, m)
    return operations.issuer_spread(x, 0.0, stretched, premium, i, m)


def test_a_spread_is_elastic_in_leverage_and_jumps_in_a_fall():
    m = MARKET._replace(spread_leverage=0.5, fall_spread=0.3, spread_cap=3000.0)
    i = issuer(log_spread_offset=0.0, high_yield=0.0)
    x = math.log(100.0)
    assert issuer_spread(x, 0.0, 0.0, 0.0, i, m) == pytest.approx(100.0, rel=1e-14)
    assert issuer_spread(x, 3.0, 0.0, 0.0, i, m) == pytest.approx(200.0, rel=1e-14)
    fallen = issuer_spread(x, 0.0, 0.1, 1.0, i, m)
    assert fallen == pytest.approx(100.0 * math.exp(0.4), rel=1e-14)
    assert issuer_spread(x, 1e12, 0.0, 0.0, i, m) == 3000.0


@numba.njit(error_model="numpy")
def operating_cash_flow(revenue, cash, z, i, m):
    noise = operations.cash_flow_noise(z, i)
    return operations.operating_cash_flow(revenue, 0.0, 0.0, 0.0, cash, 0.0, 2.0, noise, i, m)


def test_noise_hurts_where_a_loss_is_made_and_idle_cash_earns_interest():
    m = MARKET._replace(tax=0.2, risk_free=0.04)
    i = issuer(core_margin=0.5, core_cost=30.0, cash=10.0, cash_flow_noise=0.3)
    half = -0.5 * 0.3**2
    for revenue, core in ((100.0, 20.0), (40.0, -10.0)):
        factor = math.exp(0.3 * 1.5 + half) - 1.0
        flow, rate = operating_cash_flow(revenue, 10.0, 1.5, i, m)
        assert rate == pytest.approx(core, rel=1e-14)
        assert flow == pytest.approx(2.0 * (core + abs(core) * factor), rel=1e-13)
    _, rate = operating_cash_flow(100.0, 110.0, 0.0, i, m)
    assert rate == pytest.approx(20.0 + 0.8 * 0.04 * 100.0 / 4, rel=1e-14)


@numba.njit(error_model="numpy")
def raced_factor(price, used, i, m):
    return capex.raced_factor(0.0, 0.0, 0.0, i.spread / price, price, used, i, m)


def test_what_is_scarce_is_chased_by_those_whose_spreads_allow_it():
    m = MARKET._replace(chase=2.0, glut_discipline=3.0, comfort_utilisation=0.8, discipline_cap=0.0)
    i = issuer()
    assert raced_factor(1.0, 0.9, i, m) == pytest.approx(2.0 * 0.1 / 4, rel=1e-13)
    assert raced_factor(0.5, 0.9, i, m) == pytest.approx(2.0 * 0.1 * 0.5 / 4, rel=1e-13)
    assert raced_factor(0.5, 0.7, i, m) == pytest.approx(-3.0 * 0.1 / 4, rel=1e-13)


@numba.njit(error_model="numpy")
def prepayment(spot, lost, i, m):
    return funding.prepayment(20.0, spot, lost, i, m)


def test_customers_prepay_for_what_is_scarce_and_not_for_a_glut():
    i, m = issuer(prepaid=0.25), MARKET._replace(anchor_recovery=0.6)
    assert prepayment(1.7, 0.0, i, m) == prepayment(1.0, 0.0, i, m) == 5.0
    assert prepayment(0.4, 0.0, i, m) == 2.0
    assert prepayment(0.4, 1.0, i, m) == pytest.approx(1.2, rel=1e-14)


@numba.njit(error_model="numpy")
def asked_of_markets(left, missing, m):
    return funding.asked_of_markets(left, missing, m)


def test_markets_are_asked_for_the_need_or_for_cash_that_is_missing():
    m = MARKET._replace(prefund_speed=0.5)
    assert asked_of_markets(0.0, 8.0, m) == 4.0
    assert asked_of_markets(0.0, -8.0, m) == 0.0
    assert asked_of_markets(3.0, 8.0, m) == 4.0
    assert asked_of_markets(5.0, 8.0, m) == 5.0


@numba.njit(error_model="numpy")
def bond_room(cash_flow, assets, i):
    return funding.bond_room(cash_flow, assets, 50.0, 10.0, i)


def test_bonds_end_at_the_larger_of_two_limits():
    i = issuer(leverage_limit=3.0, asset_limit=0.5)
    assert bond_room(20.0, 0.0, i) == 20.0
    assert bond_room(20.0, 150.0, i) == 35.0
    assert bond_room(-20.0, 150.0, i) == 35.0
    assert bond_room(-20.0, 70.0, i) == 0.0


@numba.njit(error_model="numpy")
def equity_limit(cash_flow, revenue, i, m):
    return funding.equity_limit(cash_flow, revenue, 0.5, i, m)


def test_shares_are_worth_three_times_the_start_at_most():
    m = MARKET._replace(value_revenue=2.0)
    i = issuer(value_scale=1 / 20.0, saleable_start=1.0)
    assert equity_limit(10.0, 5.0, i, m) == pytest.approx(0.5, rel=1e-14)
    assert equity_limit(-10.0, 5.0, i, m) == pytest.approx(0.25, rel=1e-14)
    assert equity_limit(1e9, 5.0, i, m) == pytest.approx(1.5, rel=1e-14)


@numba.njit(error_model="numpy")
def run_margin(cash, drawn, secured_left, burn, regime, i, m):
    liquidity = funding.liquidity_of(cash, drawn, secured_left, i)
    return funding.run_margin(liquidity, burn, regime, m)


def test_lenders_run_from_who_has_too_few_quarters_left():
    i = issuer(cash_min=2.0, revolver=5.0)
    m = MARKET._replace(run_quarters=(0.0, 1.0, 2.0))
    assert run_margin(4.0, 1.0, 3.0, 9.0, 1.0, i, m) == 0.0
    assert run_margin(4.0, 1.0, 3.0, 9.0, 0.0, i, m) == 9.0
    assert run_margin(4.0, 1.0, 3.0, 9.0, 2.0, i, m) == -9.0
    assert run_margin(1.0, 6.0, 0.0, 9.0, 1.0, i, m) == -9.0  # nothing counts below 0


@numba.njit(error_model="numpy")
def burn_rate(burn, cash_flow, i):
    return funding.burn_rate(burn, 20.0, 1.0, cash_flow, i)


def test_half_of_a_quarter_s_burn_is_news():
    i = issuer(committed=0.5, finance_lease_share=0.2)
    assert burn_rate(4.0, 3.0, i) == 2.0 + 0.5 * (8.0 + 1.0 - 3.0)
    assert burn_rate(4.0, 99.0, i) == 2.0


@numba.njit(error_model="numpy")
def supply_premium(premium, sold, available, start, m):
    return feedback.supply_premium(premium, sold, available, start, m)


def test_supply_at_last_year_s_pace_leaves_the_premium_where_it_was():
    m = MARKET._replace(premium_beta=0.4, premium_decay=0.75)
    start = 0.4 * 0.5 / 0.25
    assert supply_premium(0.0, 10.0, 20.0, start, m) == pytest.approx(0.0, abs=1e-15)
    assert supply_premium(0.0, 20.0, 20.0, start, m) == pytest.approx(0.2, rel=1e-14)
    assert supply_premium(0.1, 0.0, 0.0, 0.0, m) == pytest.approx(0.075, rel=1e-14)


@numba.njit(error_model="numpy")
def mixing_factor(z, m):
    return market.mixing_factor(z, m)


def test_the_mixing_factor_is_bounded_where_chi_square_would_vanish():
    assert mixing_factor(-50.0, MARKET) == mixing_factor(-6.0, MARKET)
    assert mixing_factor(-6.0, MARKET) == pytest.approx(math.sqrt(0.75) * 0.1**-1.5, rel=1e-14)
    values = [mixing_factor(z, MARKET) for z in np.linspace(-5.0, 5.0, 101)]
    assert np.all(np.diff(values) < 0.0)
