"""Precision of an estimate against what was asked for, and the paths still needed."""

from __future__ import annotations

from math import ceil, inf, isnan
from typing import NamedTuple

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import normal_half_width

# Errors shrink with this power of the number of paths: for independent paths, and for steps such as
# an event makes in any sampler; at best, for smooth amounts at the points of a net (A. B. Owen,
# "Scrambled net variance for integrals of smooth functions", Annals of Statistics 25, 1997).
OF_STEPS, OF_SMOOTH = 0.5, 1.5


class Precision(NamedTuple):
    """A wanted standard error: at most `size`, or that share of the value."""

    relative: bool
    size: float

    def __str__(self) -> str:
        return f"rel {100.0 * self.size:g}%" if self.relative else f"abs {self.size:g}"


def shortfall(estimate: Estimate, wanted: Precision) -> float:
    """Factor by which the standard error is too large; at most 1 where it is reached.

    For a bound, whose standard error is unknown, a quarter of the interval takes its place if an
    absolute error is wanted; a relative one is infinitely far.
    """
    if estimate.is_bound:
        if wanted.relative:
            return inf
        width = estimate.ci_high - estimate.ci_low
        return width / (2.0 * normal_half_width()) / wanted.size
    if isnan(estimate.standard_error):
        return inf
    limit = wanted.size * abs(estimate.value) if wanted.relative else wanted.size
    if limit == 0.0:
        return 0.0 if estimate.standard_error == 0.0 else inf
    return estimate.standard_error / limit


def paths_needed(estimate: Estimate, wanted: Precision, paths: int) -> float:
    """Approximate number of paths needed, judged from a run of `paths`; infinite if unknown.

    Errors are assumed to shrink with the root of the number of paths, which is true for independent
    paths and the worst case for nets.
    """
    return float(paths * shortfall(estimate, wanted) ** (1.0 / OF_STEPS))


def least_paths(estimate: Estimate, wanted: Precision, paths: int, *, nets: bool) -> int:
    """An optimistic lower bound on the paths needed, judged from a run of `paths`.

    A probability is assumed to have the value in its interval that needs the fewest paths. Amounts
    are assumed to gain from nets as much as smooth functions do.
    """
    if not estimate.is_probability:
        short = shortfall(estimate, wanted)
        power = OF_SMOOTH if nets else OF_STEPS
        # From 32 replicates the error itself is known to within a quarter.
        return ceil(paths * (0.75 * short) ** (1.0 / power)) if short < inf else 0
    ends = (estimate.ci_low, estimate.ci_high)
    p = estimate.ci_high if wanted.relative else min(ends, key=lambda end: end * (1.0 - end))
    error = wanted.size * p if wanted.relative else wanted.size
    if isnan(p) or error == 0.0:
        return 0
    gain = 1.0
    if nets and estimate.standard_error > 0.0:  # the nets' gain, known to within a half
        of_paths = estimate.value * (1.0 - estimate.value) / paths
        gain = min(1.0, 0.5 * estimate.standard_error**2 / of_paths)
    return ceil(gain * p * (1.0 - p) / (error * error))
