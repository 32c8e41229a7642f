"""A scenario's file from drafts: each figure with its evidence, each other key as a comment."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from capexrisk.errors import ArgumentError
from capexrisk.scenario import Scenario, calendar_years, quarter_labels
from capexrisk.scenario.field import input_field_of
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.files.writing import write_line, write_value
from capexrisk.scenario.issuer import LONGEST_NAME, OTHER_FORM, Issuer, folded_name
from capexrisk.scenario.section import by_year_key

from .guide import JUDGEMENT, LOOK_FOR
from .periods import calendar_quarter
from .record import FLOWS, Draft, Ladder

__all__ = [
    "DraftedScenario",
    "drafted_scenario",
    "history",
    "name_in",
    "quarter_after",
    "refuse_two_files",
]

MATURITIES, CAPEX = "maturities_by_year_usd_bn", "capex_by_year_usd_bn"
LISTED: Final = "maturities_usd_bn"  # the other form, which an issuer may have instead
DECLARED: Final = {
    field: declared
    for field, info in Issuer.model_fields.items()
    if field not in OTHER_FORM and (declared := input_field_of(info)) is not None
}
CITED: Final = re.compile(r"edgar/data/0*([0-9]{1,10})/")
# What must be given, and what stands there until somebody knows it.
UNTIL_KNOWN: Final = {
    "market_cap_usd_bn": "assumed: not in companyfacts; at 0 no shares can be sold",
    "spread_bp": "assumed: not in companyfacts; the index's own at the start, oas0_bp",
}


@dataclass(frozen=True)
class DraftedScenario:
    """What a scenario's file says.

    Attributes
    ----------
    text : str
        TOML.
    names : tuple of str
        The issuers' names in it, in the order of the drafts.
    start : str
        Its first quarter.
    kept : tuple of dict of str to object
        Of each firm, what the base has newer than its filings, and so keeps, by key.
    """

    text: str
    names: tuple[str, ...]
    start: str
    kept: tuple[dict[str, object], ...]


def drafted_scenario(
    drafts: Sequence[Draft],
    *,
    base: Scenario,
    extends: str,
    name: str,
    defaults: Mapping[str, object] | None = None,
) -> DraftedScenario:
    """Write a scenario that extends another by the issuers of drafts.

    A firm that the base has already, by the number in the filings that its evidence cites, takes
    its drafted figures and keeps the base's others; where its balances are older than those at the
    base's start, it keeps all that the base has, and the older stand as comments. Another one
    stands beside the base's; what it must have and companyfacts lack is assumed, and says so.

    Parameters
    ----------
    drafts : sequence of Draft
    base : Scenario
        Its market, thresholds and defaults hold.
    extends : str
        The base's file, as the new one names it.
    name : str
        Short name of the new scenario.
    defaults : mapping of str to object, optional
        The base's issuer_defaults: what a firm that it does not have runs with.

    Raises
    ------
    ArgumentError
        If two drafts are of the same issuer.
    """
    names = [name_in(base, draft) for draft in drafts]
    refuse_two_files(names)
    start = max(base.start, *(quarter_after(draft) for draft in drafts))
    as_of = max(base.as_of, *(draft.as_of for draft in drafts))
    sections = [
        "\n".join(_section(draft, own, base, start, defaults or {}))
        for draft, own in zip(drafts, names, strict=True)
    ]
    head = _head(names, base, extends=extends, name=name, start=start, as_of=as_of)
    kept = tuple(_newer(draft, own, base) for draft, own in zip(drafts, names, strict=True))
    return DraftedScenario("\n\n".join([head, *sections]) + "\n", tuple(names), start, kept)


def refuse_two_files(names: Sequence[str]) -> None:
    """Refuse two files of one firm.

    Raises
    ------
    ArgumentError
    """
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ArgumentError("facts", f"two files are of {twice}; give one a firm")


def history(drafts: Sequence[Draft], names: Sequence[str]) -> str:
    """The quarters of drafts as CSV, $bn; what the filings do not tell is empty."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("issuer", "quarter", "start", "end", *(f"{one}_usd_bn" for one in FLOWS)))
    for draft, name in zip(drafts, names, strict=True):
        for row in draft.quarters:
            amounts = (row.amounts[one] for one in FLOWS)
            cells = ("" if amount is None else f"{amount!r}" for amount in amounts)
            table.writerow((name, row.quarter, row.start, row.end, *cells))
    return text.getvalue()


def quarter_after(draft: Draft) -> str:
    """The calendar quarter after the one that ends at the anchor."""
    begin = draft.anchor - dt.timedelta(days=90)
    return quarter_labels(calendar_quarter(begin, draft.anchor), 2)[1]


def name_in(base: Scenario, draft: Draft) -> str:
    """The base's name of the firm, or the draft's own.

    The base's evidence cites a firm's filings, whose address holds its number at the SEC. Where it
    cites none, the names decide; one that another firm has gets the number behind it.
    """
    for issuer in base.issuers:
        same_name = folded_name(issuer.name) == folded_name(draft.name)
        cited = {int(cik) for text in issuer.evidence.values() for cik in CITED.findall(text)}
        if draft.cik in cited or (same_name and not cited):
            return issuer.name
        if same_name:
            return f"{draft.name[: LONGEST_NAME - 11]} {draft.cik}"
    return draft.name


def _newer(draft: Draft, name: str, base: Scenario) -> dict[str, object]:
    """The base's figures of a firm whose filings are older than the base's start, by key."""
    own = next((issuer.inputs for issuer in base.issuers if issuer.name == name), None)
    return {} if own is None or quarter_after(draft) >= base.start else dict(own)


def _title(names: Sequence[str], base: Scenario) -> str:
    """The base's title, or its name and the firms that it has not."""
    others = [name for name in names if name not in {issuer.name for issuer in base.issuers}]
    if others:
        return f"{base.name} and {', '.join(others)}, from filings"
    return f"{base.title or base.name}, with figures from filings"


def _head(
    names: Sequence[str], base: Scenario, *, extends: str, name: str, start: str, as_of: dt.date
) -> str:
    firms = ", ".join(names)
    lines = [
        f"# Drafted from filings: {firms}.",
        "#",
        "# Figures of the SEC's companyfacts have their evidence beside them. What those lack",
        "# stands behind a #. Firms of the base keep what it gives; others run with the value that",
        "# stands there: of its issuer_defaults, or else what switches the mechanism off.",
        "",
        f"extends = {write_value(extends)}",
        f"name = {write_value(name)}",
        f"title = {write_value(_title(names, base))}",
        f"description = {write_value(f'As {base.name}; drafted from filings: {firms}.')}",
        f"as_of = {as_of}",
    ]
    if start != base.start:
        lines.append(f"start = {write_value(start)}")
    return "\n".join(lines)


def _section(
    draft: Draft, name: str, base: Scenario, start: str, defaults: Mapping[str, object]
) -> Iterator[str]:
    """The lines of an issuer's table, in the order of the record."""
    inherited = {
        key: value for own in base.issuers if own.name == name for key, value in own.inputs.items()
    }
    yield f"[{write_path(('issuers', name))}]"
    yield ""
    yield f"# {draft.entity}, CIK {draft.cik}: filings to {draft.as_of}, balances of {draft.anchor}"
    yield ""
    years = [year.year for year in calendar_years(start, base.quarters)]
    newer = _newer(draft, name, base)
    keeps_due = LISTED in inherited or any(by_year_key(MATURITIES, y) in newer for y in years)
    for field, declared in DECLARED.items():
        if field == MATURITIES and draft.ladder is not None and not keeps_due:
            yield from _maturities(draft.ladder, start, years)
        elif field == CAPEX:
            yield from _capex(draft, years[0], inherits=bool(inherited))
        elif field in draft.figures and field in newer:
            figure = draft.figures[field]
            yield f"# {field} = {write_value(figure.value)}"
            yield f"#   {figure.evidence}"
            yield f"#   The base has {write_value(newer[field])}, which is newer and stays."
        elif field in draft.figures:
            figure = draft.figures[field]
            yield from write_line(field, figure.value, figure.evidence)
        elif field in UNTIL_KNOWN and not inherited:
            value = base.market.oas0_bp if field == "spread_bp" else 0.0
            yield from write_line(
                field, value, f"{UNTIL_KNOWN[field]}. Look for: {LOOK_FOR[field]}"
            )
        else:
            reason = draft.refusals.get("maturities" if field == MATURITIES else field)
            key = by_year_key(field, years[0]) if "_by_year_" in field else field
            of_all = None if inherited else defaults.get(field)
            shown = declared.neutral if of_all is None else of_all
            yield from _commented(key, declared.text, shown, LOOK_FOR.get(field), reason)
            if of_all is not None:
                yield "#   It runs with this, as the base's issuer_defaults say."
            if key in inherited:
                yield f"#   The base has {write_value(inherited[key])}."


def _maturities(ladder: Ladder, start: str, years: Iterable[int]) -> Iterator[str]:
    """What falls due in each calendar year of the horizon, from the start on."""
    due = ladder.by_year(start)
    for year in years:
        if year not in due:
            key, text = by_year_key(MATURITIES, year), DECLARED[MATURITIES].text
            reason = "the ladder does not tell this year to its end"
            yield from _commented(key, text, None, LOOK_FOR[MATURITIES], reason)
            continue
        parts = []
        for rung, labels in ladder.spread.items():
            here = [label for label in labels if label >= start and label.startswith(f"{year}Q")]
            if here:
                share = f"{len(here)}/{len(labels)} of " if len(here) < len(labels) else ""
                parts.append(f"{share}{ladder.rungs[rung]:.3f} due in {rung}")
        quarters = sum(f"{year}Q{quarter}" >= start for quarter in (1, 2, 3, 4))
        words = f"derived: {' plus '.join(parts)}"
        if quarters < 4:
            # A file's yearly amount is spread over all four quarters, those before the start too.
            words += f", at the rate of a year for the {quarters} quarters left"
        value = round(due[year] * 4 / quarters, 9)
        yield from write_line(by_year_key(MATURITIES, year), value, f"{words}, {ladder.evidence}")


def _capex(draft: Draft, year: int, *, inherits: bool) -> Iterator[str]:
    """History beside an empty plan; where nothing else gives one, history until somebody knows."""
    key, found = by_year_key(CAPEX, year), draft.beside.get("capex_usd_bn_per_year")
    look, meaning = LOOK_FOR[CAPEX], DECLARED[CAPEX].text
    if found is None:
        reason = draft.refusals["capex_usd_bn_per_year"]
        yield from _commented(key, meaning, None, look, reason)
    elif inherits:
        yield f"# {key} ="
        yield "#   The plan is the base's. History, which is no plan:"
        yield f"#   {found.evidence}"
        yield f"#   Look for: {look}."
    else:
        words = (
            f"assumed: as in the last four quarters, history and no plan. Look for: {look}. It was "
        )
        yield from write_line(key, found.value, words + found.evidence)


def _commented(
    key: str, meaning: str, neutral: object, look_for: str | None, reason: str | None
) -> Iterator[str]:
    """A key that is not given: its meaning, neutral value, where to look, and why it is refused."""
    yield f"# {key} = {'' if neutral is None else write_value(neutral)}".rstrip()
    yield f"#   {meaning} Look for: {look_for or JUDGEMENT}."
    if reason is not None:
        yield f"#   Refused: {reason}."
