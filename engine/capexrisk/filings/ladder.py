"""The maturity ladder: principal due by fiscal year, spread over calendar quarters.

A 10-K tells what is due in the next twelve months and in the four years after. Where a 10-Q tells
the rest of its fiscal year as well, "the next twelve months" are the fiscal year after that: read
as they are named they would be counted twice.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Final, NamedTuple

from . import tags
from .balances import debt, face_value
from .copies import balance, billions, differ
from .evidence import Term, address, filing
from .facts import ANNUAL_FORMS, Fact, Facts, Unavailable
from .periods import Quarter, calendar_quarter, quarters_of, same_day
from .quarters import DAY, OPERATING_CASH_FLOW
from .record import Ladder

__all__ = ["ladder", "last_annual"]

CLOSE: Final = 0.05  # of the sum of the ladder to debt, which is at its carrying amount
CLOSE_WITH_GAPS: Final = 0.005  # the same, where rungs are left out
BILLION: Final = 1e9


class _Rungs(NamedTuple):
    """A ladder as a filing tells it."""

    date: dt.date
    terms: tuple[Term, ...]
    rungs: tuple[tuple[Quarter, ...], ...]  # the quarters of each fiscal year
    amounts: tuple[float, ...]  # USD
    after: float | None


def last_annual(facts: Facts) -> dt.date:
    """Day of the last annual balance sheet; of the first possible day if there is none."""
    ends = [
        one.end
        for tag in OPERATING_CASH_FLOW
        for one in facts.of(tag)
        if one.start is not None and one.form in ANNUAL_FORMS
    ]
    return max(ends, default=dt.date.min)


def ladder(facts: Facts, anchor: dt.date) -> Ladder:
    """What falls due, from the last quarterly report if that says it all, else from the annual one.

    Raises
    ------
    Unavailable
        If there is none of the last annual report, or it does not sum to the debt.
    """
    year_end = last_annual(facts)
    found = _of_quarter(facts, anchor, year_end) or _of_year(facts, year_end)
    quarters: dict[str, float] = {}
    for fiscal_year, amount in zip(found.rungs, found.amounts, strict=True):
        for quarter in fiscal_year:
            share = amount / len(fiscal_year) / BILLION
            quarters[quarter.label] = round(quarters.get(quarter.label, 0.0) + share, 9)
    where = f"{tags.LADDER}..., {found.date}, {filing(found.terms[0].fact)}"
    return Ladder(
        date=found.date,
        rungs={
            f"{year[0].start}..{year[-1].end}": round(amount / BILLION, 9)
            for year, amount in zip(found.rungs, found.amounts, strict=True)
        },
        after=None if found.after is None else round(found.after / BILLION, 9),
        spread={
            f"{year[0].start}..{year[-1].end}": tuple(quarter.label for quarter in year)
            for year in found.rungs
        },
        quarters=quarters,
        evidence=f"{where}, {address(facts.cik, found.terms[0].fact)}",
    )


def _of_quarter(facts: Facts, anchor: dt.date, year_end: dt.date) -> _Rungs | None:
    """The ladder of a 10-Q that tells the rest of its fiscal year; None if it does not."""
    if same_day(anchor, year_end):
        return None
    rest = balance(facts, tags.REST_OF_YEAR, anchor)
    if rest is None:
        return None
    told = [balance(facts, tag, anchor) for tag in tags.RUNGS]
    terms = [Term("plus", rest.tag, rest.last)]
    amounts = [rest.last.value]
    for tag, copies in zip(tags.RUNGS, told, strict=True):
        if copies is None:
            break
        terms.append(Term("plus", tag, copies.last))
        amounts.append(copies.last.value)
    if len(amounts) == 1:
        return None
    total, face = sum(amounts), debt(facts, anchor, year_end).total
    principal = balance(facts, tags.FACE_VALUE, anchor)
    most = max(face, principal.last.value if principal else 0.0)
    if total > (1 + CLOSE) * most:
        raise Unavailable(
            f"the ladder on {anchor} sums to {billions(total)}, debt to {billions(most)}"
        )
    left = _quarters_left(anchor, year_end)
    years = [left, *_fiscal_years(left[-1].end, len(amounts) - 1)]
    return _Rungs(anchor, tuple(terms), tuple(years), tuple(amounts), None)


def _of_year(facts: Facts, year_end: dt.date) -> _Rungs:
    """The ladder of the last annual report."""
    told = {tag: _annual(facts, tag, year_end) for tag in (*tags.RUNGS, tags.AFTER)}
    given = {tag: fact for tag, fact in told.items() if fact is not None}
    if not given:
        ends = [one.end for tag in told for one in facts.of(tag) if one.form in ANNUAL_FORMS]
        if not ends:
            raise Unavailable("no annual report tells a ladder of maturities")
        raise Unavailable(f"the ladder is stale since {max(ends)}, the last year ends {year_end}")
    total = sum(fact.value for fact in given.values())
    against = _against(facts, year_end)
    # An empty rung is left out, and so is one that a firm tells by a tag of its own.
    close = CLOSE if len(given) == len(told) else CLOSE_WITH_GAPS
    if all(differ(total, amount, close) for _, amount in against):
        what = ", ".join(f"{name} {billions(amount)}" for name, amount in against)
        raise Unavailable(
            f"the ladder of {year_end} sums to {billions(total)}, and not to {what or 'any debt'}"
        )
    terms = tuple(Term("plus", tag, fact) for tag, fact in given.items())
    amounts = tuple(fact.value if (fact := told[tag]) else 0.0 for tag in tags.RUNGS)
    after = given[tags.AFTER].value if tags.AFTER in given else 0.0
    return _Rungs(year_end, terms, tuple(_fiscal_years(year_end, 5)), amounts, after)


def _annual(facts: Facts, tag: str, year_end: dt.date) -> Fact | None:
    found = balance(facts, tag, year_end)
    if found is None:
        return None
    annual = [one for one in found.facts if one.form in ANNUAL_FORMS]
    return annual[-1] if annual else None


def _against(facts: Facts, year_end: dt.date) -> list[tuple[str, float]]:
    """What the ladder may sum to: debt at its carrying amount, its face value, a total."""
    found, owed = [], 0.0
    with suppress(Unavailable):
        owed = debt(facts, year_end, year_end).total
        found.append(("debt", owed))
    with suppress(Unavailable):
        found.append((tags.FACE_VALUE, face_value(facts, year_end, owed).last.value))
    for tag in tags.TOTALS:
        copies = balance(facts, tag, year_end)
        if copies is not None:
            found.append((tag, copies.last.value))
    return found


def _quarters_left(anchor: dt.date, year_end: dt.date) -> tuple[Quarter, ...]:
    """Quarters from the anchor to the end of its fiscal year."""
    passed = quarters_of(year_end + DAY, anchor)
    if not 1 <= passed <= 3:
        raise Unavailable(f"{anchor} lies in no fiscal year that began after {year_end}")
    return _row(anchor, 4 - passed)


def _fiscal_years(end: dt.date, count: int) -> list[tuple[Quarter, ...]]:
    """Fiscal years of four quarters after a day."""
    row = _row(end, 4 * count)
    return [row[4 * year : 4 * year + 4] for year in range(count)]


def _row(end: dt.date, count: int) -> tuple[Quarter, ...]:
    """Quarters of three months after a day, as the months count them."""
    ends = [_months_after(end, 3 * number) for number in range(count + 1)]
    starts = [day + DAY for day in ends[:-1]]
    return tuple(
        Quarter(start, last, calendar_quarter(start, last))
        for start, last in zip(starts, ends[1:], strict=True)
    )


def _months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month; the last of the month stays the last."""
    first = (day + DAY).replace(day=1) if (day + DAY).day == 1 else day.replace(day=1)
    month = first.month - 1 + months
    moved = first.replace(year=first.year + month // 12, month=month % 12 + 1)
    if (day + DAY).day == 1:
        return moved - DAY
    following = (moved + dt.timedelta(days=31)).replace(day=1)
    return min(moved + (day - first), following - DAY)
