"""The workbook of a run: the tables of its page, for readers who work in a spreadsheet.

Numbers are numbers, in $bn, bp or per cent, with the ends of their intervals in columns of their
own; nothing is a formula. The same run gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from capexrisk.archive.results import Results
from capexrisk.report.content.answer import Answer, IssuerAnswer, answer
from capexrisk.report.content.findings import find, threshold_text, warnings
from capexrisk.report.content.grids import Grids
from capexrisk.report.content.inputs import assumptions
from capexrisk.report.content.over_inputs import judgements
from capexrisk.report.content.provenance import facts
from capexrisk.report.content.verdicts import main_cause
from capexrisk.report.content.what_it_takes import parts_of_paths
from capexrisk.report.content.why import parts_of_why
from capexrisk.report.files.estimate_cells import (
    estimate_headings,
    figures,
    input_value,
    tidy,
    when,
    with_units,
)
from capexrisk.report.files.sheets import Book, Heading, Value
from capexrisk.report.writing.cells import CHANCE, SHARE, Grid, Row
from capexrisk.report.writing.estimates import Estimates, last_quarters
from capexrisk.report.writing.odds import odds
from capexrisk.report.writing.spread import (
    Spread,
    consistent,
    is_number,
    quantile_in_per_cent,
)
from capexrisk.scenario.words import capitalised
from capexrisk.study.why import NOTHING, Why

WORKBOOK = "report.xlsx"
READING = """\
95 % low and high are the ends of the interval that the sampling of paths leaves; they say nothing \
about how true the inputs are. Predictive: with the inputs drawn from their ranges as well. P5, \
median and P95 with inputs drawn: of what the chance would be if the inputs were known.
A chance of 0 or 100 % was seen on no path, or on all of them; its interval says what can be.
Amounts are in $bn, spreads in basis points (bp). P5, P50 and P95 are quantiles. CFaR is the mean \
less P5; the mean below P5 is the expected shortfall.
Chances of a negative year are of the paths on which the issuer survives it. An issuer's amounts \
of a year are of the paths on which it has not failed before. Amounts of the horizon and of all \
issuers count every path; a failed issuer adds nothing to them.
"""


def write_workbook(results: Results, directory: Path, why: Why = NOTHING) -> Path:
    """Write report.xlsx into a directory.

    Parameters
    ----------
    results : Results
    directory : Path
        An existing directory.
    why : Why, optional
        What was left with the run.

    Returns
    -------
    Path
        The file.
    """
    path = directory / WORKBOOK
    scenario = results.manifest.scenario
    estimates = Estimates(results)
    grids = Grids(results, estimates, last_quarters(results))
    # The day of the run, not of the file: the same run gives the same bytes.
    created = results.manifest.times.started.replace(tzinfo=None)
    with Book(path, title=scenario.title or scenario.name, created=created) as book:
        _answer(book, results, estimates, why)
        _tables(book, results, grids)
        _pairs(book, results, estimates)
        _system(book, results, grids)
        _why(book, why)
        _inputs(book, results)
        _everything(book, results)
        _over_inputs(book, results)
        about = [*facts(results), *(("How to read it", line) for line in READING.splitlines())]
        book.add("About the run", [Heading("What", 24), Heading("", 110)], about)
    return path


def _answer(book: Book, results: Results, estimates: Estimates, why: Why) -> None:
    """The answer as a table, and below it the findings in sentences."""
    scenario, found = results.manifest.scenario, answer(results, estimates, why)
    failure = f"Funding failure by the end of {found.end}"
    headings = [
        Heading("Issuer", 22),
        Heading("Year likeliest to have negative free cash flow", 16),
        *estimate_headings("Chance of it, if it survives"),
        Heading("In words", 24),
        *estimate_headings(failure),
        Heading("In words", 24),
        *(_inputs_headings(found) if results.inputs is not None else ()),
        *(_main_headings() if found.asked else ()),
        Heading("Constraint that bound in the failing quarter", 24),
        *estimate_headings("Share of the failures, of the constraint named first"),
    ]
    rows: list[list[Value]] = []
    for issuer in found.issuers:
        year, burning = issuer.burning
        row = [issuer.name, when(year), *figures(burning, CHANCE), odds(burning)]
        row += [*figures(issuer.failure, CHANCE), odds(issuer.failure)]
        row += _over_the_inputs(_last(issuer.failed_over_inputs))
        if found.asked:
            row += _main(issuer)
        for _, share in issuer.causes[:1]:
            row += [capitalised(issuer.why), *figures(share, CHANCE)]
        rows.append(row)
    for each in found.together if len(rows) > 1 else ():
        empty: list[Value] = [None] * 5
        row = [each.label, *empty, *figures(each.failure, CHANCE), odds(each.failure)]
        rows.append([*row, *_over_the_inputs(_last(each.over_inputs))])
    sentences: list[list[Value]] = [[], ["In sentences"]]
    told = [("", find(results, estimates, found, results.years))]
    told += [(part.heading, part.findings) for part in (*parts_of_why(why), *parts_of_paths(why))]
    for heading, findings in told:
        sentences += [[], [heading]] if heading else []
        for question, text in findings:
            sentences.append([question, text.replace("\N{NO-BREAK SPACE}", " ")])
    above = [scenario.title or scenario.name]
    above += [f"Warning: {warning}" for warning in warnings(results)]
    book.add("Answer", headings, [*rows, *sentences], above=above)


def _tables(book: Book, results: Results, grids: Grids) -> None:
    """One sheet for each kind of table, with all issuers."""
    by_year = [
        ("Negative free cash flow in the year, if it survives", grids.negative_cash_flow()),
        ("Funding failure by the end of the year", grids.failure()),
    ]
    _stack(book, "Year by year", "Chance of", by_year)
    kinds = {
        "Cash flow": grids.amounts,
        "Distress": grids.distress,
        "Causes": grids.causes,
        "Whole horizon": grids.extremes,
    }
    for name, build in kinds.items():
        _stack(book, name, "Issuer", [(issuer, build(issuer)) for issuer in results.issuers])


def _pairs(book: Book, results: Results, estimates: Estimates) -> None:
    """Failures of two issuers, one pair in each row."""
    if len(results.issuers) < 2:
        return
    headings = [
        Heading("Issuer", 22),
        Heading("Other issuer", 22),
        *estimate_headings("Both fail"),
        *estimate_headings("Issuer fails, where the other does"),
    ]
    rows: list[list[Value]] = []
    for issuer in results.issuers:
        for other in results.issuers:
            if issuer != other:
                both = estimates.probability(f"failure_with:{other}", issuer)
                given = estimates.probability(f"failure_given_failure_of:{other}", issuer)
                chances = [*figures(both, CHANCE), *figures(given, CHANCE)]
                rows.append([issuer, other, *chances])
    book.add("Pairs", headings, rows, fixed=2)


def _system(book: Book, results: Results, grids: Grids) -> None:
    tables = [
        ("Failures by the end of the year", grids.failures_together()),
        ("Market at the end of the year", grids.market()),
        ("Profit in the year", grids.group_profit(threshold_text(results, "group_profit"))),
        ("Outside funding", grids.outside_funding(threshold_text(results, "outside_funding"))),
    ]
    _stack(book, "System", "Table", tables)


def _inputs(book: Book, results: Results) -> None:
    groups = assumptions(results)
    headings = [
        Heading("Section", 16),
        Heading("Key, unit at its end", 40),
        Heading("What it is", 60),
        Heading("Value", 16),
        Heading("Confidence", 22),
        Heading("Source or reason", 90),
        Heading("Address", 50),
    ]
    rows: list[list[Value]] = []
    for group in groups:
        for item in group.assumptions:
            row = [group.name, item.key, item.meaning, input_value(item)]
            rows.append([*row, item.confidence, item.source, item.address])
    book.add("Assumptions", headings, rows, fixed=2)


def _everything(book: Book, results: Results) -> None:
    """The tidy table, as in summary.csv: probabilities are fractions."""
    tidy(book, "All estimates", with_units(results.summary), {"metric": 36, "issuer": 16}, fixed=4)


def _over_inputs(book: Book, results: Results) -> None:
    """What is told at each point, as in inputs.csv, and the groups of inputs with their ranges."""
    if results.inputs is None:
        return
    table = results.inputs.table.dropna(subset="sd")
    tidy(book, "Over the inputs", table, {"metric": 36, "issuer": 16}, fixed=4)
    headings = [
        Heading("Judgement", 34),
        Heading("Law", 40),
        Heading("Input", 50),
        *(Heading(name, 14) for name in ("As it stands", "P5", "P95")),
        Heading("Confidence", 20),
        Heading("Source or reason", 90),
    ]
    rows = []
    for judgement in judgements(results):
        for one in judgement.ranges:
            numbers = [one.base, one.low, one.high]
            head: list[Value] = [judgement.name, judgement.law, one.name]
            rows.append([*head, *numbers, judgement.confidence, judgement.source])
    book.add("Ranges", headings, rows, fixed=1)


def _why(book: Book, why: Why) -> None:
    """What was left with the run, a row for each estimate, as in its folder ``why``."""
    sheets = {
        "Why": [one.table for one in why.causes],
        "What moves it": [one.table for one in why.sensitivities],
        "What would have to happen": [
            one.to_frame().assign(event=one.event.name) for one in why.reverses
        ],
    }
    widths = {"metric": 28, "event": 34, "group": 40, "name": 22, "measure": 16}
    for name, tables in sheets.items():
        if tables:
            tidy(book, name, pd.concat(tables, ignore_index=True), widths, fixed=1)


def _stack(book: Book, name: str, lead: str, tables: list[tuple[str, Grid]]) -> None:
    """Stack tables in one sheet, with the columns of all of them."""
    columns = list(dict.fromkeys(column for _, grid in tables for column in grid.columns))
    corner = tables[0][1].corner
    headings = [Heading(lead, 30 if lead != "Issuer" else 16), Heading(corner, 44)]
    headings += [Heading("Unit", 8)]
    for column in columns:
        headings += estimate_headings(column)
    rows = [
        [label, *_cells(row, grid.columns, columns)]
        for label, grid in tables
        for row in [*grid.rows, *grid.foot]
    ]
    book.add(name, headings, rows, fixed=2)


def _cells(row: Row, own: list[str], columns: list[str]) -> Iterator[Value]:
    """Heading, unit, and three cells for each column; empty if the row's table lacks it."""
    units = [cell.unit for cell in row.cells if cell.estimate is not None]
    yield row.full_label
    yield "%" if units and units[0] in (CHANCE, SHARE) else (units[0] if units else "")
    by_column = dict(zip(own, row.cells, strict=True))
    for column in columns:
        cell = by_column.get(column)
        found = None if cell is None else cell.estimate
        yield from (
            (None, None, None) if cell is None or found is None else figures(found, cell.unit)
        )


def _inputs_headings(found: Answer) -> list[Heading]:
    failure = f"Failure by the end of {found.end}, inputs drawn"
    quantiles = (Heading(f"{failure}: {name}", 14) for name in ("P5", "median", "P95"))
    return [*estimate_headings(f"{failure}: predictive"), *quantiles]


def _main_headings() -> list[Heading]:
    share = "Share of the failures that would not happen without the one named first"
    return [Heading("Main cause, by what its absence prevents", 30), *estimate_headings(share)]


def _main(issuer: IssuerAnswer) -> list[Value]:
    """The mechanisms that prevent most, and the share of the first; empty where none is known."""
    if not issuer.main:
        return [None] * 4
    return [capitalised(main_cause(issuer)), *figures(issuer.main[0][1], CHANCE)]


def _over_the_inputs(spread: Spread | None) -> list[Value]:
    """Predictive chance with its interval, P5, median and P95; a bound is a text."""
    if spread is None or spread.predictive is None or spread.median is None:
        return []
    values: list[Value] = [*figures(spread.predictive, CHANCE)]
    for one in consistent([spread.low, spread.median, spread.high]):
        number = next(iter(figures(one, CHANCE)))
        values.append(number if is_number(one) else quantile_in_per_cent(one))
    return values


def _last(by_year: dict[str, Spread | None]) -> Spread | None:
    return [*by_year.values()][-1]
