"""Cash and debt on a day: sums of the balance sheet's lines, each checked where a total is told."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from . import tags
from .copies import Copies, balance, billions, differ
from .evidence import Term, evidence, filing, notes_of
from .facts import Facts, Unavailable

__all__ = ["Balance", "cash", "debt", "face_value", "restricted"]

SAME: Final = 0.005
ALIKE: Final = 0.02
CLOSE: Final = 0.05  # of a total that may be the face value
LEAST_FACE: Final = 0.98  # of the carrying amount: premiums are small, a part of the debt is not
OTHER_SECURITIES: Final = re.compile(
    "(Securities|Investments).*(?<!Non)[Cc]urrent$|ShortTermInvestments$"
)
RESTRICTED_CASH: Final = re.compile("RestrictedCash")
SALE_RESTRICTED: Final = re.compile("Securit.*SaleRestriction|RestrictedInvestments.*Current$")
LEAST_RESTRICTED: Final = 0.01  # of what is counted, to be worth a word
QUARTER: Final = dt.timedelta(days=100)
YEAR: Final = dt.timedelta(days=400)


class Balance(NamedTuple):
    """A sum of lines of the balance sheet.

    Attributes
    ----------
    total : float
        USD.
    evidence : str
    terms : tuple of Term
    """

    total: float
    evidence: str
    terms: tuple[Term, ...]


def cash(facts: Facts, day: dt.date) -> Balance:
    """Cash and current securities, without what is restricted or not current.

    Raises
    ------
    Unavailable
        If cash is not told, or two tags of securities differ and no total says which counts.
    """
    own = balance(facts, tags.CASH, day)
    if own is None:
        raise Unavailable(f"{tags.CASH} is not told on {day}")
    alive = [one for tag in tags.SECURITIES if (one := balance(facts, tag, day)) is not None]
    total = balance(facts, tags.CASH_AND_SECURITIES, day)
    if total is not None:
        fitting = [one for one in alive if _is(own.last.value + one.last.value, total)]
        if not fitting and not _is(own.last.value, total):
            lines = " or ".join(_shown(one) for one in alive) or "no securities"
            raise Unavailable(f"{_shown(own)} and {lines}, but {_shown(total)}: they do not agree")
        return _sum(facts, [own, *fitting[:1]])
    if not alive:
        _refuse_lapsed(facts, (*tags.SECURITIES, tags.CASH_AND_SECURITIES), day)
        others = [
            one
            for tag in facts.tags()
            if _other_securities(tag)
            and (one := balance(facts, tag, day)) is not None
            and one.last.value
        ]
        if others:
            raise Unavailable(f"securities stand under another tag: {_listed(others)}")
    elif any(differ(alive[0].last.value, one.last.value, ALIKE) for one in alive):
        raise Unavailable(f"{_listed(alive)}: all are alive and differ, none is taken")
    return _sum(facts, [own, *alive[:1]])


def restricted(facts: Facts, day: dt.date, counted: float) -> list[str]:
    """Sentences on cash and securities that may not be used, as far as they are tagged.

    Parameters
    ----------
    facts : Facts
    day : date
    counted : float
        Cash and securities as they are counted, USD.
    """
    sentences = []
    for tag in sorted(facts.tags()):
        apart, within = RESTRICTED_CASH.match(tag), SALE_RESTRICTED.search(tag)
        if not apart and not within:
            continue
        found = balance(facts, tag, day)
        if found is None or found.last.value < LEAST_RESTRICTED * counted:
            continue
        sentences.append(
            f"cash_usd_bn is without {_shown(found)}: restricted cash"
            if apart
            else f"{_shown(found)} may not be sold; take off what of it is in cash_usd_bn"
        )
    return sentences


def debt(facts: Facts, day: dt.date, last_annual: dt.date) -> Balance:
    """Debt at its carrying amount: noncurrent, current and short-term lines.

    Parameters
    ----------
    facts : Facts
    day : date
    last_annual : date
        Day of the last annual balance sheet, which may confirm that no debt is current.

    Raises
    ------
    Unavailable
        If a line is missing or ambiguous, or a total contradicts the sum.
    """
    noncurrent = _first(facts, tuple(tags.NONCURRENT), day)
    if noncurrent is None:
        return _parts(facts, day)
    lines = [noncurrent]
    leases, notes = _leases(facts, tags.NONCURRENT[noncurrent.tag], day)
    with_short = balance(facts, tags.CURRENT_WITH_SHORT_TERM, day)
    current = with_short or _first(facts, tuple(tags.CURRENT), day)
    if current is not None:
        lines.append(current)
        more, words = _leases(facts, tags.CURRENT.get(current.tag, ""), day)
        leases, notes = leases + more, notes + words
    else:
        _refuse_lapsed(facts, (tags.CURRENT_WITH_SHORT_TERM, *tags.CURRENT), day)
        notes.append(_no_current(facts, noncurrent, last_annual))
    short: list[Copies] = []
    if with_short is None:
        short = _short_term(facts, day)
        lines += short
    found = _sum(facts, lines, leases, notes)
    long_term = found.total - sum(one.last.value for one in short)
    _check(facts, day, (found.total, long_term, noncurrent.last.value))
    return found


def face_value(facts: Facts, day: dt.date, owed: float) -> Copies:
    """Principal of all debt on a day.

    The tag is of one instrument at some firms, of what is noncurrent at others, whose principal
    lies below the debt's carrying amount.

    Parameters
    ----------
    facts : Facts
    day : date
    owed : float
        All debt at its carrying amount, USD.

    Raises
    ------
    Unavailable
        If it is not told, or of a part of the debt.
    """
    found = balance(facts, tags.FACE_VALUE, day)
    if found is None:
        raise Unavailable(f"{tags.FACE_VALUE} is not told on {day}")
    if found.last.value < LEAST_FACE * owed:
        raise Unavailable(f"{_shown(found)} is of a part of the debt of {billions(owed)}")
    return found


def _no_current(facts: Facts, noncurrent: Copies, last_annual: dt.date) -> str:
    """Words for debt of which nothing is current, as a total told at the last annual report.

    Raises
    ------
    Unavailable
        If no total says so: a current part may stand under a tag of the firm's own.
    """
    for day in (noncurrent.last.end, last_annual):
        then = balance(facts, noncurrent.tag, day)
        for tag in tags.TOTALS:
            total = balance(facts, tag, day)
            if then is None or total is None:
                continue
            if not differ(then.last.value, total.last.value, ALIKE):
                return f"no current part: {_shown(total)} is all noncurrent"
    raise Unavailable(
        f"{_shown(noncurrent)} is noncurrent; no current part is tagged, and no total says that "
        "there is none"
    )


def _short_term(facts: Facts, day: dt.date) -> list[Copies]:
    """Short-term lines; two that are positive may hold each other."""
    _refuse_lapsed(facts, tags.SHORT_TERM, day)
    short = [one for tag in tags.SHORT_TERM if (one := balance(facts, tag, day)) is not None]
    positive = [one for one in short if one.last.value]
    if len(positive) > 1:
        raise Unavailable(f"{_listed(positive)}: one may hold the other")
    return positive or short[:1]


def _parts(facts: Facts, day: dt.date) -> Balance:
    """Debt by kinds of borrowing, where no line tells what is noncurrent."""
    _refuse_lapsed(facts, tuple(tags.NONCURRENT), day)
    for tag in (tags.CURRENT_WITH_SHORT_TERM, *tags.CURRENT):
        current = balance(facts, tag, day)
        if current is not None:
            raise Unavailable(
                f"{_shown(current)} is current; what is not stands under no known tag"
            )
    parts = [one for tag in tags.PARTS if (one := balance(facts, tag, day)) is not None]
    if not parts:
        raise Unavailable(f"no tag of debt is told on {day}")
    _refuse_lapsed(facts, tags.PARTS, day)
    found = _sum(facts, parts, notes=["by parts"])
    _check(facts, day, (found.total,))
    return found


def _check(facts: Facts, day: dt.date, sums: Sequence[float]) -> None:
    """Refuse a sum that a total contradicts, or of nothing while interest is paid."""
    for tag in tags.TOTALS:
        total = balance(facts, tag, day)
        if total is None or not total.last.value:  # one firm's is 0, beside bonds of 90 bn
            continue
        if all(differ(total.last.value, one, CLOSE) for one in sums):
            raise Unavailable(f"the lines sum to {billions(sums[0])}, but {_shown(total)}")
    if not sums[0]:
        for tag in tags.INTEREST:
            if any(one.value > 0 and day - one.end < YEAR for one in facts.of(tag)):
                raise Unavailable(f"the lines sum to 0, but {tag} is paid")


def _refuse_lapsed(facts: Facts, candidates: Sequence[str], day: dt.date) -> None:
    """Refuse a line that was told a quarter before, or beside the day's own, and is not now."""
    anchor = balance(facts, tags.CASH, day)
    accession = anchor.last.accession if anchor else ""
    for tag in candidates:
        if balance(facts, tag, day) is not None:
            continue
        for one in facts.of(tag):
            before = one.start is None and one.value > 0 and one.end < day
            if before and (day - one.end < QUARTER or one.accession == accession):
                raise Unavailable(
                    f"{tag} was {billions(one.value)} on {one.end} and is not told on {day}"
                )


def _first(facts: Facts, candidates: Sequence[str], day: dt.date) -> Copies | None:
    """The first candidate that is told on a day, if those before it have not just lapsed."""
    for place, tag in enumerate(candidates):
        found = balance(facts, tag, day)
        if found is not None:
            _refuse_lapsed(facts, candidates[:place], day)
            return found
    return None


def _leases(facts: Facts, tag: str, day: dt.date) -> tuple[list[Copies], list[str]]:
    """Finance leases inside a line of debt, to be taken off it; or words that they are within."""
    if not tag:
        return [], []
    found = balance(facts, tag, day)
    if found is not None:
        return [found], []
    told = [one for one in facts.of(tag) if one.start is None and one.end < day]
    last = max(told, key=lambda one: (one.end, one.order), default=None)
    size = "" if last is None else f" ({tag} {billions(last.value)} on {last.end})"
    return [], [f"finance leases are within{size}"]


def _sum(
    facts: Facts,
    lines: Sequence[Copies],
    less: Sequence[Copies] = (),
    notes: Sequence[str] = (),
) -> Balance:
    terms = tuple(Term("plus", one.tag, one.last) for one in lines)
    terms += tuple(Term("less", one.tag, one.last) for one in less)
    total = sum(term.value for term in terms)
    words = [*notes, *notes_of([*lines, *less])]
    if total < 0:
        raise Unavailable(f"{_listed([*lines, *less])}: they sum to {billions(total)}")
    return Balance(total, evidence(facts, terms, words), terms)


def _is(sum_of_lines: float, total: Copies) -> bool:
    return not differ(sum_of_lines, total.last.value, SAME)


def _other_securities(tag: str) -> bool:
    return tag not in tags.SECURITIES and OTHER_SECURITIES.search(tag) is not None


def _shown(copies: Copies) -> str:
    last = copies.last
    return f"{copies.tag} {billions(last.value)} on {last.end} ({filing(last)})"


def _listed(lines: Sequence[Copies]) -> str:
    return ", ".join(_shown(one) for one in lines)
