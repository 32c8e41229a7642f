"""Flows of quarters as they were reported, and sums over four of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, NamedTuple

from capexrisk.scenario.section import split_evidence
from capexrisk.tables.actuals import Actual
from capexrisk.tables.periods import last_day_before, quarter_at

from .found import Found, Sources, latest, shown

__all__ = ["PAID_FOR", "SPENDING", "Amount", "Series", "series_of", "trailing_flows"]

SPENDING: Final = "spending"  # with what finance leases pay, as plans count it
PAID_FOR: Final = "capex"  # without, as filings tell it
# Flow, as filings call it, to names that rows may give it; the first that a quarter has counts.
ALIASES: Final = {
    "operating_cash_flow": ("operating_cash_flow",),
    SPENDING: ("capex", "capex_with_finance_leases"),
    PAID_FOR: ("capex_ppe", "capex_cash", "capex_net", "capex_gross", "capex_accrual"),
    "depreciation_amortisation": ("depreciation_amortisation",),
    "buybacks": ("buybacks", "share_repurchases"),
    "dividends": ("dividends",),
    "revenue": ("revenue",),
}
# Keys of an issuer that are the sum of a flow over four quarters.
TRAILING: Final = {
    "ocf_usd_bn_per_year": "operating_cash_flow",
    "depreciation_amortisation_usd_bn_per_year": "depreciation_amortisation",
    "dividends_usd_bn_per_year": "dividends",
    "buybacks_usd_bn_per_year": "buybacks",
}
REVENUE: Final = "core_revenue_usd_bn_per_year"
SOURCED: Final = ("reported", "derived")
YEAR: Final = 4


class Amount(NamedTuple):
    """What a flow was in a quarter, $bn.

    Attributes
    ----------
    value : float
    told : bool
        Whether it was told of the quarter itself, and not spread from a longer period.
    source : str
    row : Actual or None
        None if it is from filings.
    """

    value: float
    told: bool
    source: str
    row: Actual | None


Series = dict[int, Amount]


def series_of(sources: Sources, flow: str) -> Series:
    """A flow by quarter: from filings, then from rows, then what longer rows leave for the rest.

    The part of a half-year, nine months or a year that no quarter tells is spread evenly over the
    quarters that lack, if none of them lies before the old start.
    """
    found: Series = {}
    if sources.draft is not None:
        for filed in sources.draft.quarters:
            amount = filed.amounts.get(flow)
            if amount is not None:
                source = f"companyfacts of {sources.draft.entity}"
                found[quarter_at(filed.quarter)] = Amount(amount, True, source, None)
    rows = _rows(sources, flow)
    for row in reversed(rows):  # so that the first alias, and of one alias the last row, counts
        if row.dates.months == 3:
            found[row.dates.quarters()[0]] = Amount(row.usd_bn, True, row.source, row)
    for row in rows:
        quarters = row.dates.quarters()
        missing = [quarter for quarter in quarters if quarter not in found]
        if len(quarters) > 1 and missing and min(missing) >= sources.begin:
            rest = row.usd_bn - sum(found[q].value for q in quarters if q in found)
            for quarter in missing:
                found[quarter] = Amount(rest / len(missing), False, row.source, row)
    return found


def trailing_flows(sources: Sources) -> dict[str, Found]:
    """Sums over the latest four quarters, by key of an issuer.

    An old core revenue with a source is all revenue, and so is the new one. Where it is a
    judgement, only the scenario says which part is the core's, and it grows as all revenue does.
    """
    found = {key: sum_ for key, flow in TRAILING.items() if (sum_ := _trailing(sources, key, flow))}
    revenue = _core_revenue(sources)
    return found if revenue is None else {**found, REVENUE: revenue}


def _core_revenue(sources: Sources) -> Found | None:
    """All revenue, where the old figure has a source; else the old figure times its growth."""
    confidence, _ = split_evidence(sources.issuer.evidence.get(REVENUE, ""))
    if confidence in SOURCED:
        return _trailing(sources, REVENUE, "revenue")
    old, new = _revenue(sources)
    if old is None or new is None:
        return None
    core = sources.issuer.core_revenue_usd_bn_per_year
    growth = new.value / old.value
    return Found(
        new.day,
        core * growth,
        f"derived: {shown(core)} times {shown(growth)}, revenue of {shown(new.value)} in four "
        f"quarters to {new.day} over {shown(old.value)} to {old.day}, {new.source}",
        new.rows,
    )


class _Sum(NamedTuple):
    """A flow of four quarters, and the last of them."""

    last: int
    day: dt.date
    value: float
    source: str
    rows: tuple[Actual, ...]
    parts: tuple[float, ...]


def _trailing(sources: Sources, key: str, flow: str) -> Found | None:
    told = [
        Found(row.dates.last, row.usd_bn, row.evidence, (row,))
        for row in _rows(sources, flow)
        if row.dates.months == 12 and sources.is_news(row.dates.last)
    ]
    summed = [
        Found(
            one.day,
            one.value,
            f"derived: {' + '.join(map(shown, one.parts))} in four quarters to {one.day}, "
            f"{one.source}",
            one.rows,
        )
        for one in _sums(sources, flow)
        if sources.is_news(one.day)
    ]
    return latest([*sources.drafted((key,)).values(), *told, *summed])


def _revenue(sources: Sources) -> tuple[_Sum | None, _Sum | None]:
    """Revenue of four quarters: to the old start, and the latest news."""
    told = [
        _Sum(
            row.dates.quarters()[-1],
            row.dates.last,
            row.usd_bn,
            row.source,
            (row,),
            (row.usd_bn,),
        )
        for row in _rows(sources, "revenue")
        if row.dates.months == 12
    ]
    sums = [*told, *_sums(sources, "revenue")]
    before = [one for one in sums if one.last == sources.begin - 1 and one.value > 0]
    news = [one for one in sums if sources.is_news(one.day)]
    by_day = [max(some, key=lambda one: one.day, default=None) for some in (before, news)]
    return by_day[0], by_day[1]


def _sums(sources: Sources, flow: str) -> Iterable[_Sum]:
    """Every sum of four quarters that were each told."""
    series = series_of(sources, flow)
    for last in series:
        quarters = range(last - YEAR + 1, last + 1)
        if all(quarter in series and series[quarter].told for quarter in quarters):
            amounts = [series[quarter] for quarter in quarters]
            rows = tuple(amount.row for amount in amounts if amount.row is not None)
            yield _Sum(
                last,
                rows[-1].dates.last if amounts[-1].row else last_day_before(last + 1),
                sum(amount.value for amount in amounts),
                amounts[-1].source,
                rows,
                tuple(amount.value for amount in amounts),
            )


def _rows(sources: Sources, flow: str) -> list[Actual]:
    """Rows of a flow up to the new start, news or not, those that count first."""
    return [
        row
        for row in sources.named(ALIASES[flow])
        if row.dates.last <= sources.until and row.dates.months
    ]
