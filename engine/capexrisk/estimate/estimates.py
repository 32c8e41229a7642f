"""Estimates from totals: of independent paths if they are one replicate, else from replicates.

Each comes with what every replicate says of it; independent paths say nothing but the estimate.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate import measures, replicated
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.measures import Estimate
from capexrisk.estimate.replicated import ByReplicate
from capexrisk.estimate.totals import Totals

Integers = NDArray[np.int64]
CFAR_TAIL = 0.05
CFAR_LEVEL = 1.0 - CFAR_TAIL


def _independent(estimate: Estimate) -> ByReplicate:
    return ByReplicate(estimate, np.empty(0))


def mean(totals: Totals, row: int) -> ByReplicate:
    """Expectation of an amount."""
    nonzero = int(totals.nonzero[row])
    if totals.replicates > 1:
        return replicated.mean(totals.mean[:, row], totals.paths, nonzero)
    value, deviation = float(totals.mean[0, row]), float(totals.deviation[0, row])
    return _independent(measures.mean(value, deviation, totals.counted, nonzero))


def probability(hits: Integers, paths: Integers) -> ByReplicate:
    """Probability from hits among paths, both by replicate, (R,)."""
    if hits.size > 1:
        return replicated.share(hits, paths)
    return _independent(measures.probability(int(hits[0]), int(paths[0])))


def chance(totals: Totals, row: int) -> ByReplicate:
    """Probability from an amount whose expectation it is, such as a chance given part of a path."""
    if totals.replicates > 1:
        return replicated.chance(totals.mean[:, row], totals.paths)
    value, deviation = float(totals.mean[0, row]), float(totals.deviation[0, row])
    return _independent(measures.chance(value, deviation, totals.counted))


def cumulative(dates: Integers) -> list[ByReplicate]:
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
) -> list[ByReplicate]:
    """Quantiles of an amount, `pooled` its distribution."""
    if totals.replicates > 1:
        return replicated.quantiles(pooled, totals.histogram[:, row], levels)
    return [_independent(found) for found in measures.quantiles(pooled, levels)]


def cash_flow_at_risk(
    pooled: Distribution, average: ByReplicate, quantile: ByReplicate
) -> ByReplicate:
    """CFaR of an amount: its mean less its quantile at CFAR_TAIL."""
    if average.values.size:
        return replicated.cash_flow_at_risk(average, quantile, pooled, CFAR_LEVEL)
    of_paths = measures.cash_flow_at_risk(average.estimate, quantile.estimate, pooled, CFAR_LEVEL)
    return _independent(of_paths)


def expected_shortfall(
    totals: Totals, row: int, pooled: Distribution, quantile: ByReplicate
) -> ByReplicate:
    """Mean of the worst paths of an amount, those below its quantile at CFAR_TAIL."""
    if totals.replicates > 1:
        counts = totals.histogram[:, row]
        return replicated.expected_shortfall(quantile.estimate, pooled, counts, CFAR_LEVEL)
    return _independent(measures.expected_shortfall(quantile.estimate, pooled, CFAR_LEVEL))
