"""Identities of accounts that show whether a file was read whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from .balances import debt
from .copies import balance, differ, durations, period
from .facts import Facts, Unavailable
from .periods import same_day
from .quarters import DAY, OPERATING_CASH_FLOW
from .record import Identity, Ladder
from .tags import FACE_VALUE

__all__ = ["identities"]

BILLION: Final = 1e9
CLOSED: Final = 0.005
CLOSE: Final = 0.05  # of principal to the carrying amount
NOT_TOLD: Final = 0.05  # of cash or of assets, by which what is not told may change them
WHOLE_EQUITY: Final = ("StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest",)
OWN_EQUITY: Final = ("StockholdersEquity",)
MINORITIES: Final = ("MinorityInterest",)
BETWEEN: Final = (  # liabilities and equity, where there are any
    "TemporaryEquityCarryingAmountIncludingPortionAttributableToNoncontrollingInterests",
    "TemporaryEquityCarryingAmount",
    "RedeemableNoncontrollingInterestEquityCarryingAmount",
)
CASH_WITH_RESTRICTED: Final = "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"
EXCHANGE: Final = (
    "EffectOfExchangeRateOnCashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents",
    "EffectOfExchangeRateOnCashAndCashEquivalents",
)


def identities(
    facts: Facts, anchor: dt.date, due: Ladder | None, year_end: dt.date
) -> tuple[Identity, ...]:
    """Assets against claims, the change of cash against flows, the ladder against debt.

    Those of which a side is not told are left out.
    """
    found = (
        _balance_sheet(facts, anchor),
        _change_of_cash(facts, anchor),
        None if due is None else _ladder(facts, due, year_end),
    )
    return tuple(one for one in found if one is not None)


def _ladder(facts: Facts, due: Ladder, year_end: dt.date) -> Identity | None:
    """Principal that falls due against debt at its carrying amount, face value where it is told."""
    if due.after is None:
        return None
    total = (sum(due.rungs.values()) + due.after) * BILLION
    face = balance(facts, FACE_VALUE, due.date)
    if face is not None and not differ(face.last.value, total, CLOSED):
        return _identity(f"ladder of {due.date} = face value of debt", total, face.last.value)
    try:
        owed = debt(facts, due.date, year_end).total
    except Unavailable:
        return None
    return _identity(f"ladder of {due.date} = debt, carrying amount", total, owed, CLOSE * owed)


def _balance_sheet(facts: Facts, day: dt.date) -> Identity | None:
    assets, liabilities = _told(facts, ("Assets",), day), _told(facts, ("Liabilities",), day)
    equity, between = _told(facts, WHOLE_EQUITY, day), _told(facts, BETWEEN, day)
    own, minorities = _told(facts, OWN_EQUITY, day), _told(facts, MINORITIES, day)
    name, least = "assets = liabilities + equity", 0.0
    if equity is None and own is not None:
        equity = own + (minorities or 0.0)
        if minorities is None and assets != (liabilities or 0.0) + equity + (between or 0.0):
            name, least = f"{name}, minorities not told", NOT_TOLD * (assets or 0.0)
    if assets is None or liabilities is None or equity is None:
        return None
    return _identity(name, assets, liabilities + equity + (between or 0.0), least)


def _identity(name: str, left: float, right: float, least: float = 0.0) -> Identity:
    """An identity in $bn; it holds to half a per cent, or `least`, USD."""
    most = max(CLOSED * max(abs(left), abs(right)), least)
    return Identity(
        name, round(left / BILLION, 9), round(right / BILLION, 9), abs(left - right) <= most
    )


def _told(facts: Facts, candidates: Sequence[str], day: dt.date) -> float | None:
    for tag in candidates:
        try:
            found = balance(facts, tag, day)
        except Unavailable:
            return None
        if found is not None:
            return found.last.value
    return None


def _change_of_cash(facts: Facts, anchor: dt.date) -> Identity | None:
    """Cash at the anchor less that before the year to date, against the year's three flows."""
    starts = [
        one.start
        for tag in OPERATING_CASH_FLOW
        for one in durations(facts, tag)
        if one.start is not None and same_day(one.end, anchor)
    ]
    if not starts:
        return None
    start = min(starts)
    flows = [
        _flow(facts, candidates, start, anchor)
        for candidates in (
            OPERATING_CASH_FLOW,
            ("NetCashProvidedByUsedInInvestingActivities",),
            ("NetCashProvidedByUsedInFinancingActivities",),
        )
    ]
    exchange = _flow(facts, EXCHANGE, start, anchor)
    now = _told(facts, (CASH_WITH_RESTRICTED,), anchor)
    before = _told(facts, (CASH_WITH_RESTRICTED,), start - DAY)
    known = [one for one in flows if one is not None]
    if len(known) < len(flows) or now is None or before is None:
        return None
    name = "change of cash = operating + investing + financing + exchange"
    if exchange is None:
        name = "change of cash = operating + investing + financing, exchange not told"
    right = sum(known) + (exchange or 0.0)
    # What is not told is no error, unless it is larger than exchange rates make it.
    least = NOT_TOLD * max(abs(now), abs(before)) if exchange is None else 0.0
    return _identity(name, now - before, right, least)


def _flow(facts: Facts, candidates: Sequence[str], start: dt.date, end: dt.date) -> float | None:
    for tag in candidates:
        try:
            found = period(facts, tag, start, end)
        except Unavailable:
            return None
        if found is not None:
            return found.last.value
    return None
