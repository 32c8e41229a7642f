"""Steps 6 to 9 of the twin: core business, issuer spread, cash flow, planned capex."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.oracle.twin_base import DELTA, debt, leverage, positive


def steps_6_to_9(case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict) -> None:
    """Move the issuers up to what they plan to spend; failed ones keep evolving here."""
    step_6_core(case, state, now, draws)
    step_7_spread(case, state, now, draws)
    step_8_cash_flow(case, state, now, draws)
    step_9_planned_capex(case, state, now, draws)


def step_6_core(case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict) -> None:
    """Core revenue, slowed by a falling share of capacity."""
    # 6. Core business
    Q_sum = sum(now.Q)
    for i, firm in enumerate(case["issuers"]):
        chi = now.Q[i] / Q_sum
        chi_0 = state.chi_0[i]
        known = (chi > 0) & (chi_0 > 0)
        ratio = np.where(known, chi_0 / np.where(known, chi, 1.0), 1.0)
        lag = positive(np.log(ratio))
        sigma, rho = firm["core_sigma"], firm["core_beta"]
        z = rho * now.z["macro"] + np.sqrt(1 - rho**2) * draws["core_revenue"][now.k, i]
        drift = state.g[i] - case["market"]["obsolescence"] * lag - 0.5 * sigma**2
        state.N[i] = state.N[i] * np.exp(drift * DELTA + sigma * np.sqrt(DELTA) * z)


def step_7_spread(case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict) -> None:
    """Issuer spread in basis points."""
    market = case["market"]
    # 7. Issuer spread
    now.spread = []
    for i, firm in enumerate(case["issuers"]):
        state.eta[i] = (
            state.eta[i] * np.exp(-market["idio_speed"] * DELTA)
            + firm["idio_sigma"] * np.sqrt(DELTA) * draws["spread"][now.k, i]
        )
        v = leverage(case, state, i, now.k)
        log_spread = (
            state.x
            + np.log(firm["spread_bp"] / market["oas0_bp"])
            + state.eta[i]
            + market["spread_leverage"] * (v - state.v_0[i])
            + state.a
            - state.a_0
        )
        now.spread.append(np.clip(np.exp(log_spread), 1.0, market["spread_cap_bp"]))


def step_8_cash_flow(case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict) -> None:
    """Operating cash flow: the core's, seasonal and noisy, and the rest."""
    market, k = case["market"], now.k
    # 8. Cash flow
    sigma_f = market["cash_flow_noise"]
    now.core, now.extra, now.ocf = [], [], []
    for i, firm in enumerate(case["issuers"]):
        core = state.m[i] * state.N[i]
        interest = state.coupon[i] * debt(state, i) * DELTA
        extra = (1 - market["tax"]) * (now.pi[i] - interest - firm["leases"][k])
        season = firm["seasonality"][now.calendar]
        noise = np.exp(sigma_f * draws["cash_flow"][k, i] - 0.5 * sigma_f**2)
        now.core.append(core)
        now.extra.append(extra)
        now.ocf.append(np.where(now.alive[i], core * season * noise + extra, 0.0))


def step_9_planned_capex(
    case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict
) -> None:
    """Planned capex W: the plan, its growth, its noise, the race and discipline."""
    market, issuers, k, t = case["market"], case["issuers"], now.k, now.t
    # 9. Planned capex
    drift = []
    for i, firm in enumerate(issuers):
        sigma, rho = firm["capex_sigma"], firm["capex_beta"]
        z = rho * now.z["capex"] + np.sqrt(1 - rho**2) * draws["capex"][k, i]
        state.lnX[i] = state.lnX[i] - 0.5 * sigma**2 * DELTA + sigma * np.sqrt(DELTA) * z
        drift.append(state.c[i] * t - 0.5 * firm["capex_growth_sigma"] ** 2 * t**2)
    weight = [firm["capex_plan"][k] * now.alive[i] for i, firm in enumerate(issuers)]
    pull = [
        weight[i] * (state.lnF[i] + market["race"] * (state.lnX[i] + drift[i]))
        for i in range(len(issuers))
    ]
    weights = sum(weight)
    anyone = weights > 0
    f = sum(pull) / np.where(anyone, weights, 1.0)
    idle = market["glut_discipline"] * positive(market["comfort_utilisation"] - state.U)
    now.W = []
    for i, firm in enumerate(issuers):
        rivalry = np.where(anyone, market["rivalry"] * (f - state.lnF[i]), 0.0)
        widening = positive(now.spread[i] - firm["spread_bp"]) / 100
        discipline = (
            firm["discipline"]
            * (1 - firm["committed"])
            * np.minimum(market["discipline_cap"], widening)
        )
        state.lnF[i] = state.lnF[i] + DELTA * (rivalry - discipline - idle)
        planned = firm["capex_plan"][k] * np.exp(drift[i] + state.lnX[i] + state.lnF[i])
        now.W.append(np.where(now.alive[i], planned, 0.0))
