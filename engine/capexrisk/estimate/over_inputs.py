"""Distribution over uncertain inputs of a value conditional on them.

The simulation has two levels. Each of R independent replicates has P outer points, a scrambled net
over the inputs. At each point the conditional value (a probability, a mean, a quantile, a cash flow
at risk, or a difference between scenarios) is estimated twice, from independent halves of its inner
paths. An estimate of half the paths is the conditional value plus inner noise, so the estimates
spread more than the values do. What the two halves have in common is no noise: the mean product of
their deviations is the variance between inputs, without bias, and replicates show its error.

Notation: a and b are the halves' estimates at a point, y is their mean, m is the mean of all y, B
the variance between inputs and W the variance of y's noise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from capexrisk.estimate.figures import Figures, of_mean, of_ratio, of_root, of_variance
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.inner_bounds import bounded
from capexrisk.estimate.inner_noise import corrected_quantiles
from capexrisk.estimate.intervals import student_half_width

Floats = NDArray[np.float64]

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


class OverInputs(NamedTuple):
    """What is known of conditional values over the inputs.

    Attributes
    ----------
    figures : dict of str to Figures
        ``mean``: the predictive value, over inputs and paths. ``sd``, ``p5``, ..., ``p95``:
        standard deviation and quantiles over the inputs of the conditional value, corrected for
        inner noise. ``noise_variance``: variance of the inner noise of a point's estimate.
        ``share``: share of the variance of one path's outcome that comes from the inputs, where
        that is known.
    points : int
        Number of outer points.
    """

    figures: dict[str, Figures]
    points: int

    def estimate(self, statistic: str, *metric: int) -> Estimate:
        """One number as an `Estimate`, with outer points in the place of paths."""
        value, error, low, high = (float(part[metric]) for part in self.figures[statistic])
        return Estimate(statistic, value, error, low, high, self.points)


def over_inputs(
    first: ArrayLike,
    second: ArrayLike,
    *,
    probability: bool = False,
    paths: ArrayLike | None = None,
    outcome_variance: ArrayLike | None = None,
) -> OverInputs:
    """Estimate how conditional values are distributed over the inputs.

    Parameters
    ----------
    first, second : array_like, shape (..., R, P)
        Estimates of the conditional value from either half of the inner paths, with two replicates
        or more. Noise may depend between points of a replicate, not between halves or replicates.
    probability : bool
        Whether the values are probabilities: numbers then stay within [0, 1], and the variance of
        an outcome is known.
    paths : array_like, shape (..., R, P) or a number, optional
        Paths behind the value at each point, of probabilities. No interval then claims more than so
        few paths can tell.
    outcome_variance : array_like, shape (..., R) or (..., 1), optional
        Mean squared deviation of a path's outcome from the mean of all paths, by replicate or of
        all together.

    Returns
    -------
    OverInputs

    Raises
    ------
    ValueError
        If the halves differ in shape, or there are fewer than two replicates.
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if a.shape != b.shape or a.ndim < 2 or a.shape[-2] < 2:
        raise ValueError(
            f"halves of shapes {a.shape} and {b.shape}: both must be (..., replicates, points), "
            "with two replicates or more"
        )
    half_width = student_half_width(a.shape[-2])
    y = 0.5 * (a + b)
    by_replicate = y.mean(axis=-1)
    between = variance_between(a, b)
    noise = (0.25 * (a - b) ** 2).mean(axis=-1)
    figures = {
        "mean": of_mean(by_replicate, half_width),
        "sd": of_root(between, half_width),
        "noise_variance": of_variance(noise, half_width),
    }
    behind = None if paths is None else np.broadcast_to(np.asarray(paths, dtype=float), y.shape)
    step = 0.0 if behind is None else (1.0 / behind).mean(axis=(-2, -1))
    quantiles = corrected_quantiles(a, b, between, LEVELS, step)
    for level, numbers in zip(LEVELS, quantiles, strict=True):
        figures[f"p{100 * level:g}"] = numbers
    if probability:
        within = figures.keys() - {"sd", "noise_variance"}
        figures |= {name: figures[name].clipped(0.0, 1.0) for name in within}
        mean = by_replicate.mean(axis=-1, keepdims=True)
        if behind is not None:
            for level in LEVELS:
                name = f"p{100 * level:g}"
                figures[name] = bounded(figures[name], y, behind, level)
        outcome_variance = by_replicate * (1.0 - 2.0 * mean) + mean**2
    if outcome_variance is not None:
        of_outcome = np.broadcast_to(np.asarray(outcome_variance, dtype=float), between.shape)
        figures["share"] = of_ratio(between, of_outcome, half_width).clipped(0.0, 1.0)
    return OverInputs(figures, a.shape[-2] * a.shape[-1])


def variance_between(a: Floats, b: Floats) -> Floats:
    """Variance between inputs as each replicate tells it, (..., R); may be below 0.

    The mean over replicates has no bias, although points of one replicate depend on each other:
    the square of the mean is estimated by products of means of different replicates.

    Parameters
    ----------
    a, b : ndarray, shape (..., R, P)
    """
    several = a.shape[-2]
    means = 0.5 * (a + b).mean(axis=-1)
    mean = means.mean(axis=-1, keepdims=True)
    squared = (mean - means) ** 2
    product = ((a - mean[..., None]) * (b - mean[..., None])).mean(axis=-1)
    correction = squared.sum(axis=-1, keepdims=True) / (several * (several - 1))
    between: Floats = product + correction
    return between
