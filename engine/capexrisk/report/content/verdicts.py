"""The answer as one small table, and one sentence for each issuer."""

from __future__ import annotations

from capexrisk.report.content.answer import Answer, IssuerAnswer
from capexrisk.report.writing.cells import EMPTY, Cell, Grid, Row, worded
from capexrisk.report.writing.numbers import UNKNOWN, percentage
from capexrisk.report.writing.odds import odds_and_range
from capexrisk.report.writing.words import unbroken
from capexrisk.scenario.words import capitalised


def verdict(answer: Answer) -> Grid:
    """One row for each issuer: negative cash flow in its likeliest year, failure, main cause.

    Failures of several issuers stand in the foot.
    """
    rows = []
    for issuer in answer.issuers:
        year, chance = issuer.burning
        cells = [worded(chance, f"in {year}"), worded(issuer.failure), _cause(issuer)]
        rows.append(Row(issuer.name, cells))
    together = [
        Row(each.label, [Cell(EMPTY), worded(each.failure), Cell(EMPTY)])
        for each in answer.together
    ]
    columns = [
        "Negative free cash flow if it survives, likeliest year",
        f"Funding failure by the end of {answer.end}",
        "Main cause, share of failures",
    ]
    foot = together if len(rows) > 1 else []
    return Grid("The answer by issuer", "Issuer", columns, rows, foot, sortable=True)


def sentence(issuer: IssuerAnswer, end: str) -> str:
    """The answer for one issuer in a sentence; `end` is the end of the horizon."""
    year, burning = issuer.burning
    why = ""
    if issuer.cause is not None:
        _, share = issuer.cause
        why = f"; main cause: {issuer.why}, in {unbroken(percentage(share))} of its failures"
    return (
        f"Cannot fund its commitments by the end of {end}: "
        f"{unbroken(odds_and_range(issuer.failure))}{why}. Negative free cash flow is likeliest in "
        f"{year}, if it survives that year: {unbroken(odds_and_range(burning))}."
    )


def _cause(issuer: IssuerAnswer) -> Cell:
    if issuer.cause is None:
        return Cell(UNKNOWN)
    _, share = issuer.cause
    return Cell(capitalised(issuer.why), note=percentage(share))
