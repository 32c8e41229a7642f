"""Estimates at each outer point of a two-level run, given its inputs: twice, from two halves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from capexrisk.estimate.lines import Line, Lines
from capexrisk.estimate.metric import AMOUNT, AT_RISK
from capexrisk.estimate.names import Name
from capexrisk.estimate.outer import (
    LEAST_FOR_QUANTILES,
    QUANTILES_OF,
    OuterTotals,
    joined,
    quantile_rows,
)
from capexrisk.estimate.table import counts_of, hits_of, sample_of
from capexrisk.estimate.totals import Floats, Totals
from capexrisk.kernel.outcomes import OutcomeLayout
from capexrisk.lowering import LoweredScenario


class Halves(NamedTuple):
    """An estimate at each of P outer points in R replicates, (R, P); NaN where there is none."""

    first: Floats
    second: Floats

    @property
    def everywhere(self) -> bool:
        """Whether there is an estimate at each point."""
        return bool(np.isfinite(self.first).all() and np.isfinite(self.second).all())


class ConditionalEstimates(Mapping[Name, Halves]):
    """Lazy mapping from names to the estimates at each outer point.

    Its names are those of means and of probabilities, and with 512 paths in a half those of the
    quantiles and the cash flow at risk of amounts in `outer.QUANTILES_OF`; over years and the
    horizon, and at the ends of years. A point whose scenario was refused counts as the mean of its
    replicate's other points: there is at most one in a thousand.

    Parameters
    ----------
    totals : Totals
        Of a two-level run, with equally many points in all replicates.
    lowered : LoweredScenario
        Of the scenario as it stands.
    """

    def __init__(self, totals: Totals, lowered: LoweredScenario) -> None:
        outer = [totals.outer_points(r) for r in range(totals.replicates)]
        self._shape = (totals.replicates, -1, 2)
        self._outer = joined(outer, totals.layout)
        self._rows = {row: k for k, row in enumerate(quantile_rows(totals.layout))}
        # Without distributions: an estimate at a point has no histogram.
        layout = replace(totals.layout, distributions=0)
        self._lines = Lines(replace(lowered, layout=layout))
        self._totals = _as_replicates(self._outer, layout)
        self._refused = (self._totals.paths == 0).reshape(self._shape).all(axis=2, keepdims=True)
        ends = lowered.schedule.year_ends.tolist()
        within = (label for label, last in zip(lowered.quarters, ends, strict=True) if not last)
        self._left_out = frozenset(within) - frozenset(lowered.years)

    def __getitem__(self, name: Name) -> Halves:
        line = self._by_name[name]
        with np.errstate(invalid="ignore", divide="ignore"):
            found = self._at_points(line, name.statistic).reshape(self._shape)
        if self._refused.any():
            some = np.ma.masked_where(np.broadcast_to(self._refused, found.shape), found)
            found = np.where(self._refused, some.mean(axis=1, keepdims=True), found)
        return Halves(found[..., 0], found[..., 1])

    def paths(self, name: Name) -> Floats:
        """Paths behind the estimate at each point, (R, P): of a chance given an event, with it."""
        line, every = self._by_name[name], self._totals.paths
        counted = name.statistic == "probability" and line.metric.estimator != "chance"
        behind = hits_of(line, self._totals, self._lines)[1] if counted else every
        found: Floats = behind.reshape(self._shape).sum(axis=2).astype(float)
        return np.where(self._refused[..., 0], float(2 * every.max(initial=0)), found)

    def variance(self, name: Name, totals: Totals) -> Floats:
        """Mean squared deviation of an amount from the mean of all paths, by replicate, (R,).

        NaN for what is not a mean.
        """
        line = self._by_name[name]
        if name.statistic != "mean" or line.metric.estimator == "count":
            return np.full(totals.replicates, np.nan)
        of_paths, row = sample_of(line, totals, self._lines)
        mean, _ = of_paths.pooled(row)
        off = (of_paths.mean[:, row] - mean) ** 2
        found: Floats = of_paths.deviation[:, row] / np.maximum(of_paths.paths, 1) + off
        return found

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Name]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    @cached_property
    def _by_name(self) -> dict[Name, Line]:
        lines: dict[Name, Line] = {}
        for line in self._lines:
            if line.period in self._left_out:
                continue
            statistics = line.statistics
            enough = self._totals.paths.max(initial=0) >= LEAST_FOR_QUANTILES
            if enough and line.quantity in QUANTILES_OF and not line.metric.survivors:
                kept = (*AMOUNT, AT_RISK)
                statistics = tuple(name for name in line.metric.statistics if name in kept)
            for statistic in statistics:
                lines.setdefault(Name(line.issuer, line.period, line.name, statistic), line)
        return lines

    def _at_points(self, line: Line, statistic: str) -> Floats:
        """The estimates of all halves, one after the other."""
        if line.metric.estimator == "count":
            counts = counts_of(line, self._totals, self._lines)
            number: Floats = counts @ np.arange(counts.shape[1]) / self._totals.paths
            return number
        if line.metric.estimator not in ("amount", "chance"):
            hits, paths = hits_of(line, self._totals, self._lines)
            share: Floats = hits / paths
            return share
        totals, row = sample_of(line, self._totals, self._lines)
        mean: Floats = np.where(totals.paths > 0, totals.mean[:, row], np.nan)
        if statistic in ("mean", "probability"):
            return mean
        quantiles = self._outer.quantiles[:, self._rows[self._lines.row(line)]]
        if statistic == AT_RISK:
            return mean - quantiles[:, 0]
        found: Floats = quantiles[:, AMOUNT.index(statistic) - 1]
        return found


def _as_replicates(outer: OuterTotals, layout: OutcomeLayout) -> Totals:
    """Totals in which each half of each point is a replicate."""
    totals = Totals(layout, len(outer.paths), independent=False)
    totals.paths = outer.paths.astype(np.int64)
    # In Fortran's order: a row of all points lies in one piece.
    totals.mean = np.asfortranarray(outer.sums) / np.maximum(totals.paths, 1)[:, None]
    totals.counts, totals.joint = np.asfortranarray(outer.counts), outer.joint
    return totals
