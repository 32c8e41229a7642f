"""Estimates from totals: of independent paths from all of them, of nets from how they differ.

Each comes with what every replicate says of it: every net, or every batch of independent paths,
which keep no histograms of their own and so say nothing of quantiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate import by_replicate as replicated
from capexrisk.estimate import independent as measures
from capexrisk.estimate.by_replicate import ByReplicate, about
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.totals import Totals

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
CFAR_TAIL = 0.05
CFAR_LEVEL = 1.0 - CFAR_TAIL


def mean(totals: Totals, row: int) -> ByReplicate:
    """Expectation of an amount."""
    nonzero, means = int(totals.nonzero[:, row].sum()), totals.mean[:, row]
    if not totals.independent:
        return replicated.mean(means, totals.paths, nonzero)
    value, deviation = totals.pooled(row)
    estimate = measures.mean(value, deviation, totals.counted, nonzero)
    return ByReplicate(estimate, about(value, (means - value) * totals.paths, totals.paths))


def probability(totals: Totals, hits: Integers, paths: Integers) -> ByReplicate:
    """Probability from hits among paths, both by replicate, (R,)."""
    if not totals.independent:
        return replicated.share(hits, paths)
    n, total = int(paths.sum()), int(hits.sum())
    p = total / n if n else nan
    return ByReplicate(measures.probability(total, n), about(p, hits - p * paths, paths))


def chance(totals: Totals, row: int) -> ByReplicate:
    """Probability from an amount whose expectation it is, such as a chance given part of a path."""
    means = totals.mean[:, row]
    if not totals.independent:
        return replicated.chance(means, totals.paths)
    value, deviation = totals.pooled(row)
    estimate = measures.chance(value, deviation, totals.counted)
    return ByReplicate(estimate, about(value, (means - value) * totals.paths, totals.paths))


def cumulative(totals: Totals, dates: Integers) -> list[ByReplicate]:
    """Probabilities that an event has happened by the end of each quarter.

    Parameters
    ----------
    totals : Totals
    dates : ndarray, shape (T + 1, R)
        Paths by the quarter of the event; the last entry counts those without one.
    """
    paths = dates.sum(axis=0)
    return [probability(totals, hits, paths) for hits in np.cumsum(dates[:-1], axis=0)]


def _of_all_paths(totals: Totals, estimate: Estimate) -> ByReplicate:
    """An estimate of which the batches say nothing."""
    return ByReplicate(estimate, np.full(totals.paths.size, nan))


def distribution(totals: Totals, row: int, atoms: Sequence[float] = ()) -> Distribution:
    """Distribution of an amount that has a histogram; `atoms` as for `Distribution`."""
    return Distribution(totals.histogram[:, row].sum(axis=0, dtype=np.int64), atoms)


def quantiles(
    totals: Totals, row: int, pooled: Distribution, levels: tuple[float, ...]
) -> list[ByReplicate]:
    """Quantiles of an amount, `pooled` its distribution."""
    if not totals.independent:
        return replicated.quantiles(pooled, totals.histogram[:, row], levels)
    return [_of_all_paths(totals, found) for found in measures.quantiles(pooled, levels)]


def cash_flow_at_risk(
    totals: Totals, pooled: Distribution, average: ByReplicate, quantile: ByReplicate
) -> ByReplicate:
    """CFaR of an amount: its mean less its quantile at CFAR_TAIL."""
    if not totals.independent:
        return replicated.cash_flow_at_risk(average, quantile, pooled, CFAR_LEVEL)
    of_paths = measures.cash_flow_at_risk(average.estimate, quantile.estimate, pooled, CFAR_LEVEL)
    return _of_all_paths(totals, of_paths)


def expected_shortfall(
    totals: Totals, row: int, pooled: Distribution, quantile: ByReplicate
) -> ByReplicate:
    """Mean of the worst paths of an amount, those below its quantile at CFAR_TAIL."""
    if not totals.independent:
        counts = totals.histogram[:, row]
        return replicated.expected_shortfall(quantile.estimate, pooled, counts, CFAR_LEVEL)
    worst = measures.expected_shortfall(quantile.estimate, pooled, CFAR_LEVEL)
    return _of_all_paths(totals, worst)
