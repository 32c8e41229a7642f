"""Flows of the last four quarters: which tag tells them, their sum, and whether it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, NamedTuple

from .copies import Copies, billions, differ, durations, period
from .evidence import Term, evidence, filing
from .facts import Facts, Unavailable, WrongScale
from .periods import quarters_of, same_day
from .quarters import DAY, Calendar, QuarterAmount, quarter_amount

__all__ = ["Flow", "flow", "lapsed_or_never", "told_by"]

ALIKE: Final = 0.02  # tags that differ by more are two figures
CLOSURE: Final = 0.001  # the sum of four quarters against the year's
RECENT: Final = dt.timedelta(days=400)
UNITS: Final = 4  # of rounding
LARGEST_UNIT: Final = 1_000_000
MOST_OF_TOTAL: Final = 0.01


class Flow(NamedTuple):
    """A flow over the last four quarters.

    Attributes
    ----------
    tags : tuple of str
        What tells it.
    total : float
        USD.
    evidence : str
    terms : tuple of Term
        The facts behind the total.
    notes : tuple of str
    """

    tags: tuple[str, ...]
    total: float
    evidence: str
    terms: tuple[Term, ...]
    notes: tuple[str, ...]


def flow(facts: Facts, calendar: Calendar, candidates: Sequence[str]) -> Flow:
    """The sum of the last four quarters of the one candidate that is alive.

    Parameters
    ----------
    facts : Facts
    calendar : Calendar
    candidates : sequence of str
        Tags that may tell the item.

    Raises
    ------
    Unavailable
        If none has a fact that ends at the anchor, two of them differ by more than 2 %, a quarter
        is missing, or the quarters do not sum to the year.
    """
    alive = told_by(facts, calendar.anchor, candidates)
    problems = []
    for tag in alive:
        try:
            amounts = _four_quarters(facts, calendar, tag)
        except WrongScale:
            raise  # the year's own fact may be the wrong one
        except Unavailable as problem:
            problems.append(str(problem))
        else:
            return _checked(facts, calendar, tag, amounts)
    for tag in alive:
        year = _year(facts, tag, calendar)
        if year is not None and len(year) == 1:  # the year's own fact needs no quarters
            return _flow(facts, tag, year, _sum(year), ("a year alone, without quarters",))
    raise Unavailable("; ".join(problems))


def told_by(facts: Facts, anchor: dt.date, candidates: Sequence[str]) -> tuple[str, ...]:
    """The candidates that are alive: that tell a period up to the anchor, and the same of it.

    Raises
    ------
    Unavailable
        If there is none, two differ, or one that has just ended was another figure.
    """
    alive = tuple(tag for tag in candidates if _starts_to(facts, tag, anchor))
    if not alive:
        raise Unavailable(_dead(facts, candidates, anchor))
    _refuse_difference(facts, alive, anchor)
    for tag in candidates:
        if tag not in alive:
            _refuse_other_figure(facts, tag, alive[0], anchor)
    return alive


def lapsed_or_never(
    facts: Facts, candidates: Sequence[str], prefixes: Sequence[str], anchor: dt.date
) -> str:
    """Words for a payment that is not made: tagged never, or not within two years.

    Raises
    ------
    Unavailable
        If a candidate, or any tag that begins like one, has told a payment since.
    """
    recently = anchor - dt.timedelta(days=731)
    names = {tag for tag in facts.tags() if tag.startswith(tuple(prefixes))}
    last: dt.date | None = None
    for tag in sorted({*candidates, *names}):
        paid = [one for one in facts.of(tag) if one.start is not None and one.value]
        if not paid:
            continue
        newest = max(paid, key=lambda one: one.end)
        if newest.end > recently:
            raise Unavailable(
                f"{tag} was {billions(newest.value)} in {newest.start}..{newest.end}, "
                f"and is not told to {anchor}"
            )
        last = max(last or newest.end, newest.end)
    return f"no such payment tagged since {last}" if last else "no such payment tagged ever"


def _starts_to(facts: Facts, tag: str, end: dt.date) -> list[dt.date]:
    """First days of the periods that a tag tells to a day, the longest first."""
    return sorted(
        {
            one.start
            for one in durations(facts, tag)
            if one.start is not None and same_day(one.end, end)
        }
    )


def _dead(facts: Facts, candidates: Sequence[str], anchor: dt.date) -> str:
    """Why no candidate is taken: where each ends, and what the last annual report says."""
    words = []
    for tag in candidates:
        told = durations(facts, tag)
        if told:
            last = max(told, key=lambda one: (one.end, one.order))
            words.append(
                f"{tag} ends on {last.end} ({billions(last.value)} in {last.start}..{last.end}, "
                f"{filing(last)})"
            )
    if not words:
        return f"no filing tags {' or '.join(candidates)}"
    return f"nothing is told to {anchor}: {'; '.join(words)}"


def _refuse_difference(facts: Facts, alive: Sequence[str], anchor: dt.date) -> None:
    """Refuse tags that tell the longest period they have in common otherwise: show both."""
    first, *others = alive
    for other in others:
        common = [
            (one, two)
            for start in _starts_to(facts, first, anchor)
            if (one := period(facts, first, start, anchor))
            and (two := period(facts, other, start, anchor))
        ]
        if not common:
            raise Unavailable(f"{first} and {other} both are told to {anchor}, of no common period")
        one, two = common[0]
        if differ(one.last.value, two.last.value, ALIKE):
            raise Unavailable(
                f"{_shown(one)}, but {_shown(two)}: both are alive and differ, neither is taken"
            )


def _refuse_other_figure(facts: Facts, lapsed: str, alive: str, anchor: dt.date) -> None:
    """Refuse a tag that stands for one which has just ended, if it has been another figure."""
    periods = {
        (one.end, one.start)
        for one in durations(facts, lapsed)
        if one.start is not None and one.end > anchor - RECENT
    }
    periods &= {(one.end, one.start) for one in durations(facts, alive) if one.start is not None}
    for end, start in sorted(periods, reverse=True)[:1]:
        one, two = period(facts, lapsed, start, end), period(facts, alive, start, end)
        if one and two and differ(one.last.value, two.last.value, ALIKE):
            raise Unavailable(
                f"{_shown(one)} has ended, {_shown(two)} goes on: they differ, neither is taken"
            )


def _shown(copies: Copies) -> str:
    last = copies.last
    return f"{copies.tag} {billions(last.value)} in {last.start}..{last.end} ({filing(last)})"


def _four_quarters(facts: Facts, calendar: Calendar, tag: str) -> list[QuarterAmount]:
    quarters = calendar.quarters[:4]
    if len(quarters) < 4:
        begin = quarters[-1].start if quarters else calendar.anchor
        raise Unavailable(f"fewer than four quarters: nothing tells the one before {begin}")
    return [quarter_amount(facts, tag, quarter) for quarter in quarters]


def _checked(facts: Facts, calendar: Calendar, tag: str, amounts: Sequence[QuarterAmount]) -> Flow:
    """The sum of four quarters, if the fiscal years tell the same."""
    year = _year(facts, tag, calendar)
    total = sum(amount.value for amount in amounts)
    notes = tuple(dict.fromkeys(note for amount in amounts for note in amount.notes))
    if year is None:
        terms = tuple(term for amount in reversed(amounts) for term in _terms(amount))
        return _flow(facts, tag, terms, total, (*notes, "not checked, no year is told"))
    apart = abs(total - _sum(year))
    members = [one for amount in amounts for one in (amount.minuend, amount.subtrahend) if one]
    unit = max(_unit(one.value) for one in members)
    rounding = min(UNITS * unit, MOST_OF_TOTAL * abs(total))
    if apart > max(CLOSURE * abs(total), rounding):
        raise Unavailable(
            f"{tag}: the four quarters sum to {billions(total)}, "
            f"but {evidence(facts, year).partition(': ')[2]} make {billions(_sum(year))}"
        )
    return _flow(facts, tag, year, total, notes)


def _year(facts: Facts, tag: str, calendar: Calendar) -> tuple[Term, ...] | None:
    """The fiscal year to the anchor; or the last year plus the year to date less that before."""
    anchor = calendar.anchor
    for start in _starts_to(facts, tag, anchor):
        whole = period(facts, tag, start, anchor)
        if whole is not None and quarters_of(start, anchor) == 4:
            return (Term("", tag, whole.last),)
    if len(calendar.quarters) < 4:
        return None
    first = calendar.quarters[3].start
    for quarter in calendar.quarters[1:4]:
        for start in _starts_to(facts, tag, quarter.end):
            if quarters_of(start, quarter.end) < 4:
                continue
            year = period(facts, tag, start, quarter.end)
            now = period(facts, tag, quarter.end + DAY, anchor)
            before = period(facts, tag, start, first - DAY)
            if year and now and before:
                return (
                    Term("", tag, year.last),
                    Term("plus", tag, now.last),
                    Term("less", tag, before.last),
                )
    return None


def _terms(amount: QuarterAmount) -> tuple[Term, ...]:
    plus = Term("plus", amount.tag, amount.minuend)
    if amount.subtrahend is None:
        return (plus,)
    return (plus, Term("less", amount.tag, amount.subtrahend))


def _sum(terms: Sequence[Term]) -> float:
    return sum(term.value for term in terms)


def _unit(value: float) -> int:
    """The unit in which an amount seems to be told: the largest power of ten up to a million."""
    unit = LARGEST_UNIT
    while unit > 1 and value % unit:
        unit //= 10
    return unit


def _flow(
    facts: Facts, tag: str, terms: tuple[Term, ...], total: float, notes: tuple[str, ...]
) -> Flow:
    return Flow((tag,), total, evidence(facts, terms, notes), terms, notes)
