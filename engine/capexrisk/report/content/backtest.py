"""What a backtest says, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Any

import pandas as pd

from capexrisk.estimate.intervals import normal_half_width
from capexrisk.estimate.metrics import SYSTEM
from capexrisk.report.content.backtest_verdict import verdict
from capexrisk.report.content.findings import Finding
from capexrisk.report.writing.cells import EMPTY
from capexrisk.report.writing.numbers import rounded_up, signed
from capexrisk.report.writing.words import counted, words_of
from capexrisk.scenario import Words
from capexrisk.study.backtest import DRAWN, FIXED
from capexrisk.study.backtest.against import Backtest
from capexrisk.study.backtest.failures import MODEL
from capexrisk.study.backtest.rivals import BASE_RATE
from capexrisk.study.quarters import METRICS

SPANS = {"quarter": "", "to date": ", year to date", "year": ", year"}
LEVEL = 0.8  # of the interval that sentences tell of
WITH = {FIXED: "with the inputs as they stand", DRAWN: "with the inputs drawn"}


def metric_words(metric: str, issuer: str, words: Words) -> str:
    """What a scored metric is called."""
    if metric in METRICS and issuer != SYSTEM:
        return metric.replace("_", " ").capitalize()
    return words_of(metric, issuer, words)


def sentences(found: Backtest) -> list[Finding]:
    """The answer: coverage, skill, failures."""
    return [*_of_figures(found), *_of_failures(found)]


def _of_figures(found: Backtest) -> Iterator[Finding]:
    if not len(found.figures):
        return
    for metric, span in groups_of(found):
        kept = [
            (table["metric"] == metric) & (table["span"] == span)
            for table in (found.coverage, found.scores)
        ]
        cover = found.coverage[kept[0] & (found.coverage["level"] == LEVEL)]
        if cover["figures"].iloc[0] < 2:
            continue
        parts = [
            f"{row.inside} of {row.figures} {WITH[row.inputs]} ({_expected(row)})"
            for row in rows_of(cover)
        ]
        of = found.figures
        of = of[(of["metric"] == metric) & (of["span"] == span) & (of["inputs"] == FIXED)]
        fixed = found.scores[kept[1] & (found.scores["inputs"] == FIXED)].iloc[0]
        first = verdict(of, cover[cover["inputs"] == FIXED].iloc[0], fixed)
        alike = _independent(list(cover["effective"]), int(cover["figures"].iloc[0]))
        skill = _skill(fixed)
        name = f"{name_of(found, metric)}{SPANS[span]}"
        yield Finding(
            f"{name}: how many lie inside their {100 * LEVEL:g} % interval?",
            f"{first}{'; '.join(parts)}. {alike}{skill}",
        )


def _expected(row: Any) -> str:
    few = f", so few on {share(row.chance_of_so_few)} of the run's own paths"
    return f"{row.expected:.1f} expected{'' if isnan(row.chance_of_so_few) else few}"


def _independent(effective: list[float], figures: int) -> str:
    known = [f"{number:.1f}" for number in effective if not isnan(number)]
    if not known:
        return "How far they depend on each other a histogram does not tell. "
    return f"These {figures} tell as much as {' or '.join(dict.fromkeys(known))} independent ones. "


def _skill(scores: pd.Series[float]) -> str:
    if not scores["with_naive"]:
        return ""
    return (
        f"Beside last year's figure, grown as its row says, the run's CRPS is better for "
        f"{scores['better']:.0f} of {scores['with_naive']:.0f}: on average "
        f"{scores['crps_beside_naive']:.2f} against {scores['off_naive']:.2f} {scores['unit']}, "
        f"its median off by {scores['off_median_beside_naive']:.2f}."
    )


def _of_failures(found: Backtest) -> Iterator[Finding]:
    if not len(found.failures):
        return
    last = found.failures["period"].iloc[-1]
    for inputs, part in at_last(found.failures).groupby("inputs", sort=False):
        run = part[part["forecast"] == MODEL].iloc[0]
        classes = at_last(found.reliability)
        every = (classes["chance_from"] == 0.0) & (classes["chance_to"] == 1.0)
        whole = classes[every & (classes["inputs"] == inputs)].iloc[0]
        base = part.loc[part["forecast"] == BASE_RATE, "brier"].iloc[0]
        if not run["failed"]:
            text = (
                f"Nobody failed; {whole['expected']:.2g} failures were expected, P5 to P95 "
                f"{whole['p5']:.0f} to {whole['p95']:.0f}. That says little, and is not scored."
            )
            yield Finding(f"Who had failed by the end of {last}, {WITH[str(inputs)]}?", text)
            continue
        text = (
            f"{whole['expected']:.2g} failures were expected, P5 to P95 {whole['p5']:.0f} to "
            f"{whole['p95']:.0f}; {run['failed']} of {run['issuers']} happened. These issuers tell "
            f"as much as {run['effective']:.1f} independent ones. Brier score "
            f"{run['brier']:.3f}{half(run['brier_error'], 3)}, "
            f"{run['brier_expected']:.3f} expected, so high on "
            f"{share(run['chance_of_so_high'])} of the run's own paths; {base:.3f} for who knew "
            f"only how many would fail. "
        )
        others = part[part["auc_less_run"].notna() & (part["forecast"] != BASE_RATE)]
        if len(others):
            best = others.sort_values("auc").iloc[-1]
            text += (
                f"Area under the curve {run['auc']:.2f}{half(run['auc_error'])}; the best "
                f"naive ranking, {best['forecast']}, {best['auc']:.2f}: a difference of "
                f"{signed(best['auc_less_run'], 2)}{half(best['auc_less_run_error'])}."
            )
        else:
            text += "Where all failed, nothing tells who ranks better."
        yield Finding(f"Who had failed by the end of {last}, {WITH[str(inputs)]}?", text)


def about(found: Backtest) -> str:
    """How many figures and issuers it is scored by."""
    keys = ["issuer", "period", "metric"]
    parts = []
    if len(found.figures):
        parts.append(counted(len(found.figures[keys].drop_duplicates()), "figure"))
    if len(found.issuers):
        parts.append(f"what became of {counted(int(found.issuers['issuer'].nunique()), 'issuer')}")
    return " and ".join(parts)


def some_failed(found: Backtest) -> bool:
    """Whether there is a failure, without which nothing can be scored but chances near 0."""
    return bool(len(found.issuers)) and bool(found.issuers["failed"].any())


def metrics_of(found: Backtest) -> list[str]:
    """Metrics with figures, in the order of the actuals."""
    return list(dict.fromkeys(found.figures["metric"]))


def groups_of(found: Backtest) -> list[tuple[str, str]]:
    """Metrics and kinds of period with figures."""
    pairs = found.figures[["metric", "span"]].drop_duplicates().itertuples(index=False)
    return [(str(metric), str(span)) for metric, span in pairs]


def name_of(found: Backtest, metric: str) -> str:
    """Words of a metric with figures."""
    issuer = found.figures.loc[found.figures["metric"] == metric, "issuer"].iloc[0]
    return metric_words(metric, str(issuer), found.results.words)


def drawn(inputs: str) -> str:
    """What a label says of the inputs: nothing where they are as they stand."""
    return f", inputs {inputs}" if inputs == DRAWN else ""


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Rows of a table, with its columns as attributes."""
    yield from table.itertuples(index=False)


def at_last(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the last date."""
    rows: pd.DataFrame = table[table["period"] == table["period"].iloc[-1]]
    return rows


def share(value: float) -> str:
    """A share of paths, in per cent."""
    if isnan(value):
        return EMPTY
    return "< 1 %" if value < 0.01 else f"{100 * value:.0f} %"


def half(error: float, decimals: int = 2) -> str:
    """Half of a 95 % interval, behind a ±, rounded up; nothing where there is no error."""
    if isnan(error):
        return " ± ?"
    return f" ± {rounded_up(normal_half_width() * error, decimals):.{decimals}f}" if error else ""
