"""Steps 1 to 5 of the twin: regime, spread, demand, capacity, utilisation and anchor customer."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.oracle.twin_base import DELTA, events, positive, scheduled


def steps_1_to_5(case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict) -> None:
    """Move the market part of the state through one quarter."""
    market_normals(case, now, draws)
    step_1_shock_and_regime(case, state, now, draws)
    step_2_spread(case, state, now, draws)
    step_3_demand(case, state, now)
    step_4_capacity(case, state, now)
    step_5_anchor(case, state, now, draws)
    step_5_revenue(case, state, now)


def market_normals(case: dict, now: SimpleNamespace, draws: dict) -> None:
    """The five correlated market normals with the mixing factor of a Student-t."""
    k, nu = now.k, case["market"]["tail_dof"]
    L = np.linalg.cholesky(np.array(case["market"]["correlation"], dtype=float))
    names = ("spread", "demand", "capex", "macro", "linked")
    e = [draws["e_" + name][k] for name in names]
    chi_square = 1 - 2 / (9 * nu) + draws["mixing"][k] * np.sqrt(2 / (9 * nu))
    factor = np.sqrt((nu - 2) / nu) * np.maximum(0.1, chi_square) ** (-3 / 2)
    now.z = {}
    for row, name in enumerate(names):
        now.z[name] = factor * sum(L[row, column] * e[column] for column in range(row + 1))


def step_1_shock_and_regime(
    case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict
) -> None:
    """demand shock, the boom's share of the bond market, and the regime."""
    market, k = case["market"], now.k
    # 1. demand shock and market regime
    drawn = draws["u_shock"][k] < 1 - np.exp(-market["shock_rate"] * DELTA)
    now.loss = np.where(drawn, -market["shock_loss_mean"] * np.log(draws["u_shock_size"][k]), 0.0)
    now.shock = drawn | scheduled(case, k, "demand_shock")
    for event in events(case, k, "demand_shock"):
        now.loss = now.loss - np.log(1 - event["size"])
    ig_now = market["bond_market"] * now.growth
    now.share = (market["boom_debt_share0"] * market["bond_market"] + state.net_bonds) / ig_now
    boost = (
        np.where(now.shock, market["shock_hazard_multiple"], 1.0)
        * (1 + market["vigilante"] * positive(now.share - market["vigilante_share"]))
        * np.exp(market["fear_spread"] * positive(state.x - np.log(market["fear_spread_bp"])))
        * (1 + market["fear_glut"] * positive(market["comfort_utilisation"] - state.U))
        * (1 + market["fear_linked"] * positive(state.w))
        * (1 + market["fear_failure"] * state.J)
    )
    chances_of_regimes(market, state, boost)
    u = draws["u_regime"][k]
    regime = state.s.copy()
    for s in range(3):
        first, second = (other for other in range(3) if other != s)
        h_1 = market["hazard"][s][first] * (boost if first > s else 1.0)
        h_2 = market["hazard"][s][second] * (boost if second > s else 1.0)
        total = h_1 + h_2 + np.zeros_like(u)
        p = 1 - np.exp(-total * DELTA)
        p_first = np.where(total > 0, p * h_1 / np.where(total > 0, total, 1.0), 0.0)
        here = (state.s == s) & (total > 0)
        to_first = here & (u <= p_first)
        regime[to_first] = first
        regime[here & ~to_first & (u <= p)] = second
    for event in events(case, k, "market_regime"):
        regime[:] = event["regime"]
        state.chance_of_regime = np.array([regime == s for s in range(3)], dtype=float)
    state.s = regime


def regime_matrix(market: dict, boost: np.ndarray) -> np.ndarray:
    """Chances of a quarter from each regime (first axis) to each, on every path."""
    rates = np.zeros((3, 3, *np.shape(boost)))
    for s in range(3):
        for to in range(3):
            if to != s:
                rates[s, to] = market["hazard"][s][to] * (boost if to > s else 1.0)
    total = rates.sum(axis=1)
    leave = 1 - np.exp(-total * DELTA)
    matrix = leave[:, None] * rates / np.where(total > 0, total, 1.0)[:, None]
    for s in range(3):
        matrix[s, s] = 1 - leave[s]
    return matrix


def chances_of_regimes(market: dict, state: SimpleNamespace, boost: np.ndarray) -> None:
    """What the path says of the chances of regimes: p_s + (c - e_s) P_0."""
    e = np.array([state.s == s for s in range(3)], dtype=float)
    p = np.einsum("sp,stp->tp", e, regime_matrix(market, boost))
    calm = regime_matrix(market, np.ones(()))
    state.chance_of_regime = p + np.einsum("sp,st->tp", state.chance_of_regime - e, calm)


def step_2_spread(case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict) -> None:
    """Log option-adjusted spread of the market."""
    market, k = case["market"], now.k
    # 2. Market spread
    mu = np.log(np.array(market["oas_mean_bp"], dtype=float))[state.s]
    sigma = np.array(market["oas_sigma"], dtype=float)[state.s]
    kappa = market["oas_speed"]
    deviation = sigma * np.sqrt((1 - np.exp(-2 * kappa * DELTA)) / (2 * kappa))
    jump_happens = draws["u_jump"][k] < 1 - np.exp(-market["jump_rate"] * DELTA)
    jump = market["jump_mean"] + market["jump_sigma"] * draws["jump_size"][k]
    moved = (
        mu
        + (state.x - mu) * np.exp(-kappa * DELTA)
        + deviation * now.z["spread"]
        + np.where(jump_happens, jump, 0.0)
        + state.J
        + sum(np.log(1 + event["size"]) for event in events(case, k, "spread_jump"))
    )
    state.x = np.minimum(np.log(market["oas_cap_bp"]), moved)


def step_3_demand(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """demand and stress of the linked sector."""
    market = case["market"]
    # 3. demand and stress of the linked sector
    sigma = market["demand_sigma"]
    d = (
        (state.r * (1 - state.D / state.M) - 0.5 * sigma**2) * DELTA
        + sigma * np.sqrt(DELTA) * now.z["demand"]
        - now.loss
    )
    state.D = state.D * np.exp(d)
    state.w = (
        state.w * np.exp(-market["linked_speed"] * DELTA)
        + market["linked_beta"] * d
        + market["linked_sigma"] * np.sqrt(DELTA) * now.z["linked"]
        + sum(event["size"] for event in events(case, now.k, "linked_stress"))
    )


def step_4_capacity(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Two-stage pipeline into service, and the revenue capacity."""
    # 4. Capacity
    decay = np.exp(-case["market"]["depreciation"] * DELTA)
    now.Q = []
    for i, firm in enumerate(case["issuers"]):
        q = 1 - np.exp(-2 * DELTA / firm["build_lag"])
        out_2 = q * state.P2[i]
        out_1 = q * state.P1[i]
        state.P2[i] = state.P2[i] - out_2 + out_1
        state.P1[i] = state.P1[i] - out_1
        state.K[i] = state.K[i] * decay + out_2
        now.Q.append(state.y * firm["relative_yield"] * state.K[i])


def glut_and_utilisation(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """G and U from capacity and demand as they stand."""
    p = case["market"]["util_power"]
    now.G = sum(now.Q) / state.D
    state.U = (1 + now.G**p) ** (-1 / p)


def step_5_anchor(case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict) -> None:
    """Glut, utilisation and the loss of the big anchor."""
    market = case["market"]
    # 5. Utilisation and anchor customer
    glut_and_utilisation(case, state, now)
    rate = market["anchor_hazard"] * (
        1 + market["anchor_glut"] * positive(market["comfort_utilisation"] - state.U)
    )
    h, h_0 = 1 - np.exp(-rate * DELTA), 1 - np.exp(-market["anchor_hazard"] * DELTA)
    if scheduled(case, now.k, "anchor_loss"):
        h = np.ones_like(h)
    lost = state.anchor_lost.astype(float)
    state.chance_of_loss = lost + (1 - lost) * h + (state.chance_of_loss - lost) * (1 - h_0)
    if scheduled(case, now.k, "anchor_loss"):
        state.chance_of_loss = np.ones_like(h)
    drawn = (draws["u_anchor"][now.k] < h) | scheduled(case, now.k, "anchor_loss")
    lost_now = drawn & ~state.anchor_lost
    state.D = np.where(lost_now, state.D * (1 - market["anchor_share"]), state.D)
    state.anchor_lost = state.anchor_lost | lost_now
    glut_and_utilisation(case, state, now)


def step_5_revenue(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Spot earnings, build-out revenue and its cash profit."""
    market = case["market"]
    # 5. Revenue
    scarce = np.maximum(1.0, 1 / now.G) ** market["scarcity"]
    now.S = np.maximum(market["spot_floor"], state.U * scarce)
    contracted = np.where(state.anchor_lost, market["anchor_recovery"] * now.S, 1.0)
    now.A, now.pi = [], []
    for i, firm in enumerate(case["issuers"]):
        b = firm["contracted_share"]
        A = now.Q[i] * (b * contracted + (1 - b) * now.S) * DELTA
        now.A.append(A)
        fixed = market["fixed_cost"] * now.Q[i] * DELTA
        now.pi.append((1 - market["variable_cost"]) * A - fixed)
