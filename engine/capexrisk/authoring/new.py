"""A scenario from nothing: firms from filings or tables, a market from elsewhere, as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from capexrisk.errors import ScenarioError
from capexrisk.scenario import quarter_labels
from capexrisk.scenario.files.paths import Table, write_path
from capexrisk.scenario.files.writing import comment, heading, write_line, write_value
from capexrisk.scenario.issuer import OTHER_FORM
from capexrisk.scenario.section import by_year_field

from .completion import CAPITAL, RULE, completed, missing, number_of
from .firms import Firm
from .groups import group_lines, groups_for
from .surroundings import NEUTRAL, Surroundings
from .template import NEEDED, Row, template

__all__ = ["Inherited", "New", "new_scenario"]

SCALED: Final = ("demand0_usd_bn_per_year", "demand_saturation_usd_bn_per_year")


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
    year = int(start[:4])
    lacking = [one for firm in firms for one in missing(firm, year)]
    if lacking:
        raise ScenarioError.first_of(lacking)
    complete = [completed(firm, around, year) for firm in firms]
    capacity = _capacity(complete, around)
    given = {key for firm in complete for key, one in firm.figures.items() if _moves(one.value)}
    defaults = _defaults(around, complete)
    lines = [
        *_head(name, firms, around, labels, as_of),
        *_section(("market",), _times(around.market, capacity, SCALED)),
        *_section(("thresholds",), _times(around.thresholds, capacity, around.thresholds)),
        *_section(("issuer_defaults",), defaults),
    ]
    rows = template(sorted({int(label[:4]) for label in labels}), around)
    for firm in complete:
        lines += _firm(firm, rows, defaults)
    uncertainty = groups_for(
        around.uncertainty, given | {key for key in _keys(defaults) if _moves(defaults[key])}
    )
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


def _capacity(firms: Sequence[Firm], around: Surroundings) -> float:
    """Revenue that the firms' capital can make in a year, $bn."""
    defaults = around.issuer_defaults
    total = 0.0
    for firm in firms:
        relative = firm.figures.get("relative_yield")
        times = number_of(relative) if relative else defaults.get("relative_yield", 1.0)
        total += times * number_of(firm.figures[CAPITAL[0]])
    return float(around.market["revenue_yield_per_year"]) * total


def _defaults(around: Surroundings, firms: Sequence[Firm]) -> Table:
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


def _moves(value: object) -> bool:
    """Whether a factor changes it."""
    return any(map(_moves, value)) if isinstance(value, list | tuple) else bool(value)


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
