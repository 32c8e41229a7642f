"""Flows of the last four quarters, item by item: which tags tell each, and what else is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from . import tags
from .copies import billions, durations
from .evidence import evidence, plus, with_note
from .facts import Facts, Unavailable
from .flows import Flow, flow, lapsed_or_never, told_by
from .periods import same_day
from .quarters import OPERATING_CASH_FLOW, Calendar

__all__ = ["find_flow"]

RECENT: Final = dt.timedelta(days=400)


def find_flow(name: str, facts: Facts, calendar: Calendar) -> Flow:
    """A flow by its name.

    Raises
    ------
    Unavailable
        If it is not told, or negative without being operating cash flow.
    """
    found = FINDS[name](facts, calendar)
    if found.total < 0 and name != "operating_cash_flow":
        words = f"four quarters sum to {billions(found.total)}"
        raise Unavailable(f"{' plus '.join(found.tags)}: {words}")
    return found


def _operating_cash_flow(facts: Facts, calendar: Calendar) -> Flow:
    """The total, if it is alive, not that of continuing operations, which is another figure."""
    for tag in OPERATING_CASH_FLOW:
        with suppress(Unavailable):
            told_by(facts, calendar.anchor, (tag,))
            break
    return flow(facts, calendar, (tag,))


def _capex(facts: Facts, calendar: Calendar) -> Flow:
    """Capital expenditure; where no usual tag is alive, the payments that are."""
    try:
        return flow(facts, calendar, tags.CAPEX)
    except Unavailable as problem:
        alive = _alive_payments(facts, calendar.anchor)
        if any(tag in tags.CAPEX for tag in alive):
            raise
        listed = ", ".join(f"{tag} {billions(value)}" for tag, value in alive.items())
        raise Unavailable(f"{problem}; alive are: {listed or 'no payments'}") from None


def _alive_payments(facts: Facts, anchor: dt.date) -> dict[str, float]:
    """Payments alive at the anchor, USD of their longest period that ends there."""
    found = {}
    for tag in facts.tags():
        if tag.startswith(("PaymentsTo", "PaymentsFor")):
            with suppress(Unavailable):
                told = [one for one in durations(facts, tag) if same_day(one.end, anchor)]
                if told:
                    longest = min(
                        told, key=lambda one: (one.start or one.end, -one.filed.toordinal())
                    )
                    found[tag] = longest.value
    return found


def _depreciation(facts: Facts, calendar: Calendar) -> Flow:
    """The cash flow's line; else depreciation, plus amortisation if there is any."""
    if any(_alive(facts, calendar, tag) for tag in tags.DEPRECIATION_AMORTISATION):
        return flow(facts, calendar, tags.DEPRECIATION_AMORTISATION)
    recently = calendar.anchor - RECENT
    lapsed = any(
        one.end > recently for tag in tags.DEPRECIATION_AMORTISATION for one in facts.of(tag)
    )
    if lapsed or not _alive(facts, calendar, tags.DEPRECIATION):
        # Refused, with where each of them ends.
        return flow(facts, calendar, tags.DEPRECIATION_AMORTISATION)
    depreciation = flow(facts, calendar, (tags.DEPRECIATION,))
    for tag in facts.tags():
        other = tag != tags.AMORTISATION and tag.startswith(tags.OTHER_AMORTISATION)
        if other and any(one.end > recently for one in facts.of(tag)):
            raise Unavailable(f"{tags.DEPRECIATION} is alive, but amortisation is in {tag}")
    if not any(one.end > recently for one in facts.of(tags.AMORTISATION)):
        words = "no amortisation is tagged"
        return depreciation._replace(evidence=with_note(depreciation.evidence, words))
    amortisation = flow(facts, calendar, (tags.AMORTISATION,))
    terms = (*depreciation.terms, *(plus(term) for term in amortisation.terms))
    notes = (*depreciation.notes, *amortisation.notes)
    total = depreciation.total + amortisation.total
    names = (*depreciation.tags, *amortisation.tags)
    return Flow(names, total, evidence(facts, terms, notes), terms, notes)


def _told(candidates: Sequence[str], facts: Facts, calendar: Calendar) -> Flow:
    return flow(facts, calendar, candidates)


def _to_shareholders(
    candidates: Sequence[str], prefixes: Sequence[str], facts: Facts, calendar: Calendar
) -> Flow:
    """Payments to shareholders: none, if none has been tagged in two years."""
    if any(_alive(facts, calendar, tag) for tag in candidates):
        return flow(facts, calendar, candidates)
    words = lapsed_or_never(facts, candidates, prefixes, calendar.anchor)
    words = f"derived: {words}, to {calendar.anchor}, {' or '.join(candidates)}"
    return Flow((), 0.0, words, (), ())


def _alive(facts: Facts, calendar: Calendar, tag: str) -> bool:
    return any(same_day(one.end, calendar.anchor) for one in durations(facts, tag))


FINDS: Final[dict[str, Callable[[Facts, Calendar], Flow]]] = {
    "operating_cash_flow": _operating_cash_flow,
    "capex": _capex,
    "depreciation_amortisation": _depreciation,
    "buybacks": partial(_to_shareholders, tags.BUYBACKS, tags.OTHER_BUYBACKS),
    "dividends": partial(_to_shareholders, tags.DIVIDENDS, tags.OTHER_DIVIDENDS),
    "revenue": partial(_told, tags.REVENUE),
    "interest_expense": partial(_told, tags.INTEREST),
    "new_finance_leases": partial(_told, (tags.NEW_FINANCE_LEASES,)),
}
