"""Steps 11 and 12 of the twin: debt, coupon, capital, profit and the feedback on markets."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.oracle.twin_base import BASIS_POINT, BOND_MARKETS, DELTA, debt


def steps_11_and_12(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Close the quarter."""
    for i in range(len(case["issuers"])):
        step_11_debt(case, state, now, i)
    step_11_capital_and_profit(case, state, now)
    step_12_feedback(case, state, now)


def step_11_debt(case: dict, state: SimpleNamespace, now: SimpleNamespace, i: int) -> None:
    """New debt at its rates, and the mean coupon."""
    market = case["market"]
    # 11. Debt
    s_i = now.spread[i]
    bond_rate = market["risk_free"] + s_i * BASIS_POINT
    investment_grade = np.exp(state.x + state.a[0] - state.a_0[0])
    asset_backed = investment_grade + market["secured_extra_bp"]
    secured_rate = market["risk_free"] + np.minimum(s_i, asset_backed) * BASIS_POINT
    private_rate = bond_rate + market["private_extra_bp"] * BASIS_POINT
    revolver_rate = bond_rate + market["revolver_extra_bp"] * BASIS_POINT
    new_bonds = now.sold["bonds"][i] + now.sold["high_yield"][i]
    new_secured = now.sold["secured"][i] + now.finance_leases[i]
    new_private = now.sold["private"][i]
    drawn = now.revolver_drawn[i]

    state.bonds[i] = state.bonds[i] - now.due_bonds[i]
    state.secured[i] = state.secured[i] - now.due_secured[i]
    state.revolver[i] = state.revolver[i] - now.revolver_repaid[i]
    # Summed from what is left, so that a fully repaid debt leaves exactly 0.
    remaining = debt(state, i)
    interest = (
        state.coupon[i] * remaining
        + bond_rate * new_bonds
        + secured_rate * new_secured
        + private_rate * new_private
        + revolver_rate * drawn
    )
    state.bonds[i] = state.bonds[i] + new_bonds
    state.secured[i] = state.secured[i] + new_secured
    state.private[i] = state.private[i] + new_private
    state.revolver[i] = state.revolver[i] + drawn
    total = debt(state, i)
    # Failed issuers are left out by mask: multiplying and dividing back would round.
    changes = now.alive[i] & (total > 0)
    mean = interest / np.where(changes, total, 1.0)
    state.coupon[i] = np.where(changes, mean, state.coupon[i])


def step_11_capital_and_profit(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Spending into the pipeline, profit, and capital outside the build-out."""
    # 11. Capital and profit
    now.profit = []
    for i, firm in enumerate(case["issuers"]):
        alive, spent = now.alive[i], now.spent[i]
        state.P1[i] = state.P1[i] + firm["buildout_share"] * spent
        added = state.K[i] - firm["buildout_capital"] + state.other[i]
        profit = (
            now.ocf[i]
            - now.prepaid[i]
            + now.earned[i]
            - firm["depreciation_amortisation"] * DELTA
            - case["market"]["book_depreciation"] * added * DELTA
        )
        now.profit.append(np.where(alive, profit, 0.0))
        other = (
            state.other[i]
            + (1 - firm["buildout_share"]) * spent
            - firm["depreciation_other"] * DELTA
        )
        state.other[i] = np.where(alive, other, state.other[i])


def step_12_feedback(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Trailing cash flow and revenue, the premiums, the failure jump, the bonds outstanding."""
    market, n = case["market"], len(case["issuers"])
    # 12. Feedback
    for i in range(n):
        state.L[i] = 0.75 * state.L[i] + now.core[i] + now.extra[i]
        state.Y[i] = 0.75 * state.Y[i] + state.N[i] + now.A[i]
    decay = np.exp(-market["premium_speed"] * DELTA)
    for grade, channel in enumerate(BOND_MARKETS):
        absorb = market["absorb"][channel] * DELTA * now.growth
        added = market["premium_beta"] * sum(now.sold[channel]) / absorb if absorb > 0 else 0.0
        state.a[grade] = state.a[grade] * decay + added
    failing_debt = sum(np.where(now.failing[i], debt(state, i), 0.0) for i in range(n))
    if state.debt_0 > 0:
        jump = market["failure_jump"] * failing_debt / state.debt_0
        state.J = np.minimum(market["failure_jump_cap"], jump)
    else:
        state.J = np.zeros_like(state.x)
    repaid = sum(np.where(state.h[i], 0.0, now.due_bonds[i]) for i in range(n))
    state.net_bonds = state.net_bonds + sum(now.sold["bonds"]) - repaid
