"""Rotations are orthogonal, turn what they should, and leave draws independent and normal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import kstest

from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.points import path_number
from capexrisk.kernel.rotated import LEADS, SHARED_DRAWS
from capexrisk.kernel.simulate import trace_block
from capexrisk.points.draws import IndependentDraws
from capexrisk.points.frozen import frozen_points
from capexrisk.points.rotation import cash_flow_gradients, reflections, rotation
from tests.unit.kernel.blocks import Block, changed_case, lowered, reference_case, with_quarters

NO_OWN_NOISE = {"core_sigma": 0.0, "core_growth_sigma": 0.0, "cash_flow_noise": 0.0}
NO_CAPEX_NOISE = {"capex_sigma": 0.0, "capex_growth_sigma": 0.0}


def matrix(v, u):
    return np.eye(v.shape[-2]) - u @ np.swapaxes(v, -1, -2)


def case_of(quarters: int, **figures):
    return changed_case(with_quarters(reference_case(), quarters), **figures)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 9),
    st.integers(1, 4),
    st.sampled_from(["any", "zero column", "twice the same", "only the first", "negative axis"]),
)
def test_reflections_are_orthogonal_and_span_the_columns(seed, rows, columns, kind):
    columns = min(rows, columns)
    a = np.random.default_rng(seed).standard_normal((2, rows, columns))
    if kind == "zero column":
        a[:, :, 0] = 0.0
    elif kind == "twice the same":
        a[:, :, -1] = 3.0 * a[:, :, 0]
    elif kind == "only the first":
        a[:, 1:] = 0.0
    elif kind == "negative axis":
        a[:, 0, 0], a[:, 1:, 0] = -1.0, 1e-12
    v, u, left = reflections(a)
    q = matrix(v, u)
    np.testing.assert_allclose(q @ q.swapaxes(1, 2), np.broadcast_to(np.eye(rows), q.shape),
                               atol=1e-13)  # fmt: skip
    np.testing.assert_allclose(q @ left, a, atol=1e-12)
    assert np.abs(np.tril(left.swapaxes(1, 2), 0).swapaxes(1, 2) - left).max() < 1e-12
    assert (np.diagonal(left, axis1=1, axis2=2) >= -1e-8).all()


def test_columns_of_zeros_turn_nothing():
    v, u, _ = reflections(np.zeros((3, 7, 3)))
    np.testing.assert_array_equal(matrix(v, u), np.broadcast_to(np.eye(7), (3, 7, 7)))


def test_a_scenario_without_noise_is_not_turned():
    case = case_of(8, issuers={**NO_OWN_NOISE, **NO_CAPEX_NOISE})
    scenario = lowered(case)
    found = rotation(scenario.market, scenario.schedule)
    assert not found.own_v.any() and not found.own_u.any()
    assert not found.all_v.any() and not found.all_u.any()


@pytest.mark.parametrize(
    ("quarters", "start", "turned"),
    [(1, "2026Q1", 1), (1, "2026Q4", 1), (6, "2026Q3", 6), (12, "2026Q1", 12), (20, "2026Q2", 11)],
)
def test_the_leads_of_all_issuers_say_their_cash_flows_of_three_years(quarters, start, turned):
    """In turned coordinates a gradient has entries in leads alone."""
    scenario = lowered(case_of(quarters), start)
    found = rotation(scenario.market, scenario.schedule)
    assert found.quarters == turned
    gradients = cash_flow_gradients(scenario.market, scenario.schedule, turned)
    n, _, years = gradients.own.shape
    own = matrix(found.own_v, found.own_u).swapaxes(1, 2) @ gradients.own
    assert np.abs(own[:, LEADS:]).max() < 1e-11 * np.abs(own).max()
    every = matrix(found.all_v, found.all_u).T
    for i in range(n):
        for year in range(years):
            gradient = np.zeros(len(every))
            gradient[i : LEADS * n : n] = own[i, :LEADS, year]
            gradient[LEADS * n :] = gradients.shared[i, :, year]
            coordinates = every @ gradient
            beyond = coordinates[year * n + i + 1 :]
            assert np.abs(beyond).max() < 1e-11 * np.linalg.norm(gradient)


def test_gradients_are_slopes_of_the_kernel_s_cash_flow():
    """Against products with 4,096 paths' draws, for 2026, of all but the issuer that often fails.

    Each of the 18 products has an error of 1/64 standard deviation of the cash flow, of which its
    own draws explain 0.6: together 9 % of the gradient's length, and a cosine of 0.996.
    """
    scenario = lowered(case_of(4))
    expected = cash_flow_gradients(scenario.market, scenario.schedule, 4)
    draws, flows = [], []
    for begin in range(0, 64 * BLOCK, BLOCK):
        states, outcomes = trace_block(
            scenario.market,
            scenario.schedule,
            scenario.layout,
            source=IndependentDraws(5).source(begin),
        )
        block = Block(scenario, states, outcomes)
        by_quarter = [block.issuers(f"Z_{name}") for name in ("REVENUE", "FLOW", "CAPEX", "SPREAD")]
        once = [block.issuers(f"Z_{name}")[:, :1] for name in ("GROWTH", "CAPEX_GROWTH")]
        quarterly = np.stack(by_quarter, axis=2).reshape(len(once[0]), -1, BLOCK)
        draws.append(np.concatenate([*once, quarterly], axis=1))
        flows.append(block.outcome("fcf_year")[:, 0])
    z, y = np.concatenate(draws, axis=-1), np.concatenate(flows, axis=-1)
    measured = np.einsum("idp,ip->id", z, y - y.mean(axis=-1, keepdims=True))
    for i in range(5):
        a, b = measured[i], expected.own[i, :, 0]
        assert a @ b / np.linalg.norm(a) / np.linalg.norm(b) > 0.97


def drawn(quarters: int, replicate: int, seed: int = 1, net: bool = True, case=None):
    """Names of normal draws and their values at the first block of a replicate, (draws, paths)."""
    scenario = lowered(case or case_of(quarters))
    points = frozen_points(scenario.market, scenario.schedule, seed)
    states, outcomes = trace_block(
        scenario.market,
        scenario.schedule,
        scenario.layout,
        source=(points if net else IndependentDraws(seed)).source(path_number(replicate, 0)),
    )
    draws = Block(scenario, states, outcomes).draws()
    normal = {name: value for name, value in draws.items() if not name.startswith("u_")}
    return {name: value.reshape(-1, BLOCK) for name, value in normal.items()}


@pytest.mark.slow
def test_draws_are_independent_standard_normals_over_replicates():
    """One point of each of 256 replicates and 8 seeds: 2,048 independent points.

    Means, variances and products of every two of some 70 draws against N(0, 1/n), and each draw by
    Kolmogorov and Smirnov; false-alarm rate 1e-4 each.
    """
    n = 2048
    rows = []
    for seed in range(8):
        for replicate in range(256):
            found = drawn(2, replicate, seed)
            rows.append(np.concatenate([value[:, 37] for value in found.values()]))
    z = np.array(rows)
    count = z.shape[1]
    assert z.shape == (n, 3 + 2 * 6 + 2 * 7 + 2 * 6 * 4)
    assert np.abs(z.mean(axis=0)).max() * np.sqrt(n) < -ndtri(1e-4 / 2 / count)
    products = (z.T @ z / n - np.eye(count)) * np.sqrt(n) / np.sqrt(1.0 + np.eye(count))
    assert np.abs(products).max() < 1.05 * -ndtri(1e-4 / count**2)  # tails are a little heavier
    for draw in range(count):
        assert kstest(z[:, draw], "norm").pvalue > 1e-4 / count


@pytest.mark.parametrize(("quarters", "start"), [(1, "2026Q1"), (5, "2026Q4"), (16, "2026Q2")])
def test_draws_are_the_matrix_times_the_points(quarters, start):
    """By numpy, from the coordinates that the kernel keeps where nothing is turned."""
    scenario = lowered(case_of(quarters), start)
    points = frozen_points(scenario.market, scenario.schedule, 3)
    parts = ("own_v", "own_u", "all_v", "all_u")
    none = {name: np.zeros_like(getattr(points.rotation, name)) for name in parts}
    still = points.rotation._replace(**none)

    def draws(rotation):
        states, outcomes = trace_block(
            scenario.market,
            scenario.schedule,
            scenario.layout,
            source=replace(points, rotation=rotation).source(path_number(1, 64)),
        )
        return Block(scenario, states, outcomes).draws()

    y, z = draws(still), draws(points.rotation)
    n, turned = points.issuers, points.rotation.quarters
    names = ("core_revenue", "cash_flow", "capex", "spread")
    market = ("e_spread", "e_demand", "e_capex", "e_macro")

    def own(found, i):
        once = [found["core_growth"][i], found["capex_growth_issuer"][i]]
        return np.array([*once, *(found[name][k, i] for k in range(turned) for name in names)])

    def shared(found):
        return np.array([found[name][k] for k in range(turned) for name in market])

    coordinates = [own(y, i) for i in range(n)]
    leads = [coordinates[i][year] for year in range(LEADS) for i in range(n)]
    mixed = matrix(points.rotation.all_v, points.rotation.all_u) @ np.concatenate(
        [leads, shared(y)]
    )
    np.testing.assert_allclose(shared(z), mixed[LEADS * n :], atol=1e-13)
    for i in range(n):
        coordinates[i][:LEADS] = mixed[i : LEADS * n : n]
        expected = matrix(points.rotation.own_v[i], points.rotation.own_u[i]) @ coordinates[i]
        np.testing.assert_allclose(own(z, i), expected, atol=1e-13)
    for name in (*names, *market):  # later quarters, and what is never turned
        np.testing.assert_array_equal(y[name][turned:], z[name][turned:])
    for name in ("saturation", "speed", "yield", "e_linked", "u_regime", "u_anchor"):
        np.testing.assert_array_equal(y[name], z[name])
    assert mixed.shape[0] == LEADS * n + SHARED_DRAWS * turned


def test_rounding_turns_no_column_that_lies_on_its_axis():
    """Or the points of a net would depend on it, and on the unit of money."""
    columns = np.triu(np.random.default_rng(3).uniform(0.5, 2.0, (5, 5)))[None, :, :3]
    noise = 1e-16 * np.random.default_rng(4).standard_normal(columns.shape)
    for off in (noise, 3.0 * noise):
        v, u, _ = reflections(columns + np.tril(off, -1))
        assert not v.any() and not u.any()
