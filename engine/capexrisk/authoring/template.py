"""Template of a table of firms: a row for each key of an issuer, three columns for each firm."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from capexrisk.filings.guide import JUDGEMENT, LOOK_FOR
from capexrisk.scenario.field import InputField, input_field_of
from capexrisk.scenario.files.writing import write_value
from capexrisk.scenario.issuer import WITH_GUIDANCE, WITH_LEASES, Issuer
from capexrisk.scenario.section import CONFIDENCES, by_year_key
from capexrisk.scenario.words import Words

from .completion import ASSUMED, OWN, PLAN
from .layout import CONFIDENCE, EVIDENCE, FIXED, HEADER_ROW
from .surroundings import Surroundings

__all__ = [
    "SHEET",
    "Row",
    "as_csv",
    "as_workbook",
    "template",
]

SHEET: Final = "Firms"
WIDTHS: Final = (44, 52, 24, 44, 52)
CREATED: Final = datetime(2026, 1, 1)  # the same table is the same bytes
LEAST_ROWS: Final = 300  # down to which a list of confidences is offered


class Row(NamedTuple):
    """A key of an issuer as the table names it.

    Attributes
    ----------
    key, meaning, unit : str
    left_out : str
        ``needed``, or what counts where the cell is empty: a value, the market's scenario that it
        is inherited from, a rule.
    look_for : str
        Where in a filing it may stand.
    """

    key: str
    meaning: str
    unit: str
    left_out: str
    look_for: str


def template(years: Sequence[int], around: Surroundings) -> list[Row]:
    """Every key of an issuer: first what is needed, then the rest in the order of docs/inputs.md.

    Parameters
    ----------
    years : sequence of int
        Calendar years of the horizon; a key of one year has a row for each.
    around : Surroundings
        What a firm has of the market's scenario where it tells nothing.
    """
    rows = list(_rows(years, around))
    return [row for row in rows if row.left_out == NEEDED] + [
        row for row in rows if row.left_out != NEEDED
    ]


def as_csv(rows: Sequence[Row], firms: Sequence[str]) -> bytes:
    """The template as CSV, UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_headings(firms))
    writer.writerows([*row, *[""] * (3 * len(firms))] for row in rows)
    return text.getvalue().encode()


def as_workbook(rows: Sequence[Row], firms: Sequence[str]) -> bytes:
    """The template as a workbook; cells of a confidence offer the words that may stand there."""
    from xlsxwriter import Workbook  # only where one is written

    content = io.BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"title": "Firms of a scenario", "created": CREATED})
        bold = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(HEADER_ROW, 1)
        widths = (*WIDTHS, *(14, 16, 50) * len(firms))
        for column, (heading, width) in enumerate(zip(_headings(firms), widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, heading, bold)
            if heading.endswith(f": {CONFIDENCE}"):
                offered = {"validate": "list", "source": list(CONFIDENCES)}
                sheet.data_validation(1, column, LEAST_ROWS, column, offered)
        for line, row in enumerate(rows, start=HEADER_ROW):
            for column, text in enumerate(row):
                sheet.write_string(line, column, text)
    return content.getvalue()


NEEDED: Final = "needed"
# The other of two forms; the table has the one that is read at a glance.
OTHER_FORMS: Final = ("capex_plan_usd_bn", "maturities_usd_bn", "leases_usd_bn")


def _rows(years: Sequence[int], around: Surroundings) -> Iterator[Row]:
    for field, info in Issuer.model_fields.items():
        declared = input_field_of(info)
        if declared is None or field in OTHER_FORMS:
            continue
        spelled = [by_year_key(field, year) for year in years] if "_by_year_" in field else [field]
        for place, key in enumerate(spelled):
            nobody_tells = field not in around.issuer_defaults and field not in ASSUMED
            needed = (
                field in OWN
                or (field == PLAN and place == 0)
                or (nobody_tells and (info.is_required() or field in WITH_GUIDANCE))
            )
            left_out = NEEDED if needed else _left_out(field, declared, around)
            look_for = LOOK_FOR.get(field, JUDGEMENT)
            yield Row(key, Words().fill(declared.meaning), declared.unit, left_out, look_for)


def _left_out(field: str, declared: InputField, around: Surroundings) -> str:
    if field in around.issuer_defaults:
        return f"inherited: {write_value(around.issuer_defaults[field])} of {around.name}"
    if field in ASSUMED:
        return f"assumed: {ASSUMED[field]}"
    if field in WITH_LEASES:
        return "needed with leases_not_commenced_usd_bn"
    if field == PLAN:
        return "grows from the year before"
    return "0" if declared.neutral is None else write_value(declared.neutral)


def _headings(firms: Sequence[str]) -> list[str]:
    own = [(name, f"{name}: {CONFIDENCE}", f"{name}: {EVIDENCE}") for name in firms]
    return [*FIXED, *(heading for columns in own for heading in columns)]
