"""How often the 95 % intervals of searches for rare failures hold a probability that is known."""

from __future__ import annotations

from itertools import product
from typing import Any

import joblib

from benchmarks.accuracy.problems import RELIABILITY, Problem, cash_flow_problems

METHODS = ("importance", "splitting")
RELATIVE_ERROR, MOST_PATHS = 0.1, 4_000_000
RAREST = 1e-6  # of the cash flows: splitting takes a second and a half for one search there


def of_searches(seeds: int) -> list[dict[str, Any]]:
    """A record for each method and problem."""
    records = []
    for method, (number, problem) in product(METHODS, enumerate(_problems())):
        tasks = (joblib.delayed(_holds)(method, number, seed) for seed in range(1, seeds + 1))
        held = sum(joblib.Parallel(n_jobs=-1)(tasks))
        records.append(
            {"method": method, "problem": problem.name, "intervals": seeds, "held": int(held)}
        )
    return records


def _problems() -> tuple[Problem, ...]:
    flows = (flow for flow in cash_flow_problems() if flow.probability > RAREST)
    return (*flows, *RELIABILITY)


def _holds(method: Any, number: int, seed: int) -> bool:
    from capexrisk.study.rare.search import estimate_rare

    problem = _problems()[number]
    found = estimate_rare(
        problem.limit_state(),
        method=method,
        relative_error=RELATIVE_ERROR,
        max_paths=MOST_PATHS,
        seed=seed,
    ).estimate
    return bool(found.ci_low <= problem.probability <= found.ci_high)
