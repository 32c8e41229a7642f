"""Step 10 of the twin: the need, the funding waterfall, the surplus and the capex spent."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.oracle.twin_base import BOND_MARKETS, DELTA, access, due_of, owed, positive


def step_10(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Fund what is needed; for a failed issuer need, surplus and all flows are 0."""
    now.sold, now.asked, now.room, now.room_at_one = {}, {}, {}, {}
    prepayments_and_investments(case, state, now)
    need_and_surplus(case, state, now)
    step_10_1_cash_above_target(case, state, now)
    step_10_2_what_is_asked(case, state, now)
    step_10_2a_share_programme(case, state, now)
    step_10_2b_bonds(case, state, now)
    step_10_3_secured(case, state, now)
    step_10_4_private(case, state, now)
    distance_to_failure(case, state, now)
    steps_10_5_to_10_7(case, state, now)
    steps_10_8_to_10_10(case, state, now)
    surplus(case, state, now)
    capex_spent(case, state, now)


def prepayments_and_investments(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """What customers pay ahead, which is operating cash flow, and what is invested."""
    # 10. Prepayments and investments
    recovery = np.where(state.anchor_lost, case["market"]["anchor_recovery"], 1.0)
    now.prepaid, now.investments, now.own_funded = [], [], []
    for i, firm in enumerate(case["issuers"]):
        own_funded = (1 - firm["finance_lease_share"]) * now.W[i]
        share = firm["prepaid_share"] * firm["buildout_share"]
        prepaid = share * own_funded * np.minimum(1.0, now.S) * recovery
        state.B[i] = state.B[i] + prepaid
        now.ocf[i] = now.ocf[i] + prepaid
        now.own_funded.append(own_funded)
        now.prepaid.append(prepaid)
        invests = now.alive[i] & (state.s == 0)
        now.investments.append(np.where(invests, firm["investments"] * DELTA, 0.0))


def need_and_surplus(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """What is due, what is needed and what is over; the target of cash."""
    # 10. Need and waterfall
    now.due_bonds, now.due_secured, now.due = [], [], []
    now.dividends, now.need, now.surplus, now.left, now.target = [], [], [], [], []
    now.opening_owed = [owed(case, state, i, now.k) for i in range(len(case["issuers"]))]
    for i, firm in enumerate(case["issuers"]):
        alive = now.alive[i]
        due_bonds, due_secured = (
            np.where(alive, due, 0.0) for due in due_of(firm, state, i, now.k)
        )
        due = due_bonds + due_secured
        dividends = np.where(alive, firm["dividends"] * DELTA, 0.0)
        net = now.own_funded[i] + dividends + now.investments[i] + due - now.ocf[i]
        covered = firm["cash_cover"] * 4 * now.own_funded[i]
        now.target.append(np.maximum(max(firm["cash_target"], firm["cash_min"]), covered))
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
    for i in range(len(case["issuers"])):
        used = np.minimum(now.left[i], positive(state.cash[i] - now.target[i]))
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
        ``bonds``, ``high_yield``, ``secured`` or ``private``.
    open_share : numpy.ndarray
        Access to the channel, times health for private credit.
    """
    capacity = case["market"]["absorb"][channel] * DELTA * now.growth * open_share
    asks = sum(now.asked[channel])
    short = asks > capacity
    scale = np.where(short, capacity / np.where(short, asks, 1.0), 1.0)
    now.sold[channel] = [ask * scale for ask in now.asked[channel]]


def take_in(state: SimpleNamespace, now: SimpleNamespace, i: int, sold: np.ndarray) -> None:
    """Meet the need with what is sold; what exceeds it goes to cash."""
    state.cash[i] = state.cash[i] + positive(sold - now.left[i])
    now.left[i] = positive(now.left[i] - sold)


def step_10_2_what_is_asked(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """What is asked of markets: the need, or a part of what cash is short of its target."""
    # 10.2
    speed = case["market"]["prefund_speed"]
    now.asked_of_markets = []
    for i in range(len(case["issuers"])):
        short = positive(now.target[i] - state.cash[i] - now.surplus[i])
        asked = np.maximum(now.left[i], speed * short)
        now.asked_of_markets.append(np.where(now.alive[i], asked, 0.0))


def step_10_2a_share_programme(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Shares sold as a programme, in the open regime only."""
    market = case["market"]
    # 10.2a
    equity_open = access(case, "equity", state.s)
    now.programme, now.room["equity"], now.room_at_one["equity"] = [], [], []
    for i, firm in enumerate(case["issuers"]):
        measure = positive(state.L[i]) + market["value_revenue"] * state.Y[i]
        value = (
            firm["market_cap"]
            * np.minimum(3.0, measure / state.V_0[i])
            * np.exp(-market["equity_beta"] * (state.x - state.x_0))
        )
        at_one = firm["equity_access"] * value * DELTA
        most = np.minimum(firm["equity_mix"] * now.asked_of_markets[i], at_one * equity_open)
        sold = np.where(state.s == 0, most, 0.0)
        take_in(state, now, i, sold)
        now.programme.append(sold)
        now.room_at_one["equity"].append(at_one)
        now.room["equity"].append(at_one * equity_open)


def step_10_2b_bonds(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Bonds, sold for the need or ahead of it, in the market of the issuer's grade."""
    # 10.2b
    open_shares = [access(case, channel, state.s) for channel in BOND_MARKETS]
    now.pledge, now.leverage_room, now.bond_terms = [], [], []
    now.room["bonds"], now.room_at_one["bonds"] = [], []
    for channel in BOND_MARKETS:
        now.asked[channel] = []
    for i, firm in enumerate(case["issuers"]):
        pledge = state.K[i] + state.P1[i] + state.P2[i] + firm["buildout_share"] * now.W[i]
        assets = pledge + positive(firm["other_capital"] + state.other[i]) + state.cash[i]
        limit = np.maximum(
            firm["leverage_limit"] * positive(state.L[i]), firm["asset_limit"] * assets
        )
        leverage_room = positive(limit - (now.opening_owed[i] - now.due[i]))
        price = np.minimum(1.0, firm["spread_bp"] / now.spread[i])
        terms = np.where(state.h[i], open_shares[1], open_shares[0]) * price
        at_one = np.minimum(firm["bond_quarter_cap"], leverage_room) * price
        room = np.minimum(firm["bond_quarter_cap"], leverage_room) * terms
        ask = np.minimum(now.asked_of_markets[i] - now.programme[i], room)
        now.pledge.append(pledge)
        now.leverage_room.append(leverage_room)
        now.bond_terms.append(terms)
        now.room["bonds"].append(room)
        now.room_at_one["bonds"].append(at_one)
        for grade, channel in enumerate(BOND_MARKETS):
            now.asked[channel].append(np.where(state.h[i] == grade, ask, 0.0))
    for channel, open_share in zip(BOND_MARKETS, open_shares, strict=True):
        sell(case, now, channel, open_share)
    for i in range(len(case["issuers"])):
        take_in(state, now, i, now.sold["bonds"][i] + now.sold["high_yield"][i])


def step_10_3_secured(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Asset-backed debt on what is built and being built."""
    # 10.3
    open_share = access(case, "secured", state.s)
    now.asked["secured"], now.room["secured"], now.room_at_one["secured"] = [], [], []
    for i, firm in enumerate(case["issuers"]):
        remaining = state.secured[i] - now.due_secured[i]
        at_one = positive(firm["secured_advance"] * now.pledge[i] - remaining)
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


def distance_to_failure(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """What rungs 5 to 9, a surplus and the tolerance could give beyond the need that is left."""
    now.spare = []
    for i, firm in enumerate(case["issuers"]):
        could_give = (
            positive(state.cash[i] - firm["cash_min"])
            + positive(firm["revolver"] - state.revolver[i])
            + now.room["equity"][i]
            - now.programme[i]
            + (1 - firm["committed"]) * now.own_funded[i]
            + now.dividends[i]
            + now.surplus[i]
            + case["market"]["fail_tolerance"] * now.need[i]
        )
        now.spare.append(could_give - now.left[i])


def steps_10_5_to_10_7(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Cash down to the minimum, the revolver, shares as a last resort."""
    now.cash_used_last, now.revolver_drawn, now.equity = [], [], []
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
        raised = np.minimum(now.left[i], now.room["equity"][i] - now.programme[i])
        now.left[i] = now.left[i] - raised
        now.equity.append(raised)


def steps_10_8_to_10_10(case: dict, state: SimpleNamespace, now: SimpleNamespace) -> None:
    """Cuts of capex and of dividends, what is unmet, and failure."""
    now.cut, now.dividend_cut, now.unmet = [], [], []
    now.failing = np.zeros_like(state.failed)
    for i, firm in enumerate(case["issuers"]):
        # 10.8
        most = (1 - firm["committed"]) * now.own_funded[i]
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
        refill = np.minimum(left, positive(now.target[i] - state.cash[i]))
        left = left - refill
        rounding = left <= 1e-9 * now.target[i]
        buyback = np.where(rounding, 0.0, np.minimum(left, firm["buybacks"] * DELTA))
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
