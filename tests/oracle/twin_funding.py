"""Step 10 of the twin: the need, the funding waterfall, the surplus and the capex spent."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.oracle.twin_base import DELTA, access, owed, positive


def step_10(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Fund what is needed; for a failed issuer need, surplus and all flows are 0."""
    now.sold, now.asked, now.room, now.room_at_one = {}, {}, {}, {}
    need_and_surplus(case, state, now)
    step_10_1_cash_above_target(case, state, now)
    step_10_2_bonds(case, state, now)
    step_10_3_secured(case, state, now)
    step_10_4_private(case, state, now)
    steps_10_5_to_10_7(case, state, now)
    steps_10_8_to_10_10(case, state, now)
    surplus(case, state, now)
    capex_spent(case, state, now)


def need_and_surplus(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """What is due, what is needed and what is over."""
    # 10. Need and waterfall
    now.due_bonds, now.due_secured, now.due = [], [], []
    now.dividends, now.need, now.surplus, now.left = [], [], [], []
    now.opening_owed = [owed(case, state, i, now.k) for i in range(len(case["issuers"]))]
    for i, firm in enumerate(case["issuers"]):
        alive = now.alive[i]
        maturing = np.where(alive, firm["maturities"][now.k], 0.0)
        due_bonds = np.minimum(maturing, state.bonds[i])
        due_secured = np.minimum(maturing - due_bonds, state.secured[i])
        due = due_bonds + due_secured
        dividends = np.where(alive, firm["dividends"] * DELTA, 0.0)
        own_funded = (1 - firm["finance_lease_share"]) * now.W[i]
        net = own_funded + dividends + due - now.ocf[i]
        now.due_bonds.append(due_bonds)
        now.due_secured.append(due_secured)
        now.due.append(due)
        now.dividends.append(dividends)
        now.need.append(positive(net))
        now.surplus.append(positive(-net))
        now.left.append(positive(net))


def step_10_1_cash_above_target(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Cash above the target goes first."""
    # 10.1
    now.cash_used_first, now.left_after_1 = [], []
    for i, firm in enumerate(case["issuers"]):
        used = np.minimum(now.left[i], positive(state.cash[i] - firm["cash_target"]))
        state.cash[i] = state.cash[i] - used
        now.left[i] = now.left[i] - used
        now.cash_used_first.append(used)
        now.left_after_1.append(now.left[i])


def sell(case: dict, now: SimpleNamespace, channel: str, open_share: np.ndarray) -> None:
    """Scale the asks of a rationed channel to the market's capacity.

    Parameters
    ----------
    case, now
        Scenario and this quarter's values; ``now.asked[channel]`` holds the asks.
    channel : str
        ``bonds``, ``secured`` or ``private``.
    open_share : numpy.ndarray
        Access to the channel, times health for private credit; never with a credit tier.
    """
    capacity = case["market"]["absorb"][channel] * DELTA * now.growth * open_share
    asks = sum(now.asked[channel])
    short = asks > capacity
    scale = np.where(short, capacity / np.where(short, asks, 1.0), 1.0)
    now.sold[channel] = [ask * scale for ask in now.asked[channel]]


def step_10_2_bonds(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Bonds, sold for the need or ahead of it."""
    # 10.2
    open_share = access(case, "bonds", state.s)
    now.leverage_room, now.bond_terms = [], []
    now.asked["bonds"], now.room["bonds"], now.room_at_one["bonds"] = [], [], []
    for i, firm in enumerate(case["issuers"]):
        low_on_cash = state.cash[i] < case["market"]["prefund_until"] * firm["cash_target"]
        wish = np.where(low_on_cash, firm["prefund"] * now.W[i], 0.0)
        leverage_room = positive(
            firm["leverage_limit"] * positive(state.L[i]) - (now.opening_owed[i] - now.due[i])
        )
        price = np.minimum(1.0, firm["spread_bp"] / now.spread[i])
        terms = open_share ** firm["credit_tier"] * price
        at_one = np.minimum(firm["bond_quarter_cap"], leverage_room) * price
        room = np.minimum(firm["bond_quarter_cap"], leverage_room) * terms
        now.leverage_room.append(leverage_room)
        now.bond_terms.append(terms)
        now.room["bonds"].append(room)
        now.room_at_one["bonds"].append(at_one)
        now.asked["bonds"].append(np.minimum(np.maximum(now.left[i], wish), room))
    sell(case, now, "bonds", open_share)
    for i, sold in enumerate(now.sold["bonds"]):
        state.cash[i] = state.cash[i] + positive(sold - now.left[i])
        now.left[i] = positive(now.left[i] - sold)


def step_10_3_secured(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Asset-backed debt on what is built and being built."""
    # 10.3
    open_share = access(case, "secured", state.s)
    now.pledge = []
    now.asked["secured"], now.room["secured"], now.room_at_one["secured"] = [], [], []
    for i, firm in enumerate(case["issuers"]):
        pledge = state.K[i] + state.P1[i] + state.P2[i] + firm["buildout_share"] * now.W[i]
        remaining = state.secured[i] - now.due_secured[i]
        at_one = positive(firm["secured_advance"] * pledge - remaining)
        now.pledge.append(pledge)
        now.room_at_one["secured"].append(at_one)
        now.room["secured"].append(at_one * open_share)
        now.asked["secured"].append(np.minimum(now.left[i], at_one * open_share))
    sell(case, now, "secured", open_share)
    for i, sold in enumerate(now.sold["secured"]):
        now.left[i] = now.left[i] - sold


def step_10_4_private(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Private credit, as far as its lenders are healthy."""
    market = case["market"]
    # 10.4
    idle = positive(market["comfort_utilisation"] - state.U)
    stress = positive(state.w) + market["private_glut"] * idle
    health = np.exp(-market["private_gamma"] * stress)
    open_share = access(case, "private", state.s) * health
    now.asked["private"], now.room["private"], now.room_at_one["private"] = [], [], []
    for i, firm in enumerate(case["issuers"]):
        at_one = positive(firm["private_advance"] * now.pledge[i] - state.private[i])
        now.room_at_one["private"].append(at_one)
        now.room["private"].append(at_one * open_share)
        now.asked["private"].append(np.minimum(now.left[i], at_one * open_share))
    sell(case, now, "private", open_share)
    for i, sold in enumerate(now.sold["private"]):
        now.left[i] = now.left[i] - sold


def steps_10_5_to_10_7(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Cash down to the minimum, the revolver, equity."""
    market = case["market"]
    equity_open = access(case, "equity", state.s)
    now.cash_used_last, now.revolver_drawn, now.equity = [], [], []
    now.room["equity"], now.room_at_one["equity"] = [], []
    for i, firm in enumerate(case["issuers"]):
        # 10.5
        used = np.minimum(now.left[i], positive(state.cash[i] - firm["cash_min"]))
        state.cash[i] = state.cash[i] - used
        now.left[i] = now.left[i] - used
        now.cash_used_last.append(used)
        # 10.6
        drawn = np.minimum(now.left[i], positive(firm["revolver"] - state.revolver[i]))
        now.left[i] = now.left[i] - drawn
        now.revolver_drawn.append(drawn)
        # 10.7
        value = (
            firm["market_cap"]
            * (positive(state.L[i]) / firm["ocf"])
            * np.exp(-market["equity_beta"] * (state.x - state.x_0))
        )
        at_one = firm["equity_access"] * value * DELTA
        raised = np.minimum(now.left[i], at_one * equity_open)
        now.left[i] = now.left[i] - raised
        now.equity.append(raised)
        now.room_at_one["equity"].append(at_one)
        now.room["equity"].append(at_one * equity_open)


def steps_10_8_to_10_10(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Cuts of capex and of dividends, what is unmet, and failure."""
    now.cut, now.dividend_cut, now.unmet = [], [], []
    now.failing = np.zeros_like(state.failed)
    for i, firm in enumerate(case["issuers"]):
        # 10.8
        most = (1 - firm["committed"]) * (1 - firm["finance_lease_share"]) * now.W[i]
        cut = np.minimum(now.left[i], most)
        now.left[i] = now.left[i] - cut
        now.cut.append(cut)
        # 10.9
        dividend_cut = np.minimum(now.left[i], now.dividends[i])
        now.left[i] = now.left[i] - dividend_cut
        now.dividend_cut.append(dividend_cut)
        # 10.10
        now.unmet.append(now.left[i])
        tolerated = case["market"]["fail_tolerance"] * now.need[i]
        now.failing[i] = now.alive[i] & (now.left[i] > tolerated)


def surplus(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Use of a surplus: revolver, cash to target, buybacks, the rest to cash."""
    # 10, surplus
    now.revolver_repaid, now.buyback = [], []
    for i, firm in enumerate(case["issuers"]):
        left = now.surplus[i]
        repaid = np.minimum(left, state.revolver[i])
        left = left - repaid
        refill = np.minimum(left, positive(firm["cash_target"] - state.cash[i]))
        left = left - refill
        buyback = np.minimum(left, firm["buybacks"] * DELTA)
        left = left - buyback
        state.cash[i] = state.cash[i] + refill + left
        now.revolver_repaid.append(repaid)
        now.buyback.append(buyback)


def capex_spent(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Capex spent, the finance leases in it, and the lasting effect of a cut."""
    # 10, capex spent
    now.spent, now.finance_leases = [], []
    for i, firm in enumerate(case["issuers"]):
        lam = firm["finance_lease_share"]
        W, was_cut = now.W[i], now.cut[i] > 0
        spent = W - now.cut[i] / (1 - lam)
        ratio = np.where(was_cut, spent / np.where(was_cut, W, 1.0), 1.0)
        state.lnF[i] = state.lnF[i] + np.log(np.maximum(0.05, ratio))
        now.spent.append(spent)
        now.finance_leases.append(lam * spent)
