"""Contract 1: what every peer computes, the same totals of the same model, from draws of its own.

The model is MODEL.md of revision 875e4ed: twelve steps, six sources of funds, no events. Its
parameters are `case.json`, the default scenario of that revision under the names of that document.
The peers are written to this contract and to nothing of the engine's, so that a mechanism that the
engine gains, or a name that it changes, leaves them as they are.

The engine is compared on the same case. A mechanism that it has gained since is off where a case
does not name its parameters: they have neutral values by default, and the figures agree. Where the
engine cannot read the case any more it runs its own default scenario: speeds are compared all the
same, of programs that do about as much, and no agreement is claimed. A comparison that follows the
engine would be contract 2, with a case and peers of its own.

A peer is a module with `NAME` and `prepare(case)`. `prepare` does what is done once (compiling,
turning the case into arrays) and returns a function (paths, seed) -> Figures, which simulates from
the first draw to the last total. A peer takes whole calendar years from a first quarter on, any
number of issuers and quarters. One with variants has `available()` as well, and
`prepare(case, variant=...)`.

Collected over paths, by every implementation alike: for an amount its sum and its sum of squares,
for an event its count. `amounts` and `events` list them; a figure is (mean or frequency, standard
error).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from math import inf, isclose, sqrt
from pathlib import Path
from typing import Any

Case = dict[str, Any]
Figures = dict[str, tuple[float, float]]
Simulate = Callable[[int, int], Figures]

CASE = Path(__file__).with_name("case.json")
CHANNELS = ("bonds", "secured", "private", "revolver", "equity", "finance_leases")
ROUNDING = 1e-9
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


def mean(total: float, squares: float, paths: int) -> tuple[float, float]:
    """Mean and standard error from a sum and a sum of squares."""
    value = total / paths
    return value, sqrt(max(squares / paths - value * value, 0.0) / paths)


def frequency(count: float, paths: int) -> tuple[float, float]:
    """Frequency and standard error; with 0 or all hits, the error of one hit."""
    p = count / paths
    inside = min(max(p, 1.0 / paths), 1.0 - 1.0 / paths)
    return p, sqrt(inside * (1.0 - inside) / paths)


def figures(case: Case, sums: Any, squares: Any, counts: Any, paths: int) -> Figures:
    """Figures from totals in the order of `amounts` and `events`."""
    means = {
        name: mean(float(total), float(square), paths)
        for name, total, square in zip(amounts(case), sums, squares, strict=True)
    }
    shares = {
        name: frequency(float(count), paths)
        for name, count in zip(events(case), counts, strict=True)
    }
    return means | shares


def worst_disagreement(one: Figures, other: Figures) -> tuple[str, float]:
    """The figure in which two implementations differ most, in combined standard errors.

    What is the same on every path has no error, and may differ by rounding.
    """
    assert one.keys() == other.keys()

    def distance(name: str) -> float:
        (a, error_a), (b, error_b) = one[name], other[name]
        error = sqrt(error_a * error_a + error_b * error_b)
        if isclose(a, b, rel_tol=ROUNDING):
            return 0.0
        return abs(a - b) / error if error > 0.0 else inf

    worst = max(one, key=distance)
    return worst, distance(worst)
