"""The model of MODEL.md in plain NumPy: slow, and meant to be read beside the document.

Arrays run over paths only; quarters and issuers are Python loops. Names are the document's.
The steps live in `twin_market` (1 to 5), `twin_issuer` (6 to 9), `twin_funding` and `twin_run`
(10) and `twin_close` (11 and 12); what a path yields is collected in `twin_yields`.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.oracle import (
    twin_close,
    twin_funding,
    twin_issuer,
    twin_market,
    twin_run,
    twin_yields,
)
from tests.oracle.neutral import completed
from tests.oracle.twin_base import BOND_MARKETS, DELTA, debt, due_of, leverage, positive


def simulate(
    case: dict, draws: dict[str, np.ndarray], *, start_quarter: int = 1
) -> dict[str, np.ndarray]:
    """Run the model on given draws.

    Parameters
    ----------
    case : dict
        Scenario with the keys ``quarters``, ``market`` and ``issuers``; a mechanism whose figures
        are left out is off.
    draws : dict of str to numpy.ndarray
        Draws in the form of `tests.oracle.draws.random_draws`.
    start_quarter : int, optional
        Calendar quarter, 1 to 4, of k = 0.

    Returns
    -------
    dict of str to numpy.ndarray
        Issuer arrays over (issuer, quarter, path), market arrays over (quarter, path) and
        issuer arrays over (issuer, path). Flows are 0 after the failing quarter.
    """
    case = completed(case)
    state = start(case, draws)
    result = twin_yields.empty_result(case, len(draws["saturation"]))
    memory = twin_yields.start_memory(case, len(draws["saturation"]))
    for k in range(case["quarters"]):
        now = SimpleNamespace(k=k, t=(k + 1) * DELTA, calendar=(start_quarter - 1 + k) % 4)
        now.alive = ~state.failed
        now.growth = (1 + case["market"]["bond_market_growth"]) ** (k * DELTA)
        # One quarter, in order
        twin_market.steps_1_to_5(case, state, now, draws)
        twin_issuer.steps_6_to_9(case, state, now, draws)
        twin_funding.step_10(case, state, now)
        twin_run.step_10_run(case, state, now)
        twin_close.steps_11_and_12(case, state, now)
        twin_yields.record(case, state, now, result, memory)
        state.failed = state.failed | now.failing
    return result


def start(case: dict, draws: dict[str, np.ndarray]) -> SimpleNamespace:
    """State before the first quarter: "Once a path" and "Start" of the document."""
    market, issuers = case["market"], case["issuers"]
    paths = len(draws["saturation"])
    state = SimpleNamespace()
    # Once a path
    state.M = market["demand_saturation"] * np.exp(
        market["demand_saturation_sigma"] * draws["saturation"]
    )
    state.r = market["demand_speed"] * np.exp(market["demand_speed_sigma"] * draws["speed"])
    state.y = market["revenue_yield"] * np.exp(market["revenue_yield_sigma"] * draws["yield"])
    state.g = [
        firm["core_growth"] + firm["core_growth_sigma"] * draws["core_growth"][i]
        for i, firm in enumerate(issuers)
    ]
    state.c = [
        firm["capex_growth_sigma"] * draws["capex_growth_issuer"][i]
        for i, firm in enumerate(issuers)
    ]
    # Start, market
    state.s = np.full(paths, market["regime0"])
    state.x_0 = np.log(market["oas0_bp"])
    state.x = np.full(paths, state.x_0)
    state.D = np.full(paths, float(market["demand0"]))
    state.w = np.zeros(paths)
    state.J = np.zeros(paths)
    state.anchor_lost = np.zeros(paths, dtype=bool)
    state.chance_of_regime = np.zeros((3, paths))
    state.chance_of_regime[market["regime0"]] = 1.0
    state.chance_of_loss = np.zeros(paths)
    state.net_bonds = np.zeros(paths)
    # Without a high-yield market, which absorbs nothing, there is no premium of it.
    yearly = 1 - np.exp(-market["premium_speed"] * DELTA)
    state.a_0 = [
        market["premium_beta"] * issuance / market["absorb"][channel] / yearly
        if market["absorb"][channel] > 0
        else 0.0
        for channel, issuance in zip(BOND_MARKETS, market["issuance0"], strict=True)
    ]
    state.a = [np.full(paths, premium) for premium in state.a_0]

    # Start, issuers
    def each(value):
        return [np.full(paths, float(value(firm))) for firm in issuers]

    state.eta = each(lambda firm: 0)
    state.lnX = each(lambda firm: 0)
    state.lnF = each(lambda firm: 0)
    state.K = each(lambda firm: firm["buildout_capital"])
    state.P1 = each(lambda firm: firm["construction"] / 2)
    state.P2 = each(lambda firm: firm["construction"] / 2)
    state.other = each(lambda firm: 0)
    state.revolver = each(lambda firm: 0)
    state.bonds = each(lambda firm: firm["bonds"])
    state.secured = each(lambda firm: firm["secured_debt"])
    state.private = each(lambda firm: firm["private_debt"])
    state.cash = each(lambda firm: firm["cash"])
    state.coupon = each(lambda firm: firm["coupon"])
    state.L = each(lambda firm: firm["ocf"])
    state.N = each(lambda firm: firm["core_revenue"] * DELTA * np.exp(0.375 * firm["core_growth"]))
    state.B = each(lambda firm: 0)
    state.h = np.array([np.full(paths, bool(firm["high_yield"])) for firm in issuers])
    state.fallen = np.zeros((len(issuers), paths), dtype=bool)
    state.failed = np.zeros((len(issuers), paths), dtype=bool)
    start_figures(case, state, paths)
    return state


def start_figures(case: dict, state: SimpleNamespace, paths: int) -> None:
    """Add what follows from the starting balances: U_0, and by issuer what is marked with a 0."""
    market, issuers = case["market"], case["issuers"]
    # The base yield, not the path's own y: the starting point is observed.
    Q_0 = [
        market["revenue_yield"] * firm["relative_yield"] * firm["buildout_capital"]
        for firm in issuers
    ]
    G_0 = sum(Q_0) / market["demand0"]
    U_0 = (1 + G_0 ** market["util_power"]) ** (-1 / market["util_power"])
    S_0 = max(market["spot_floor"], U_0 * max(1, 1 / G_0) ** market["scarcity"])
    state.U = np.full(paths, U_0)
    capital = sum(firm["relative_yield"] * firm["buildout_capital"] for firm in issuers)
    state.mu, state.Phi, state.chi_0, state.v_0 = [], [], [], []
    state.Y, state.floor, state.V_0, state.beta = [], [], [], []
    for i, firm in enumerate(issuers):
        b = firm["contracted_share"]
        A_0 = Q_0[i] * (b + (1 - b) * S_0)
        pi_0 = (1 - market["variable_cost"]) * A_0 - market["fixed_cost"] * Q_0[i]
        Y_0 = firm["core_revenue"] + A_0
        state.Y.append(np.full(paths, Y_0))
        state.floor.append(market["cash_flow_floor"] * Y_0)
        state.V_0.append(max(firm["ocf"], 0.0) + market["value_revenue"] * Y_0)
        state.v_0.append(leverage(case, state, i, 0))
        share = firm["relative_yield"] * firm["buildout_capital"]
        state.chi_0.append(share / capital)
        # Core: growth must help a firm that loses money.
        debt_0 = firm["bonds"] + firm["secured_debt"] + firm["private_debt"]
        interest = firm["coupon"] * debt_0
        core_cash = firm["ocf"] + (1 - market["tax"]) * (interest - pi_0)
        m = core_cash / firm["core_revenue"]
        mu = max(m, firm["incremental_margin"])
        state.mu.append(mu)
        state.Phi.append((mu - m) * firm["core_revenue"] * DELTA)
        # Burn
        own_funded = (1 - firm["finance_lease_share"]) * firm["capex_plan"][0]
        prepaid = firm["prepaid_share"] * firm["buildout_share"] * own_funded
        due = sum(due_of(firm, state, i, 0))
        state.beta.append(
            positive(firm["committed"] * own_funded + due - firm["ocf"] * DELTA - prepaid)
        )
    state.debt_0 = sum(debt(state, i)[0] for i in range(len(issuers)))
