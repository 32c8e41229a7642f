"""The tidy table of a run: one row an estimate.

Columns: issuer ("system" for the group and the market), period ("2026", "2026Q3", "2026Q3-Q4" for
part of a year, "horizon"), metric, statistic, value, standard_error, ci_low, ci_high, n, method
("sobol" or "plain"). Money in $bn, spreads in bp, shares and probabilities as fractions.
Probabilities by quarter are cumulative: "has happened by the end of".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import exp
from typing import NamedTuple

import numpy as np
import pandas as pd

from capexrisk.estimate.by_replicate import ByReplicate
from capexrisk.estimate.estimates import (
    CFAR_TAIL,
    cash_flow_at_risk,
    chance,
    cumulative,
    distribution,
    expected_shortfall,
    mean,
    probability,
    quantiles,
)
from capexrisk.estimate.totals import Floats, Integers, Totals
from capexrisk.kernel.outcomes import CAUSES, CHANNELS, FLOWS
from capexrisk.lowering import LoweredScenario
from capexrisk.model.parameters import Issuer
from capexrisk.scenario.market import REGIMES

SYSTEM = "system"
HORIZON = "horizon"
LEAST_BATCHES = 8  # whose spread tells an error
QUANTILES = (CFAR_TAIL, 0.25, 0.5, 0.75, 0.95)  # cash flow at risk takes the first
COLUMNS = (
    "issuer",
    "period",
    "metric",
    "statistic",
    "value",
    "standard_error",
    "ci_low",
    "ci_high",
    "n",
    "method",
)
DISTRIBUTION_COLUMNS = ("issuer", "period", "metric", "lower", "upper", "count")
TIER_METRICS = (
    "first_negative_fcf",
    "no_buyback",
    "need_beyond_cash",
    "capex_cut",
    "funding_failure",
)

# Quantities with a distribution: metric, and which axes label them.
BY_ISSUER = {
    "fcf_quarter": "free_cash_flow",
    "fcf_year": "free_cash_flow",
    "ocf_year": "operating_cash_flow",
    "capex_year": "capex",
    "profit_year": "profit",
    "peak_spread": "peak_spread_bp",
    "final_spread": "final_spread_bp",
    "lowest_cash": "lowest_cash",
    "raised": "outside_funding",
}
BY_SYSTEM = {
    "market_spread": "market_spread_bp",
    "utilisation": "utilisation",
    "demand": "ai_demand",
    "bond_share": "ai_share_of_bond_market",
    "outside_funding": "outside_funding",
    "group_profit": "group_profit",
}
MEANS = {
    "ocf_quarter": "operating_cash_flow",
    "capex_quarter": "capex",
    "profit_quarter": "profit",
}

# Dates and causes by issuer, beside the tiers.
BALANCE_EVENTS = {"net_debt": "net_debt_positive", "fallen_angel": "fallen_angel"}
CAUSE_OF = {"failure_cause": "funding_failure", "cut_cause": "capex_cut"}


def flow_metric(flow: str) -> str:
    """Metric of a flow: what is raised through a channel, or an amount cut or bought back."""
    return f"raised_{flow}" if flow in CHANNELS else f"{flow}_amount"


@dataclass
class _Summary:
    totals: Totals
    lowered: LoweredScenario
    rows: dict[tuple[str, ...], ByReplicate] = field(default_factory=dict)

    def add(self, issuer: str, period: str, metric: str, found: ByReplicate) -> None:
        # A year of which the horizon holds one quarter has that quarter's label and numbers.
        self.rows.setdefault((issuer, period, metric, found.estimate.statistic), found)

    def mean(self, row: int) -> ByReplicate:
        return mean(self.totals, row)

    def share(self, hits: Integers, paths: Integers) -> ByReplicate:
        """Probability from hits among paths, (R,)."""
        return probability(self.totals, hits, paths)

    def periods(self, axes: tuple[str, ...]) -> tuple[str, ...]:
        """Labels of the last axis of a quantity: quarters, years, or the whole horizon."""
        if "quarter" in axes:
            return self.lowered.quarters
        return self.lowered.years if "year" in axes else (HORIZON,)

    def axes(self, name: str) -> tuple[str, ...]:
        return next(q.shape for q in self.totals.layout.quantities if q.name == name)

    def atoms(self, issuer: str, metric: str) -> tuple[float, ...]:
        """Where a quantity may have a point mass: caps of spreads, targets of cash."""
        market = self.lowered.market
        if metric == "market_spread_bp":
            return (exp(market.log_spread_cap),)
        if metric in ("peak_spread_bp", "final_spread_bp"):
            return (market.spread_cap,)
        if metric == "lowest_cash":
            at = self.lowered.issuers.index(issuer)
            record = Issuer(*(float(number) for number in self.lowered.schedule.issuers[at]))
            return (record.cash_target, record.cash_min)
        return ()

    def collected(self, names: dict[str, str]) -> dict[str, str]:
        """Those of these quantities that the run has collected, with their metrics."""
        return {name: names[name] for name in names if name in self.totals.layout.first}

    def distribution(self, issuer: str, period: str, metric: str, row: int) -> None:
        """Mean and, where it has a histogram, quantiles, and for cash flows the risk."""
        average = self.mean(row)
        self.add(issuer, period, metric, average)
        if row >= self.totals.layout.distributions:
            return
        pooled = distribution(self.totals, row, self.atoms(issuer, metric))
        found = quantiles(self.totals, row, pooled, QUANTILES)
        for quantile in found:
            self.add(issuer, period, metric, quantile)
        if metric == "free_cash_flow":
            at_risk = cash_flow_at_risk(self.totals, pooled, average, found[0])
            self.add(issuer, period, metric, at_risk)
            worst = expected_shortfall(self.totals, row, pooled, found[0])
            self.add(issuer, period, metric, worst)


class Summary(NamedTuple):
    """All estimates of a run.

    Attributes
    ----------
    table : DataFrame
        The tidy table.
    replicates : ndarray, shape (rows, R)
        What each replicate says of each row: see `ByReplicate`. R = 0 of independent paths in fewer
        than `LEAST_BATCHES` batches.
    """

    table: pd.DataFrame
    replicates: Floats


def summarise(totals: Totals, lowered: LoweredScenario, method: str) -> Summary:
    """All estimates of a run; `method` is how its paths were sampled."""
    totals = totals.filled()
    summary = _Summary(totals, lowered)
    _amounts_by_issuer(summary)
    _years_by_issuer(summary)
    _dates_by_issuer(summary)
    _causes_by_issuer(summary)
    _joint_failures(summary)
    _system(summary)
    enough = totals.replicates >= LEAST_BATCHES
    rows = [(*key[:3], *found.estimate, method) for key, found in summary.rows.items()]
    return Summary(
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
        replicates=np.array(
            [found.values if enough else found.values[:0] for found in summary.rows.values()]
        ),
    )


def _amounts_by_issuer(summary: _Summary) -> None:
    totals, lowered = summary.totals, summary.lowered
    for i, issuer in enumerate(lowered.issuers):
        for name, metric in summary.collected(BY_ISSUER).items():
            rows = np.atleast_1d(totals.rows(name)[i])
            for row, period in zip(rows, summary.periods(summary.axes(name)), strict=True):
                summary.distribution(issuer, period, metric, int(row))
        for name, metric in summary.collected(MEANS).items():
            for row, period in zip(totals.rows(name)[i], lowered.quarters, strict=True):
                summary.add(issuer, period, metric, summary.mean(int(row)))
        for f, flow in enumerate(FLOWS):
            metric = flow_metric(flow)
            if "flows_year" in totals.layout.first:
                for row, year in zip(totals.rows("flows_year")[f, i], lowered.years, strict=True):
                    summary.add(issuer, year, metric, summary.mean(int(row)))
            total = int(totals.rows("flows_total")[f, i])
            summary.add(issuer, HORIZON, metric, summary.mean(total))


def _years_by_issuer(summary: _Summary) -> None:
    """Negative free cash flow of a calendar year: at all, given survival, or failed instead."""
    counts = summary.totals.level_counts("year_state")
    for i, issuer in enumerate(summary.lowered.issuers):
        for year, period in enumerate(summary.lowered.years):
            fine, negative, failed, both = counts[i, year]
            n = fine + negative + failed + both
            summary.add(issuer, period, "negative_fcf", summary.share(negative + both, n))
            survivors = summary.share(negative, fine + negative)
            summary.add(issuer, period, "negative_fcf_given_survival", survivors)
            either = summary.share(n - fine, n)
            summary.add(issuer, period, "negative_fcf_or_failed", either)


def _dates_by_issuer(summary: _Summary) -> None:
    totals, lowered = summary.totals, summary.lowered
    tiers = totals.level_counts("tiers")
    events = {metric: tiers[t] for t, metric in enumerate(TIER_METRICS)}
    for name, metric in summary.collected(BALANCE_EVENTS).items():
        events[metric] = totals.level_counts(name)
    for i, issuer in enumerate(lowered.issuers):
        impossible = _impossible(Issuer(*lowered.schedule.issuers[i]))
        for metric, dates in events.items():
            if metric in impossible:
                continue
            for quarter, estimate in zip(
                lowered.quarters, cumulative(totals, dates[i]), strict=True
            ):
                summary.add(issuer, quarter, metric, estimate)


def _impossible(issuer: Issuer) -> set[str]:
    """Events that cannot happen to this issuer: no row says more than a chance of 0."""
    without_programme = {"no_buyback"} if issuer.buybacks == 0.0 else set()
    above_from_the_start = set() if issuer.within_limit else {"fallen_angel"}
    return without_programme | above_from_the_start


def _causes_by_issuer(summary: _Summary) -> None:
    """Probability of each cause, and its share among the paths that have one."""
    for name, event in summary.collected(CAUSE_OF).items():
        counts = summary.totals.level_counts(name)
        for i, issuer in enumerate(summary.lowered.issuers):
            n = counts[i].sum(axis=0)
            happened = n - counts[i, 0]
            for number, cause in enumerate(CAUSES, start=1):
                hits = counts[i, number]
                metric = f"{event}_by_{cause}"
                summary.add(issuer, HORIZON, metric, summary.share(hits, n))
                share = summary.share(hits, happened)
                summary.add(issuer, HORIZON, f"{metric}_given_{event}", share)


def _joint_failures(summary: _Summary) -> None:
    joint, issuers = summary.totals.joint, summary.lowered.issuers
    for (i, first), (j, second) in product(enumerate(issuers), repeat=2):
        if i != j:
            both = joint[:, i, j]
            together = summary.share(both, summary.totals.paths)
            summary.add(first, HORIZON, f"failure_with:{second}", together)
            given = summary.share(both, joint[:, j, j])
            summary.add(first, HORIZON, f"failure_given_failure_of:{second}", given)


def _system(summary: _Summary) -> None:
    totals, lowered = summary.totals, summary.lowered
    for name, metric in BY_SYSTEM.items():
        periods = summary.periods(summary.axes(name))
        for row, period in zip(np.atleast_1d(totals.rows(name)), periods, strict=True):
            summary.distribution(SYSTEM, period, metric, int(row))
    for channel, row in zip(CHANNELS, totals.rows("outside_total"), strict=True):
        summary.add(SYSTEM, HORIZON, flow_metric(channel), summary.mean(int(row)))

    n = totals.paths
    above = totals.level_counts("funding_above")[1]
    summary.add(SYSTEM, HORIZON, "outside_funding_above_threshold", summary.share(above, n))
    for year, counts in zip(lowered.years, totals.level_counts("profit_above"), strict=True):
        estimate = summary.share(counts[1], n)
        summary.add(SYSTEM, year, "group_profit_above_threshold", estimate)
    chances = zip(
        lowered.quarters,
        totals.rows("regime_chance").T,
        totals.rows("tenant_lost_chance"),
        strict=True,
    )
    for quarter, of_regimes, of_tenant in chances:
        for regime, row in zip(REGIMES, of_regimes, strict=True):
            summary.add(SYSTEM, quarter, f"regime_{regime}", chance(totals, int(row)))
        summary.add(SYSTEM, quarter, "tenant_lost", chance(totals, int(of_tenant)))
    _failure_counts(summary, "failures", "", len(lowered.issuers))
    if len(lowered.issuers) > 1:
        smallest = lowered.issuers[lowered.schedule.smallest]
        _failure_counts(
            summary, "failures_but_smallest", f"_without:{smallest}", len(lowered.issuers) - 1
        )


def _failure_counts(summary: _Summary, name: str, suffix: str, most: int) -> None:
    """Probability that at least k of the issuers have failed, by quarter."""
    counts = summary.totals.level_counts(name)
    for quarter, by_number in zip(summary.lowered.quarters, counts, strict=True):
        for k in range(1, most + 1):
            hits = by_number[k:].sum(axis=0)
            estimate = summary.share(hits, summary.totals.paths)
            metric = "any_failure" if k == 1 else f"failures_at_least_{k}"
            summary.add(SYSTEM, quarter, metric + suffix, estimate)


def distribution_table(totals: Totals, lowered: LoweredScenario) -> pd.DataFrame:
    """Histograms of every quantity that has one, empty cells left out.

    Columns: issuer, period, metric, lower, upper, count. The cell with lower = upper = 0 counts
    the paths within 2**-10 of zero.
    """
    if not totals.layout.distributions:
        return pd.DataFrame(columns=list(DISTRIBUTION_COLUMNS))
    summary = _Summary(totals, lowered)
    tables: dict[tuple[str, str, str], tuple[Floats, Floats, Integers]] = {}
    labelled = [(name, metric, lowered.issuers) for name, metric in BY_ISSUER.items()]
    labelled += [(name, metric, (SYSTEM,)) for name, metric in BY_SYSTEM.items()]
    for name, metric, issuers in labelled:
        periods = summary.periods(summary.axes(name))
        rows = totals.rows(name).reshape(len(issuers), len(periods))
        for (i, issuer), (j, period) in product(enumerate(issuers), enumerate(periods)):
            table = distribution(totals, rows[i, j]).table()
            tables.setdefault((issuer, period, metric), table)  # once, as in the summary
    cells = [len(lower) for lower, _, _ in tables.values()]
    labels = zip(*tables, strict=True)
    numbers = (np.concatenate(part) for part in zip(*tables.values(), strict=True))
    columns = [*(np.repeat(np.array(label, dtype=object), cells) for label in labels), *numbers]
    return pd.DataFrame(dict(zip(DISTRIBUTION_COLUMNS, columns, strict=True)))
