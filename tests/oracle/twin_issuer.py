"""Steps 6 to 9 of the twin: core business, issuer spread, cash flow, planned capex."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.oracle.neutral import NEVER
from tests.oracle.twin_base import (
    DELTA,
    debt,
    floored_cash_flow,
    leverage,
    owed,
    positive,
)


def steps_6_to_9(case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict) -> None:
    """Move the issuers up to what they plan to spend; failed ones keep evolving here."""
    step_6_core(case, state, now, draws)
    step_7_grade(case, state, now)
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


def step_7_grade(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Fall to high yield, for good; who starts there or has failed does not fall."""
    # 7. Grade
    now.falling = np.zeros_like(state.failed)
    for i, firm in enumerate(case["issuers"]):
        if firm["fall_leverage"] < NEVER:
            gross = owed(case, state, i, now.k) / floored_cash_flow(state, i)
            now.falling[i] = now.alive[i] & ~state.h[i] & (gross > firm["fall_leverage"])
    state.h = state.h | now.falling
    state.fallen = state.fallen | now.falling


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
        premium = np.where(state.h[i], state.a[1] - state.a_0[1], state.a[0] - state.a_0[0])
        log_spread = (
            state.x
            + np.log(firm["spread_bp"] / market["oas0_bp"])
            + state.eta[i]
            + market["spread_leverage"] * np.log((1 + v) / (1 + state.v_0[i]))
            + premium
            + market["fall_spread"] * state.fallen[i]
        )
        now.spread.append(np.clip(np.exp(log_spread), 1.0, market["spread_cap_bp"]))


def step_8_cash_flow(case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict) -> None:
    """Operating cash flow: the core's, seasonal and noisy, and the rest."""
    market, k = case["market"], now.k
    # 8. Cash flow
    now.core, now.extra, now.earned, now.ocf, now.interest = [], [], [], [], []
    for i, firm in enumerate(case["issuers"]):
        core = state.mu[i] * state.N[i] - state.Phi[i]
        interest = state.coupon[i] * debt(state, i) * DELTA
        interest_earned = market["risk_free"] * (state.cash[i] - firm["cash"]) * DELTA
        extra = (1 - market["tax"]) * (now.pi[i] - interest - firm["leases"][k] + interest_earned)
        earned = state.B[i] * DELTA / market["prepaid_term"]
        state.B[i] = state.B[i] - earned
        season = firm["seasonality"][now.calendar]
        sigma_f = firm["cash_flow_noise"]
        noise = np.exp(sigma_f * draws["cash_flow"][k, i] - 0.5 * sigma_f**2)
        ocf = season * (core + np.abs(core) * (noise - 1)) + extra - earned
        now.core.append(core)
        now.extra.append(extra)
        now.earned.append(earned)
        paid = (1 - market["tax"]) * (interest - interest_earned)
        now.interest.append(np.where(now.alive[i], paid, 0.0))
        now.ocf.append(np.where(now.alive[i], ocf, 0.0))


def step_9_planned_capex(
    case: dict, state: SimpleNamespace, now: SimpleNamespace, draws: dict
) -> None:
    """Planned capex W: the plan, its growth, its noise, the race, discipline and the chase."""
    market, issuers, k, t = case["market"], case["issuers"], now.k, now.t
    # 9. Planned capex
    drift, lnX = [], []
    kappa = market["capex_speed"]
    for i, firm in enumerate(issuers):
        sigma, rho = firm["capex_sigma"], firm["capex_beta"]
        z = rho * now.z["capex"] + np.sqrt(1 - rho**2) * draws["capex"][k, i]
        deviation = sigma * np.sqrt((1 - np.exp(-2 * kappa * DELTA)) / (2 * kappa))
        state.lnX[i] = state.lnX[i] * np.exp(-kappa * DELTA) + deviation * z
        variance = sigma**2 * (1 - np.exp(-2 * kappa * t)) / (2 * kappa)
        lnX.append(state.lnX[i] - 0.5 * variance)
        drift.append(state.c[i] * t - 0.5 * firm["capex_growth_sigma"] ** 2 * t**2)
    weight = [firm["capex_plan"][k] * now.alive[i] for i, firm in enumerate(issuers)]
    pull = [
        weight[i] * (state.lnF[i] + market["race"] * (lnX[i] + drift[i]))
        for i in range(len(issuers))
    ]
    weights = sum(weight)
    anyone = weights > 0
    f = sum(pull) / np.where(anyone, weights, 1.0)
    idle = market["glut_discipline"] * positive(market["comfort_utilisation"] - state.U)
    scarce = market["chase"] * positive(state.U - market["comfort_utilisation"])
    now.W = []
    for i, firm in enumerate(issuers):
        rivalry = np.where(anyone, market["rivalry"] * (f - state.lnF[i]), 0.0)
        widening = positive(now.spread[i] - firm["spread_bp"]) / 100
        discipline = (
            firm["discipline"]
            * (1 - firm["committed"])
            * np.minimum(market["discipline_cap"], widening)
        )
        chase = scarce * np.minimum(1.0, firm["spread_bp"] / now.spread[i])
        state.lnF[i] = state.lnF[i] + DELTA * (rivalry - discipline - idle + chase)
        planned = firm["capex_plan"][k] * np.exp(drift[i] + lnX[i] + state.lnF[i])
        now.W.append(np.where(now.alive[i], planned, 0.0))
