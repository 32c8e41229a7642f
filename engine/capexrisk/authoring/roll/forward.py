"""A scenario's figures at a later start: what changed, what could not be told, what has passed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Final, NamedTuple

from capexrisk.errors import ArgumentError
from capexrisk.filings import Draft
from capexrisk.scenario import Scenario, quarter_labels
from capexrisk.scenario.quarters import QUARTER
from capexrisk.scenario.section import Section
from capexrisk.tables.actuals import MARKET, Actual
from capexrisk.tables.periods import last_day_before, quarter_at

from .balances import BONDS, balances, restricted
from .capital import capital_of
from .flows import Series, series_of, trailing_flows
from .found import Found, Sources, shown
from .left import Change, Stale, moved_groups, stale_of
from .market import market_of
from .plans import Plan, plan_of, spending_of
from .schedules import due_by_quarter, schedules

__all__ = ["Change", "Elapsed", "Rolled", "Stale", "check_start", "roll"]

WRITTEN_OFF: Final = "depreciation_amortisation_usd_bn_per_year"
WRITTEN_OFF_ELSEWHERE: Final = "depreciation_other_usd_bn_per_year"
YEAR: Final = 4
SAME: Final = 1e-9


class Elapsed(NamedTuple):
    """A reported flow of an elapsed quarter and that of the year before (NaN if unknown), $bn."""

    issuer: str
    metric: str
    period: str
    value: float
    year_before: float
    confidence: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Rolled:
    """A scenario brought to a later start.

    Attributes
    ----------
    start, quarters, as_of
        Head of the new scenario; its horizon ends where the old one does.
    changes : list of Change
    stale : list of Stale
    judgements : int
        How many figures are of no day, and stay.
    elapsed : list of Elapsed
    unused : list of str
        Metrics of issuers, told since the old start, from which no figure follows.
    passed : list of str
        Events of the old scenario that lie before the new start.
    moved : dict of str to list of str
        Groups of uncertain inputs whose inputs have passed, with those that take their place.
    warnings : list of str
        Guidances of an issuer that disagree, cash that is restricted in part.
    """

    start: str
    quarters: int
    as_of: dt.date
    changes: list[Change]
    stale: list[Stale]
    judgements: int
    elapsed: list[Elapsed]
    unused: list[str]
    passed: list[str]
    moved: dict[str, list[str]]
    warnings: list[str]


def roll(
    scenario: Scenario,
    drafts: Mapping[str, Draft],
    actuals: Sequence[Actual],
    *,
    to: str,
    as_of: dt.date,
) -> Rolled:
    """Bring a scenario to a later quarter.

    Parameters
    ----------
    scenario : Scenario
    drafts : mapping of str to Draft
        By issuer, from filings.
    actuals : sequence of Actual
    to : str
        The new start; after the old one, before the horizon ends.
    as_of : date
        Day of the new scenario. Only what is of a day before the new start counts.

    Raises
    ------
    ArgumentError
        The new start lies outside the old horizon.
    """
    check_start(scenario, to)
    labels = quarter_labels(scenario.start, scenario.quarters)
    elapsed = labels.index(to)
    opened, until = (last_day_before(quarter_at(label)) for label in (scenario.start, to))
    changes: list[Change] = []
    kept: list[Elapsed] = []
    used: set[tuple[str, str]] = set()
    warnings: list[str] = []
    for issuer in scenario.issuers:
        sources = Sources(
            issuer=issuer,
            draft=drafts.get(issuer.name),
            rows=[row for row in actuals if row.issuer == issuer.name],
            begin=quarter_at(scenario.start),
            start=quarter_at(to),
            opened=opened,
            until=until,
        )
        plan = plan_of(sources, scenario.start, scenario.quarters)
        warnings += [f"{issuer.name}: {line}" for line in plan.warnings]
        found = _issuer(sources, scenario, plan, scenario.quarters - elapsed)
        warnings += [f"{issuer.name}: {line}" for line in restricted(found)]
        own = list(_changes(("issuers", issuer.name), issuer, found))
        changes += own
        kept += _kept(sources)
        used |= _names(row for one in found.values() for row in one.rows)
        used |= _names(amount.row for flow in _flows(sources).values() for amount in flow.values())
    rows = [row for row in actuals if row.issuer == MARKET]
    found = market_of(
        scenario.market,
        rows,
        scenario.start,
        elapsed,
        (opened, until),
        _more_bonds(scenario, changes),
    )
    used |= _names(row for one in found.values() for row in one.rows)
    changes = [*_changes(("market",), scenario.market, found), *changes]
    stale, judgements = stale_of(scenario, changes, to)
    return Rolled(
        start=to,
        quarters=scenario.quarters - elapsed,
        as_of=as_of,
        changes=changes,
        stale=stale,
        judgements=judgements,
        elapsed=kept,
        unused=sorted(
            {
                f"{row.issuer}: {row.metric}"
                for row in actuals
                if (row.issuer, row.metric) not in used and row.dates.last > opened
            }
        ),
        passed=[
            f"{event.what} of {event.quarter}"
            for event in scenario.events
            if event.quarter in labels[:elapsed]
        ],
        moved=moved_groups(scenario, changes, int(to[:4])),
        warnings=warnings,
    )


def check_start(scenario: Scenario, to: str) -> None:
    """Refuse a new start outside the old horizon.

    Raises
    ------
    ArgumentError
    """
    labels = quarter_labels(scenario.start, scenario.quarters)
    if re.fullmatch(QUARTER, to) is None:
        raise ArgumentError("to", f"{to!r} is not a quarter; give one such as {labels[-1]}")
    if to not in labels[1:]:
        raise ArgumentError(
            "to",
            f"{to} is not after the start, {labels[0]}, and by the end, {labels[-1]}; "
            "give a quarter between them",
        )


def _issuer(sources: Sources, scenario: Scenario, plan: Plan, quarters: int) -> dict[str, Found]:
    """Every figure of an issuer that is found, by key."""
    issuer = sources.issuer
    due = due_by_quarter(sources, scenario.start, scenario.quarters)
    found = {
        **trailing_flows(sources),
        **balances(sources, due),
        **schedules(sources, due, quarters),
        **capital_of(issuer, scenario.market, plan, sources.until),
        **plan.figures,
    }
    whole = issuer.depreciation_amortisation_usd_bn_per_year
    if WRITTEN_OFF in found and issuer.depreciation_other_usd_bn_per_year and whole:
        share = issuer.depreciation_other_usd_bn_per_year / whole
        new = found[WRITTEN_OFF]
        assert isinstance(new.value, float)
        found[WRITTEN_OFF_ELSEWHERE] = Found(
            new.day,
            new.value * share,
            f"assumed: {shown(share)} of depreciation and amortisation, as before",
        )
    if issuer.leases_not_commenced_usd_bn is None:
        found.pop("leases_not_commenced_usd_bn", None)  # without term and ramp it says nothing
    return found


def _changes(
    table: tuple[str, ...], section: Section, found: Mapping[str, Found]
) -> Iterator[Change]:
    for key, one in found.items():
        old, new = section.inputs.get(key), _rounded(one.value)
        if not _same(old, new):
            yield Change(table, key, old, new, one.evidence)


def _rounded(value: object) -> object:
    """Money to the thousand dollars; lists keep the digits that make their sums."""
    if isinstance(value, list | tuple):
        return tuple(float(part) for part in value)
    return round(value, 6) if isinstance(value, float) else value


def _same(old: object, new: object) -> bool:
    if isinstance(old, tuple) and isinstance(new, tuple):
        return len(old) == len(new) and all(map(_same, old, new))
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) <= SAME * max(abs(old), abs(new))
    return old == new


def _more_bonds(scenario: Scenario, changes: Sequence[Change]) -> float:
    """By how much the bonds of investment-grade issuers grew, where that is known."""
    graded = {("issuers", issuer.name) for issuer in scenario.issuers if not issuer.high_yield}
    return sum(
        change.new - change.old
        for change in changes
        if change.key == BONDS
        and change.table in graded
        and isinstance(change.old, float)
        and isinstance(change.new, float)
    )


def _names(rows: Iterable[Actual | None]) -> set[tuple[str, str]]:
    return {(row.issuer, row.metric) for row in rows if row is not None}


def _flows(sources: Sources) -> dict[str, Series]:
    return {
        "operating_cash_flow": series_of(sources, "operating_cash_flow"),
        "capex": spending_of(sources),
    }


def _kept(sources: Sources) -> Iterator[Elapsed]:
    """Reported flows of elapsed quarters."""
    for flow, series in _flows(sources).items():
        for quarter, amount in sorted(series.items()):
            if quarter in sources.elapsed and amount.told:
                before = series.get(quarter - YEAR)
                yield Elapsed(
                    sources.issuer.name,
                    flow,
                    f"{quarter // YEAR}Q{quarter % YEAR + 1}",
                    amount.value,
                    before.value if before is not None and before.told else nan,
                    "reported" if amount.row is None else amount.row.confidence,
                    amount.source,
                )
