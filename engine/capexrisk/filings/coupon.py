"""Mean interest on debt: a year's interest over the mean of the debt at five quarter ends."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from . import tags
from .balances import debt
from .copies import billions
from .evidence import address, filing
from .facts import Facts, Unavailable
from .flows import Flow, flow
from .quarters import DAY, Calendar

__all__ = ["Coupon", "coupon"]

LEAST, MOST = 0.01, 0.15  # a year; outside, interest and debt are of different things
RECENT = dt.timedelta(days=400)


class Coupon(NamedTuple):
    """Interest a year, and the words behind it."""

    per_year: float
    evidence: str


def coupon(facts: Facts, calendar: Calendar, last_annual: dt.date) -> Coupon:
    """Interest expense and capitalised interest, less interest on finance leases, over debt.

    Raises
    ------
    Unavailable
        If a part is missing that the firm has, or the result lies outside 1 to 15 %.
    """
    expense = flow(facts, calendar, tags.INTEREST)
    capitalised = _part(
        facts,
        calendar,
        tags.CAPITALISED_INTEREST,
        {tags.CAPITALISED_INTEREST: "capitalised interest is not told, but was within a year"},
    )
    leases = _part(
        facts,
        calendar,
        tags.LEASE_INTEREST,
        dict.fromkeys(
            tags.FINANCE_LEASES, "interest on finance leases is not told, but there are such leases"
        ),
    )
    days = [calendar.anchor, *(one.start - DAY for one in calendar.quarters[:4])]
    if len(days) < 5:
        raise Unavailable("debt is not told at five quarter ends")
    debts = [debt(facts, day, last_annual) for day in days]
    mean = sum(one.total for one in debts) / len(debts)
    interest = expense.total + (capitalised.total if capitalised else 0.0)
    interest -= leases.total if leases else 0.0
    if not mean or not LEAST <= interest / mean <= MOST:
        raise Unavailable(
            f"interest of {billions(interest)} on a mean debt of {billions(mean)} lies outside "
            f"{LEAST:.0%} to {MOST:.0%}"
        )
    words = f"{billions(expense.total)} {expense.tags[0]}"
    if capitalised:
        words += f" plus {billions(capitalised.total)} {tags.CAPITALISED_INTEREST}"
    if leases:
        words += f" less {billions(leases.total)} {tags.LEASE_INTEREST}"
    newest = max((term.fact for term in expense.terms), key=lambda fact: fact.order)
    words += f" in four quarters to {calendar.anchor}, over {billions(round(mean, -3))}, the mean"
    words += f" debt at their five ends, {filing(newest)}, {address(facts.cik, newest)}"
    return Coupon(interest / mean, f"derived: {words}")


def _part(facts: Facts, calendar: Calendar, tag: str, signs: dict[str, str]) -> Flow | None:
    """A part of the interest; None if nothing in the last year says that the firm has it.

    `signs` are tags that say so, with what is said then.

    Raises
    ------
    Unavailable
        If it has, and four quarters are not told.
    """
    try:
        return flow(facts, calendar, (tag,))
    except Unavailable as problem:
        for sign, words in signs.items():
            if any(one.value and calendar.anchor - one.end < RECENT for one in facts.of(sign)):
                raise Unavailable(f"{words} ({sign}): {problem}") from None
        return None
