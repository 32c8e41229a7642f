"""Figures of a contract: what its peers report, and how far two of them differ.

Collected over paths, by every implementation alike: for an amount its sum and its sum of squares,
for an event its count. A figure is (mean or frequency, standard error).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf, isclose, sqrt
from typing import Any

Case = dict[str, Any]
Figures = dict[str, tuple[float, float]]
Simulate = Callable[[int, int], Figures]

ROUNDING = 1e-9


def mean(total: float, squares: float, paths: int) -> tuple[float, float]:
    """Mean and standard error from a sum and a sum of squares."""
    value = total / paths
    return value, sqrt(max(squares / paths - value * value, 0.0) / paths)


def frequency(count: float, paths: int) -> tuple[float, float]:
    """Frequency and standard error; with 0 or all hits, the error of one hit."""
    p = count / paths
    inside = min(max(p, 1.0 / paths), 1.0 - 1.0 / paths)
    return p, sqrt(inside * (1.0 - inside) / paths)


def figures_of(
    amounts: Iterable[str],
    events: Iterable[str],
    sums: Any,
    squares: Any,
    counts: Any,
    paths: int,
) -> Figures:
    """Figures from totals in the order of the names of amounts and events."""
    means = {
        name: mean(float(total), float(square), paths)
        for name, total, square in zip(amounts, sums, squares, strict=True)
    }
    shares = {
        name: frequency(float(count), paths) for name, count in zip(events, counts, strict=True)
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
