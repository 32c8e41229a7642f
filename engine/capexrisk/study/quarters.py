"""Distributions of each issuer's quarters and of its years to date, from a sample of a run's paths.

A run totals its years in histograms. Those of quarters, channel by channel, would take thousands
more: of six issuers over twelve quarters a gigabyte, and a third more time a path. A quarter that
was reported is placed in its distribution as well by fewer paths: here the first points of every
net (the first paths, where they are independent) are traced again, and what each quarter brought
is kept. The error of each figure says what the smaller number costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan, sqrt
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capexrisk.archive.content import ComparedByContent
from capexrisk.archive.results import Results
from capexrisk.errors import ArgumentError, refuse_type, suggest, whole_number
from capexrisk.estimate import by_replicate, independent
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import normal_half_width, standard_error, student_half_width
from capexrisk.estimate.metric import QUANTILES
from capexrisk.estimate.table import COLUMNS
from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.points import path_number
from capexrisk.kernel.simulate import trace_block
from capexrisk.kernel.sources import Source
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.model.vocabulary import CHANNELS
from capexrisk.run.chunks import all_draws_of, draws_of
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import DEFAULT_TRACED, Sampler
from capexrisk.uncertainty.outer import OuterPoints

Floats = NDArray[np.float64]

# Amounts of a quarter that add up over a year, and one that does not.
FLOWS = {
    "operating_cash_flow": s.OCF,
    "capex": s.SPENT,
    "free_cash_flow": s.FREE_CASH_FLOW,
    **{f"raised_{name}": s.FLOW[name].amount for name in CHANNELS},
}
BALANCES = {"cash": s.CASH}
ROWS = {**FLOWS, **BALANCES}
METRICS = tuple(ROWS)


class Span(NamedTuple):
    """A quarter, or the quarters of a calendar year up to one of them."""

    label: str
    quarters: range


@dataclass(frozen=True, eq=False)
class Quarters(ComparedByContent):
    """Distributions of quarters and of years to date; see `quarters`.

    Only paths count on which the issuer has not failed before the period.

    Attributes
    ----------
    issuers : tuple of str
    spans : tuple of Span
        Periods: ``"2026Q2"``, and years to date, ``"2026Q1-Q2"``, to the whole year.
    sampler : {"sobol", "plain"}
    """

    issuers: tuple[str, ...]
    spans: tuple[Span, ...]
    sampler: Sampler
    _amounts: dict[str, Floats]  # (n, T, R, paths of a replicate)
    _last: NDArray[np.int64]  # (n, R, paths): the failing quarter, or T
    _sound: NDArray[np.bool_]  # (R, paths): whether a path is finite

    @property
    def nets(self) -> int:
        """Number of nets that the paths are of; 1 if these are independent."""
        return len(self._sound)

    def sample(self, issuer: str, period: str, metric: str) -> tuple[Floats, NDArray[np.int64]]:
        """Amounts of the paths that count, and the replicate of each.

        Parameters
        ----------
        issuer, period : str
        metric : str
            "operating_cash_flow", "capex", "free_cash_flow", "raised_bonds" and so on, by channel;
            "cash" of a quarter.

        Raises
        ------
        ArgumentError
            If there is no such issuer, period or metric.
        """
        amounts = self.by_path(issuer, period, metric)
        counts = ~np.isnan(amounts)
        return amounts[counts], np.nonzero(counts)[0]

    def by_path(self, issuer: str, period: str, metric: str) -> Floats:
        """Amounts of all paths, (R, paths); NaN where one does not count. Arguments as `sample`."""
        i = self.issuers.index(_known("issuer", issuer, self.issuers))
        spans = {span.label: span.quarters for span in self.spans}
        year = [label for label in spans if label.startswith(f"{period}Q") and "-" in label]
        if period.isdigit() and year:
            problem = f"there is no {period!r}; a year is written {year[-1]}"
            raise ArgumentError("period", problem)
        quarters = spans[_known("period", period, tuple(spans))]
        amounts = self._amounts[_known("metric", metric, METRICS)][
            i, quarters.start : quarters.stop
        ]
        if metric in BALANCES and len(quarters) > 1:
            raise ArgumentError("period", f"{metric} is of a quarter; give one, not {period}")
        counts = self._sound & (self._last[i] >= quarters.start)
        return np.where(counts, amounts.sum(axis=0), nan)

    def failed(self, issuer: str, quarter: str) -> Floats:
        """Whether each path has seen the issuer fail by the end of a quarter, (R, paths).

        1 or 0; NaN for a path that is not finite.
        """
        i = self.issuers.index(_known("issuer", issuer, self.issuers))
        labels = tuple(span.label for span in self.spans if len(span.quarters) == 1)
        k = labels.index(_known("period", quarter, labels))
        return np.where(self._sound, self._last[i] <= k, nan)

    def place(self, issuer: str, period: str, metric: str, value: float) -> Estimate:
        """Estimate the share of paths at or below a value; parameters as for `sample`."""
        amounts, replicate = self.sample(issuer, period, metric)
        below = amounts <= value
        several = self.nets
        if several == 1:
            return independent.probability(int(below.sum()), below.size)
        hits = np.bincount(replicate, weights=below, minlength=several).astype(np.int64)
        return by_replicate.share(hits, np.bincount(replicate, minlength=several)).estimate

    @cached_property
    def table(self) -> pd.DataFrame:
        """Mean and quantiles of every issuer, period and metric, in the columns of the summary."""
        rows = [
            (issuer, span.label, metric, *estimate, self.sampler)
            for issuer in self.issuers
            for metric in METRICS
            for span in self.spans
            if len(span.quarters) == 1 or metric in FLOWS
            for estimate in self._estimates(*self.sample(issuer, span.label, metric))
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def _estimates(self, amounts: Floats, replicate: NDArray[np.int64]) -> Iterator[Estimate]:
        """The mean, and quantiles with the intervals of Woodruff (1952).

        These end at the quantiles of the level minus and plus the error of the share of paths
        below, which for nets comes from their spread.
        """
        if not amounts.size:
            unknown = (nan, nan, nan, nan, 0)
            yield Estimate("mean", *unknown)
            yield from (Estimate(f"p{100 * level:g}", *unknown) for level in QUANTILES)
            return
        several = self.nets
        of_nets = several > 1
        paths = np.bincount(replicate, minlength=several)
        nonzero = int(np.count_nonzero(amounts))
        if of_nets:
            sums = np.bincount(replicate, weights=amounts, minlength=several)
            yield by_replicate.mean(sums / np.maximum(paths, 1), paths, nonzero).estimate
        else:
            deviation = float(((amounts - amounts.mean()) ** 2).sum())
            yield independent.mean(float(amounts.mean()), deviation, amounts.size, nonzero)
        half = student_half_width(several) if of_nets else normal_half_width()
        in_order = np.sort(amounts)
        for level in QUANTILES:
            value = _quantile(in_order, level)
            error = sqrt(level * (1.0 - level) / amounts.size)
            if of_nets:
                below = np.bincount(replicate, weights=amounts <= value, minlength=several)
                off = (below - below.sum() / paths.sum() * paths) / paths.mean()
                error = float(standard_error(off))
            low, high = (_quantile(in_order, level + sign * half * error) for sign in (-1.0, 1.0))
            name, spread = f"p{100 * level:g}", (high - low) / (2.0 * half)
            yield Estimate(name, value, spread, low, high, amounts.size)


def quarters(
    results: Results, *, paths: int = DEFAULT_TRACED, over_inputs: bool = False
) -> Quarters:
    """Distributions of every quarter and year to date of a run's issuers.

    Operating cash flow, capex, free cash flow, money raised by channel, and cash at the quarter's
    end. The paths are the run's own, traced again from its scenario and seed; the first call on a
    machine compiles, which takes some ten seconds.

    Parameters
    ----------
    results : Results
    paths : int
        Number of paths, in equally many of each net; at most those of the run. They take 8 bytes
        for each amount, quarter and issuer: 57 MB by default, for six issuers over twelve quarters.
    over_inputs : bool
        Take the first paths of every outer point of a run over the inputs: the predictive
        distributions, over inputs and paths together.

    Returns
    -------
    Quarters

    Examples
    --------
    >>> import capexrisk as cr
    >>> results = cr.simulate(cr.load_scenario("configs/hyperscalers-2026.toml"), paths=4096)
    >>> found = cr.quarters(results)
    >>> share = found.place("Oracle", "2026Q2", "operating_cash_flow", 5.0)
    >>> 0.0 < share.ci_low < share.ci_high < 1.0
    True
    """
    refuse_type("results", results, Results, "give Results, as load_results() returns them")
    paths = whole_number("paths", paths)
    if paths < 1:
        raise ArgumentError("paths", f"{paths} is out of range; give 1 or more")
    if over_inputs and results.inputs is None:
        raise ArgumentError("over_inputs", "the run is not over the inputs; give False")
    run = results.manifest.run
    lowered = lower(results.manifest.scenario)
    plan = RunPlan(paths=run.paths, seed=run.seed, sampler=run.sampler)
    if over_inputs:
        nets, each, blocks = _blocks_over_inputs(results, lowered, plan, paths)
    else:
        nets = _nets(results)
        each = paths_traced(results, paths) // nets
        blocks = _blocks(lowered, plan, nets, each)
    shape = (len(lowered.issuers), len(lowered.quarters), nets, each)
    amounts = {name: np.empty(shape) for name in METRICS}
    last = np.empty((shape[0], nets, each), dtype=np.int64)
    sound = np.zeros((nets, each), dtype=np.bool_)
    for block in blocks:
        trace, _ = trace_block(
            block.lowered.market, block.lowered.schedule, lowered.layout, source=block.source
        )
        net, here = block.net, block.places
        width = here.stop - here.start
        bad = trace[-1, m.BAD_QUARTER : m.BAD_QUARTER + width]
        sound[net, here] = bad >= len(lowered.quarters)
        for i in range(shape[0]):
            own = trace[:, m.SIZE + i * s.SIZE : m.SIZE + (i + 1) * s.SIZE]
            failing = own[-1, s.FAILURE_QUARTER : s.FAILURE_QUARTER + width]
            last[i, net, here] = np.nan_to_num(failing).astype(np.int64)
            for name, row in ROWS.items():
                amounts[name][i, :, net, here] = own[:, row : row + width]
    return Quarters(
        issuers=lowered.issuers,
        spans=tuple(spans_of(lowered.scenario)),
        sampler="sobol" if over_inputs else run.sampler,
        _amounts=amounts,
        _last=last,
        _sound=sound,
    )


def paths_traced(results: Results, asked: int) -> int:
    """Number of a run's own paths that `quarters` traces: equally many of each net, or all."""
    nets = _nets(results)
    return nets * max(min(asked, results.manifest.run.paths) // nets, 1)


def _nets(results: Results) -> int:
    run = results.manifest.run
    return run.replicates if run.sampler == "sobol" else 1


class _Block(NamedTuple):
    """Paths that are traced together, and where they stand among those of their net."""

    net: int
    places: slice
    lowered: LoweredScenario
    source: Source


def _blocks(lowered: LoweredScenario, plan: RunPlan, nets: int, each: int) -> Iterator[_Block]:
    draws = draws_of(lowered, plan)
    for net in range(nets):
        for begin in range(0, each, BLOCK):
            places = slice(begin, min(begin + BLOCK, each))
            yield _Block(net, places, lowered, draws.source(path_number(net, begin)))


def _blocks_over_inputs(
    results: Results, lowered: LoweredScenario, plan: RunPlan, paths: int
) -> tuple[int, int, Iterator[_Block]]:
    """Number of nets, paths of each, and blocks: the first paths of every outer point."""
    assert results.inputs is not None
    record = results.inputs.record
    nested = replace(plan, outer=record.outer, inner=record.inner).over_inputs
    assert nested is not None
    outer = all_draws_of(lowered, nested)
    assert isinstance(outer, OuterPoints)
    points = record.outer // REPLICATES
    width = min(max(paths // record.outer, 1), BLOCK)

    def blocks() -> Iterator[_Block]:
        for net in range(REPLICATES):
            scenarios = outer.lowered(net, 0, points)
            for point, (here, (half, _)) in enumerate(
                zip(scenarios, outer.halves(net, 0, points), strict=True)
            ):
                if here is not None:
                    places = slice(width * point, width * (point + 1))
                    yield _Block(net, places, here, half.source)

    return REPLICATES, points * width, blocks()


def refuse_unknown(results: Results, issuer: str, period: str, metric: str) -> None:
    """Refuse what `Quarters.sample` would refuse, before any path is traced.

    Raises
    ------
    ArgumentError
    """
    lowered = lower(results.manifest.scenario)
    amounts = np.empty((len(lowered.issuers), len(lowered.quarters), 1, 0))
    Quarters(
        issuers=lowered.issuers,
        spans=tuple(spans_of(lowered.scenario)),
        sampler=results.manifest.run.sampler,
        _amounts=dict.fromkeys(METRICS, amounts),
        _last=np.empty((len(lowered.issuers), 1, 0), dtype=np.int64),
        _sound=np.empty((1, 0), dtype=np.bool_),
    ).sample(issuer, period, metric)


def spans_of(scenario: Scenario) -> Iterator[Span]:
    """Every quarter, and each year up to any quarter of it but the first."""
    quarters = scenario.quarter_labels()
    for k, label in enumerate(quarters):
        yield Span(label, range(k, k + 1))
    for year in scenario.calendar_years():
        first = year.quarters.start
        for end in range(first + 2, year.quarters.stop + 1):
            label = f"{quarters[first]}-{quarters[end - 1][4:]}"
            yield Span(label, range(first, end))


def _known(argument: str, name: str, known: tuple[str, ...]) -> str:
    if name not in known:
        raise ArgumentError(argument, f"there is no {name!r}; {suggest(name, known)}")
    return name


def _quantile(in_order: Floats, level: float) -> float:
    """The value below which a share of sorted numbers lies."""
    place = int(np.ceil(level * in_order.size)) - 1
    return float(in_order[min(max(place, 0), in_order.size - 1)])
