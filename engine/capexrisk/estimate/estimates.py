"""Estimates from the totals of a run, each with its value in every replicate.

Errors come in two ways. Those of independent paths come from all paths; their replicates are
batches without histograms of their own, so they have no quantiles. Those of nets come from the
spread of the nets.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate import by_replicate, independent
from capexrisk.estimate.by_replicate import ByReplicate, about
from capexrisk.estimate.distribution import Distribution
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.metric import CFAR_LEVEL

if TYPE_CHECKING:
    from capexrisk.estimate.totals import Totals

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Several = Sequence[ByReplicate]


class OfIndependentPaths:
    """Estimates whose errors come from the spread of independent paths.

    Parameters
    ----------
    totals : Totals
        Without empty replicates.
    """

    def __init__(self, totals: Totals) -> None:
        self._totals = totals

    def mean(self, row: int) -> ByReplicate:
        """Expectation of an amount."""
        totals = self._totals
        value, deviation = totals.pooled(row)
        nonzero = int(totals.nonzero[:, row].sum())
        found = independent.mean(value, deviation, totals.counted, nonzero)
        return self._about(found, value, row)

    def probability(self, hits: Integers, paths: Integers) -> ByReplicate:
        """Probability from hits among paths, both by replicate, (R,)."""
        n, total = int(paths.sum()), int(hits.sum())
        p = total / n if n else nan
        return ByReplicate(independent.probability(total, n), about(p, hits - p * paths, paths))

    def mean_count(self, counts: Integers) -> ByReplicate:
        """Expectation of a count, from the paths at each level by replicate, (R, levels)."""
        levels, pooled = np.arange(counts.shape[1]), counts.sum(axis=0)
        n = int(pooled.sum())
        if not n:
            return ByReplicate(independent.mean(nan, nan, 0), np.full(len(counts), nan))
        value = float(pooled @ levels) / n
        deviation = float(pooled @ (levels - value) ** 2)
        found = independent.mean(value, deviation, n, int(pooled[1:].sum()))
        return ByReplicate(found, about(value, counts @ (levels - value), counts.sum(axis=1)))

    def chance(self, row: int) -> ByReplicate:
        """Probability that is the expectation of an amount: a chance given part of a path."""
        value, deviation = self._totals.pooled(row)
        return self._about(independent.chance(value, deviation, self._totals.counted), value, row)

    def quantiles(
        self, pooled: Distribution, counts: Sequence[Integers], levels: tuple[float, ...]
    ) -> list[ByReplicate]:
        """Quantiles of amounts with these distributions: all levels of the first come first."""
        return self._of_all_paths(independent.quantiles(pooled, levels))

    def cash_flow_at_risk(
        self, pooled: Distribution, averages: Several, quantiles: Several
    ) -> list[ByReplicate]:
        """CFaR of amounts: their mean less their quantile at 1 - CFAR_LEVEL."""
        means, lowest = ([one.estimate for one in found] for found in (averages, quantiles))
        return self._of_all_paths(independent.cash_flow_at_risk(means, lowest, pooled, CFAR_LEVEL))

    def expected_shortfall(
        self, pooled: Distribution, counts: Sequence[Integers], quantiles: Several
    ) -> list[ByReplicate]:
        """Mean of the worst paths of amounts, those below the quantile at 1 - CFAR_LEVEL."""
        lowest = [one.estimate for one in quantiles]
        return self._of_all_paths(independent.expected_shortfall(lowest, pooled, CFAR_LEVEL))

    def _about(self, found: Estimate, value: float, row: int) -> ByReplicate:
        """The estimate together with each batch's mean of the amount."""
        paths = self._totals.paths
        return ByReplicate(found, about(value, (self._totals.mean[:, row] - value) * paths, paths))

    def _of_all_paths(self, found: list[Estimate]) -> list[ByReplicate]:
        """Estimates that are unknown for single batches."""
        unknown = np.full(self._totals.paths.size, nan)
        return [ByReplicate(estimate, unknown) for estimate in found]


class OfNets:
    """Estimates whose errors come from the spread of the nets.

    Parameters
    ----------
    totals : Totals
        Without empty replicates.
    """

    def __init__(self, totals: Totals) -> None:
        self._totals = totals

    def mean(self, row: int) -> ByReplicate:
        """Expectation of an amount."""
        totals = self._totals
        nonzero = int(totals.nonzero[:, row].sum())
        return by_replicate.mean(totals.mean[:, row], totals.paths, nonzero)

    def probability(self, hits: Integers, paths: Integers) -> ByReplicate:
        """Probability from hits among paths, both by replicate, (R,)."""
        return by_replicate.share(hits, paths)

    def mean_count(self, counts: Integers) -> ByReplicate:
        """Expectation of a count, from the paths at each level by replicate, (R, levels)."""
        paths = counts.sum(axis=1)
        means = counts @ np.arange(counts.shape[1]) / paths
        return by_replicate.mean(means, paths, int(counts[:, 1:].sum()))

    def chance(self, row: int) -> ByReplicate:
        """Probability that is the expectation of an amount: a chance given part of a path."""
        return by_replicate.chance(self._totals.mean[:, row], self._totals.paths)

    def quantiles(
        self, pooled: Distribution, counts: Sequence[Integers], levels: tuple[float, ...]
    ) -> list[ByReplicate]:
        """Quantiles of amounts with these distributions: all levels of the first come first.

        `counts` are those of each amount, (R, CELLS).
        """
        return by_replicate.quantiles(pooled, counts, levels)

    def cash_flow_at_risk(
        self, pooled: Distribution, averages: Several, quantiles: Several
    ) -> list[ByReplicate]:
        """CFaR of amounts: their mean less their quantile at 1 - CFAR_LEVEL."""
        return by_replicate.cash_flow_at_risk(averages, quantiles, pooled, CFAR_LEVEL)

    def expected_shortfall(
        self, pooled: Distribution, counts: Sequence[Integers], quantiles: Several
    ) -> list[ByReplicate]:
        """Mean of the worst paths of amounts, those below the quantile at 1 - CFAR_LEVEL."""
        return by_replicate.expected_shortfall(quantiles, pooled, counts, CFAR_LEVEL)


RunEstimator = OfIndependentPaths | OfNets


def estimator_of(totals: Totals) -> RunEstimator:
    """The estimator for a run, made once per run."""
    return OfIndependentPaths(totals) if totals.independent else OfNets(totals)


def distribution(
    totals: Totals, row: int, atoms: Sequence[float] = (), unit: float = 1.0
) -> Distribution:
    """Distribution of an amount with a histogram; `atoms` and `unit` as for `Distribution`.

    An amount that is the same on every path is an atom, whose place inside its cell is the mean.
    """
    counts = totals.histogram[:, row].sum(axis=0, dtype=np.int64)
    return Distribution(counts, atoms_of(totals, row, atoms), unit)


def atoms_of(totals: Totals, row: int, atoms: Sequence[float]) -> Sequence[float]:
    """Atoms of an amount: these, or its mean if it is the same on every path."""
    mean, deviation = totals.pooled(row)
    return (mean,) if deviation == 0.0 else atoms
