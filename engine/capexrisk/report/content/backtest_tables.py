"""Tables of a backtest: figures, intervals, scores, failures, sources."""

from __future__ import annotations

from math import isnan
from typing import Any, NamedTuple

import pandas as pd

from capexrisk.estimate.independent import Estimate
from capexrisk.report.content.backtest import (
    LEVEL,
    SPANS,
    at_last,
    drawn,
    groups_of,
    half,
    metric_words,
    metrics_of,
    name_of,
    rows_of,
    share,
)
from capexrisk.report.writing.cells import EMPTY, Cell, Grid, Row, chance
from capexrisk.report.writing.numbers import decimals_for, percentage, signed
from capexrisk.study.backtest import DRAWN, FIXED
from capexrisk.study.backtest.against import Backtest
from capexrisk.study.backtest.failures import MODEL


def coverage_grid(found: Backtest) -> Grid:
    """Figures inside each interval, by metric and inputs; of one figure alone it would say little.

    How many are independent, and what follows from it, is told of the interval of 80 %.
    """
    rows = []
    levels = list(dict.fromkeys(found.coverage["level"]))
    for metric, span in groups_of(found):
        part = found.coverage
        part = part[(part["metric"] == metric) & (part["span"] == span) & (part["figures"] > 1)]
        for inputs, of in part.groupby("inputs", sort=False):
            cells = [_inside(row) for row in rows_of(of)]
            row = next(row for row in rows_of(of) if row.level == LEVEL)
            known = not isnan(row.effective)
            cells += [
                Cell(f"{row.effective:.1f}" if known else "?"),
                Cell(f"{100 * row.ci_low:.0f}–{100 * row.ci_high:.0f} %" if known else "?"),
                Cell(share(row.chance_of_so_few)),
            ]
            rows.append(Row(f"{name_of(found, metric)}{SPANS[span]}{drawn(str(inputs))}", cells))
    columns = [*(f"{100 * level:g} %" for level in levels), "Independent", "Share", "So few"]
    caption = f"Figures inside central intervals; independent ones and so on at {100 * LEVEL:g} %"
    return Grid(caption, "Figures", columns, rows)


def _inside(row: Any) -> Cell:
    unsure = f", {row.unsure} unsure" if row.unsure else ""
    return Cell(f"{row.inside} of {row.figures}", note=f"{row.expected:.1f} expected{unsure}")


def score_grid(found: Backtest) -> Grid:
    """Mean scores beside the naive rival."""
    rows = []
    for metric, span in groups_of(found):
        part = found.scores
        part = part[(part["metric"] == metric) & (part["span"] == span)]
        for row in rows_of(part):
            naive = [Cell(EMPTY)] * 3
            if row.with_naive:
                beside = ""
                if row.with_naive < row.figures:  # the gain is over these alone
                    beside = (
                        f"of {row.with_naive}: CRPS {row.crps_beside_naive:.2f}, median off "
                        f"{row.off_median_beside_naive:.2f}"
                    )
                naive = [
                    Cell(f"{row.off_naive:.2f}", note=beside),
                    Cell(f"{signed(row.gain, 2)}{half(row.gain_error)}"),
                    Cell(f"{row.better} of {row.with_naive}"),
                ]
            cells = [
                Cell(f"{row.figures}"),
                Cell(EMPTY if isnan(row.log_score) else f"{row.log_score:.2f}"),
                Cell(f"{row.crps:.2f}{half(row.crps_error)}"),
                Cell(f"{row.off_median:.2f}"),
                *naive,
            ]
            label = f"{name_of(found, metric)}{SPANS[span]}, {row.unit}{drawn(row.inputs)}"
            rows.append(Row(label, cells))
    columns = ["Figures", "Log score", "CRPS", "Median off", "Naive off", "Gain", "Better"]
    return Grid("Mean scores, and the naive rival", "Figures", columns, rows)


def figure_grids(found: Backtest) -> dict[str, Grid]:
    """A table of every figure, by the words of its metric."""
    return {name_of(found, metric): _figures(found, metric) for metric in metrics_of(found)}


def _figures(found: Backtest, metric: str) -> Grid:
    rows = []
    part = found.figures[found.figures["metric"] == metric]
    both = DRAWN in set(part["inputs"])
    for (issuer, period), of in part.groupby(["issuer", "period"], sort=False):
        first, last = of.iloc[0], of.iloc[-1]
        decimals = max(1, decimals_for(float(first["actual"])))
        naive = first["naive"]
        cells = [
            Cell(signed(first["actual"], decimals)),
            *(_percentile(row) for _, row in of.iterrows()),
            Cell(_range(last, "p10", "p90", decimals)),
            *(Cell(f"{row['crps']:.2f}{half(row['crps_error'])}") for _, row in of.iterrows()),
            Cell(EMPTY if isnan(naive) else f"{abs(first['actual'] - naive):.2f}"),
        ]
        rows.append(Row(f"{issuer}, {period}", cells))
    columns = [
        *("Happened", "Percentile", *(["Percentile, drawn"] if both else [])),
        f"80 % interval{', drawn' if both else ''}",
        *("CRPS", *(["CRPS, drawn"] if both else []), "Naive off"),
    ]
    unit = part["unit"].iloc[0]
    return Grid(f"{name_of(found, metric)}, {unit}", "Figure", columns, rows, sortable=True)


def _percentile(row: pd.Series[float]) -> Cell:
    value = float(row["percentile"])
    bounds = {0.0: "upper_bound", 1.0: "lower_bound"}
    share = Estimate(
        bounds.get(value, "probability"),
        value,
        float(row["percentile_error"]),
        float(row["percentile_low"]),
        float(row["percentile_high"]),
        int(row["paths"]),
    )
    return Cell(percentage(share), note="" if row["inside_80"] else "outside 80 %")


def _range(row: pd.Series[float], low: str, high: str, decimals: int) -> str:
    return f"{signed(row[low], decimals)} to {signed(row[high], decimals)}"


def failure_grid(found: Backtest) -> Grid:
    """Scores of the run and of its rivals, at every date at which some have failed."""
    rows = []
    told = found.failures[found.failures["auc"].notna()]
    for row in rows_of(told if len(told) else at_last(found.failures)):
        run, known = row.forecast == MODEL, not isnan(row.brier)
        more = EMPTY if run or isnan(row.auc_less_run) else signed(row.auc_less_run, 2)
        cells = [
            f"{row.brier:.3f}{half(row.brier_error, 3) if run else ''}" if known else EMPTY,
            f"{row.brier_expected:.3f}" if run else EMPTY,
            share(row.chance_of_so_high) if run else EMPTY,
            f"{row.brier_recalibrated:.3f}",
            EMPTY if isnan(row.auc) else f"{row.auc:.2f}{half(row.auc_error)}",
            more if more == EMPTY else f"{more}{half(row.auc_less_run_error)}",
        ]
        name = f"{row.period}: {row.forecast}{drawn(row.inputs)}"
        if run or row.inputs == FIXED:
            rows.append(Row(name, [Cell(text) for text in cells]))
    columns = ["Brier", "Expected", "So high", "Recalibrated", "AUC", "AUC less the run's"]
    return Grid("Failures: the run and naive rivals", "Forecast", columns, rows)


def reliability_grid(found: Backtest) -> Grid:
    """Failures by class of the chance at the last date."""
    rows = []
    for row in rows_of(at_last(found.reliability)):
        whole = row.chance_from == 0.0 and row.chance_to == 1.0
        name = "all" if whole else f"{100 * row.chance_from:.0f} to {100 * row.chance_to:.0f} %"
        cells = [
            f"{row.issuers}",
            f"{row.expected:.2f}",
            f"{row.p5:.0f} to {row.p95:.0f}",
            f"{row.failed}",
        ]
        rows.append(Row(f"{name}{drawn(row.inputs)}", [Cell(text) for text in cells]))
    columns = ["Issuers", "Expected", "P5 to P95", "Failed"]
    last = found.reliability["period"].iloc[-1]
    return Grid(f"Failures by the end of {last}, by the chance", "Chance", columns, rows)


def issuer_grid(found: Backtest) -> Grid:
    """Chances of every issuer at the last date, the likeliest first."""
    last = at_last(found.issuers)
    rows = []
    both = list(dict.fromkeys(last["inputs"]))
    order = last[last["inputs"] == FIXED].sort_values("chance", ascending=False)
    for issuer in order["issuer"]:
        of = last[last["issuer"] == issuer]
        cells = [chance(_chance(row)) for _, row in of.iterrows()]
        fate = of["failed_in"].iloc[0] if of["failed"].iloc[0] else "no"
        rows.append(Row(str(issuer), [*cells, Cell(fate)]))
    columns = [*("Chance" + drawn(inputs) for inputs in both), "Failed"]
    caption = f"Chance of failure by the end of {last['period'].iloc[0]}, %"
    return Grid(caption, "Issuer", columns, rows, sortable=True)


def _chance(row: pd.Series[float]) -> Estimate:
    value, low, high = (float(row[name]) for name in ("chance", "ci_low", "ci_high"))
    bound = {0.0: ("upper_bound", high), 1.0: ("lower_bound", low)}
    kind, told = bound.get(value, ("probability", value))
    return Estimate(kind, told, float(row["standard_error"]), low, high, int(row["paths"]))


class Source(NamedTuple):
    """An actual and where it comes from."""

    figure: str
    value: str
    confidence: str
    title: str
    address: str


def sources(found: Backtest) -> list[Source]:
    """Every actual with its source."""
    rows = []
    for row in rows_of(found.figures.drop_duplicates(["issuer", "period", "metric"])):
        name = metric_words(row.metric, row.issuer, found.results.words)
        value = f"{signed(row.actual, 3).rstrip('0').rstrip('.')} {row.unit}"
        figure = f"{row.issuer}, {row.period}: {name}"
        rows.append(Source(figure, value, row.confidence, row.source_title, row.source_url))
    if len(found.issuers):
        for row in rows_of(at_last(found.issuers).drop_duplicates("issuer")):
            value = f"failed in {row.failed_in}" if row.failed_in else "had not failed"
            of = (row.issuer, value, row.confidence, row.source_title, row.source_url)
            rows.append(Source(*of))
    return rows
