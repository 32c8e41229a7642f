"""What a firm's filings give of an issuer: figures with evidence, and what is refused, with why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["FLOWS", "Draft", "Figure", "Identity", "Ladder", "QuarterRow"]

# Columns of the table of quarters, in its order.
FLOWS = (
    "operating_cash_flow",
    "capex",
    "depreciation_amortisation",
    "buybacks",
    "dividends",
    "revenue",
)


class Figure(NamedTuple):
    """One figure.

    Attributes
    ----------
    value : float or tuple of float
        In `unit`.
    unit : str
        ``"$bn"``, ``"$bn a year"``, ``"a year"``; "" for a pure number.
    evidence : str
        ``"derived: 137.6 less 92.3, tag, period, forms and filings, address"``, as a scenario's
        table of evidence takes it.
    """

    value: float | tuple[float, ...]
    unit: str
    evidence: str

    @property
    def confidence(self) -> str:
        """``"reported"`` if one fact gives it, else ``"derived"``."""
        return self.evidence.partition(":")[0]


class QuarterRow(NamedTuple):
    """One fiscal quarter.

    Attributes
    ----------
    quarter : str
        The calendar quarter in which its middle lies, ``"2025Q2"``.
    start, end : date
    amounts : mapping of str to (float or None)
        $bn by the names of `FLOWS`; None where the filings do not tell it.
    """

    quarter: str
    start: dt.date
    end: dt.date
    amounts: Mapping[str, float | None]


class Ladder(NamedTuple):
    """Principal that falls due, by fiscal year, and spread over calendar quarters.

    Attributes
    ----------
    date : date
        Day of the balance sheet that it is of.
    rungs : mapping of str to float
        $bn by fiscal year, ``"2026-07-01..2027-06-30"``; first the rest of one, if a 10-Q tells it.
    after : float or None
        $bn due after the last rung; None if it is not told.
    spread : mapping of str to tuple of str
        The calendar quarters of each fiscal year.
    quarters : mapping of str to float
        $bn by calendar quarter: each fiscal year spread evenly over its quarters.
    evidence : str
        Tags, day, filing and address, for a line of evidence.
    """

    date: dt.date
    rungs: Mapping[str, float]
    after: float | None
    spread: Mapping[str, tuple[str, ...]]
    quarters: Mapping[str, float]
    evidence: str

    def by_year(self, start: str) -> dict[int, float]:
        """$bn by calendar year, of the quarters from `start` (``"2026Q1"``) on.

        A year of whose last quarter the ladder says nothing is left out.
        """
        years: dict[int, float] = {}
        for quarter, amount in self.quarters.items():
            if quarter >= start and f"{quarter[:4]}Q4" in self.quarters:
                year = int(quarter[:4])
                years[year] = years.get(year, 0.0) + amount
        return years


class Identity(NamedTuple):
    """An accounting identity that the figures should fulfil.

    Attributes
    ----------
    name : str
        ``"assets = liabilities + equity"``.
    left, right : float
        $bn.
    holds : bool
        Whether both sides agree, to half a per cent.
    """

    name: str
    left: float
    right: float
    holds: bool


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An issuer as its filings show it.

    Every item is right, with its evidence, or refused, with the reason.

    Attributes
    ----------
    name : str
        The entity's name without its legal form.
    entity : str
        Its name as the SEC writes it.
    cik : int
        Its number at the SEC.
    as_of : date
        Day of which this is the knowledge.
    anchor : date
        Day of the last balance sheet; flows are those of the four quarters that end there.
    figures : mapping of str to Figure
        By the keys of an issuer's table, such as ``"cash_usd_bn"``; without maturities, which are
        in `ladder`.
    beside : mapping of str to Figure
        Figures that no key of an issuer's table takes: ``"capex_usd_bn_per_year"`` (history, no
        plan), ``"free_cash_flow_usd_bn_per_year"``, ``"face_value_of_debt_usd_bn"``,
        ``"interest_expense_usd_bn_per_year"``, ``"new_finance_leases_usd_bn_per_year"``.
    refusals : mapping of str to str
        Why there is none, by the keys that `figures` and `beside` lack, and ``"maturities"``.
    quarters : tuple of QuarterRow
        Oldest first, without gaps; the last ends at the anchor.
    ladder : Ladder or None
    identities : tuple of Identity
    warnings : tuple of str
    """

    name: str
    entity: str
    cik: int
    as_of: dt.date
    anchor: dt.date
    figures: Mapping[str, Figure]
    beside: Mapping[str, Figure]
    refusals: Mapping[str, str]
    quarters: tuple[QuarterRow, ...]
    ladder: Ladder | None
    identities: tuple[Identity, ...]
    warnings: tuple[str, ...]
