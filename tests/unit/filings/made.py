"""Companyfacts made up by a rule: what each quarter was is known.

The firm files a 10-Q after each of three quarters and a 10-K after the fourth, five weeks after
their end. Each tells flows from the start of the fiscal year, beside those of the year before, and
balances at its end and at the end of the last fiscal year.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

OCF = "NetCashProvidedByUsedInOperatingActivities"
CAPEX = "PaymentsToAcquirePropertyPlantAndEquipment"
OTHER_CAPEX = "PaymentsToAcquireProductiveAssets"
DA = "DepreciationDepletionAndAmortization"
BUYBACKS = "PaymentsForRepurchaseOfCommonStock"
DIVIDENDS = "PaymentsOfDividends"
REVENUE = "Revenues"
CASH = "CashAndCashEquivalentsAtCarryingValue"
SECURITIES = "MarketableSecuritiesCurrent"
BOTH = "CashCashEquivalentsAndShortTermInvestments"
NONCURRENT = "LongTermDebtNoncurrent"
CURRENT = "LongTermDebtCurrent"
DEBT = "LongTermDebt"
LADDER = "LongTermDebtMaturitiesRepaymentsOfPrincipal"
MILLION = 1_000_000
OTHER_FILING = "0000000009-99-000009"
DAY = dt.timedelta(days=1)

FLOWS = {
    OCF: lambda k: 900 + 10 * k + 40 * (k % 4),
    CAPEX: lambda k: 400 + 30 * k,
    DA: lambda k: 200 + 5 * k,
    BUYBACKS: lambda k: 70 + 7 * (k % 3),
    DIVIDENDS: lambda k: 50 + k,
    REVENUE: lambda k: 3000 + 100 * k,
}
BALANCES = {
    CASH: lambda k: 500 + 11 * k,
    SECURITIES: lambda k: 800 - 9 * k,
    BOTH: lambda k: 1300 + 2 * k,
    NONCURRENT: lambda k: 5000 + 100 * k,
    CURRENT: lambda k: 700 + 10 * k,
    DEBT: lambda k: 5700 + 110 * k,
}


class Firm:
    """A made firm.

    Parameters
    ----------
    ends : sequence of date
        Last days of its quarters, from the first of a fiscal year on.
    start : date, optional
        First day of the first; by default that of its year.
    """

    def __init__(self, ends: Sequence[dt.date] = (), start: dt.date | None = None) -> None:
        self.ends = tuple(ends) or calendar_quarters(2022, 16)
        first = start or self.ends[0].replace(month=1, day=1)
        self.starts = (first, *(end + DAY for end in self.ends[:-1]))
        self.tags: dict[str, list[dict[str, Any]]] = {}
        for tag, amount in FLOWS.items():
            self.flow(tag, [amount(k) for k in range(len(self.ends))])
        for tag, amount in BALANCES.items():
            self.balance(tag, [amount(k) for k in range(len(self.ends))])

    def flow(self, tag: str, millions: Sequence[float | None], *, since: int = 0) -> None:
        """Tell a flow from the start of each fiscal year, in filings from `since` on."""
        self.tags[tag] = []
        for k in range(since, len(self.ends)):
            for last in (k, k - 4):
                first = last - last % 4
                amounts = millions[first : last + 1]
                if last >= 0 and None not in amounts:
                    self.add(tag, self.starts[first], self.ends[last], sum(amounts), k)

    def balance(self, tag: str, millions: Sequence[float | None]) -> None:
        """Tell a balance at each quarter's end and beside it that of the last year's end."""
        self.tags[tag] = []
        for k in range(len(self.ends)):
            for day in (k, k - k % 4 - 1):
                if day >= 0 and millions[day] is not None:
                    self.add(tag, None, self.ends[day], millions[day], k)

    def add(
        self,
        tag: str,
        start: dt.date | None,
        end: dt.date,
        millions: float,
        k: int,
        **other: Any,
    ) -> None:
        """Add a fact of the filing after quarter `k`."""
        fact = {"start": f"{start}", "end": f"{end}", "val": round(millions * MILLION)}
        if start is None:
            del fact["start"]
        filed = self.ends[k] + dt.timedelta(days=35)
        fact |= {"accn": f"0000000001-{filed.year % 100:02}-{k:06}", "fy": 1, "fp": "XX"}
        fact |= {"form": "10-K" if k % 4 == 3 else "10-Q", "filed": f"{filed}", **other}
        self.tags.setdefault(tag, []).append(fact)

    def told(self, tag: str, start: dt.date | None, end: dt.date) -> list[dict[str, Any]]:
        """The copies of a fact."""
        wanted = None if start is None else f"{start}"
        return [
            fact
            for fact in self.tags[tag]
            if (fact.get("start"), fact["end"]) == (wanted, f"{end}")
        ]

    def ladder(self, k: int, rungs: dict[str, float]) -> None:
        """Tell rungs, by the end of their tag, in the filing after quarter `k`."""
        for rung, millions in rungs.items():
            self.add(LADDER + rung, None, self.ends[k], millions, k)

    def content(self, **top: Any) -> dict[str, Any]:
        """The file's tables."""
        tags = {
            tag: {"label": tag, "units": {"USD": facts}}
            for tag, facts in copy.deepcopy(self.tags).items()
        }
        return {"cik": 1, "entityName": "MADE UP INC.", "facts": {"us-gaap": tags}, **top}

    def write(self, folder: Path, **top: Any) -> Path:
        """Write the file."""
        return write(folder, self.content(**top))


def write(folder: Path, content: object) -> Path:
    """Write tables as a companyfacts file."""
    path = folder / "facts.json"
    path.write_text(json.dumps(content))
    return path


def calendar_quarters(year: int, count: int) -> tuple[dt.date, ...]:
    """Last days of calendar quarters from a year's first."""
    months = [(year + q // 4, q % 4 * 3 + 4) for q in range(count)]
    return tuple(dt.date(y + (m > 12), (m - 1) % 12 + 1, 1) - DAY for y, m in months)
