"""Scores of figures: each in its distribution, coverage of intervals, and the naive rival."""

from __future__ import annotations

from collections.abc import Iterator
from math import nan, sqrt
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from capexrisk.archive.results import Results
from capexrisk.estimate.intervals import normal_half_width, score_interval
from capexrisk.study.backtest import FIXED
from capexrisk.study.backtest.matching import Figure
from capexrisk.study.backtest.placed import (
    LEVELS,
    QUANTILES,
    Placed,
    place_among_cells,
    place_among_paths,
)
from capexrisk.study.backtest.scores import FEW, effective_number
from capexrisk.study.quarters import Quarters

Floats = NDArray[np.float64]
Row = dict[str, Any]


def figure_table(
    results: Results, found: Quarters, figures: list[Figure], inputs: str
) -> pd.DataFrame:
    """One row a figure; see `Backtest.figures`. With drawn inputs, of traced figures alone."""
    rows = []
    for figure in figures:
        if figure.traced:
            rows.append(_row(figure, place_among_paths(found, figure), inputs, "paths"))
        elif inputs == FIXED:
            placed = place_among_cells(results, figure)
            rows.append(_row(figure, placed, inputs, "histogram"))
    return pd.DataFrame(rows)


def _row(figure: Figure, placed: Placed, inputs: str, method: str) -> Row:
    actual, percentile = figure.actual, placed.percentile
    naive = figure.naive
    inside = {}
    for level in LEVELS:
        low, high = placed.interval(level)
        inside[f"inside_{100 * level:g}"] = low <= figure.value <= high
    return {
        "issuer": figure.issuer,
        "period": figure.period,
        "metric": figure.metric,
        "span": figure.span,
        "unit": figure.unit,
        "actual": figure.value,
        "inputs": inputs,
        "percentile": percentile.observed,
        "percentile_error": percentile.standard_error,
        "percentile_low": percentile.ci_low,
        "percentile_high": percentile.ci_high,
        **{f"p{100 * q:g}": v for q, v in zip(QUANTILES, placed.quantiles, strict=True)},
        **inside,
        "crps": placed.crps,
        "crps_error": placed.crps_error,
        "log_score": placed.log_score,
        "log_score_error": placed.log_score_error,
        "off_median": abs(figure.value - placed.median),
        "naive": naive,
        "off_naive": abs(figure.value - naive),
        "paths": percentile.n,
        "method": method,
        "confidence": actual.confidence,
        "source_title": actual.source_title,
        "source_url": actual.source_url,
    }


def groups(table: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], pd.DataFrame]]:
    """Figures of one metric, kind of period and treatment of the inputs."""
    for key, rows in table.groupby(["metric", "span", "inputs"], sort=False):
        metric, span, inputs = key
        yield (str(metric), str(span), str(inputs)), rows


def coverage_table(table: pd.DataFrame, traced: dict[str, Quarters]) -> pd.DataFrame:
    """How many figures lie inside central intervals; see `Backtest.coverage`."""
    rows: list[Row] = []
    for (metric, span, inputs), part in groups(table):
        paths = _together(part, traced[inputs])
        shared = {"metric": metric, "span": span, "inputs": inputs}
        rows += [shared | {"level": level} | _coverage(part, level, paths) for level in LEVELS]
    return pd.DataFrame(rows)


def _together(part: pd.DataFrame, found: Quarters) -> Floats | None:
    """The figures on each path that has them all, (figures, paths).

    None if few have them all, or the figures are in histograms, which know no path.
    """
    if "histogram" in set(part["method"]):
        return None
    keys = part[["issuer", "period", "metric"]].itertuples(index=False)
    paths = np.stack([found.by_path(*key).ravel() for key in keys])
    paths = paths[:, ~np.isnan(paths).any(axis=0)]
    return paths if paths.shape[1] >= FEW else None


def _coverage(part: pd.DataFrame, level: float, paths: Floats | None) -> Row:
    """Figures inside, how many are independent, and what the run expects, dependence included.

    Were the run right, its own paths would be what happened: how often so few, or so many, of the
    figures lie inside on a path is the chance of the number found.
    """
    tail = 50.0 * (1.0 - level)
    low, high = (part[f"p{end:g}"].to_numpy(float)[:, None] for end in (tail, 100.0 - tail))
    n, inside = len(part), int(part[f"inside_{100 * level:g}"].sum())
    # Whether an end of the interval lies within the error of the percentile.
    near = [
        (part["percentile_low"] < end / 100.0) & (end / 100.0 < part["percentile_high"])
        for end in (tail, 100.0 - tail)
    ]
    row: Row = {
        "figures": n,
        "inside": inside,
        "unsure": int((near[0] | near[1]).sum()),
        "share": inside / n,
        "effective": nan,
        "ci_low": nan,
        "ci_high": nan,
        "expected": level * n,
        "chance_of_so_few": nan,
        "chance_of_so_many": nan,
    }
    if paths is None:
        return row
    hits = ((low <= paths) & (paths <= high)).astype(float)
    effective, count = effective_number(hits), hits.sum(axis=0)
    ends = score_interval(inside / n, effective, normal_half_width())
    return row | {
        "effective": effective,
        "ci_low": ends[0],
        "ci_high": ends[1],
        "expected": float(count.mean()),
        "chance_of_so_few": float((count <= inside).mean()),
        "chance_of_so_many": float((count >= inside).mean()),
    }


def score_table(table: pd.DataFrame, traced: dict[str, Quarters]) -> pd.DataFrame:
    """Mean scores beside the naive rival's; see `Backtest.scores`."""
    rows = []
    for (metric, span, inputs), part in groups(table):
        paths = _together(part, traced[inputs])
        effective = nan if paths is None else effective_number(_normal_scores(paths))
        both = part[part["off_naive"].notna()]
        gain = both["off_naive"] - both["crps"]
        rows.append(
            {
                "metric": metric,
                "span": span,
                "inputs": inputs,
                "unit": part["unit"].iloc[0],
                "figures": len(part),
                "effective": effective,
                "percentile": part["percentile"].mean(),
                "crps": part["crps"].mean(),
                "crps_error": sqrt(float((part["crps_error"] ** 2).sum())) / len(part),
                "log_score": part["log_score"].mean(skipna=False),
                "off_median": part["off_median"].mean(),
                "with_naive": len(both),
                "off_naive": both["off_naive"].mean(),
                "crps_beside_naive": both["crps"].mean(),
                "off_median_beside_naive": both["off_median"].mean(),
                "gain": gain.mean(),
                "gain_error": _error_of_mean(gain, effective * len(both) / len(part)),
                "better": int((gain > 0.0).sum()),
            }
        )
    return pd.DataFrame(rows)


def _error_of_mean(figures: pd.Series[float], independent: float) -> float:
    """Standard error of a mean over figures, so many of which are independent."""
    return float(figures.std(ddof=1)) / sqrt(independent) if len(figures) > 1 else nan


def _normal_scores(paths: Floats) -> Floats:
    """Ranks of each figure's paths as quantiles of a normal distribution."""
    ranks = paths.argsort(axis=1).argsort(axis=1)
    found: Floats = ndtri((ranks + 0.5) / paths.shape[1])
    return found
