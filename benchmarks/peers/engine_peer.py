"""The engine under the peers' contract: its compiled core, collecting no more than "means".

That is a little more than the contract asks for: dates of all tiers of distress, and broken paths
are taken out. Chunk after chunk in one thread; tables, joblib and files are in other rows of the
comparison.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import contract
from benchmarks.peers.figures import Case, Figures, Simulate, frequency
from capexrisk.estimate.totals import Totals
from capexrisk.lowering import lower
from capexrisk.model.vocabulary import FLOWS
from capexrisk.points.draws import IndependentDraws
from capexrisk.run.chunks import run_chunk
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import scenario_from_case

NAME = "engine, the core alone"


def prepare(case: Case) -> Simulate:
    """A function (paths, seed) -> Figures."""
    lowered = lower(scenario_from_case(case, start="2026Q1"), "means")

    def simulate(paths: int, seed: int) -> Figures:
        totals = Totals(lowered.layout)
        plan = RunPlan(paths=paths, seed=seed, sampler="plain", collect="means")
        for chunk in plan.chunks():
            # One batch of all paths: errors are those of independent ones, as the contract's.
            totals.add(run_chunk(lowered, IndependentDraws(seed), chunk._replace(replicate=0)))
        return figures(case, totals)

    return simulate


def figures(case: Case, totals: Totals) -> Figures:
    """The contract's figures from a run's totals."""
    paths, quarters = totals.counted, case["quarters"]
    found: Figures = {}

    def keep_mean(name: str, row: int) -> None:
        variance = float(totals.deviation[0, row]) / paths
        found[name] = float(totals.mean[0, row]), float(np.sqrt(variance / paths))

    def keep_count(name: str, counts: NDArray[np.int64]) -> None:
        found[name] = frequency(float(counts.sum()), paths)

    def levels(name: str) -> NDArray[np.int64]:
        return totals.counts[0, totals.rows(name) - totals.layout.amounts]

    tiers, state = levels("tiers"), levels("year_state")
    for i, firm in enumerate(case["issuers"]):
        name = firm["name"]
        for year in range(quarters // 4):
            for amount in contract.AMOUNTS_OF_YEAR:
                row = totals.rows(f"{amount}_year")[i, year]
                keep_mean(f"{name}/y{year + 1}/{amount}_mean", row)
            keep_count(f"{name}/y{year + 1}/fcf_negative", state[i, year, 1] + state[i, year, 3])
        flows = totals.rows("flows_total")
        for flow in contract.FLOWS:
            keep_mean(f"{name}/total_{flow}_mean", flows[FLOWS.index(flow), i])
        for k in range(quarters):
            keep_count(f"{name}/failed_by_q{k + 1}", tiers[4, i, : k + 1].sum())
        keep_count(f"{name}/capex_cut_ever", tiers[3, i, :quarters].sum())
    market = {"oas": "market_spread", "utilisation": "utilisation", "demand": "demand"}
    market["boom_share"] = "bond_share"
    regime, lost = levels("regime"), levels("anchor_lost")
    for k in range(quarters):
        for figure, quantity in market.items():
            keep_mean(f"market/q{k + 1}/{figure}_mean", totals.rows(quantity)[k])
        keep_count(f"market/q{k + 1}/stressed", regime[k, 1])
        keep_count(f"market/q{k + 1}/shut", regime[k, 2])
        keep_count(f"market/q{k + 1}/anchor_lost", lost[: k + 1].sum())
    keep_mean("system/outside_funding_mean", int(totals.rows("outside_funding")))
    failures = levels("failures")[-1]
    keep_count("system/any_failure", failures[1:].sum())
    others = levels("failures_but_smallest")[-1]
    keep_count("system/any_failure_but_smallest", others[1:].sum())
    keep_count("system/two_or_more_failures", failures[2:].sum())
    above = levels("profit_above")[-1, 1]
    keep_count("system/profit_last_year_above_threshold", above)
    return found
