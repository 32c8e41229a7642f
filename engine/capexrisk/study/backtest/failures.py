"""Scores of failures: chances, Brier score, area under the curve, reliability, rivals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.estimate.names import Name
from capexrisk.study.backtest import DRAWN
from capexrisk.study.backtest.matching import Fate
from capexrisk.study.backtest.rivals import BASE_RATE, rankings
from capexrisk.study.backtest.scores import (
    area_under_curve,
    brier,
    effective_number,
    error_of_area,
)
from capexrisk.study.quarters import Quarters
from capexrisk.tables.actuals import FAILURE

Floats = NDArray[np.float64]
Row = dict[str, Any]

BINS = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
MODEL = "the run"
FAILURE_COLUMNS = (
    *("period", "inputs", "forecast", "issuers", "failed", "effective"),
    *("brier", "brier_error", "brier_expected", "chance_of_so_high"),
    *("miscalibration", "discrimination", "uncertainty", "brier_recalibrated"),
    *("auc", "auc_error", "auc_less_run", "auc_less_run_error"),
)


def dates(results: Results, fates: list[Fate]) -> list[str]:
    """Quarters at which every issuer's fate is known: ends of years, and the last of all."""
    known = [fate.quarter for fate in fates if not fate.failed]
    last = min(known, default=len(results.quarters) - 1)
    ends = [year.quarters.stop - 1 for year in results.manifest.scenario.calendar_years()]
    return [results.quarters[k] for k in sorted({*(k for k in ends if k < last), last})]


def issuer_table(results: Results, fates: list[Fate], inputs: str) -> pd.DataFrame:
    """Chance and outcome of each issuer at each date; see `Backtest.issuers`."""
    estimates = results.lookup
    if inputs == DRAWN:
        assert results.inputs is not None
        estimates = results.inputs.predictive
    rows = []
    for quarter in dates(results, fates):
        for fate in fates:
            chance = estimates[Name(fate.issuer, quarter, FAILURE, "probability")]
            k = results.quarters.index(quarter)
            rows.append(
                {
                    "issuer": fate.issuer,
                    "period": quarter,
                    "inputs": inputs,
                    "chance": chance.observed,
                    "standard_error": chance.standard_error,
                    "ci_low": chance.ci_low,
                    "ci_high": chance.ci_high,
                    "paths": chance.n,
                    "failed": fate.failed and fate.quarter <= k,
                    "failed_in": fate.period if fate.failed else "",
                    "confidence": fate.actual.confidence,
                    "source_title": fate.actual.source_title,
                    "source_url": fate.actual.source_url,
                }
            )
    return pd.DataFrame(rows)


def failure_scores(
    results: Results, table: pd.DataFrame, traced: dict[str, Quarters]
) -> pd.DataFrame:
    """Scores of the run and of naive rivals at each date; see `Backtest.failures`."""
    ranked = rankings(results.manifest.scenario)
    rows = []
    for (inputs, quarter), part in table.groupby(["inputs", "period"], sort=False):
        names, happened = list(part["issuer"]), part["failed"].to_numpy(bool)
        paths = _outcomes(traced[str(inputs)], names, str(quarter))
        shared = {
            "period": quarter,
            "inputs": inputs,
            "issuers": len(part),
            "failed": int(happened.sum()),
            "effective": effective_number(paths),
        }
        chances = part["chance"].to_numpy(float)
        run = area_under_curve(chances, happened)
        rows.append(shared | {"forecast": MODEL} | _of_chances(part, happened, paths))
        base = np.full(len(part), happened.mean())
        known = {"brier": brier(base, happened).score, "miscalibration": 0.0}
        for name, ranking in [
            (BASE_RATE, base),
            *((name, np.array([of[issuer] for issuer in names])) for name, of in ranked.items()),
        ]:
            other = area_under_curve(ranking, happened)
            rows.append(
                shared
                | {"forecast": name}
                | (known if name == BASE_RATE else {})
                | _of_ranking(ranking, happened)
                | {"auc_less_run": other.area - run.area}
                | {"auc_less_run_error": error_of_area(other.parts - run.parts, happened)}
            )
    return pd.DataFrame(rows, columns=list(FAILURE_COLUMNS))


def _of_chances(part: pd.DataFrame, happened: NDArray[np.bool_], paths: Floats) -> Row:
    """The run's scores, and what it expects of its Brier score: that of its own paths."""
    chances = part["chance"].to_numpy(float)
    scores = brier(chances, happened)
    slopes = 2.0 * (chances - happened) / len(part)
    errors = np.nan_to_num(part["standard_error"].to_numpy(float))
    on_paths = ((chances[:, None] - paths) ** 2).mean(axis=0)
    return {
        "brier": scores.score,
        "brier_error": float(np.sqrt(((slopes * errors) ** 2).sum())),
        "miscalibration": scores.miscalibration,
        "brier_expected": float(on_paths.mean()),
        "chance_of_so_high": float((on_paths >= scores.score - 1e-12).mean()),
    } | _of_ranking(chances, happened)


def _of_ranking(ranking: Floats, happened: NDArray[np.bool_]) -> Row:
    """Scores that the order alone decides, so that rankings, which are no chances, have them too.

    `brier_recalibrated` is what the best chances in that order, found in hindsight, would score.
    """
    order = np.unique(ranking, return_inverse=True)[1].astype(float)
    parts, curve = brier(order, happened), area_under_curve(ranking, happened)
    return {
        "discrimination": parts.discrimination,
        "uncertainty": parts.uncertainty,
        "brier_recalibrated": parts.uncertainty - parts.discrimination,
        "auc": curve.area,
        "auc_error": error_of_area(curve.parts, happened),
    }


def _outcomes(found: Quarters, names: list[str], quarter: str) -> Floats:
    """Which issuers have failed on each path, (issuers, paths)."""
    paths = np.stack([found.failed(name, quarter).ravel() for name in names])
    return paths[:, ~np.isnan(paths).any(axis=0)]


def reliability_table(table: pd.DataFrame, traced: dict[str, Quarters]) -> pd.DataFrame:
    """Failures by classes of the chance, beside those expected; see `Backtest.reliability`."""
    rows = []
    for (inputs, quarter), part in table.groupby(["inputs", "period"], sort=False):
        paths = _outcomes(traced[str(inputs)], list(part["issuer"]), str(quarter))
        chances = part["chance"].to_numpy(float)
        classes = np.clip(np.digitize(chances, BINS) - 1, 0, BINS.size - 2)
        shown = [(*BINS[k : k + 2], classes == k) for k in range(BINS.size - 1)]
        for low, high, chosen in [*shown, (0.0, 1.0, classes >= 0)]:
            if not chosen.any():
                continue
            count = paths[chosen].sum(axis=0)
            failed = int(part["failed"].to_numpy(bool)[chosen].sum())
            p5, p95 = np.quantile(count, (0.05, 0.95), method="inverted_cdf")
            rows.append(
                {
                    "period": quarter,
                    "inputs": inputs,
                    "chance_from": low,
                    "chance_to": high,
                    "issuers": int(chosen.sum()),
                    "mean_chance": float(chances[chosen].mean()),
                    "expected": float(chances[chosen].sum()),
                    "p5": float(p5),
                    "p95": float(p95),
                    "failed": failed,
                    "chance_of_so_few": float((count <= failed).mean()),
                    "chance_of_so_many": float((count >= failed).mean()),
                }
            )
    return pd.DataFrame(rows)
