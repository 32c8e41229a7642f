"""The largest of several means, with an interval that allows for the choice.

The largest of many noisy means is likely one whose noise is up, so its own interval lies too high.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import CONFIDENCE, standard_error, student_half_width
from capexrisk.study.game.payoffs import Floats

RESAMPLES: Final = 1000


def largest_mean(values: Floats, draws: int, *, seed: int = 0) -> Estimate:
    """The largest mean, and a 95 % interval of the largest expectation, whichever that is.

    Of all means with their lower ends, the largest end is the interval's. The ends hold for all
    means together: they are q standard errors below, q the quantile of the largest studentised
    deviation over resamples of the replicates, which keep the means' correlation. The upper end
    needs no allowance: it misses only where that of the truly largest does.

    Parameters
    ----------
    values : ndarray, shape (k, R)
        Replicates of k means, the same draws in all of them.
    draws : int
        Of each replicate.
    seed : int
        Of the resamples.

    Returns
    -------
    Estimate
        The value is the largest mean, and is on the average above the largest expectation; the
        standard error is that mean's own.
    """
    mean, error = values.mean(axis=1), standard_error(values)
    several = values.shape[1]
    high = mean + student_half_width(several) * error
    low = mean - _quantile_of_largest(values, (1.0 + CONFIDENCE) / 2.0, seed) * error
    best = int(mean.argmax())
    return Estimate(
        "mean",
        float(mean[best]),
        float(error[best]),
        float(low.max()),
        float(high.max()),
        several * draws,
    )


def _quantile_of_largest(values: Floats, level: float, seed: int) -> float:
    """Quantile of the largest studentised deviation of a mean, by a bootstrap of the replicates."""
    several = values.shape[1]
    centred = values - values.mean(axis=1, keepdims=True)
    drawn = np.random.Generator(np.random.Philox(seed)).multinomial(
        several, np.full(several, 1.0 / several), size=RESAMPLES
    )
    means = drawn @ centred.T / several
    variances = np.maximum(drawn @ (centred**2).T / several - means**2, 0.0)
    errors = np.sqrt(variances / (several - 1))
    # What is the same in every replicate does not deviate.
    deviations = np.divide(means, errors, out=np.zeros_like(means), where=errors > 0.0)
    return float(np.quantile(deviations.max(axis=1), level))
