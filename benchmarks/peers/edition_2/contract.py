"""Contract 1: the same totals of the model's second edition, by peers that stay as they are.

The model is MODEL.md of revision 875e4ed: twelve steps, six sources of funds, no events. Its
parameters are `case.json`, the default scenario of that revision under the names of that document.
The engine has left that edition and cannot keep this contract: the peers here are compared with
each other alone. What was measured when the engine could is in the results of that time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.peers.figures import Case, Figures, figures_of

CASE = Path(__file__).with_name("case.json")
CHANNELS = ("bonds", "secured", "private", "revolver", "equity", "finance_leases")
AMOUNTS_OF_YEAR = ("fcf", "ocf", "capex", "profit")


def contract_case() -> Case:
    """The case of the contract, a copy of one's own."""
    case: Case = json.loads(CASE.read_text(encoding="utf-8"))
    return case


def amounts(case: Case) -> Iterator[str]:
    """Names of the figures that are means; each needs a sum and a sum of squares."""
    quarters = case["quarters"]
    for firm in case["issuers"]:
        name = firm["name"]
        for year in range(1, quarters // 4 + 1):
            yield from (f"{name}/y{year}/{amount}_mean" for amount in AMOUNTS_OF_YEAR)
        yield from (f"{name}/total_{channel}_mean" for channel in CHANNELS)
        yield f"{name}/total_capex_cut_mean"
    for k in range(1, quarters + 1):
        yield f"market/q{k}/oas_mean"  # after step 2, bp
        yield f"market/q{k}/utilisation_mean"  # after step 5
        yield f"market/q{k}/demand_mean"  # after step 5
        yield f"market/q{k}/ai_share_mean"  # of step 1
    yield "system/outside_funding_mean"


def events(case: Case) -> Iterator[str]:
    """Names of the figures that are probabilities; each needs a count."""
    quarters = case["quarters"]
    for firm in case["issuers"]:
        name = firm["name"]
        yield from (f"{name}/y{year}/fcf_negative" for year in range(1, quarters // 4 + 1))
        yield from (f"{name}/failed_by_q{k}" for k in range(1, quarters + 1))
        yield f"{name}/capex_cut_ever"
    for k in range(1, quarters + 1):
        yield f"market/q{k}/stressed"
        yield f"market/q{k}/shut"
        yield f"market/q{k}/tenant_lost"
    yield "system/any_failure"
    yield "system/any_failure_but_smallest"  # the issuer of the least market_cap left out
    yield "system/two_or_more_failures"
    yield "system/profit_last_year_above_threshold"


def figures(case: Case, sums: Any, squares: Any, counts: Any, paths: int) -> Figures:
    """Figures from totals in the order of `amounts` and `events`."""
    return figures_of(amounts(case), events(case), sums, squares, counts, paths)
