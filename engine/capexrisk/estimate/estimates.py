"""Estimates from totals: of independent paths if they are one replicate, else from replicates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate import measures, replicated
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.measures import Estimate
from capexrisk.estimate.totals import Totals

Integers = NDArray[np.int64]
CFAR_TAIL = 0.05
CFAR_LEVEL = 1.0 - CFAR_TAIL


def mean(totals: Totals, row: int) -> Estimate:
    """Expectation of an amount."""
    nonzero = int(totals.nonzero[row])
    if totals.replicates > 1:
        return replicated.mean(totals.mean[:, row], totals.paths, nonzero)
    value, deviation = float(totals.mean[0, row]), float(totals.deviation[0, row])
    return measures.mean(value, deviation, totals.counted, nonzero)


def probability(hits: Integers, paths: Integers) -> Estimate:
    """Probability from hits among paths, both by replicate, (R,)."""
    if hits.size > 1:
        return replicated.share(hits, paths)
    return measures.probability(int(hits[0]), int(paths[0]))


def chance(totals: Totals, row: int) -> Estimate:
    """Probability from an amount whose expectation it is, such as a chance given part of a path."""
    if totals.replicates > 1:
        return replicated.chance(totals.mean[:, row], totals.paths)
    value, deviation = float(totals.mean[0, row]), float(totals.deviation[0, row])
    return measures.chance(value, deviation, totals.counted)


def cumulative(dates: Integers) -> list[Estimate]:
    """Probabilities that an event has happened by the end of each quarter.

    Parameters
    ----------
    dates : ndarray, shape (T + 1, R)
        Paths by the quarter of the event; the last entry counts those without one.
    """
    paths = dates.sum(axis=0)
    return [probability(hits, paths) for hits in np.cumsum(dates[:-1], axis=0)]


def distribution(totals: Totals, row: int, atoms: Sequence[float] = ()) -> Distribution:
    """Distribution of an amount that has a histogram; `atoms` as for `Distribution`."""
    return Distribution(totals.histogram[:, row].sum(axis=0, dtype=np.int64), atoms)


def quantiles(
    totals: Totals, row: int, pooled: Distribution, levels: tuple[float, ...]
) -> list[Estimate]:
    """Quantiles of an amount, `pooled` its distribution."""
    if totals.replicates > 1:
        return replicated.quantiles(pooled, totals.histogram[:, row], levels)
    return measures.quantiles(pooled, levels)


def cash_flow_at_risk(
    totals: Totals, row: int, pooled: Distribution, average: Estimate, quantile: Estimate
) -> Estimate:
    """CFaR of an amount: its mean less its quantile at CFAR_TAIL."""
    if totals.replicates > 1:
        means, counts = totals.mean[:, row], totals.histogram[:, row]
        return replicated.cash_flow_at_risk(means, average, quantile, pooled, counts, CFAR_LEVEL)
    return measures.cash_flow_at_risk(average, quantile, pooled, CFAR_LEVEL)


def expected_shortfall(
    totals: Totals, row: int, pooled: Distribution, quantile: Estimate
) -> Estimate:
    """Mean of the worst paths of an amount, those below its quantile at CFAR_TAIL."""
    if totals.replicates > 1:
        counts = totals.histogram[:, row]
        return replicated.expected_shortfall(quantile, pooled, counts, CFAR_LEVEL)
    return measures.expected_shortfall(quantile, pooled, CFAR_LEVEL)
