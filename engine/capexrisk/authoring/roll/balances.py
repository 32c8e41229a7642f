"""Balances at the new start: the latest that filings or rows give."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from capexrisk.tables.actuals import ALSO
from capexrisk.tables.periods import quarter_at

from .found import Found, Sources, latest, shown

__all__ = ["BONDS", "balances", "restricted"]

# Keys of an issuer to the names that rows may give them.
PLAIN: Final = {
    "cash_usd_bn": ("cash", *ALSO["cash"]),
    "leases_not_commenced_usd_bn": ("leases_not_commenced_usd_bn", "leases_not_yet_commenced"),
    "revolver_usd_bn": ("revolver_usd_bn", "revolver_undrawn"),
    "market_cap_usd_bn": ("market_cap_usd_bn", "market_cap"),
    "spread_bp": ("spread_bp", "bond_spread", "cds_5y"),
    "coupon_per_year": ("coupon_per_year",),
    "finance_lease_share": ("finance_lease_share",),
    "seasonality": (),  # from filings alone
}
RESTRICTED: Final = re.compile(r"restrict|may not be sold|pledged|escrow", re.IGNORECASE)
DEBT: Final = ("debt", "total_debt", "total_debt_carrying")
LONG_TERM: Final = ("long_term_debt_noncurrent", "long_term_debt")
BONDS: Final = "bonds_usd_bn"
CHANNELS: Final = (BONDS, "secured_debt_usd_bn", "private_debt_usd_bn")
YEAR: Final = 4


def balances(sources: Sources, due: dict[int, float]) -> dict[str, Found]:
    """The latest balances by key of an issuer.

    Parameters
    ----------
    sources : Sources
    due : dict of int to float
        Debt falling due by quarter, $bn, as scheduled in the old scenario: what stands beside
        long-term debt as its current part.
    """
    found = {}
    drafted = sources.drafted(PLAIN)
    for key, metrics in PLAIN.items():
        rows = [
            Found(row.dates.last, row.as_key(key), row.evidence, (row,))
            for row in sources.of(metrics)
        ]
        own = [drafted[key]] if key in drafted else []
        one = latest([*own, *rows])
        if one is not None:
            found[key] = one
    return found | _debt(sources, due)


def restricted(found: Mapping[str, Found]) -> Iterator[str]:
    """Warnings of cash whose source says that a part may not be used."""
    for row in found["cash_usd_bn"].rows if "cash_usd_bn" in found else ():
        if RESTRICTED.search(row.source_title):
            yield (
                f"cash of {shown(row.usd_bn)} is taken as it stands, and its source says: "
                f"{row.source_title}; give it without what may not be used"
            )


def _debt(sources: Sources, due: dict[int, float]) -> dict[str, Found]:
    """All debt, on the channels that the old scenario has it on."""
    total = latest([*sources.drafted((BONDS,)).values(), *_told(sources, due)])
    if total is None:
        return {}
    old = {key: float(getattr(sources.issuer, key)) for key in CHANNELS}
    before = sum(old.values())
    if old[BONDS] == before:
        return {BONDS: total}
    assert isinstance(total.value, float)
    return {
        key: total._replace(
            value=total.value * part / before,
            evidence=f"assumed: {shown(part / before)} of all debt as before, which is "
            f"{shown(total.value)}, {total.evidence.partition(': ')[2]}",
        )
        for key, part in old.items()
        if part
    }


def _told(sources: Sources, due: dict[int, float]) -> Iterable[Found]:
    for row in sources.of(DEBT):
        yield Found(row.dates.last, row.usd_bn, row.evidence, (row,))
    for row in sources.of(LONG_TERM):
        current = sum(due.get(q, 0.0) for q in _next_year(row.dates.last))
        yield Found(
            row.dates.last,
            row.usd_bn + current,
            f"derived: {shown(row.usd_bn)} long-term at {row.dates.last}, and {shown(current)} "
            f"that the schedule has due within a year of it, {row.source}",
            (row,),
        )


def _next_year(day: dt.date) -> range:
    following = quarter_at(f"{day.year}Q{(day.month + 2) // 3}") + 1
    return range(following, following + YEAR)
