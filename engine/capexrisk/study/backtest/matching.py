"""Finds in a run what happened: which distribution each figure belongs to, who failed when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from capexrisk.archive.results import Results
from capexrisk.errors import ArgumentError, suggest
from capexrisk.estimate.metrics import SYSTEM, metric_of, of_whom
from capexrisk.study.backtest.actual import FAILURE, Actual
from capexrisk.study.quarters import BALANCES, METRICS, spans_of

EVENT = "event"  # unit of a failure
UNITS = {"$bn": "USD bn", "$bn a year": "USD bn a year"}  # as data tables write them


class Figure(NamedTuple):
    """An amount that happened, and where it stands in the run.

    Attributes
    ----------
    actual : Actual
        Its period is the run's label.
    span : str
        "quarter", "to date" or "year" (of which a year may be a part).
    traced : bool
        Whether it is placed among traced paths, as quarters are; else in the run's histogram.
    """

    actual: Actual
    span: str
    traced: bool


class Fate(NamedTuple):
    """What became of an issuer: the quarter in which it failed, or the last known without."""

    actual: Actual
    issuer: str
    failed: bool
    quarter: int


def match(results: Results, actual: Iterable[Actual]) -> tuple[list[Figure], list[Fate]]:
    """Find every row's figure or issuer in a run.

    Raises
    ------
    ArgumentError
        If a row names what the run does not have, its unit is another, or it says again what
        another row says.
    """
    figures: list[Figure] = []
    fates: list[Fate] = []
    seen: dict[tuple[str, ...], Actual] = {}
    for row in actual:
        known = results.issuers if row.metric == FAILURE else [*results.issuers, SYSTEM]
        if row.issuer not in known:
            hint = suggest(row.issuer, known)
            raise _wrong(row, f"issuer: there is no {row.issuer!r} in the run; {hint}")
        if row.metric == FAILURE:
            fates.append(_fate(results, row))
            key: tuple[str, ...] = (row.issuer, FAILURE)
            mend = "give one: the quarter of the failure, or the last known without"
        else:
            figures.append(_figure(results, row))
            row = figures[-1].actual  # noqa: PLW2901 - with the run's label of the period
            key, mend = (row.issuer, row.metric, row.period), "leave one out"
        if key in seen:
            line = seen[key].place.rpartition(", ")[2]
            raise _wrong(row, f"{' '.join(key)} is in {line} already; {mend}")
        seen[key] = row
    return figures, fates


def _fate(results: Results, row: Actual) -> Fate:
    _refuse_unit(row, EVENT)
    if row.period not in results.quarters:
        raise _no_period(results, row)
    return Fate(row, row.issuer, row.value == 1.0, results.quarters.index(row.period))


def _figure(results: Results, row: Actual) -> Figure:
    if row.metric in METRICS and row.issuer != SYSTEM:
        return _traced(results, row)
    table = results.distributions
    table = table[table["issuer"] == row.issuer]
    metrics = sorted(set(table["metric"]))
    if row.metric not in metrics:
        whose = "the system" if row.issuer == SYSTEM else row.issuer
        known = metrics if row.issuer == SYSTEM else [*METRICS, FAILURE, *metrics]
        hint = suggest(row.metric, known)
        raise _wrong(
            row, f"metric: the run has no distribution of {row.metric!r} of {whose}; {hint}"
        )
    periods = list(dict.fromkeys(table.loc[table["metric"] == row.metric, "period"]))
    if row.period not in periods:
        raise _no_period(results, row)
    unit = metric_of(row.metric, of_whom(row.issuer)).unit
    _refuse_unit(row, UNITS.get(unit, unit))
    return Figure(row, "quarter" if row.period in results.quarters else "year", traced=False)


def _traced(results: Results, row: Actual) -> Figure:
    scenario = results.manifest.scenario
    spans = {span.label: span.quarters for span in spans_of(scenario)}
    label = f"{row.period}Q1-Q4" if row.period.isdigit() else row.period
    if label not in spans:
        raise _no_period(results, row)
    if row.metric in BALANCES and len(spans[label]) > 1:
        raise _wrong(row, f"period: {row.metric} is of a quarter's end; give one, not {row.period}")
    _refuse_unit(row, "USD bn")
    kind = {1: "quarter", 4: "year"}.get(len(spans[label]), "to date")
    return Figure(row._replace(period=label), kind, traced=True)


def _no_period(results: Results, row: Actual) -> ArgumentError:
    covers = f"which has {results.quarters[0]} to {results.quarters[-1]}"
    return _wrong(
        row,
        f"period: the run, {covers}, tells no {row.metric} of {row.period!r}; leave the row out, "
        "or write a quarter as 2026Q2, a year to date as 2026Q1-Q2, a year as 2026",
    )


def _refuse_unit(row: Actual, unit: str) -> None:
    if row.unit != unit:
        raise _wrong(row, f"unit: {row.unit!r} is not that of {row.metric}; give it in {unit!r}")


def _wrong(row: Actual, problem: str) -> ArgumentError:
    return ArgumentError("actual", f"{row.place}: {problem}")
