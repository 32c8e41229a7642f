"""What several steps of the twin share: the quarter's length and the conventions' definitions."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

DELTA = 1 / 4
BASIS_POINT = 1e-4


def events(case: dict, k: int, what: str) -> list[dict]:
    """The events of this kind in quarter k."""
    return [e for e in case.get("events", []) if (e["quarter"], e["what"]) == (k, what)]


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


def leverage(case: dict, state: SimpleNamespace, i: int, k: int) -> np.ndarray:
    """v_i of step 7."""
    base = np.maximum(state.L[i], 0.05 * case["issuers"][i]["ocf"])
    ratio = positive(owed(case, state, i, k) - state.cash[i]) / base
    return np.minimum(case["market"]["leverage_cap_spread"], ratio)


def access(case: dict, channel: str, s: np.ndarray) -> np.ndarray:
    """access_channel[s]."""
    return np.array(case["market"]["access"][channel], dtype=float)[s]
