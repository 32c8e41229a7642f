"""What several steps of the twin share: the quarter's length and the conventions' definitions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

DELTA = 1 / 4
BASIS_POINT = 1e-4
CHANNELS = (
    "share_programme",
    "bonds",
    "high_yield",
    "secured",
    "private",
    "revolver",
    "equity",
    "finance_leases",
)
BOND_MARKETS = ("bonds", "high_yield")  # by the grade of the issuer, 0 and 1


def events(case: dict, k: int, what: str) -> list[dict]:
    """The events of this kind in quarter k."""
    return [e for e in case["events"] if (e["quarter"], e["what"]) == (k, what)]


def scheduled(case: dict, k: int, what: str) -> bool:
    """Whether an event of this kind is in quarter k."""
    return bool(events(case, k, what))


def positive(value: np.ndarray) -> np.ndarray:
    """x⁺ = max(x, 0)."""
    return np.maximum(value, 0.0)


def debt(state: SimpleNamespace, i: int) -> np.ndarray:
    """debt_i, as defined in the conventions."""
    return state.bonds[i] + state.secured[i] + state.private[i] + state.revolver[i]


def owed(case: dict, state: SimpleNamespace, i: int, k: int) -> np.ndarray:
    """owed_i in quarter k, as defined in the conventions."""
    lease_multiple = case["market"]["lease_multiple"]
    return debt(state, i) + lease_multiple * 4 * case["issuers"][i]["leases"][k]


def floored_cash_flow(state: SimpleNamespace, i: int) -> np.ndarray:
    """max(L_i, floor of L_i)."""
    return np.maximum(state.L[i], state.floor[i])


def leverage(case: dict, state: SimpleNamespace, i: int, k: int) -> np.ndarray:
    """v_i of step 7."""
    return positive(owed(case, state, i, k) - state.cash[i]) / floored_cash_flow(state, i)


def due_of(firm: dict, state: SimpleNamespace, i: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """What falls due in quarter k on bonds, and the excess on secured debt."""
    on_bonds = np.minimum(firm["maturities"][k], state.bonds[i])
    on_secured = np.minimum(firm["maturities"][k] - on_bonds, state.secured[i])
    return on_bonds, on_secured


def access(case: dict, channel: str, s: np.ndarray) -> np.ndarray:
    """access_channel[s]."""
    return np.array(case["market"]["access"][channel], dtype=float)[s]
