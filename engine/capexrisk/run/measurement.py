"""Benchmarks on a noisy machine: contenders take turns, ratios are taken within rounds."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

Name = TypeVar("Name")
Result = TypeVar("Result")


class Spread(NamedTuple):
    """Median and range over the rounds of a measurement."""

    median: float
    low: float
    high: float


def interleave(
    contenders: Mapping[Name, Callable[[int], Result]],
    rounds: int,
    progress: Callable[[str], None] | None = None,
) -> dict[Name, list[Result]]:
    """Run every contender once per round, so that noise hits all alike.

    Every other round runs backwards, so that none always follows the same neighbour.

    Parameters
    ----------
    contenders : mapping
        Callables by name; each is called with the number of the round, from 0.
    rounds : int
    progress : callable, optional
        Called with the number of the round, in words.

    Returns
    -------
    dict
        Results by name, in the order of the rounds.
    """
    results: dict[Name, list[Result]] = {name: [] for name in contenders}
    for number in range(rounds):
        if progress:
            progress(f"Round {number + 1} of {rounds}")
        for name in list(contenders)[:: 1 if number % 2 == 0 else -1]:
            results[name].append(contenders[name](number))
    return results


def spread(values: Sequence[float]) -> Spread:
    """Median and range of some values."""
    return Spread(statistics.median(values), min(values), max(values))


def ratios(values: Sequence[float], baseline: Sequence[float]) -> Spread:
    """Median and range of the ratio within each round."""
    return spread([one / other for one, other in zip(values, baseline, strict=True)])


def peak_mib() -> float:
    """Peak resident memory of this process so far, MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would count what the parent held when it forked
        line = next(x for x in status.read_text("ascii", "replace").split("\n") if "VmHWM" in x)
        return int(line.split()[1]) / 2**10
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
