"""A scenario from nothing: firms from filings or tables, a market from elsewhere, as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from operator import mul
from typing import Any, Final, NamedTuple

from capexrisk.errors import ScenarioError
from capexrisk.scenario import quarter_labels
from capexrisk.scenario.files.paths import Table, write_path
from capexrisk.scenario.issuer import OTHER_FORM
from capexrisk.scenario.section import by_year_field, by_year_key

from .firms import Firm, Given
from .groups import group_lines, groups_for
from .surroundings import NEUTRAL, Surroundings
from .template import NEEDED, Row, template
from .toml import comment, heading, write_line, write_value

__all__ = ["Inherited", "New", "new_scenario"]

SCALED: Final = ("demand0_usd_bn_per_year", "demand_saturation_usd_bn_per_year")
# What a firm itself must tell: nothing else says it.
OWN: Final = ("core_revenue_usd_bn_per_year", "ocf_usd_bn_per_year", "cash_usd_bn")
PLAN: Final = "capex_by_year_usd_bn"
DEBT: Final = ("bonds_usd_bn", "secured_debt_usd_bn", "private_debt_usd_bn")
ROOM: Final = 1.5  # limit of leverage over today's, where the market's habit is tighter
MOST_AT_ONCE: Final = 0.5  # of all debt, in a quarter, where the market's habit is all of it
CAPITAL: Final = ("buildout_capital_usd_bn", "construction_usd_bn")


class Inherited(NamedTuple):
    """A figure that no firm gave: its path, value and where it is from."""

    path: str
    value: object
    evidence: str


class New(NamedTuple):
    """A new scenario.

    Attributes
    ----------
    text : str
        Its file.
    inherited : list of Inherited
        Figures of firms that come from the market's scenario, or from a rule.
    """

    text: str
    inherited: list[Inherited]


def new_scenario(
    name: str,
    firms: Sequence[Firm],
    around: Surroundings,
    *,
    start: str,
    quarters: int,
    as_of: dt.date,
) -> New:
    """Write a scenario of these firms.

    What a firm does not tell is taken from what the market's scenario has for all its issuers, or,
    where that has nothing, in proportion to what the firm does tell; each says so in its evidence.

    Raises
    ------
    ScenarioError
        A firm lacks revenue, cash flow, cash, or both a plan and past spending.
    """
    labels = quarter_labels(start, quarters)
    complete = [_completed(firm, around, int(start[:4])) for firm in firms]
    capacity = _capacity(complete, around)
    given = {key for firm in complete for key in firm.figures}
    defaults = _defaults(around, given, complete)
    lines = [
        *_head(name, firms, around, labels, as_of),
        *_section(("market",), _times(around.market, capacity, SCALED)),
        *_section(("thresholds",), _times(around.thresholds, capacity, around.thresholds)),
        *_section(("issuer_defaults",), defaults),
    ]
    rows = template(sorted({int(label[:4]) for label in labels}))
    for firm in complete:
        lines += _firm(firm, rows, defaults)
    uncertainty = groups_for(around.uncertainty, given | _keys(defaults))
    if uncertainty:
        lines += ["", heading("uncertainty"), *group_lines(uncertainty)]
    if around.run:
        lines += ["", heading("run"), "", "[run]"]
        lines += [f"{key} = {write_value(value)}" for key, value in around.run.items()]
    inherited = [
        Inherited(write_path(("issuers", firm.name, key)), one.value, one.evidence)
        for firm in complete
        for key, one in firm.figures.items()
        if one.place == RULE
    ]
    inherited += [
        Inherited(write_path(("issuer_defaults", key)), defaults[key], text)
        for key, text in defaults["evidence"].items()
    ]
    return New("\n".join(lines) + "\n", inherited)


RULE: Final = "a rule"  # the place of a figure that none gave


def _completed(firm: Firm, around: Surroundings, year: int) -> Firm:
    """A firm with what it needs and nobody told."""
    figures = dict(firm.figures)
    for key in OWN:
        if key not in figures:
            raise ScenarioError(
                f"{firm.place}: {firm.name}.{key}",
                f"missing{_why(firm.refused.get(key))}",
                "give it in a table (--from-table), beside or instead of the filings",
            )

    def add(key: str, value: Callable[[], float], reason: str) -> None:
        if key not in figures:
            figures[key] = Given(round(value(), 6), f"assumed: {reason}, to be replaced", RULE)

    planned = [key for key in figures if by_year_field(key) == PLAN or key == OTHER_FORM_OF_PLAN]
    if not planned and firm.spent is None:
        raise ScenarioError(
            f"{firm.place}: {firm.name}.{by_year_key(PLAN, year)}",
            f"missing{_why(firm.refused.get('capex_usd_bn_per_year'))}",
            "give planned capex in a table (--from-table)",
        )
    spent = firm.spent if firm.spent is not None else _first(figures, planned)
    if not planned:
        reason = "no plan was given; as in the last four quarters"
        add(by_year_key(PLAN, year), lambda: spent, reason)
    ocf = _number(figures["ocf_usd_bn_per_year"])
    revenue = _number(figures["core_revenue_usd_bn_per_year"])
    whose = NEUTRAL if around.name == NEUTRAL else f"the median of {around.name}"
    add(
        "market_cap_usd_bn",
        lambda: around.value * ocf if ocf > 0 else 2.0 * revenue,
        f"{around.value:.3g} times operating cash flow, {whose}"
        if ocf > 0
        else "twice revenue, as cash flow is negative",
    )
    add("spread_bp", lambda: float(around.market["oas0_bp"]), "the index's spread")
    for key, times in zip(CAPITAL, (around.in_service, around.under_way), strict=True):
        add(key, partial(mul, times, spent), f"{times:.3g} times a year's capex, {whose}")
    debt = sum(_number(figures[key]) for key in DEBT if key in figures)
    habits = around.issuer_defaults
    if ocf > 0 and debt * ROOM > ocf * habits.get("leverage_limit", 0.0):
        add("leverage_limit", lambda: ROOM * debt / ocf, f"{ROOM:g} times its debt over cash flow")
    if 0 < debt <= habits.get("bond_quarter_cap_usd_bn", 0.0):
        add("bond_quarter_cap_usd_bn", lambda: MOST_AT_ONCE * debt, f"{MOST_AT_ONCE:g} of its debt")
    return Firm(firm.name, firm.place, figures, spent, firm.refused)


OTHER_FORM_OF_PLAN: Final = next(one for one, other in OTHER_FORM.items() if other == PLAN)


def _why(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def _first(figures: Mapping[str, Given], planned: Sequence[str]) -> float:
    """Planned spending of the first year."""
    first = figures[min(planned)].value
    return sum(first[:4]) if isinstance(first, tuple | list) else float(first)  # type: ignore[arg-type]


def _number(given: Given) -> float:
    assert isinstance(given.value, float)
    return given.value


def _capacity(firms: Sequence[Firm], around: Surroundings) -> float:
    """Revenue that the firms' capital can make in a year, $bn."""
    defaults = around.issuer_defaults
    total = 0.0
    for firm in firms:
        relative = firm.figures.get("relative_yield")
        times = relative.value if relative else defaults.get("relative_yield", 1.0)
        total += times * _number(firm.figures[CAPITAL[0]])  # type: ignore[operator]
    return float(around.market["revenue_yield_per_year"]) * total


def _defaults(around: Surroundings, given: set[str], firms: Sequence[Firm]) -> Table:
    """What firms have in common: without what every firm tells itself."""
    evidence = around.issuer_defaults.get("evidence", {})
    kept: Table = {"evidence": {}}
    for key, value in around.issuer_defaults.items():
        if key == "evidence" or all(key in firm.figures for firm in firms):
            continue
        kept[key] = value
        confidence, _, reason = evidence.get(key, "assumed: no source").partition(": ")
        kept["evidence"][key] = (
            evidence[key]
            if around.name == NEUTRAL
            else f"assumed: as {around.name} has it for its own firms ({confidence}): {reason}"
        )
    return kept


def _times(table: Table, factor: float, keys: Any) -> Table:
    """A table with some figures multiplied."""
    return {
        key: round(value * factor, 6) if key in keys and isinstance(value, float) else value
        for key, value in table.items()
    }


def _keys(table: Table) -> set[str]:
    return {key for key in table if key != "evidence"}


def _head(
    name: str, firms: Sequence[Firm], around: Surroundings, labels: list[str], as_of: dt.date
) -> Iterator[str]:
    names = ", ".join(firm.name for firm in firms)
    yield from comment(
        f"{names}, from {labels[0]} to {labels[-1]}.\n\n"
        f"The market is that of {around.name}; its demand and the thresholds are in proportion to "
        'these firms\' capacity. Figures whose evidence ends with "to be replaced", and those of '
        "[issuer_defaults], were given by nobody: look at them first. Keys in comments were not "
        "given; the value there is what leaving them out means."
    )
    yield ""
    yield f"name = {write_value(name)}"
    yield f"title = {write_value(names[:100])}"
    yield f"as_of = {as_of}"
    yield f"start = {write_value(labels[0])}"
    yield f"quarters = {len(labels)}"
    if around.words:
        yield from ("", "[words]")
        yield from (f"{key} = {write_value(value)}" for key, value in around.words.items())


def _section(at: tuple[str, ...], table: Table) -> Iterator[str]:
    yield from ("", heading(at[-1].replace("_", " ")), "", f"[{write_path(at)}]", "")
    evidence = table.get("evidence", {})
    for key, value in table.items():
        if key == "evidence":
            continue
        inner = value if isinstance(value, dict) else {"": value}
        for below, part in inner.items():
            path = f"{key}.{below}" if below else key
            yield from write_line(path, part, evidence.get(path, ""))


def _firm(firm: Firm, rows: Sequence[Row], defaults: Table) -> Iterator[str]:
    """An issuer's table: what is known, then what is not, as comments."""
    yield from ("", heading(firm.name), "", f"[{write_path(('issuers', firm.name))}]", "")
    order = {row.key: place for place, row in enumerate(rows)}
    meanings = {row.key: row for row in rows}
    last = len(order)
    for key in sorted(firm.figures, key=lambda key: (order.get(key, last), key)):
        one = firm.figures[key]
        if key in meanings:
            yield from comment(_meaning(meanings[key]))
        yield from write_line(key, one.value, one.evidence)
    listed = {by_year_field(key) for key in firm.figures}
    listed |= {other for form, other in OTHER_FORM.items() if form in firm.figures}
    missing = [row for row in rows if by_year_field(row.key) not in listed | _keys(defaults)]
    if missing:
        yield from ("", "# Not given")
    for row in missing:
        value = "..." if row.left_out == NEEDED else row.left_out
        yield f"# {row.key} = {value}"
        yield from comment(f"  {_meaning(row)}. Look for: {row.look_for}.")
        if row.key in firm.refused:
            yield from comment(f"  Refused: {firm.refused[row.key]}.")


def _meaning(row: Row) -> str:
    return f"{row.meaning}, {row.unit}" if row.unit else row.meaning
