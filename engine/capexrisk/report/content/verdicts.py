"""The answer as one small table, and one sentence for each issuer."""

from __future__ import annotations

from collections.abc import Mapping

from capexrisk.estimate.issuer_metrics import FAILS
from capexrisk.report.content.answer import Answer, IssuerAnswer
from capexrisk.report.content.causes import in_points
from capexrisk.report.writing.cells import EMPTY, Cell, Grid, Row, worded
from capexrisk.report.writing.numbers import UNKNOWN, percentage
from capexrisk.report.writing.odds import odds_over_inputs
from capexrisk.report.writing.spread import Spread
from capexrisk.report.writing.words import either, unbroken
from capexrisk.scenario.words import capitalised


def verdict(answer: Answer) -> Grid:
    """One row for each issuer: negative cash flow in its likeliest year, failure, main cause.

    The cause is what would prevent most failures if it were absent; where nobody has asked for
    that, the constraint that bound in the failing quarter. Failures of several issuers stand in the
    foot.
    """
    rows = []
    for issuer in answer.issuers:
        year, chance = issuer.burning
        cells = [
            worded(chance, f"in {either(issuer.burning_years)}", issuer.negative_over_inputs[year]),
            worded(issuer.failure, over_inputs=_last(issuer.failed_over_inputs)),
            _main(issuer) if answer.asked else _cause(issuer),
        ]
        rows.append(Row(issuer.name, cells))
    together = [
        Row(
            each.label,
            [
                Cell(EMPTY),
                worded(each.failure, over_inputs=_last(each.over_inputs)),
                Cell(EMPTY),
            ],
        )
        for each in answer.together
    ]
    columns = [
        "Negative free cash flow if it survives, likeliest year",
        f"Funding failure by the end of {answer.end}",
        "Main cause: without it so many fewer failures"
        if answer.asked
        else "Bound in the failing quarter, share of failures",
    ]
    foot = together if len(rows) > 1 else []
    return Grid("The answer by issuer", "Issuer", columns, rows, foot, sortable=True)


def _last(by_year: Mapping[str, Spread | None]) -> Spread | None:
    return [*by_year.values()][-1]


def sentence(issuer: IssuerAnswer, end: str) -> str:
    """The answer for one issuer in a sentence; `end` is the end of the horizon."""
    year, burning = issuer.burning
    why = ""
    if issuer.causes:
        shares = " and ".join(unbroken(percentage(share)) for _, share in issuer.causes)
        why = f"; bound in the failing quarter: {issuer.why}, in {shares} of its failures"
    failure = odds_over_inputs(issuer.failure, _last(issuer.failed_over_inputs))
    negative = odds_over_inputs(burning, issuer.negative_over_inputs[year])
    years = either(issuer.burning_years)
    return (
        f"{capitalised(FAILS)} by the end of {end}: {unbroken(failure)}{why}. Negative free cash "
        f"flow is likeliest in {years}, if it survives that year: {unbroken(negative)}."
    )


def main_cause(issuer: IssuerAnswer) -> str:
    """The mechanism that prevents most failures of an issuer, in words; "" if none is known.

    With a second one that may prevent as many, or how many others may.
    """
    first, *others = [words for words, _ in issuer.main] or [""]
    if not others:
        return first
    return f"{first}, or {others[0] if len(others) == 1 else f'{len(others)} others'}"


def _main(issuer: IssuerAnswer) -> Cell:
    if not issuer.main:
        return Cell(UNKNOWN)
    return Cell(capitalised(main_cause(issuer)), note=in_points(issuer.main[0][1], " %"))


def _cause(issuer: IssuerAnswer) -> Cell:
    if not issuer.causes:
        return Cell(UNKNOWN)
    shares = "; ".join(percentage(share) for _, share in issuer.causes)
    return Cell(capitalised(issuer.why), note=shares)
