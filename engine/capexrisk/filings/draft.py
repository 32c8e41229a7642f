"""A firm's filings as an issuer's figures: each right, with its evidence, or refused."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from capexrisk.errors import FilingsError
from capexrisk.scenario import Scenario

from . import tags
from .balances import Balance, cash, debt, face_value, restricted
from .copies import balance, billions
from .coupon import coupon
from .evidence import Term, evidence, recasts
from .facts import Facts, Unavailable, read_companyfacts
from .flows import Flow, told_by
from .identities import identities
from .items import find_flow
from .ladder import ladder, last_annual
from .naming import issuer_name
from .periods import Quarter
from .quarters import OPERATING_CASH_FLOW, Calendar, fiscal_calendar, quarter_amount
from .record import FLOWS, Draft, Figure, QuarterRow
from .scenario_file import name_in
from .seasonality import seasonality

__all__ = ["draft"]

BILLION: Final = 1e9
STALE: Final = dt.timedelta(days=150)  # between the last balance sheet and the day asked for
APART: Final = 0.02  # of the carrying amount, beyond which the face value is warned of
BONDS: Final = "bonds_usd_bn"
MONEY, YEARLY = "$bn", "$bn a year"
KEYS: Final = {
    "operating_cash_flow": "ocf_usd_bn_per_year",
    "depreciation_amortisation": "depreciation_amortisation_usd_bn_per_year",
    "buybacks": "buybacks_usd_bn_per_year",
    "dividends": "dividends_usd_bn_per_year",
    "revenue": "core_revenue_usd_bn_per_year",
}
BESIDE: Final = {
    "capex": "capex_usd_bn_per_year",
    "interest_expense": "interest_expense_usd_bn_per_year",
    "new_finance_leases": "new_finance_leases_usd_bn_per_year",
}

Found = TypeVar("Found")


def draft(
    path: str | os.PathLike[str], *, as_of: dt.date | None = None, base: Scenario | None = None
) -> Draft:
    """Draft an issuer from a companyfacts file of the SEC.

    Periods are known by dates and forms, tags by whether they are alive, the last four quarters by
    the year to date less the year to date before. What is ambiguous is refused, with both sides
    shown; what is not there is refused with where it ended.

    Parameters
    ----------
    path : path-like
        JSON as ``https://data.sec.gov/api/xbrl/companyfacts/CIK##########.json`` gives it.
    as_of : date, optional
        Use only what was filed by then; by default all that the file holds.
    base : Scenario, optional
        What it calls the firm, the draft does too, as the command line's does.

    Returns
    -------
    Draft

    Raises
    ------
    FilingsError
        If the file cannot be read, is none of companyfacts, is of a firm that files under IFRS, or
        tells no cash flow (by `as_of`).

    Examples
    --------
    >>> import capexrisk as cr
    >>> found = cr.draft("tests/unit/filings/companyfacts/microsoft.json")
    >>> found.figures["cash_usd_bn"].value, found.ladder.by_year("2026Q1")[2027]
    (89.462, 4.625)
    >>> found.figures["cash_usd_bn"].evidence[:80]
    'derived: 24.296 plus 65.166, CashAndCashEquivalentsAtCarryingValue plus ShortTer'
    >>> found.refusals["depreciation_amortisation_usd_bn_per_year"]
    'Depreciation: nothing tells the quarter to 2025-06-30'
    """
    facts = read_companyfacts(path, as_of=as_of)
    try:
        calendar = fiscal_calendar(facts)
    except Unavailable as problem:
        raise FilingsError(str(path), str(problem), "give the figures by hand") from None
    sheet = _Sheet(facts, calendar)
    flows = _flows(sheet)
    _balances(sheet)
    _about_debt(sheet)
    _ratios(sheet, flows)
    found = sheet.attempt("maturities", lambda: ladder(facts, calendar.anchor))
    rows = _rows(sheet, flows)
    shares = sheet.attempt("seasonality", lambda: _seasonality(sheet, rows, flows))
    if shares is not None:
        sheet.figures["seasonality"] = shares
    identity = identities(facts, calendar.anchor, found, sheet.year_end)
    for one in identity:
        if not one.holds:
            sheet.warnings.append(f"{one.name}: {one.left:.3f} is not {one.right:.3f}")
    if facts.as_of - calendar.anchor > STALE:
        days = (facts.as_of - calendar.anchor).days
        sheet.warnings.append(f"the last cash flow, to {calendar.anchor}, is {days} days old")
    made = Draft(
        name=issuer_name(facts.entity),
        entity=facts.entity,
        cik=facts.cik,
        as_of=facts.as_of,
        anchor=calendar.anchor,
        figures=sheet.figures,
        beside=sheet.beside,
        refusals=sheet.refusals,
        quarters=rows,
        ladder=found,
        identities=identity,
        warnings=tuple(dict.fromkeys(sheet.warnings)),
    )
    return made if base is None else replace(made, name=name_in(base, made))


class _Sheet:
    """What has been found so far of one firm."""

    def __init__(self, facts: Facts, calendar: Calendar) -> None:
        self.facts = facts
        self.calendar = calendar
        self.year_end = last_annual(facts)
        self.figures: dict[str, Figure] = {}
        self.beside: dict[str, Figure] = {}
        self.refusals: dict[str, str] = {}
        self.warnings: list[str] = []

    def attempt(self, key: str, find: Callable[[], Found]) -> Found | None:
        """What `find` gives; None where it is refused, and the reason is kept."""
        try:
            return find()
        except Unavailable as problem:
            self.refusals[key] = str(problem)
            return None

    def keep(
        self, key: str, found: Flow | Balance | None, unit: str, *, beside: bool = False
    ) -> None:
        """Keep a sum of facts as a figure, and warn of what an 8-K said of them later."""
        if found is not None:
            self.put(key, found.total, unit, found.evidence, beside=beside)
            self.warnings += recasts(self.facts, found.terms)

    def put(self, key: str, dollars: float, unit: str, words: str, *, beside: bool = False) -> None:
        """Keep an amount of dollars as a figure."""
        figures = self.beside if beside else self.figures
        figures[key] = Figure(in_billions(dollars), unit, words)


def in_billions(dollars: float) -> float:
    """An amount in $bn, to the dollar."""
    return round(dollars / BILLION, 9)


def _flows(sheet: _Sheet) -> dict[str, Flow]:
    """Flows of the last four quarters, by name."""
    found = {}
    for name, key in {**KEYS, **BESIDE}.items():
        one = sheet.attempt(key, partial(find_flow, name, sheet.facts, sheet.calendar))
        sheet.keep(key, one, YEARLY, beside=name in BESIDE)
        if one is not None:
            found[name] = one
    return found


def _balances(sheet: _Sheet) -> None:
    facts, anchor = sheet.facts, sheet.calendar.anchor
    found = sheet.attempt("cash_usd_bn", lambda: cash(facts, anchor))
    sheet.keep("cash_usd_bn", found, MONEY)
    if found is not None:
        sheet.warnings += restricted(facts, anchor, found.total)
    owed = sheet.attempt(BONDS, lambda: debt(facts, anchor, sheet.year_end))
    sheet.keep(BONDS, owed, MONEY)
    key = "face_value_of_debt_usd_bn"
    sheet.keep(key, sheet.attempt(key, lambda: _face_value(sheet, owed)), MONEY, beside=True)


def _face_value(sheet: _Sheet, owed: Balance | None) -> Balance:
    """Principal of all debt, told beside its carrying amount."""
    facts, anchor = sheet.facts, sheet.calendar.anchor
    if owed is None:
        raise Unavailable("debt is refused, so that nothing says whether it is of all of it")
    found = face_value(facts, anchor, owed.total)
    terms = (Term("", found.tag, found.last),)
    return Balance(found.last.value, evidence(facts, terms), terms)


def _about_debt(sheet: _Sheet) -> None:
    """Say how far the face value is from the carrying amount, and what of the debt is secured."""
    owed, face = sheet.figures.get(BONDS), sheet.beside.get("face_value_of_debt_usd_bn")
    if owed is None:
        return
    carried, principal = owed.value, None if face is None else face.value
    assert isinstance(carried, float)
    # A face value that is lower is of a part.
    if isinstance(principal, float) and principal > (1 + APART) * carried:
        sheet.warnings.append(
            f"{BONDS} is the carrying amount, {carried:.3f}; the face value, which falls due, is "
            f"{principal:.3f}, {principal / carried - 1:.0%} more; give the one you mean"
        )
    facts, anchor = sheet.facts, sheet.calendar.anchor
    secured = balance(facts, tags.SECURED, anchor)
    if f" {tags.SECURED}" in owed.evidence and secured is not None and secured.last.value:
        sheet.refusals["secured_debt_usd_bn"] = (
            f"{billions(secured.last.value)} is within {BONDS} already ({tags.SECURED}); "
            "whoever gives it here takes it off there"
        )


def _ratios(sheet: _Sheet, flows: Mapping[str, Flow]) -> None:
    """Figures made of two flows, or of flows and balances."""
    facts, calendar = sheet.facts, sheet.calendar
    interest = sheet.attempt("coupon_per_year", lambda: coupon(facts, calendar, sheet.year_end))
    if interest is not None:
        words = interest.evidence
        sheet.figures["coupon_per_year"] = Figure(round(interest.per_year, 6), "a year", words)
    cash_flow, capex = flows.get("operating_cash_flow"), flows.get("capex")
    leases = flows.get("new_finance_leases")
    key = "free_cash_flow_usd_bn_per_year"
    if cash_flow is None or capex is None:
        sheet.refusals[key] = "operating cash flow or capex is refused"
    else:
        less = billions(capex.total)
        words = f"derived: {billions(cash_flow.total)} operating cash flow less {less} capex"
        sheet.put(key, cash_flow.total - capex.total, YEARLY, words, beside=True)
    key = "finance_lease_share"
    if leases is None or capex is None or not capex.total:
        sheet.refusals[key] = "new finance leases or capex are refused"
        return
    share = leases.total / (leases.total + capex.total)
    words = f"derived: new finance leases over them and capex of {billions(capex.total)}: "
    words += leases.evidence.partition(": ")[2]
    sheet.figures[key] = Figure(round(share, 6), "", words)


def _rows(sheet: _Sheet, flows: Mapping[str, Flow]) -> tuple[QuarterRow, ...]:
    """All quarters of the calendar, oldest first, by the tags of the last four."""
    names = {name: _tags_of(sheet, name, flows.get(name)) for name in FLOWS}
    return tuple(
        QuarterRow(
            quarter.label,
            quarter.start,
            quarter.end,
            {name: _amount(sheet, names[name], quarter) for name in FLOWS},
        )
        for quarter in reversed(sheet.calendar.quarters)
    )


def _tags_of(sheet: _Sheet, name: str, found: Flow | None) -> tuple[str, ...]:
    """What tells a flow's quarters: of a refused one the tag that is alive, if it is only one."""
    if found is not None:
        return found.tags
    candidates = {"capex": tags.CAPEX, "revenue": tags.REVENUE, "dividends": tags.DIVIDENDS}
    candidates |= {"buybacks": tags.BUYBACKS, "operating_cash_flow": OPERATING_CASH_FLOW[:1]}
    try:
        return told_by(sheet.facts, sheet.calendar.anchor, candidates.get(name, ()))[:1]
    except Unavailable:
        return ()


def _amount(sheet: _Sheet, names: tuple[str, ...], quarter: Quarter) -> float | None:
    """$bn of a quarter, the sum of its tags; None if one of them does not tell it."""
    if not names:
        return None
    try:
        amounts = [quarter_amount(sheet.facts, tag, quarter).value for tag in names]
    except Unavailable:
        return None
    return in_billions(sum(amounts))


def _seasonality(sheet: _Sheet, rows: tuple[QuarterRow, ...], flows: Mapping[str, Flow]) -> Figure:
    """Factors of the quarters since the last gap."""
    told: list[tuple[str, float]] = []
    for row in rows:
        amount = row.amounts["operating_cash_flow"]
        told = [*told, (row.quarter, amount)] if amount is not None else []
    if "operating_cash_flow" not in flows:
        raise Unavailable("operating cash flow is refused")
    factors, years = seasonality(told)
    span = f"{told[-4 * years][0]} to {told[-1][0]}"
    words = (
        f"derived: operating cash flow of the quarters {span} over their years' means, freed of "
    )
    words += f"growth, mean of {years} years, "
    words += flows["operating_cash_flow"].evidence.partition(", ")[2]
    return Figure(factors, "", words)
