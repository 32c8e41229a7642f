"""The copies that filings hold of one figure, and which of them counts.

A year's cash flow stands in its own report and, as a comparison, in the next two. The last filed
is the best known. Some copies have the other sign, or were typed in thousands.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from .facts import ANNUAL_FORMS, Fact, Facts, Unavailable
from .periods import quarters_of, same_day

__all__ = ["RESTATED", "Copies", "balance", "durations", "period"]

RESTATED: Final = 0.005  # copies that differ by more are worth a word
SAME_SIZE: Final = 0.02
SCALES: Final = (1e3, 1e6)
PAYMENTS: Final = "Payments"  # tags of outflows, which are positive


@dataclass(frozen=True)
class Copies:
    """All copies of one figure, in the order in which they were filed; at least one.

    Attributes
    ----------
    tag : str
    facts : tuple of Fact
    """

    tag: str
    facts: tuple[Fact, ...]

    @property
    def first(self) -> Fact:
        """As it was first filed."""
        return self.facts[0]

    @property
    def last(self) -> Fact:
        """As it was last filed: the best known."""
        return self.facts[-1]

    @property
    def restated(self) -> bool:
        """Whether the last copy differs from the first by more than half a per cent."""
        return differ(self.first.value, self.last.value, RESTATED)

    @property
    def note(self) -> str:
        """What is to be said of copies that differ, or ""."""
        if not self.restated:
            return ""
        return f"first filed as {billions(self.first.value)} in {self.first.accession}"


def differ(one: float, other: float, share: float) -> bool:
    """Whether two figures differ by more than a share of the larger."""
    return abs(one - other) > share * max(abs(one), abs(other))


def billions(dollars: float) -> str:
    """An amount in $bn to the million, as evidence tells it; exact where that is not enough.

    >>> billions(164_713_000_000), billions(567_699_000), billions(61_168)
    ('164.713', '0.567699', '0.000061168')
    """
    text = f"{dollars / 1e9:.9f}".rstrip("0")
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction:0<3}"


def balance(facts: Facts, tag: str, day: dt.date) -> Copies | None:
    """A balance of a day, within the tolerance of fiscal calendars; None if there is none.

    Raises
    ------
    Unavailable
        If its copies contradict each other in scale or sign.
    """
    found = [one for one in facts.of(tag) if one.start is None and same_day(one.end, day)]
    return _copies(tag, found)


def period(facts: Facts, tag: str, start: dt.date, end: dt.date) -> Copies | None:
    """What a tag says of a period; parameters and errors as for `balance`."""
    found = [
        one
        for one in durations(facts, tag)
        if one.start is not None and same_day(one.start, start) and same_day(one.end, end)
    ]
    return _copies(tag, found)


def durations(facts: Facts, tag: str) -> list[Fact]:
    """Facts of a tag about one to four quarters; a year only from an annual report.

    Some quarterly reports hold the last twelve months, which are no fiscal year.
    """
    return [
        one
        for one in facts.of(tag)
        if one.start is not None
        and (length := quarters_of(one.start, one.end))
        and (length < 4 or one.form in ANNUAL_FORMS)
    ]


def _copies(tag: str, found: list[Fact]) -> Copies | None:
    if not found:
        return None
    sizes = [abs(one.value) for one in found if one.value]
    for size in sizes:
        for scale in SCALES:
            wrong = next((s for s in sizes if not differ(s * scale, size, SAME_SIZE)), None)
            if wrong is not None:
                raise Unavailable(
                    f"{tag} to {found[-1].end}: one copy, {billions(size)}, is {scale:,.0f} times "
                    f"another, {billions(wrong)}"
                )
    return Copies(tag, tuple(_with_sign(tag, found)))


def _with_sign(tag: str, found: list[Fact]) -> list[Fact]:
    """Copies of one sign: of a payment's the positive one, where the other has its size."""
    negative = [one for one in found if one.value < 0]
    positive = [one for one in found if one.value > 0]
    opposite = [
        one
        for one in negative
        if any(not differ(-one.value, other.value, SAME_SIZE) for other in positive)
    ]
    if tag.startswith(PAYMENTS):
        found = [one._replace(value=-one.value) if one in opposite else one for one in found]
        if any(one.value < 0 for one in found):
            raise Unavailable(f"{tag} to {found[-1].end}: a payment is negative")
    elif opposite:
        raise Unavailable(f"{tag} to {found[-1].end}: copies of one size have both signs")
    return found
