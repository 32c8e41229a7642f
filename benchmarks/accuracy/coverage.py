"""How often 95 % intervals hold the truth: the default scenario, a thousand seeds a sampler.

Truth is the run of `truth`; figures of which it is not ten times as sure as the runs here are left
out, among them those of which it has no more than a bound.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import joblib
import numpy as np
import pandas as pd

import capexrisk as cr
from benchmarks.accuracy import truth
from benchmarks.scenarios import default

SAMPLERS = ("plain", "sobol")
PATHS = 16_384  # 32 nets of 512 points
FIRST_SEED = 1_000
SOME, MANY = 10, 100  # hits, as expected from the truth
# Runs that stop: small ones, so that a thousand of them end. Looks at 2,048 paths, 4,096 and so on.
TARGETS = (
    "funding_failure/CoreWeave/2028: rel 4%",
    "negative_fcf/Amazon/2027: abs 0.005",
    "free_cash_flow/Alphabet/2026: abs 0.15",
)
LOOK_POINTS = 64


def kind(key: tuple[str, str, str, str], true: float, n: float) -> str:
    """Which estimator a row of the table comes from."""
    _, _, metric, statistic = key
    if statistic != "probability":
        return {"mean": "mean", "cfar95": "CFaR", "es95": "expected shortfall"}.get(
            statistic, f"quantile {statistic}"
        )
    hits = n * min(true, 1.0 - true)
    if "_given_" in metric:
        return "probability given an event" if hits >= SOME else "given an event, few hits"
    if hits < SOME:
        return f"probability, below {SOME} hits"
    return f"probability, {SOME} to {MANY} hits" if hits < MANY else f"probability, {MANY} hits on"


def one_run(sampler: str, seed: int, paths: int) -> pd.DataFrame:
    """The table of a run, by its key."""
    results = cr.simulate(default(), paths=paths, seed=seed, sampler=sampler, n_jobs=1)
    return truth.by_key(results.summary)


def of_runs(seeds: int) -> list[dict[str, Any]]:
    """A record for each sampler and estimator: rows, intervals, those that hold the truth."""
    true = truth.read()
    records = []
    for sampler in SAMPLERS:
        held, known, n = (np.zeros(len(true), dtype=np.int64) for _ in range(3))
        width = np.zeros(len(true))
        tasks = (joblib.delayed(one_run)(sampler, FIRST_SEED + i, PATHS) for i in range(seeds))
        for run in joblib.Parallel(n_jobs=-1, return_as="generator")(tasks):
            rows = run.reindex(true.index)
            low, high = rows["ci_low"].to_numpy(), rows["ci_high"].to_numpy()
            value = true["value"].to_numpy()
            known += ~np.isnan(low)
            held += (low <= value) & (value <= high)
            width += np.nan_to_num(high - low)
            n += rows["n"].fillna(0).to_numpy(dtype=np.int64)
        # A 95 % interval is four errors wide: truth has a tenth of one at most.
        exact = true["standard_error"].to_numpy() <= 0.1 * width / np.maximum(known, 1) / 4.0
        rows = pd.DataFrame({"held": held, "known": known}, index=true.index)
        values = true["value"].to_numpy()
        rows["kind"] = [
            kind(key, values[i], n[i] / seeds) for i, key in enumerate(true.index.to_list())
        ]
        records += _by_kind(rows[(known > 0) & exact], sampler)
    return records


def _by_kind(rows: pd.DataFrame, sampler: str) -> Iterator[dict[str, Any]]:
    for name, part in rows.groupby("kind"):
        shares = part["held"] / part["known"]
        yield {
            "sampler": sampler,
            "estimator": name,
            "rows": len(part),
            "intervals": int(part["known"].sum()),
            "held": int(part["held"].sum()),
            "least": float(shares.min()),
            "most": float(shares.max()),
        }


def stopped_run(sampler: str, seed: int, target: str) -> tuple[bool, int]:
    """Whether a stopped run's interval holds the truth, and after how many paths it stopped."""
    from capexrisk.lowering import lower
    from capexrisk.run import plan, stopping

    # As for a user's run, but a hundredth of its size.
    before = plan.CHUNK_POINTS, plan.CHUNK_PATHS, plan.FIRST_LOOK
    plan.CHUNK_POINTS, plan.CHUNK_PATHS = LOOK_POINTS, LOOK_POINTS * plan.REPLICATES // 4
    plan.FIRST_LOOK = LOOK_POINTS * plan.REPLICATES
    asked = plan.RunPlan(
        paths=2**20, seed=seed, sampler=sampler, jobs=1, collect="means", targets=(target,)
    )
    try:
        _, (standing,) = stopping.execute_until(lower(default(), "means"), asked)
    finally:
        plan.CHUNK_POINTS, plan.CHUNK_PATHS, plan.FIRST_LOOK = before
    estimate, name = standing.estimate, standing.target.name
    true = truth.read().loc[(name.issuer, name.period, name.metric, name.statistic), "value"]
    return bool(estimate.ci_low <= true <= estimate.ci_high), standing.paths


def of_stopped_runs(seeds: int) -> list[dict[str, Any]]:
    """A record for each sampler and target."""
    records = []
    for sampler, target in product(SAMPLERS, TARGETS):
        tasks = (joblib.delayed(stopped_run)(sampler, FIRST_SEED + i, target) for i in range(seeds))
        found = joblib.Parallel(n_jobs=-1)(tasks)
        paths = [n for _, n in found]
        records.append(
            {
                "sampler": sampler,
                "target": target,
                "intervals": seeds,
                "held": sum(held for held, _ in found),
                "median_paths": float(np.median(paths)),
                "least_paths": min(paths),
                "most_paths": max(paths),
            }
        )
    return records
