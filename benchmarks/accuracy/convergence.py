"""How estimates close in on the truth as paths grow, with each sampler."""

from __future__ import annotations

from itertools import product
from typing import Any

import capexrisk as cr
from benchmarks.accuracy import truth
from benchmarks.scenarios import default

SAMPLERS = ("plain", "sobol")
FIGURES = (
    ("Alphabet", "2026", "free_cash_flow", "mean"),
    ("Amazon", "2027", "negative_fcf", "probability"),
    ("Oracle", "2028Q4", "funding_failure", "probability"),
)
SMALLEST = 10  # paths of the first run, as a power of two
SEED = 1


def of_runs(doublings: int) -> list[dict[str, Any]]:
    """A record for each figure, sampler and number of paths; each run contains the one before."""
    true = truth.read()
    records = []
    for sampler, power in product(SAMPLERS, range(SMALLEST, SMALLEST + doublings - 5)):
        run = cr.simulate(default(), paths=2**power, seed=SEED, sampler=sampler, collect="means")
        table = truth.by_key(run.summary)
        for figure in FIGURES:
            row = table.loc[figure]
            records.append(
                {
                    "figure": "/".join((figure[2], *figure[:2])),
                    "truth": float(true.loc[figure, "value"]),
                    "sampler": sampler,
                    "paths": run.paths,
                    "value": float(row["value"]),
                    "low": float(row["ci_low"]),
                    "high": float(row["ci_high"]),
                }
            )
    return records
