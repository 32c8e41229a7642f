"""Finds in a run what happened: which distribution each figure belongs to, who failed when."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from capexrisk.archive.results import Results
from capexrisk.errors import TableError
from capexrisk.estimate.metrics import SYSTEM, metric_of, of_whom
from capexrisk.study.quarters import BALANCES, FLOWS, METRICS, spans_of
from capexrisk.tables.actuals import ALSO, FAILURE, Actual, named_as
from capexrisk.tables.periods import Period, quarter_at

NO_METRIC = "the run has no distribution of"
NO_PERIOD = "of periods that the run does not tell"
TOLD_AGAIN = "told again by a later row, which counts"
SHOWN = {"$bn": "USD bn", "$bn a year": "USD bn a year"}  # units as tables write them
RUN_NAME = {other: name for name, others in ALSO.items() for other in others}


class Figure(NamedTuple):
    """An amount that happened, and where it stands in the run.

    Attributes
    ----------
    actual : Actual
    period, metric, unit : str
        As the run names them.
    value, year_before : float
        In this unit.
    span : str
        "quarter", "to date" or "year" (of which a year may be a part).
    traced : bool
        Whether it is placed among traced paths, as quarters are; else in the run's histogram.
    """

    actual: Actual
    period: str
    metric: str
    unit: str
    value: float
    year_before: float
    span: str
    traced: bool

    @property
    def issuer(self) -> str:
        """Whose it is."""
        return self.actual.issuer

    @property
    def naive(self) -> float:
        """What happened a year before, grown as last year; NaN where that is not known."""
        return self.year_before * (1.0 + self.actual.growth)


class Fate(NamedTuple):
    """What became of an issuer: the quarter in which it failed, or the last known without."""

    actual: Actual
    issuer: str
    failed: bool
    quarter: int
    period: str


class Matched(NamedTuple):
    """What was found in a run.

    Attributes
    ----------
    figures : list of Figure
    fates : list of Fate
    left_out : list of str
        What rows tell that is not scored: a line for each reason, with metrics and numbers of rows.
    """

    figures: list[Figure]
    fates: list[Fate]
    left_out: list[str]


def match(results: Results, actual: Iterable[Actual]) -> Matched:
    """Find every row's figure or issuer in a run.

    A table may tell more than a run: rows of other metrics or periods are left out. Of two rows of
    the same figure the last counts.

    Raises
    ------
    TableError
        If a row names an issuer that the run does not have, its unit is of another kind, or an
        issuer has two fates.
    """
    figures: dict[tuple[str, str, str], Figure] = {}
    fates: dict[str, Fate] = {}
    left_out: dict[str, Counter[str]] = {}
    for row in named_as(actual, results.issuers):
        if row.metric == FAILURE:
            fate = _fate(results, row)
            if fate.issuer in fates:
                told = f"{fate.issuer}'s fate is told by {_row_of(fates[fate.issuer])} already"
                mend = "give one: the quarter of the failure, or the last known without"
                raise TableError(row.place, told, mend)
            fates[fate.issuer] = fate
            continue
        figure = _figure(results, row)
        if isinstance(figure, str):
            left_out.setdefault(figure, Counter())[row.metric] += 1
            continue
        key = (figure.issuer, figure.metric, figure.period)
        if key in figures:
            left_out.setdefault(TOLD_AGAIN, Counter())[" ".join(key)] += 1
        figures[key] = figure
    lines = [
        f"{reason}: {', '.join(f'{what} ({n})' for what, n in rows.items())}"
        for reason, rows in left_out.items()
    ]
    return Matched(list(figures.values()), list(fates.values()), lines)


def _row_of(fate: Fate) -> str:
    return fate.actual.place.rpartition(": ")[2] or "another row"


def _fate(results: Results, row: Actual) -> Fate:
    row.factor("event")
    if row.issuer == SYSTEM:
        raise TableError(row.place, f"{FAILURE} of the system", "name an issuer")
    label = _label(row, results.quarters)
    if label is None:
        covers = f"the run has {results.quarters[0]} to {results.quarters[-1]}"
        problem = f"{FAILURE} in {row.period!r}; {covers}"
        raise TableError(row.place, problem, "give one of its quarters, or leave the row out")
    return Fate(row, row.issuer, row.value == 1.0, results.quarters.index(label), label)


def _figure(results: Results, row: Actual) -> Figure | str:
    """The figure of a row, or why the run has none."""
    metric = RUN_NAME.get(row.metric, row.metric)
    traced = metric in METRICS and row.issuer != SYSTEM
    if traced:
        unit, labels = "$bn", [span.label for span in spans_of(results.manifest.scenario)]
        if metric in BALANCES:
            labels = [label for label in labels if label in results.quarters]
    else:
        table = results.distributions
        table = table[(table["issuer"] == row.issuer) & (table["metric"] == metric)]
        labels = [label for label in dict.fromkeys(table["period"]) if label[0].isdigit()]
        if not labels:
            return NO_METRIC
        unit = metric_of(metric, of_whom(row.issuer)).unit
    period = _label(row, labels, of_day=metric not in FLOWS)
    if period is None:
        return NO_PERIOD
    factor = row.factor(unit)
    quarters = len(_quarters_in(period))
    return Figure(
        actual=row,
        period=period,
        metric=metric,
        unit=SHOWN.get(unit, unit),
        value=row.value * factor,
        year_before=row.year_before * factor,
        span={1: "quarter", 4: "year"}.get(quarters, "to date"),
        traced=traced,
    )


def _label(row: Actual, labels: Iterable[str], *, of_day: bool = False) -> str | None:
    """The run's label of a row's period; None if it has none.

    What is `of_day` is a balance, which may be told of its day. A firm's own quarter stands for the
    calendar quarter of its middle, so a balance of the end of a month is that of the quarter that
    would end then; the market's is of a quarter's end.
    """
    dates = row.dates
    told = dates.quarters()
    ends_month = of_day and not dates.months and (dates.last + dt.timedelta(days=1)).day == 1
    if ends_month and (row.issuer != SYSTEM or dates.last.month % 3 == 0):
        told = Period(dates.first, dates.last, 3).quarters()
    for label in labels:
        if label == row.period or (told and _quarters_in(label) == told):
            return label
    return None


def _quarters_in(label: str) -> list[int]:
    """Quarters of a run's label: 2026Q1, 2026Q1-Q2, or 2026, which may be a part of the year."""
    year, _, quarters = label.partition("Q")
    first, last = quarters[:1] or "1", quarters[-1:] or "4"
    return list(range(quarter_at(f"{year}Q{first}"), quarter_at(f"{year}Q{last}") + 1))
