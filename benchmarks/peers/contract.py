"""Contract 2: what every peer computes, the same totals of the same model, from draws of its own.

The model is MODEL.md in its third edition, without events; the case is the one of
`tests/reference/`, whose figures are known. Contract 1, of the second edition, is `edition_2`.

A peer is a module with `NAME` and `prepare(case)`. `prepare` does what is done once (compiling,
turning the case into arrays) and returns a function (paths, seed) -> Figures, which simulates from
the first draw to the last total. A peer takes whole calendar years from a first quarter on, any
number of issuers and quarters. One with variants has `available()` as well, and
`prepare(case, variant=...)`. What it collects, `amounts` and `events` list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from benchmarks.machine import ROOT
from benchmarks.peers.figures import Case, Figures, figures_of
from tests.oracle.neutral import completed

CASE = ROOT / "tests" / "reference" / "case.json"
AMOUNTS_OF_YEAR = ("fcf", "ocf", "capex", "profit")
FLOWS = (
    *("share_programme", "bonds", "high_yield", "secured", "private", "revolver", "equity"),
    *("finance_leases", "capex_cut", "prepayments", "investments"),
)
CHANNELS = 8  # of the flows, those that bring money from outside


def contract_case() -> Case:
    """The case of the contract, a copy of one's own, with what it leaves out."""
    case: Case = completed(json.loads(CASE.read_text(encoding="utf-8")))
    return case


def amounts(case: Case) -> Iterator[str]:
    """Names of the figures that are means; each needs a sum and a sum of squares."""
    quarters = case["quarters"]
    for firm in case["issuers"]:
        name = firm["name"]
        for year in range(1, quarters // 4 + 1):
            yield from (f"{name}/y{year}/{amount}_mean" for amount in AMOUNTS_OF_YEAR)
        yield from (f"{name}/total_{flow}_mean" for flow in FLOWS)
    for k in range(1, quarters + 1):
        yield f"market/q{k}/oas_mean"  # after step 2, bp
        yield f"market/q{k}/utilisation_mean"  # after step 5
        yield f"market/q{k}/demand_mean"  # after step 5
        yield f"market/q{k}/boom_share_mean"  # of step 1
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
        yield f"market/q{k}/anchor_lost"
    yield "system/any_failure"
    yield "system/any_failure_but_smallest"  # the issuer of the least market_cap left out
    yield "system/two_or_more_failures"
    yield "system/profit_last_year_above_threshold"


def figures(case: Case, sums: Any, squares: Any, counts: Any, paths: int) -> Figures:
    """Figures from totals in the order of `amounts` and `events`."""
    return figures_of(amounts(case), events(case), sums, squares, counts, paths)
