"""One figure that happened in its predictive distribution: percentile, intervals, scores."""

from __future__ import annotations

from math import log, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.errors import ArgumentError
from capexrisk.estimate import independent
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import standard_error
from capexrisk.study.backtest.actual import Actual
from capexrisk.study.backtest.scores import (
    FEW,
    crps_of_cells,
    crps_of_draws,
    influence_of_cells,
    log_score_of_draws,
)
from capexrisk.study.quarters import Quarters

Floats = NDArray[np.float64]

LEVELS = (0.5, 0.8, 0.95)  # of central intervals
ENDS = tuple(sorted(0.5 * (1.0 + sign * level) for level in LEVELS for sign in (-1, 1)))
QUANTILES = (*ENDS[:3], 0.5, *ENDS[3:])


class Placed(NamedTuple):
    """A figure that happened in its distribution.

    Attributes
    ----------
    percentile : Estimate
        Share of paths at or below it.
    quantiles : ndarray, shape (7,)
        At `QUANTILES`.
    crps, crps_error : float
        In the figure's unit.
    log_score, log_score_error : float
        In nats; NaN where too few paths lie beyond the figure to tell a density.
    """

    percentile: Estimate
    quantiles: Floats
    crps: float
    crps_error: float
    log_score: float
    log_score_error: float

    @property
    def median(self) -> float:
        """The middle of the distribution."""
        return float(self.quantiles[QUANTILES.index(0.5)])

    def interval(self, level: float) -> tuple[float, float]:
        """Ends of a central interval."""
        ends = (QUANTILES.index(0.5 * (1.0 + sign * level)) for sign in (-1, 1))
        low, high = (float(self.quantiles[end]) for end in ends)
        return low, high


def place_among_paths(found: Quarters, actual: Actual) -> Placed:
    """Place a figure among traced paths; errors come from the spread of nets, if there are some.

    Raises
    ------
    ArgumentError
        If the issuer has failed before the period on all paths but a few.
    """
    named = (actual.issuer, actual.period, actual.metric)
    draws, net = found.sample(*named)
    if draws.size < FEW:
        problem = (
            f"{actual.place}: {actual.issuer} has failed before {actual.period} on all paths but "
            f"{draws.size}; leave the row out"
        )
        raise ArgumentError("actual", problem)
    crps, logs = (score(draws, actual.value) for score in (crps_of_draws, log_score_of_draws))
    return Placed(
        percentile=found.place(*named, actual.value),
        quantiles=np.quantile(draws, QUANTILES, method="inverted_cdf"),
        crps=crps.value,
        crps_error=_error(crps.influence, net, found.nets),
        log_score=logs.value,
        log_score_error=_error(logs.influence, net, found.nets),
    )


def _error(influence: Floats, net: NDArray[np.int64], several: int) -> float:
    """Standard error of a mean, from means of nets where paths depend on each other."""
    if several == 1:
        return float(standard_error(influence))
    sums = np.bincount(net, weights=influence, minlength=several)
    return float(standard_error(sums / (influence.size / several)))


def place_among_cells(results: Results, actual: Actual) -> Placed:
    """Place a figure in a histogram of the run.

    The errors are those of as many independent paths: the histogram is of all nets together, which
    are more exact, if anything.
    """
    table = results.distributions
    rows = (table["issuer"] == actual.issuer) & (table["metric"] == actual.metric)
    cells = table[rows & (table["period"] == actual.period)]
    lower, upper = (cells[end].to_numpy(float) for end in ("lower", "upper"))
    counts = cells["count"].to_numpy(float)
    n = int(counts.sum())
    edges = np.stack([lower, upper], axis=1).ravel()
    end = np.cumsum(counts)
    below = np.stack([end - counts, end], axis=1).ravel()
    hits = round(float(np.interp(actual.value, edges, below, left=0.0, right=float(n))))
    influence = influence_of_cells(lower, upper, counts, actual.value)
    log_score, log_error = _log_score(lower, upper, counts, actual.value)
    return Placed(
        percentile=independent.probability(hits, n),
        quantiles=np.interp(np.array(QUANTILES) * n, below, edges),
        crps=crps_of_cells(lower, upper, counts, actual.value),
        crps_error=sqrt(float((counts * influence**2).sum())) / n,
        log_score=log_score,
        log_score_error=log_error,
    )


def _log_score(lower: Floats, upper: Floats, counts: Floats, actual: float) -> tuple[float, float]:
    """Logarithmic score by the density of the cell that holds a value, and its error."""
    here = (lower <= actual) & (actual < upper) & (counts >= FEW)
    if not here.any():
        return nan, nan
    (count,), (width,), n = counts[here], (upper - lower)[here], counts.sum()
    return -log(count / (n * width)), sqrt((1.0 - count / n) / count)
