"""Cells, rows and tables: each figure as text and as a number."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from typing import NamedTuple

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metric import Unit
from capexrisk.report.writing.numbers import (
    basis_points,
    money,
    number,
    percentage,
    percentage_range,
    share,
)
from capexrisk.report.writing.odds import odds
from capexrisk.report.writing.spread import (
    Spread,
    median_in_per_cent,
    predictive_in_per_cent,
    spread_in_per_cent,
)
from capexrisk.report.writing.words import unbroken

DOLLARS = "$bn"
BASIS_POINTS = "bp"
CHANCE = "%"
SHARE = "% of the whole"
COUNT = "issuers"
EMPTY = "–"


class Cell(NamedTuple):
    """A figure.

    Attributes
    ----------
    text : str
        As it is written.
    shade : float
        How dark its ground is, 0 to 1.
    note : str
        A second, quieter line.
    over_inputs : tuple of str
        More of them: the figure with the inputs drawn, and how far it moves with them.
    estimate : Estimate, optional
        The number behind it, for sorting and for spreadsheets.
    unit : str
        Of the estimate: `DOLLARS`, `BASIS_POINTS`, `COUNT`, `CHANCE` or `SHARE`, the last two as
        fractions.
    """

    text: str
    shade: float = 0.0
    note: str = ""
    over_inputs: tuple[str, ...] = ()
    estimate: Estimate | None = None
    unit: str = ""

    @property
    def order(self) -> float | None:
        """The number to sort by; None where there is none."""
        if self.estimate is None:
            return None
        value = self.estimate.observed if self.unit == CHANCE else self.estimate.value
        known = isfinite(value) and (self.unit != CHANCE or self.estimate.n > 0)
        return value if known else None


class Row(NamedTuple):
    """A row: heading, cells, and the quantity of which the heading names a statistic."""

    label: str
    cells: list[Cell]
    of: str = ""

    @property
    def full_label(self) -> str:
        """A heading that can stand alone."""
        return f"{self.of}: {self.label}" if self.of else self.label


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes
    ----------
    caption : str
        What it shows.
    corner : str
        Heading of its first column.
    columns : list of str
        Headings of the others.
    rows : list of Row
    foot : list of Row
        Rows that stay below the others: those of all together.
    sortable : bool
        Whether its rows are of one kind, so that another order makes sense.
    """

    caption: str
    corner: str
    columns: list[str]
    rows: list[Row]
    foot: list[Row] = field(default_factory=list)
    sortable: bool = False


def chance(estimate: Estimate, sign: str = "", over_inputs: Spread | None = None) -> Cell:
    """A probability as a cell, shaded by its size; `sign` where no caption says per cent.

    Below it the predictive probability, and P5 to P95 over the inputs, where they are known.
    """
    below: tuple[str, ...] = ()
    if over_inputs is not None:
        below = (predictive_in_per_cent(over_inputs, sign), spread_in_per_cent(over_inputs, sign))
    text = percentage(estimate, sign)
    return Cell(text, _shade(estimate), "", below, estimate, CHANCE)


def worded(estimate: Estimate, when: str = "", over_inputs: Spread | None = None) -> Cell:
    """A probability as a natural frequency, with its interval below; `when` follows the words.

    Then the predictive probability, and median and P5 to P95 over the inputs, where they are known.
    """
    text = f"{odds(estimate)}, {when}" if when else odds(estimate)
    below: tuple[str, ...] = ()
    if over_inputs is not None:
        below = (
            f"predictive {unbroken(predictive_in_per_cent(over_inputs))}",
            f"median {unbroken(median_in_per_cent(over_inputs))}",
            f"P5 to P95 {unbroken(spread_in_per_cent(over_inputs))}",
        )
    return Cell(text, _shade(estimate), percentage_range(estimate), below, estimate, CHANCE)


def _shade(estimate: Estimate) -> float:
    return round(estimate.observed, 2) if estimate.n else 0.0


def dollars(estimate: Estimate) -> Cell:
    """An amount, $bn."""
    return Cell(money(estimate), estimate=estimate, unit=DOLLARS)


def spread(estimate: Estimate) -> Cell:
    """A spread, bp."""
    return Cell(basis_points(estimate), estimate=estimate, unit=BASIS_POINTS)


def count(estimate: Estimate) -> Cell:
    """The expectation of a count of issuers."""
    return Cell(number(estimate), estimate=estimate, unit=COUNT)


def fraction(estimate: Estimate) -> Cell:
    """An amount that is a fraction, such as utilisation."""
    return Cell(share(estimate), estimate=estimate, unit=SHARE)


def written(estimate: Estimate, unit: Unit) -> Cell:
    """An estimate by the unit of its metric; a heading says it, unless numbers are per cent."""
    writers = {"bp": spread, "fraction": fraction, "probability": chance, "issuers": count}
    return writers.get(unit, dollars)(estimate)
