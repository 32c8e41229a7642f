"""A variant of a reference case, what its paths must show, and the usual ways of saying it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from capexrisk.model.vocabulary import CAUSES
from tests.unit.kernel.blocks import Array, Block, Case

Twin = dict[str, Array]
Shown = Callable[[Case, Block, Twin], bool]

RATIONED = ("bonds", "high_yield", "secured", "private")
CLOSED = {channel: [0.0] * 3 for channel in (*RATIONED, "equity")}
OPEN = {channel: [1.0] * 3 for channel in (*RATIONED, "equity")}
CALM = {  # an open market that stays open and at its price
    "hazard": [[0.0] * 3 for _ in range(3)],
    "oas_mean_bp": [79.0] * 3,
    "oas_sigma": [0.0] * 3,
    "jump_rate": 0.0,
    "premium_beta": 0.0,
    "failure_jump": 0.0,
    "spread_leverage": 0.0,
}
UNBANKED = {  # nothing to borrow on, so that no lender can be said to withdraw
    "bond_quarter_cap": 0.0,
    "secured_advance": 0.0,
    "private_advance": 0.0,
    "equity_access": 0.0,
}
PENNILESS = {"cash": 0.0, "cash_target": 0.0, "cash_min": 0.0, "cash_cover": 0.0, "revolver": 0.0}


class Variant(NamedTuple):
    """A case, where its calendar starts, and what its paths must show."""

    case: Case
    shows: dict[str, Shown]
    start: str = "2026Q1"


def tier_seen(number: int) -> Shown:
    return lambda case, block, twin: bool((twin[f"f{number}_quarter"] < case["quarters"]).any())


def used(series: str) -> Shown:
    return lambda case, block, twin: bool((twin[series] > 0).any())


def unused(*series: str) -> Shown:
    return lambda case, block, twin: not any(twin[name].any() for name in series)


def cause(of: str, name: str) -> Shown:
    number = 1 + list(CAUSES).index(name)
    return lambda case, block, twin: bool((twin[f"cause_{of}"] == number).any())


def no_cause(of: str, name: str) -> Shown:
    seen = cause(of, name)
    return lambda case, block, twin: not seen(case, block, twin)


def regime(number: int) -> Shown:
    return lambda case, block, twin: bool((twin["regime"] == number).any())


def falls(case: Case, block: Block, twin: Twin) -> bool:
    """Somebody falls to high yield."""
    return bool((twin["high_yield_quarter"] < case["quarters"]).any())


def all_fail_at_once(case: Case, block: Block, twin: Twin) -> bool:
    return bool((twin["f4_quarter"] == 0).all())


def nobody_left_in_the_race(case: Case, block: Block, twin: Twin) -> bool:
    return bool((block.market("PULL_WEIGHT")[1:] == 0).all())


def rationed(channel: str) -> Shown:
    """Some quarter in which a channel sold its whole capacity, to within rounding."""

    def shown(case: Case, block: Block, twin: Twin) -> bool:
        m = case["market"]
        growth = (1 + m["bond_market_growth"]) ** (np.arange(case["quarters"]) / 4)
        access = np.array(m["access"][channel])[twin["regime"].astype(int)]
        capacity = m["absorb"][channel] / 4 * growth[:, None] * access
        if channel == "private":
            capacity = capacity * block.market("HEALTH")
        return bool(np.isclose(twin[channel].sum(axis=0), capacity, rtol=1e-9, atol=0).any())

    return shown
