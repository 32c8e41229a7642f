"""The figures of both references, found again by a million paths of each sampler.

The references are another implementation of MODEL.md, with other random numbers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import capexrisk
from capexrisk.scenario import scenario_from_case
from tests.oracle.compare import standard_score, stored

pytestmark = pytest.mark.slow

PATHS = 2**20  # a million: whole nets of 32,768 points
SEED = 20260101
LIMIT = 4.0  # combined standard errors
FIGURES = {"": 331, "builders-": 282}

FLOWS = {
    "fcf": ("free_cash_flow",),
    "ocf": ("operating_cash_flow",),
    "capex": ("capex",),
    "profit": ("profit",),
    # The reference counts bonds of both markets together, and shares however they are sold.
    "bonds": ("raised_bonds", "raised_high_yield"),
    "equity": ("raised_share_programme", "raised_equity"),
    "capex_cut": ("capex_cut_amount",),
    "investments": ("investments_amount",),
}
STATISTICS = {"median": "p50", "p5": "p5", "p50": "p50", "p95": "p95", "mean": "mean"}
PATH = {
    "failed_by_run": ("horizon", "funding_failure_by_run", "probability"),
    "high_yield_end": ("2028Q4", "fall_to_high_yield", "probability"),
    "capex_cut_ever": ("2028Q4", "capex_cut", "probability"),
    "advance_end_mean": ("horizon", "final_advance", "mean"),
    "cash_end_median": ("horizon", "final_cash", "p50"),
    "spread_end_median": ("horizon", "final_spread_bp", "p50"),
}
MARKET = {
    "oas_median": ("market_spread_bp", "p50"),
    "oas_p95": ("market_spread_bp", "p95"),
    "utilisation_mean": ("utilisation", "mean"),
    "boom_share_mean": ("boom_share_of_bond_market", "mean"),
    "demand_median": ("demand", "p50"),
    "stressed": ("regime_stressed", "probability"),
    "shut": ("regime_shut", "probability"),
    "anchor_lost": ("anchor_lost", "probability"),
}
SYSTEM = {
    "any_failure": ("2028Q4", "any_failure", "probability"),
    "two_or_more_failures": ("2028Q4", "failures_at_least_2", "probability"),
    "outside_funding_mean": ("horizon", "outside_funding", "mean"),
    "outside_funding_p95": ("horizon", "outside_funding", "p95"),
    "profit_last_year_above_20": ("2028", "group_profit_above_threshold", "probability"),
    "profit_last_year_above_1000": ("2028", "group_profit_above_threshold", "probability"),
}


class Label(NamedTuple):
    """Where a figure stands in the tidy table."""

    issuer: str
    period: str
    metric: str
    statistic: str


def quarter(number: str) -> str:
    """Label of the quarter "q1", "q2", ... of the reference, which begins with 2026."""
    k = int(number.removeprefix("q")) - 1
    return f"{2026 + k // 4}Q{k % 4 + 1}"


def labels(figure: str) -> list[Label]:
    """A figure's name in the reference, in the words of the tidy table: what is to be added."""
    parts = figure.split("/")
    if parts[0] == "system":
        return [Label("system", *SYSTEM[parts[1]])]
    if parts[0] == "market":
        return [Label("system", quarter(parts[1]), *MARKET[parts[2]])]
    issuer, name = parts[0], parts[-1]
    if name in PATH:
        return [Label(issuer, *PATH[name])]
    if name.startswith("failed_by_"):
        last = quarter(name.removeprefix("failed_by_"))
        return [Label(issuer, last, "funding_failure", "probability")]
    period = str(2025 + int(parts[1].removeprefix("y"))) if len(parts) == 3 else "horizon"
    flow, statistic = name.removeprefix("total_").rsplit("_", 1)
    if statistic == "negative":
        return [Label(issuer, period, "negative_fcf", "probability")]
    metrics = FLOWS.get(flow, (f"raised_{flow}",))
    return [Label(issuer, period, metric, STATISTICS[statistic]) for metric in metrics]


@pytest.fixture(scope="module", params=FIGURES, ids=["firms", "builders"])
def prefix(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module", params=["sobol", "plain"])
def scores(request: pytest.FixtureRequest, prefix: str) -> dict[str, float]:
    """Distance from the reference in combined standard errors, by figure."""
    scenario = scenario_from_case(stored(f"{prefix}case"), start="2026Q1")
    results = capexrisk.simulate(scenario, paths=PATHS, seed=SEED, sampler=request.param)
    assert results.paths == PATHS
    table: dict[Label, tuple[float, float]] = {}
    for row in results.to_frame().itertuples():
        value, error, statistic = row.value, row.standard_error, row.statistic
        if statistic in ("upper_bound", "lower_bound"):  # seen never or always: a share of 0 or 1
            value, error = float(statistic == "lower_bound"), 0.0
            statistic = "probability"
        if np.isnan(error):  # a flow that no path has, or a handful
            error = 0.0
        table[Label(row.issuer, row.period, row.metric, statistic)] = (value, error)
    for issuer in scenario.issuers:  # where a fall is impossible, there is no row of it
        never = (float(issuer.high_yield), 0.0)
        table.setdefault(Label(issuer.name, *PATH["high_yield_end"]), never)
    reference = stored(f"{prefix}expected")
    found = {}
    for figure, expected in reference["figures"].items():
        parts = [table[label] for label in labels(figure)]
        found[figure] = standard_score(
            figure,
            sum(value for value, _ in parts),
            sum(error for _, error in parts),  # at most: the two correlate
            expected,
            paths=PATHS,
            reference_paths=reference["paths"],
        )
    return found


def test_every_figure_of_the_references_is_looked_up(prefix):
    figures = stored(f"{prefix}expected")["figures"]
    found = [label for figure in figures for label in labels(figure)]
    assert len(figures) == FIGURES[prefix]
    assert len(found) == len(set(found))


def test_every_figure_lies_within_four_standard_errors(scores):
    """False alarms: 331 figures at 6.3e-5 each, at most 2.1 % of seeds; fewer, as they correlate.

    Of nets 3 % if all figures were as the median, 7 % at most: their errors have 31 degrees of
    freedom, but are a quarter or a third of the variance of a difference in the median, four fifths
    at most; the rest is the reference's. That is more than other tests are allowed: the limit of
    four is what the model promises to whoever implements it again, and the seed is fixed.
    """
    assert not {figure: score for figure, score in scores.items() if not abs(score) <= LIMIT}


def test_the_scores_as_a_whole_are_those_of_chance(scores):
    """Many small biases show where no figure stands out: the mean square of the scores is 1.

    Figures correlate within an issuer and a market; if only 30 of them were independent, a mean
    square above 2.3 would be seen once in 10,000 seeds (chi-square of 30 degrees: 6.6e-5; 8.5e-5
    where a third of each variance is an error known from 32 nets).
    """
    assert np.mean(np.square(list(scores.values()))) < 2.3
