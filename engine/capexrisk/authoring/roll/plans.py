"""Capital spending: what was spent in elapsed quarters, and the plan that new guidance leaves."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from capexrisk.scenario import profiles
from capexrisk.scenario.quarters import quarter_labels
from capexrisk.scenario.section import by_year_key
from capexrisk.tables.actuals import Actual
from capexrisk.tables.periods import quarter_at

from .flows import PAID_FOR, SPENDING, Amount, series_of
from .found import Found, Sources, shown

__all__ = ["Plan", "plan_of", "spending_of"]

GUIDANCE: Final = "capex_guidance"
# Which end of a range a row's metric gives; a revision has a longer name.
ENDS: Final = {f"{GUIDANCE}_low": "low", f"{GUIDANCE}_high": "high"}
YEAR: Final = 4
APART: Final = 0.05  # of a guided sum, beyond which two guidances disagree
BEYOND: Final = 8  # quarters past the old horizon that the old plan is asked for


class Guided(NamedTuple):
    """Guidance for a period: the middle of its range, as it was last given."""

    quarters: tuple[int, ...]
    value: float
    told: str
    rows: tuple[Actual, ...]


class Plan(NamedTuple):
    """Capital spending of a new scenario.

    Attributes
    ----------
    spent : dict of int to float
        $bn in each elapsed quarter, as reported or else as planned.
    reported : frozenset of int
        Those quarters that were reported.
    figures : dict of str to Found
        Keys of the issuer that change.
    warnings : list of str
        Guidances that disagree.
    """

    spent: dict[int, float]
    reported: frozenset[int]
    figures: dict[str, Found]
    warnings: list[str]


def plan_of(sources: Sources, scenario_start: str, quarters: int) -> Plan:
    """Spending since the old start, and the new plan.

    What a guided year leaves beside the quarters that were told is spread over the others in the
    old plan's proportions. A quarter that nothing tells keeps the old plan's figure; one beyond the
    guidance keeps its growth.

    Parameters
    ----------
    sources : Sources
    scenario_start : str
        The old start.
    quarters : int
        The old horizon.
    """
    told = spending_of(sources)
    guided = guidance_of(sources)
    old = _old_plan(sources, scenario_start, quarters)
    planned, origin = _guided_plan(old, guided, told, sources)
    spent = {q: told[q].value if q in told else planned[q] for q in sources.elapsed}
    reported = frozenset(q for q in sources.elapsed if q in told)
    if sources.issuer.capex_plan_usd_bn is not None:
        figures = _listed(sources, planned, guided)
    else:
        figures = _by_year(sources, planned | spent, guided, told, origin)
    return Plan(spent, reported, figures, _disagreements(planned, guided, told, origin))


def _old_plan(sources: Sources, start: str, quarters: int) -> dict[int, float]:
    """The old plan by quarter; of a year that was split, what lies before the old start as well."""
    issuer = sources.issuer
    if issuer.capex_plan_usd_bn is not None:
        return dict(enumerate(issuer.capex_plan_usd_bn, start=sources.begin))
    plan = profiles.capex_plan(issuer, start, quarters + BEYOND, math.exp)
    split = issuer.capex_quarter_split
    assert split is not None  # the plan is by year
    year = sources.begin // YEAR
    first = issuer.capex_by_year_usd_bn[year]
    before = {q: first * split[q % YEAR] for q in range(YEAR * year, sources.begin)}
    return before | dict(enumerate(plan, start=sources.begin))


def spending_of(sources: Sources) -> dict[int, Amount]:
    """Reported spending by quarter, finance leases included, as plans count it.

    Where a firm tells it without them, it is divided by the share that the scenario says is paid.
    """
    paid = 1.0 - sources.issuer.finance_lease_share
    grossed_up = {
        quarter: amount._replace(value=amount.value / paid, told=amount.told and paid == 1.0)
        for quarter, amount in series_of(sources, PAID_FOR).items()
    }
    return grossed_up | series_of(sources, SPENDING)


def guidance_of(sources: Sources) -> list[Guided]:
    """Guidance by period, as it was last given, in the order in which periods were last guided."""
    ends: dict[tuple[int, ...], dict[str, Actual]] = {}
    for row in sources.rows:
        quarters = tuple(row.dates.quarters())
        if not row.metric.startswith(GUIDANCE) or not quarters or quarters[-1] < sources.begin:
            continue
        known = ends.pop(quarters, {})
        end = next((end for name, end in ENDS.items() if row.metric.startswith(name)), None)
        ends[quarters] = known | ({end: row} if end else {"low": row, "high": row})
    found = []
    for quarters, known in ends.items():
        rows = list(dict.fromkeys(known.values()))
        told = " to ".join(shown(row.usd_bn) for row in rows)
        value = sum(row.usd_bn for row in rows) / len(rows)
        told = f"guidance of {told} for {rows[0].period}, {rows[-1].source}"
        found.append(Guided(quarters, value, told, tuple(rows)))
    return found


def _guided_plan(
    old: dict[int, float],
    guided: list[Guided],
    told: dict[int, Amount],
    sources: Sources,
) -> tuple[dict[int, float], dict[int, Guided]]:
    """The plan with what guidance leaves, and the guidance that tells each quarter.

    Of two for the same quarter the last counts. What lies beyond grows as it did before.
    """
    plan, origin = dict(old), dict[int, Guided]()
    for one in guided:
        left = _left(one, told, plan, sources.begin)
        plan |= left
        origin |= dict.fromkeys(left, one)
    last = max(
        (q for one in guided for q in one.quarters if q in plan and q not in told), default=0
    )
    if last and old[last] > 0:
        level = plan[last] / old[last]
        plan |= {q: amount * level for q, amount in plan.items() if q > last}
    return plan, origin


def _disagreements(
    planned: dict[int, float],
    guided: list[Guided],
    told: dict[int, Amount],
    origin: dict[int, Guided],
) -> list[str]:
    """A line for each guidance that later guidance of some of its quarters contradicts."""
    lines = []
    for one in guided:
        others = {q: origin[q] for q in one.quarters if origin.get(q, one) is not one}
        if not others or not all(q in told or q in planned for q in one.quarters):
            continue
        total = sum(told[q].value if q in told else planned[q] for q in one.quarters)
        if abs(total - one.value) > APART * one.value:
            lines.append(
                f"the plan of {one.rows[0].period} comes to {shown(total)}, not {shown(one.value)}"
                f": {_by_guidance(others)} contradicts {one.told}; leave out the row of one"
            )
    return lines


def _by_guidance(origin: dict[int, Guided]) -> str:
    """Quarters under the guidance that tells them: ``2026Q3 and 2026Q4 by guidance of ...``."""
    quarters: dict[str, list[str]] = {}
    for quarter, one in sorted(origin.items()):
        label = f"{quarter // YEAR}Q{quarter % YEAR + 1}"
        quarters.setdefault(one.told, []).append(label)
    return "; ".join(f"{' and '.join(labels)} by {told}" for told, labels in quarters.items())


def _left(
    guided: Guided, told: dict[int, Amount], planned: dict[int, float], begin: int
) -> dict[int, float]:
    """What guidance leaves for quarters that were not told, in the plan's proportions."""
    silent = [q for q in guided.quarters if q not in told and q in planned]
    open_ = [q for q in silent if q >= begin]
    rest = guided.value - sum(told[q].value for q in guided.quarters if q in told)
    rest -= sum(planned[q] for q in silent if q < begin)
    weight = sum(planned[q] for q in open_)
    if rest <= 0 or weight <= 0:
        return {}  # more was spent than guided: the old plan is as good as any
    return {q: rest * planned[q] / weight for q in open_}


def _listed(sources: Sources, planned: dict[int, float], guided: list[Guided]) -> dict[str, Found]:
    """The rest of a plan that is a list over the quarters."""
    rest = [planned[q] for q in sorted(planned) if q >= sources.start]
    if guided:
        evidence = f"derived: the old plan, with {'; '.join(one.told for one in guided)}"
    else:
        evidence = "assumed: the rest of the old plan"
    rows = tuple(row for one in guided for row in one.rows)
    return {"capex_plan_usd_bn": Found(sources.until, rest, evidence, rows)}


def _by_year(
    sources: Sources,
    planned: dict[int, float],
    guided: list[Guided],
    told: dict[int, Amount],
    origin: dict[int, Guided],
) -> dict[str, Found]:
    """The guided years of the new plan, and how the first is split over its quarters."""
    issuer = sources.issuer
    year = sources.start // YEAR
    its_own = range(YEAR * year, YEAR * year + YEAR)
    first = [told[q].value if q in told else planned[q] for q in its_own]
    total = sum(first)
    if not guided and not told and year in issuer.capex_by_year_usd_bn:
        return {}
    rows = tuple(row for one in guided for row in one.rows)
    of_year = {q: origin[q] for q in its_own if q in origin}
    quarters = ", ".join(map(shown, first))
    reported = [label for q, label in _labels(year) if q in told]
    known = f" ({', '.join(reported)} reported)" if reported else ""
    if of_year:
        evidence = f"derived: {quarters}{known}, {_by_guidance(of_year)}"
    elif len(reported) == YEAR:
        evidence = f"derived: {quarters}{known}"
    else:
        evidence = f"assumed: {_unguided(guided)}, {quarters}{known}"
    found = {by_year_key("capex_by_year_usd_bn", year): Found(sources.until, total, evidence, rows)}
    if total > 0:
        shares = [quarter / total for quarter in first]
        found["capex_quarter_split"] = Found(
            sources.until, shares, f"derived: {quarters} over their sum, {shown(total)}", rows
        )
    for later in range(year + 1, year + 3):
        its = range(YEAR * later, YEAR * later + YEAR)
        own = [one for one in guided if set(its) <= set(one.quarters)]
        if own:
            key = by_year_key("capex_by_year_usd_bn", later)
            value = sum(planned[q] for q in its)
            found[key] = Found(sources.until, value, f"derived: {own[-1].told}", own[-1].rows)
    return found


def _unguided(guided: list[Guided]) -> str:
    """What a year rests on that no guidance speaks of."""
    if not guided:
        return "the quarters of the old plan"
    return f"the growth of the old plan, from {'; '.join(one.told for one in guided)}"


def _labels(year: int) -> list[tuple[int, str]]:
    labels = quarter_labels(f"{year}Q1", YEAR)
    return [(quarter_at(label), label) for label in labels]
