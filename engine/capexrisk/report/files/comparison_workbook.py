"""The workbook of a comparison: the tables of its page, for readers who work in a spreadsheet.

As in that of a run, numbers are numbers with the ends of their intervals beside them, nothing is a
formula, and the same runs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.report.content.changes import (
    HEADING_OVER_INPUTS,
    Change,
    chance_line,
    headline_changes,
    key,
    sentence,
)
from capexrisk.report.content.differing_inputs import THERE, differing_inputs
from capexrisk.report.content.provenance import facts
from capexrisk.report.content.side_by_side import side_by_side, title_of, warnings_of
from capexrisk.report.files.estimate_cells import (
    WIDTH,
    estimate_headings,
    figures,
    input_value,
    shape,
    tidy,
    when,
    with_units,
)
from capexrisk.report.files.sheets import Book, Figure, Heading, Value
from capexrisk.report.files.workbook import WORKBOOK
from capexrisk.report.writing.cells import CHANCE, EMPTY
from capexrisk.report.writing.numbers import PER_CENT, one_digit, scale_of, sign_of
from capexrisk.study.comparison import Comparison

READING = """\
95 % low and high are the ends of the interval that the sampling of paths leaves; they say nothing \
about how true the inputs are.
A difference of chances or shares is in points of per cent; its interval is that of pairs where \
the runs draw the same random numbers, and else that of two runs.
A chance of 0 or 100 % was seen on no path, or on all of them; its interval says what can be.
An empty cell: the run does not reach so far, or the number cannot be known.
Amounts are in $bn, spreads in basis points (bp). Chances of a negative year are of the paths on \
which the issuer survives it.
{key}
Gain: the error of the difference between two runs with random numbers of their own, over that \
with common ones.
"""


def write_comparison_workbook(comparison: Comparison, directory: Path) -> Path:
    """Write report.xlsx of a comparison into an existing directory; returns the file."""
    path = directory / WORKBOOK
    # The day of the base, not of the file: the same runs give the same bytes.
    created = comparison.runs[comparison.base].manifest.times.started.replace(tzinfo=None)
    with Book(path, title=title_of(comparison), created=created) as book:
        _answer(book, comparison)
        _side_by_side(book, comparison)
        _changes(book, comparison)
        _inputs(book, comparison)
        _everything(book, comparison)
        _about(book, comparison)
    return path


def _answer(book: Book, comparison: Comparison) -> None:
    """What is compared, and what changes in words."""
    above = [title_of(comparison)]
    above += [f"Warning: {warning}" for warning in warnings_of(comparison)]
    above += [f"Note: {note}." for note in comparison.notes]
    rows: list[list[Value]] = [
        [comparison.base, _title(comparison, comparison.base), "The base of all differences"]
    ]
    for name in comparison.others:
        told = sentence(headline_changes(comparison, name)).replace("\N{NO-BREAK SPACE}", " ")
        rows += [
            [name, _title(comparison, name), told],
            [None, None, f"{chance_line(comparison, name)}."],
        ]
    headings = [Heading("Scenario", 24), Heading("What it is", 48), Heading("What changes", 120)]
    book.add("Answer", headings, rows, above=above)


def _title(comparison: Comparison, name: str) -> str:
    return comparison.runs[name].manifest.scenario.title


def _side_by_side(book: Book, comparison: Comparison) -> None:
    """Followed figures in all runs, and their differences from the base."""
    headings = [
        *(Heading("Issuer", 22), Heading("Figure", 44), Heading("Period", 10), Heading("Unit", 10)),
        *(heading for name in comparison.runs for heading in estimate_headings(f"In {name}")),
        *(
            heading
            for name in comparison.others
            for heading in estimate_headings(f"Difference of {name}")
        ),
    ]
    rows: list[list[Value]] = []
    for one in side_by_side(comparison):
        unit = CHANCE if one.unit in PER_CENT else one.unit
        whose = "System" if one.issuer == SYSTEM else one.issuer
        row: list[Value] = [whose, one.words, when(one.period), sign_of(one.unit)]
        for estimate in one.estimates:
            row += _or_empty(estimate, unit)
        for difference in one.differences:
            row += _or_empty(difference, unit, signed=True)
        rows.append(row)
    book.add("Side by side", headings, rows, fixed=4)


def _or_empty(estimate: Estimate | None, unit: str, *, signed: bool = False) -> list[Value]:
    return [None] * 3 if estimate is None else [*figures(estimate, unit, signed=signed)]


def _changes(book: Book, comparison: Comparison) -> None:
    """Followed figures that differ beyond sampling error, the largest changes of each run first."""
    found = [
        (name, one) for name in comparison.others for one in headline_changes(comparison, name)
    ]
    told = any(change.over_inputs for _, change in found)
    ends = (f"{HEADING_OVER_INPUTS}: P5", f"{HEADING_OVER_INPUTS}: P95") if told else ()
    numbers = ("Difference", "±", *ends, f"In {comparison.base}", "In this scenario", "Gain")
    headings = [
        *(Heading("Scenario", 24), Heading("Figure", 60), Heading("Unit", 10)),
        *(Heading(name, WIDTH) for name in numbers),
    ]
    rows: list[list[Value]] = [
        [name, change.label, change.unit, *_numbers(change, told)] for name, change in found
    ]
    book.add("What changes most", headings, rows, fixed=2)


def _numbers(change: Change, told: bool) -> Iterator[Value]:
    """Numbers of a change, with those over the inputs where they are told of any."""
    in_per_cent = change.unit == sign_of("probability")
    scale = scale_of("probability") if in_per_cent else 1.0
    decimals = max(0, one_digit(change.half_width) + 1) if change.half_width > 0.0 else 3
    own, signed = (shape(decimals, in_per_cent=in_per_cent, signed=sign) for sign in (False, True))
    yield Figure(change.difference / scale, signed)
    yield Figure(change.half_width / scale, own)
    for end in (change.low, change.high) if told else ():
        yield Figure(end / scale, signed)
    for value in (change.base, change.value):
        yield Figure(value / scale, own)
    yield Figure(change.gain, "0.0")


def _inputs(book: Book, comparison: Comparison) -> None:
    """What the scenarios change, each input with both values and the evidence of the new one."""
    headings = [
        Heading("Scenario", 24),
        Heading("Section", 16),
        Heading("Key, unit at its end", 40),
        Heading("What it is", 60),
        Heading(f"In {comparison.base}", 16),
        Heading("In this scenario", 16),
        Heading("Confidence", 22),
        Heading("Source or reason", 90),
        Heading("Address", 50),
    ]
    rows: list[list[Value]] = []
    for name in comparison.others:
        for one in differing_inputs(comparison.runs[comparison.base], comparison.runs[name]):
            sides = (one.before, one.after)
            values: list[Value] = [
                EMPTY if side is None else input_value(side) if side.written else THERE
                for side in sides
            ]
            here = one.here
            row = [name, one.section, one.key, here.meaning, *values]
            rows.append([*row, here.confidence, here.source, here.address])
    book.add("Inputs that differ", headings, rows, fixed=3)


def _everything(book: Book, comparison: Comparison) -> None:
    """The table of differences, as in comparison.csv, without columns that nothing fills."""
    table = with_units(comparison.table).dropna(axis="columns", how="all")
    widths = {"scenario": 24, "metric": 36, "issuer": 16}
    tidy(book, "All differences", table, widths, fixed=5)


def _about(book: Book, comparison: Comparison) -> None:
    """How the runs were computed, beside each other, and how to read the sheets."""
    found = [facts(results) for results in comparison.runs.values()]
    shown = [one for name in comparison.others for one in headline_changes(comparison, name)]
    headings = [Heading("What", 24), *(Heading(f"Of {name}", 50) for name in comparison.runs)]
    rows: list[list[Value]] = [
        [what, *("; ".join(text for other, text in each if other == what) for each in found)]
        for what in dict.fromkeys(what for each in found for what, _ in each)
    ]
    rows += [["How to read it", line] for line in READING.format(key=key(shown)).splitlines()]
    book.add("About the runs", headings, rows)
