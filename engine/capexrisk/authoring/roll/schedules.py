"""Debt falling due and leases beginning, cut at the new start."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final, NamedTuple

from capexrisk.scenario import profiles
from capexrisk.tables.actuals import Actual
from capexrisk.tables.periods import quarter_at

from .found import Found, Sources, shown

__all__ = ["due_by_quarter", "schedules"]

DUE: Final = re.compile(r"principal_due_(rest_of_)?([12][0-9]{3})")
YEAR: Final = 4
BEYOND: Final = 4


class Ladder(NamedTuple):
    """Principal due by quarter, as it was told since the old start."""

    amounts: dict[int, float]
    evidence: str
    day: dt.date
    rows: tuple[Actual, ...]


def due_by_quarter(sources: Sources, start: str, quarters: int) -> dict[int, float]:
    """Debt falling due by quarter in the old scenario, $bn."""
    issuer = sources.issuer
    if issuer.maturities_usd_bn is None:
        scheduled = profiles.maturities(issuer, start, quarters + BEYOND)
    else:
        scheduled = list(issuer.maturities_usd_bn)
    return dict(enumerate(scheduled, start=sources.begin))


def schedules(sources: Sources, due: dict[int, float], quarters: int) -> dict[str, Found]:
    """Lists over the quarters from the new start on.

    Amounts of a calendar year are the file's own matter: those of years before the start are not
    inherited.

    Parameters
    ----------
    sources : Sources
    due : dict of int to float
        Debt falling due by quarter in the old scenario.
    quarters : int
        Horizon of the new one.
    """
    issuer = sources.issuer
    ahead = range(sources.start, sources.start + quarters)
    found: dict[str, Found] = {}
    new = _from_filings(sources) or _from_rows(sources)
    if new is not None:
        listed = [new.amounts.get(q, due.get(q, 0.0)) for q in ahead]
        found["maturities_usd_bn"] = Found(new.day, listed, new.evidence, new.rows)
    elif issuer.maturities_usd_bn is not None:
        listed = [due.get(q, 0.0) for q in ahead]
        found["maturities_usd_bn"] = Found(
            sources.until, listed, "assumed: the rest of the old schedule"
        )
    if issuer.leases_usd_bn is not None:
        rest = list(issuer.leases_usd_bn[len(sources.elapsed) :])
        found["leases_usd_bn"] = Found(sources.until, rest, "assumed: the rest of the old schedule")
    return found


def _from_filings(sources: Sources) -> Ladder | None:
    """A newer ladder of principal, by quarter."""
    ladder = sources.draft.ladder if sources.draft is not None else None
    if ladder is None or not sources.is_news(ladder.date):
        return None
    told = {quarter_at(label): amount for label, amount in ladder.quarters.items()}
    return Ladder(told, f"derived: {ladder.evidence}", ladder.date, ())


def _from_rows(sources: Sources) -> Ladder | None:
    """Principal due as rows tell it of the rest of a year, and of whole years."""
    told: dict[int, float] = {}
    rows: list[Actual] = []
    for row in sources.rows:
        match = DUE.fullmatch(row.metric)
        if match is None or not sources.is_news(row.dates.last):
            continue
        year = int(match[2])
        first = YEAR * year
        if match[1]:  # from the quarter after the balance sheet's
            day = row.dates.last
            first = quarter_at(f"{day.year}Q{(day.month + 2) // 3}") + 1
        its = range(first, YEAR * year + YEAR)
        if not its:
            continue  # of a year that had passed
        told |= dict.fromkeys(its, row.usd_bn / len(its))
        rows.append(row)
    if not rows:
        return None
    amounts = "; ".join(f"{row.metric.replace('_', ' ')} {shown(row.usd_bn)}" for row in rows)
    last = max(row.dates.last for row in rows)
    evidence = (
        f"derived: {amounts}, each evenly over its quarters, other years as scheduled before, "
        f"{rows[-1].source}"
    )
    return Ladder(told, evidence, last, tuple(rows))
