"""Quarters of cash flows and revenue: the year to date less the year to date a quarter before.

Cash flows are told from the start of the fiscal year: no filing gives a fourth quarter, and few the
second or third alone. Every quarter's amount is a difference of two facts, or a fact.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from .copies import SCALES, Copies, billions, durations, period
from .facts import Fact, Facts, Unavailable, WrongScale
from .periods import LENGTHS, Quarter, calendar_quarter, quarters_of, same_day

__all__ = ["OPERATING_CASH_FLOW", "Calendar", "QuarterAmount", "fiscal_calendar", "quarter_amount"]

OPERATING_CASH_FLOW: Final = (
    "NetCashProvidedByUsedInOperatingActivities",
    "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",
)
DAY: Final = dt.timedelta(days=1)
YEAR: Final = dt.timedelta(days=370)  # between the filings of both members of a difference
LEAST_DIFFERENCE: Final = 2e6  # USD: two units of accounts in millions
SMALL: Final = 0.002


class QuarterAmount(NamedTuple):
    """What flowed in one quarter.

    Attributes
    ----------
    value : float
        USD.
    tag : str
    minuend : Fact
        The year to date, or the quarter's own fact.
    subtrahend : Fact or None
        The year to date a quarter before; None if the quarter has a fact of its own.
    notes : tuple of str
    """

    value: float
    tag: str
    minuend: Fact
    subtrahend: Fact | None
    notes: tuple[str, ...]


class Calendar(NamedTuple):
    """A firm's fiscal quarters.

    Attributes
    ----------
    anchor : date
        The last day of which a cash flow was told.
    quarters : tuple of Quarter
        Newest first, without gaps; the first ends at the anchor.
    """

    anchor: dt.date
    quarters: tuple[Quarter, ...]


def fiscal_calendar(facts: Facts) -> Calendar:
    """The firm's fiscal quarters as far back as its operating cash flow goes.

    Raises
    ------
    Unavailable
        If there is no cash flow.
    """
    found = [fact for tag in OPERATING_CASH_FLOW for fact in durations(facts, tag)]
    if not found:
        raise Unavailable("tells no operating cash flow of a quarter, half-year or year")
    ends = {fact.end for fact in found}
    ends |= {fact.start - DAY for fact in found if fact.start is not None}
    anchor = end = max(fact.end for fact in found)
    low, high = LENGTHS[1]
    quarters: list[Quarter] = []
    while before := [day for day in ends if low <= (end - day).days <= high]:
        # Days that lie within the tolerance are one: the newest calendar's.
        start = max(before) + DAY
        quarters.append(Quarter(start, end, calendar_quarter(start, end)))
        end = start - DAY
    return Calendar(anchor, tuple(quarters))


def quarter_amount(facts: Facts, tag: str, quarter: Quarter) -> QuarterAmount:
    """What a tag says of one fiscal quarter.

    The longest year to date that ends there, less the one with the same start that ends a quarter
    before; else the quarter's own fact; else the half-year less the second quarter.

    Raises
    ------
    Unavailable
        If none of them is there, or they contradict each other.
    """
    own = period(facts, tag, quarter.start, quarter.end)
    for start in _starts(facts, tag, quarter):
        whole = period(facts, tag, start, quarter.end)
        part = period(facts, tag, start, quarter.start - DAY)
        if whole is not None and part is not None:
            found = _difference(tag, whole, part)
            return found if own is None else _beside(found, own)
    if own is not None:
        return QuarterAmount(own.last.value, tag, own.last, None, _notes(own))
    return _half_year_less_second(facts, tag, quarter)


def _starts(facts: Facts, tag: str, quarter: Quarter) -> list[dt.date]:
    """First days of longer periods that end with the quarter, the longest first."""
    return sorted(
        fact.start
        for fact in durations(facts, tag)
        if fact.start is not None
        and same_day(fact.end, quarter.end)
        and quarters_of(fact.start, fact.end) > 1
    )


def _difference(tag: str, whole: Copies, part: Copies) -> QuarterAmount:
    """The later year to date less the earlier, both from filings of the same time.

    A year is told again in later reports, perhaps by other rules; the nine months before its last
    quarter are not. Then both are taken as they were first filed.
    """
    notes = tuple(note for note in (whole.note, part.note) if note)
    pairs = [
        (one, other)
        for one in reversed(whole.facts)
        for other in reversed(part.facts)
        if abs(one.filed - other.filed) <= YEAR
    ]
    if not pairs:
        raise Unavailable(f"{tag} to {whole.last.end}: its two parts were filed over a year apart")
    if whole.restated != part.restated:
        pairs = [(whole.first, part.first)]
        which = whole.last if whole.restated else part.last
        restated = f"{billions(which.value)} to {which.end} in {which.accession} is restated"
        notes = (f"as first filed: {restated}, the other part is not",)
        if abs(whole.first.filed - part.first.filed) > YEAR:
            raise Unavailable(f"{tag} to {whole.last.end}: one part is restated, the other not")
    minuend, subtrahend = max(pairs, key=lambda pair: (pair[1].order, pair[0].order))
    _refuse_wrong_scale(tag, minuend, subtrahend)
    return QuarterAmount(minuend.value - subtrahend.value, tag, minuend, subtrahend, notes)


def _refuse_wrong_scale(tag: str, whole: Fact, part: Fact) -> None:
    """Refuse two periods of which one seems to be told in thousands.

    Its quarters would be of the other sign, or a thousand times their neighbours, and yet sum to
    the year.

    Raises
    ------
    WrongScale
        One is a thousand or a million times the other, a quarter, to a factor of two.
    """
    rates = []
    for one in (whole, part):
        assert one.start is not None  # both are durations
        rates.append(abs(one.value) / quarters_of(one.start, one.end))
    for scale in SCALES:
        if min(rates) and 0.5 < max(rates) / min(rates) / scale < 2.0:
            raise WrongScale(
                f"{tag}: {billions(whole.value)} in {whole.start}..{whole.end} and "
                f"{billions(part.value)} to {part.end} are {scale:,.0f} times apart, so that one "
                "seems to be in thousands"
            )


def _beside(found: QuarterAmount, own: Copies) -> QuarterAmount:
    """The difference, with a word if the quarter's own fact is another."""
    apart = abs(found.value - own.last.value)
    if apart <= max(LEAST_DIFFERENCE, SMALL * abs(found.value)):
        return found
    note = f"the quarter's own fact is {billions(own.last.value)}, {own.last.accession}"
    return found._replace(notes=(*found.notes, note))


def _notes(copies: Copies) -> tuple[str, ...]:
    return (copies.note,) if copies.note else ()


def _half_year_less_second(facts: Facts, tag: str, quarter: Quarter) -> QuarterAmount:
    """A first quarter from the half-year, where a tag was begun in mid-year."""
    for fact in durations(facts, tag):
        if fact.start is None or not same_day(fact.start, quarter.start):
            continue
        if quarters_of(fact.start, fact.end) == 2:
            whole = period(facts, tag, fact.start, fact.end)
            second = period(facts, tag, quarter.end + DAY, fact.end)
            if whole is not None and second is not None:
                return _difference(tag, whole, second)
    raise Unavailable(f"{tag}: nothing tells the quarter to {quarter.end}")
