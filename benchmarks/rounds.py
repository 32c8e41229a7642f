"""Fair comparison on a noisy machine: contenders take turns, ratios are taken in a round."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
ROUNDS = 5  # the least for a comparison


class Spread(NamedTuple):
    median: float
    low: float
    high: float


def interleave(contenders: Mapping[Any, Callable[[int], T]], rounds: int) -> dict[Any, list[T]]:
    """Results of `contender(round)`: every contender in turn, so that noise hits all alike.

    Every other round runs backwards: nobody always follows the same neighbour.
    """
    results: dict[Any, list[T]] = {name: [] for name in contenders}
    for number in range(rounds):
        order = list(contenders) if number % 2 == 0 else list(contenders)[::-1]
        for name in order:
            results[name].append(contenders[name](number))
    return results


def spread(values: Sequence[float]) -> Spread:
    """Median, least and greatest."""
    return Spread(statistics.median(values), min(values), max(values))


def ratios(values: Sequence[float], baseline: Sequence[float]) -> Spread:
    """Ratio in each round, summed up over the rounds."""
    return spread([one / other for one, other in zip(values, baseline, strict=True)])


def power_law(x: Sequence[float], y: Sequence[float]) -> dict[str, float]:
    """Exponent of y ~ x**exponent by least squares of the logarithms, with its standard error."""
    from numpy import log
    from scipy.stats import linregress

    fit = linregress(log(x), log(y))
    return {"exponent": float(fit.slope), "standard_error": float(fit.stderr), "points": len(x)}
