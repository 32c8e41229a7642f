"""Results made of formulas: no model, so that only a change of a plot changes its picture."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from math import nan, sqrt

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from capexrisk.archive.manifest import Manifest
from capexrisk.archive.provenance import build_manifest
from capexrisk.archive.results import Results
from capexrisk.estimate.metrics import HORIZON, SYSTEM, failures_metric, flow_metric
from capexrisk.estimate.table import COLUMNS
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import lower
from capexrisk.model.vocabulary import CAUSES, REGIMES, RUNGS
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import calendar_years, quarter_labels, scenario_from_case
from tests.unit.kernel.blocks import with_quarters
from tests.unit.scenarios import reference_case

PATHS = 32_768
NETS = 32
ISSUERS = ("Aster", "Borealis", "Cumulus")
LEVELS = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


class Table:
    """Rows of a summary and cells of its distributions."""

    def __init__(self) -> None:
        self.rows: list[tuple[object, ...]] = []
        self.cells: list[pd.DataFrame] = []

    def amount(self, issuer: str, period: str, metric: str, mean: float, deviation: float) -> None:
        """A normal amount."""
        error = deviation / sqrt(PATHS)
        values = {"mean": mean}
        values |= {name: mean + deviation * float(ndtri(p)) for name, p in LEVELS.items()}
        values["cfar95"] = mean - values["p5"]
        for statistic, value in values.items():
            bounds = (error, value - 2 * error, value + 2 * error)
            self.rows.append((issuer, period, metric, statistic, value, *bounds, PATHS, "sobol"))
        edges = mean + deviation * np.linspace(-4.5, 4.5, 91)
        counts = np.rint(PATHS * np.diff(ndtr(np.linspace(-4.5, 4.5, 91)))).astype(int)
        cells = {"lower": edges[:-1], "upper": edges[1:], "count": counts}
        labels = {"issuer": issuer, "period": period, "metric": metric}
        self.cells.append(pd.DataFrame({**labels, **cells})[counts > 0])

    def chance(self, issuer: str, period: str, metric: str, p: float, n: int = PATHS) -> None:
        """A probability, or its bound."""
        hits = round(p * n) if n else 0
        error = sqrt(p * (1 - p) / n) if n else nan
        numbers: tuple[float, ...] = (p, error, max(0.0, p - 2 * error), min(1.0, p + 2 * error))
        statistic = "probability"
        if n and hits in (0, n):
            statistic = "lower_bound" if hits else "upper_bound"
            bound = 3.7 / n
            numbers = (1 - bound, nan, 1 - bound, 1.0) if hits else (bound, nan, 0.0, bound)
        elif not n:
            numbers = (nan, nan, nan, nan)
        self.rows.append((issuer, period, metric, statistic, *numbers, n, "sobol"))


def synthetic(
    issuers: Sequence[str] = ISSUERS,
    quarters: int = 10,
    start: str = "2026Q3",
    failing: float = 0.02,
    name: str = "made-up",
) -> Results:
    """Results of a scenario that nobody simulated.

    `failing`: probability that the last issuer fails within the horizon; each one before it fails
    a tenth as often as the next. 1: all fail in the first quarter.
    """
    labels = quarter_labels(start, quarters)
    years = [year.label for year in calendar_years(start, quarters)]
    table = Table()
    for i, issuer in enumerate(issuers):
        _issuer(table, issuer, i, labels, years)
    _failures(table, issuers, labels, failing)
    _system(table, issuers, labels, years)
    summary = pd.DataFrame(table.rows, columns=list(COLUMNS)).drop_duplicates(
        ["issuer", "period", "metric", "statistic"], ignore_index=True
    )
    noise = np.random.default_rng(1).standard_normal((len(summary), NETS))
    noise -= noise.mean(axis=1, keepdims=True)
    error = summary["standard_error"].fillna(0.0).to_numpy()[:, None]
    return Results(
        summary=summary,
        replicates=summary["value"].to_numpy()[:, None] + sqrt(NETS) * error * noise,
        distributions=pd.concat(table.cells, ignore_index=True).drop_duplicates(
            ["issuer", "period", "metric", "lower"], ignore_index=True
        ),
        chunks=pd.DataFrame(),
        manifest=_manifest(name, issuers, quarters, start),
    )


def _manifest(name: str, issuers: Sequence[str], quarters: int, start: str) -> Manifest:
    case = with_quarters(reference_case(), quarters)
    first = case["issuers"][0]
    case["issuers"] = [{**first, "name": issuer} for issuer in issuers]
    levels = {"fear_spread_bp": 150.0, "comfort_utilisation": 0.85, "vigilante_share": 0.145}
    case["market"] |= levels
    case["thresholds"] = {"group_profit": 1000.0, "outside_funding": 1500.0}
    scenario = scenario_from_case(case, start=start, name=name)
    lowered = lower(scenario)
    totals = Totals(lowered.layout, NETS, independent=True)  # one histogram, which stays empty
    totals.paths += PATHS // NETS
    return build_manifest(
        scenario,
        lowered,
        RunPlan(paths=PATHS, seed=7),
        totals,
        started=datetime(2026, 11, 1, tzinfo=UTC),
        seconds=1.0,
    )


# Of the outside funding, more or less.
SHARES = {
    "share_programme": 1 / 3.5,
    "bonds": 1.0,
    "high_yield": 1 / 2.0,
    "secured": 1 / 2.7,
    "private": 1 / 4.4,
    "revolver": 1 / 6.1,
    "equity": 1 / 7.8,
    "finance_leases": 1 / 9.5,
}


def _issuer(table: Table, issuer: str, i: int, quarters: list[str], years: list[str]) -> None:
    for k, quarter in enumerate(quarters):
        wave = (-3.0, 1.0, 4.0, -2.0)[k % 4]
        mean, deviation = wave + 2.0 * i - 0.8 * k, 3.0 + 0.7 * k
        table.amount(issuer, quarter, "free_cash_flow_while_alive", mean, deviation)
    for k, year in enumerate(years):
        mean, deviation = 10.0 - 18.0 * k + 8.0 * i, 12.0 + 9.0 * k
        table.amount(issuer, year, "free_cash_flow_while_alive", mean, deviation)
        negative = float(ndtr(-mean / deviation))
        table.chance(issuer, year, "negative_fcf_given_survival", negative)
        for channel, share in SHARES.items():
            value = (30.0 + 6.0 * k) * share * (1.0 + 0.3 * i)
            row = (issuer, year, flow_metric(channel), "mean", value, 0.1)
            table.rows.append((*row, value - 0.2, value + 0.2, PATHS, "sobol"))


def _failures(table: Table, issuers: Sequence[str], quarters: list[str], failing: float) -> None:
    last = {}
    for i, issuer in enumerate(issuers):
        end = failing if failing == 1.0 else failing * 0.1 ** (len(issuers) - 1 - i)
        for k, quarter in enumerate(quarters):
            p = end if failing == 1.0 else end * ((k + 1) / len(quarters)) ** 2
            last[issuer] = round(p * PATHS) / PATHS
            table.chance(issuer, quarter, "funding_failure", last[issuer])
        hits = round(last[issuer] * PATHS)
        for number, cause in enumerate(CAUSES):
            share = (0.5, 0.2, 0.1, 0.08, 0.06, 0.04, 0.02)[(number + i) % 7]
            metric = f"funding_failure_by_{cause}_given_funding_failure"
            table.chance(issuer, HORIZON, metric, share, hits)
    for count in range(1, len(issuers) + 1):
        for k, quarter in enumerate(quarters):
            # As if who fails less often failed only with those that fail more often.
            p = failing * 0.1 ** (count - 1) * ((k + 1) / len(quarters)) ** 2
            p = 1.0 if failing == 1.0 else p
            table.chance(SYSTEM, quarter, failures_metric(count), p)
    for first in issuers:
        for second in issuers:
            if first != second:
                both = round(0.4 * min(last[first], last[second]) * PATHS)
                both = PATHS if failing == 1.0 else both
                table.chance(first, HORIZON, f"failure_with:{second}", both / PATHS)
                hits = round(last[second] * PATHS)
                metric = f"failure_given_failure_of:{second}"
                table.chance(first, HORIZON, metric, both / hits if hits else nan, hits)


def _system(table: Table, issuers: Sequence[str], quarters: list[str], years: list[str]) -> None:
    for k, quarter in enumerate(quarters):
        table.amount(SYSTEM, quarter, "market_spread_bp", 90.0 + 6.0 * k, 12.0 + 5.0 * k)
        table.amount(SYSTEM, quarter, "utilisation", 0.93 - 0.008 * k, 0.02 + 0.003 * k)
        table.amount(SYSTEM, quarter, "demand", 300.0 * 1.06**k, 40.0 + 12.0 * k)
        share = 0.14 + 0.0015 * k
        table.amount(SYSTEM, quarter, "boom_share_of_bond_market", share, 0.002 + 0.0008 * k)
        shut, stressed = 0.1 * k / (k + 9), 0.5 * k / (k + 6)
        for regime, p in zip(REGIMES, (1.0 - shut - stressed, stressed, shut), strict=True):
            table.chance(SYSTEM, quarter, f"regime_{regime}", p)
    for k, year in enumerate(years):
        mean, deviation = 600.0 + 180.0 * k, 90.0 + 60.0 * k
        table.amount(SYSTEM, year, "group_profit", mean, deviation)
        above = float(ndtr((mean - 1000.0) / deviation))
        table.chance(SYSTEM, year, "group_profit_above_threshold", above)
    table.amount(SYSTEM, HORIZON, "outside_funding", 900.0, 220.0)
    above = float(ndtr((900.0 - 1500.0) / 220.0))
    table.chance(SYSTEM, HORIZON, "outside_funding_above_threshold", above)
    for issuer in issuers:
        table.amount(issuer, HORIZON, "outside_funding", 300.0, 90.0)


def replayed(results: Results, path: int) -> pd.DataFrame:
    """What `run.replay.replay` would say: a need in every even quarter, a surplus in the others."""
    rows = []
    for k, quarter in enumerate(results.quarters):
        for issuer in results.issuers:
            need = 33.6 if k % 2 == 0 else 0.0
            taken = dict.fromkeys(RUNGS, 0.0)
            if need:
                taken |= {"secured": 3.0, "private": 10.1, "equity": 1.2, "capex_cut": 7.9}
                taken |= {"dividend_cut": 1.4, "unmet": 10.0}
            rows.append(
                {
                    "quarter": quarter,
                    "issuer": issuer,
                    "regime": "stressed",
                    "utilisation": 0.93,
                    "spread_bp": 1402.0,
                    "capex_to_fund": 31.8,
                    "dividends": 1.5,
                    "due": 1.2,
                    "operating_cash_flow": 0.9 if need else 40.0,
                    "need": need,
                    **taken,
                    "surplus": 0.0 if need else 5.5,
                    "revolver_repaid": 0.0 if need else 2.0,
                    "buybacks": 0.0 if need else 3.0,
                    "surplus_to_cash": 0.0 if need else 0.5,
                    "raised_to_cash": 0.0,
                    "prepayments": 0.0,
                    "investments": 0.0,
                    "failed": k >= 4,
                    "cause": "window" if k == 4 else "",
                }
            )
    return pd.DataFrame(rows)
