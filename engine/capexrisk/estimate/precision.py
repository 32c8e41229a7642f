"""How exact an estimate is against what was asked, and how many paths the rest would take."""

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
    """A standard error that is wanted: at most `size`, or that share of the value."""

    relative: bool
    size: float

    def __str__(self) -> str:
        return f"rel {100.0 * self.size:g}%" if self.relative else f"abs {self.size:g}"


def shortfall(estimate: Estimate, wanted: Precision) -> float:
    """By what factor the standard error is too large; at most 1 where it is reached.

    Of a bound, for which no standard error is known, a quarter of the interval stands for it where
    an absolute one is wanted; a relative one is infinitely far.
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
    """About how many paths reach it, judged from a run of `paths`; infinite if it cannot be told.

    Errors are taken to shrink with the root of the paths, which is true of independent ones, and
    of nets the worst case.
    """
    return float(paths * shortfall(estimate, wanted) ** (1.0 / OF_STEPS))


def least_paths(estimate: Estimate, wanted: Precision, paths: int, *, nets: bool) -> int:
    """Fewer paths than these cannot do, judged in favour of it from a run of `paths`.

    A probability is taken to be where in its interval it is known soonest. Amounts may gain from
    nets as much as smooth functions do.
    """
    if not estimate.is_probability:
        short = shortfall(estimate, wanted)
        power = OF_SMOOTH if nets else OF_STEPS
        # Of 32 replicates the error itself is known to a quarter.
        return ceil(paths * (0.75 * short) ** (1.0 / power)) if short < inf else 0
    ends = (estimate.ci_low, estimate.ci_high)
    p = estimate.ci_high if wanted.relative else min(ends, key=lambda end: end * (1.0 - end))
    error = wanted.size * p if wanted.relative else wanted.size
    if isnan(p) or error == 0.0:
        return 0
    gain = 1.0
    if nets and estimate.standard_error > 0.0:  # what nets gain over independent paths, to a half
        of_paths = estimate.value * (1.0 - estimate.value) / paths
        gain = min(1.0, 0.5 * estimate.standard_error**2 / of_paths)
    return ceil(gain * p * (1.0 - p) / (error * error))
