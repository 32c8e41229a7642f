"""What a path of the twin yields: the series, the tiers of distress and the binding causes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tests.oracle.twin_base import CHANNELS, DELTA, debt, positive

ISSUER_SERIES = (
    "ocf",
    "capex",
    "fcf",
    "profit",
    "interest",
    "advances",
    "planned_capex",
    "need",
    "due",
    "cash_used_first",
    "cash_used_last",
    *CHANNELS,
    "capex_cut",
    "dividend_cut",
    "dividends_paid",
    "buyback",
    "prepayments",
    "investments",
    "revolver_repaid",
    "unmet",
    "spread",
    "cash",
    "debt",
    "coupon",
    "ltm",
    "revenue_year",
    "burn",
    "advance",
    "grade",
    "core_revenue",
    "buildout_revenue",
    "capacity",
)
MARKET_SERIES = (
    "oas",
    "demand",
    "utilisation",
    "buildout_share",
    "premium",
    "high_yield_premium",
    "failure_jump",
    "linked",
    "anchor_lost_chance",
)
DATES = (
    "f0_quarter",
    "f1_quarter",
    "f2_quarter",
    "f3_quarter",
    "f4_quarter",
    "net_debt_quarter",
    "high_yield_quarter",
)
RUN, WINDOW, LEVERAGE, RATIONING, ANCHOR, GLUT, OVERSPENDING = 1, 2, 3, 4, 5, 6, 7


def empty_result(case: dict, paths: int) -> dict[str, np.ndarray]:
    """Arrays to fill, with dates at "never", which is the number of quarters."""
    T, n = case["quarters"], len(case["issuers"])
    result = {name: np.zeros((n, T, paths)) for name in ISSUER_SERIES}
    result["alive"] = np.zeros((n, T, paths), dtype=bool)
    result |= {name: np.zeros((T, paths)) for name in MARKET_SERIES}
    result["regime"] = np.zeros((T, paths), dtype=int)
    result["regime_chance"] = np.zeros((3, T, paths))
    result["anchor_lost"] = np.zeros((T, paths), dtype=bool)
    result |= {name: np.full((n, paths), T) for name in DATES}
    result["cause_cut"] = np.zeros((n, paths), dtype=int)
    result["cause_failure"] = np.zeros((n, paths), dtype=int)
    result["peak_spread"] = np.full((n, paths), -np.inf)
    result["lowest_cash"] = np.full((n, paths), np.inf)
    result["spread_end"] = np.zeros((n, paths))
    result["distance"] = np.full((n, paths), np.inf)
    return result


def start_memory(case: dict, paths: int) -> SimpleNamespace:
    """What the tiers must remember from quarter to quarter."""
    return SimpleNamespace(fcf_of_year=np.zeros((len(case["issuers"]), paths)))


def record(
    case: dict,
    state: SimpleNamespace,
    now: SimpleNamespace,
    result: dict[str, np.ndarray],
    memory: SimpleNamespace,
) -> None:
    """Enter one closed quarter in the result."""
    record_market(state, now, result)
    for i in range(len(case["issuers"])):
        record_issuer(case, state, now, result, i)
        date_flow_tiers(case, now, result, memory, i)
        date_quarter_end_tiers(case, state, now, result, i)
        record_causes(case, state, now, result, i)
        record_distance(case, state, now, result, i)


def record_market(
    state: SimpleNamespace, now: SimpleNamespace, result: dict[str, np.ndarray]
) -> None:
    """Enter the market's series."""
    k = now.k
    result["oas"][k] = np.exp(state.x)
    result["regime"][k] = state.s
    result["regime_chance"][:, k] = state.chance_of_regime
    result["anchor_lost_chance"][k] = state.chance_of_loss
    result["demand"][k] = state.D
    result["utilisation"][k] = state.U
    result["buildout_share"][k] = now.share
    result["anchor_lost"][k] = state.anchor_lost
    result["premium"][k] = state.a[0] - state.a_0[0]
    result["high_yield_premium"][k] = state.a[1] - state.a_0[1]
    result["failure_jump"][k] = state.J
    result["linked"][k] = state.w


def record_issuer(
    case: dict,
    state: SimpleNamespace,
    now: SimpleNamespace,
    result: dict[str, np.ndarray],
    i: int,
) -> None:
    """Enter an issuer's series."""
    own_funded = (1 - case["issuers"][i]["finance_lease_share"]) * now.spent[i]
    entries = {
        "ocf": now.ocf[i],
        "capex": now.spent[i],
        "fcf": now.ocf[i] - own_funded,
        "profit": now.profit[i],
        "interest": now.interest[i],
        "advances": np.where(now.alive[i], now.prepaid[i] - now.earned[i], 0.0),
        "planned_capex": now.W[i],
        "need": now.need[i],
        "due": now.due[i],
        "cash_used_first": now.cash_used_first[i],
        "share_programme": now.programme[i],
        **{channel: sold[i] for channel, sold in now.sold.items()},
        "cash_used_last": now.cash_used_last[i],
        "revolver": now.revolver_drawn[i],
        "equity": now.equity[i],
        "finance_leases": now.finance_leases[i],
        "capex_cut": now.cut[i],
        "dividend_cut": now.dividend_cut[i],
        "dividends_paid": now.dividends[i] - now.dividend_cut[i],
        "buyback": now.buyback[i],
        "prepayments": now.prepaid[i],
        "investments": now.investments[i],
        "revolver_repaid": now.revolver_repaid[i],
        "unmet": now.unmet[i],
        "spread": now.spread[i],
        "cash": state.cash[i],
        "debt": debt(state, i),
        "coupon": state.coupon[i],
        "ltm": state.L[i],
        "revenue_year": state.Y[i],
        "burn": state.beta[i],
        "advance": state.B[i],
        "grade": state.h[i],
        "core_revenue": state.N[i],
        "buildout_revenue": now.A[i],
        "capacity": now.Q[i],
        "alive": now.alive[i],
    }
    for name, value in entries.items():
        result[name][i, now.k] = value


def date_first(dates: np.ndarray, seen: np.ndarray, k: int, never: int) -> None:
    """Date an event by its first quarter, in place."""
    dates[seen & (dates == never)] = k


def date_flow_tiers(
    case: dict,
    now: SimpleNamespace,
    result: dict[str, np.ndarray],
    memory: SimpleNamespace,
    i: int,
) -> None:
    """F0 to F4, the failing quarter included and never after it."""
    k, T, alive = now.k, case["quarters"], now.alive[i]
    # F0: the year is closed by its last quarter, by the end of the horizon, or by failing.
    if now.calendar == 0:
        memory.fcf_of_year[i] = 0.0
    memory.fcf_of_year[i] += result["fcf"][i, k]
    closes = now.failing[i] | (now.calendar == 3 or k == T - 1)
    seen = alive & closes & (memory.fcf_of_year[i] < 0)
    date_first(result["f0_quarter"][i], seen, k, T)
    # F1
    if case["issuers"][i]["buybacks"] > 0:
        date_first(result["f1_quarter"][i], alive & (now.buyback[i] == 0), k, T)
    # F2
    date_first(result["f2_quarter"][i], alive & (now.left_after_1[i] > 0), k, T)
    # F3
    date_first(result["f3_quarter"][i], alive & (now.cut[i] > 0), k, T)
    # F4
    date_first(result["f4_quarter"][i], now.failing[i], k, T)


def date_quarter_end_tiers(
    case: dict,
    state: SimpleNamespace,
    now: SimpleNamespace,
    result: dict[str, np.ndarray],
    i: int,
) -> None:
    """Net debt, fall to high yield, peak spread and lowest cash, at quarter ends."""
    k, T, alive = now.k, case["quarters"], now.alive[i]
    net_debt = debt(state, i) - state.cash[i] > 0
    date_first(result["net_debt_quarter"][i], alive & net_debt, k, T)
    date_first(result["high_yield_quarter"][i], now.falling[i], k, T)
    peak, lowest = result["peak_spread"][i], result["lowest_cash"][i]
    result["peak_spread"][i] = np.where(alive, np.maximum(peak, now.spread[i]), peak)
    result["lowest_cash"][i] = np.where(alive, np.minimum(lowest, state.cash[i]), lowest)
    result["spread_end"][i] = now.spread[i]


def binding_cause(case: dict, state: SimpleNamespace, now: SimpleNamespace, i: int) -> np.ndarray:
    """The largest obstacle of this quarter, by its number in the document's list."""
    market, firm = case["market"], case["issuers"][i]
    b = firm["contracted_share"]
    # 2
    window = sum(now.room_at_one[channel][i] - now.room[channel][i] for channel in now.room)
    # 3
    cap = firm["bond_quarter_cap"]
    leverage = (cap - np.minimum(cap, now.leverage_room[i])) * now.bond_terms[i]
    # 4
    rationing = sum(now.asked[channel][i] - now.sold[channel][i] for channel in now.sold)
    # 5
    earning = (1 - market["tax"]) * (1 - market["variable_cost"]) * now.Q[i] * DELTA
    shortfall = positive(1 - market["anchor_recovery"] * now.S)
    anchor = np.where(state.anchor_lost, earning * b * shortfall, 0.0)
    # 6
    glut = earning * (1 - b) * positive(1 - now.S)
    # 7
    beyond_plan = positive(now.W[i] - firm["capex_plan"][now.k])
    overspending = (1 - firm["finance_lease_share"]) * beyond_plan
    obstacles = np.array([window, leverage, rationing, anchor, glut, overspending])
    # argmax takes the first of equals, as the document asks.
    largest = np.argmax(obstacles, axis=0) + WINDOW
    return np.where(obstacles.max(axis=0) > 0, largest, OVERSPENDING)


def record_causes(
    case: dict,
    state: SimpleNamespace,
    now: SimpleNamespace,
    result: dict[str, np.ndarray],
    i: int,
) -> None:
    """Keep the cause of the first cut and of the failure; a run is a cause of failures alone."""
    cause = binding_cause(case, state, now, i)
    first_cut = now.alive[i] & (now.cut[i] > 0) & (result["cause_cut"][i] == 0)
    result["cause_cut"][i][first_cut] = cause[first_cut]
    cause_failure = np.where(now.running[i], RUN, cause)
    result["cause_failure"][i][now.failing[i]] = cause_failure[now.failing[i]]


def record_distance(
    case: dict,
    state: SimpleNamespace,
    now: SimpleNamespace,
    result: dict[str, np.ndarray],
    i: int,
) -> None:
    """Keep how near the issuer came to failure: negative exactly where it has failed.

    It is what is spare beyond the failure to fund, or beyond the run where that is nearer, in
    quarters of own-funded planned capex, and at least a tenth of the operating cash flow at the
    start, or of its floor.
    """
    firm = case["issuers"][i]
    scale = np.maximum(now.own_funded[i], 0.1 * max(firm["ocf"], state.floor[i]) * DELTA)
    spare = np.minimum(now.spare[i], now.beyond_run[i])
    distance = np.where(now.alive[i], spare / scale, np.inf)
    result["distance"][i] = np.minimum(result["distance"][i], distance)
