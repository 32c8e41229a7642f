"""One figure that happened in its predictive distribution: percentile, intervals, scores."""

from __future__ import annotations

from math import log, nan, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.errors import TableError
from capexrisk.estimate import independent
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.intervals import standard_error
from capexrisk.study.backtest.matching import Figure
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


def place_among_paths(found: Quarters, figure: Figure) -> Placed:
    """Place a figure among traced paths; errors come from the spread of nets, if there are some.

    Raises
    ------
    TableError
        If the issuer has failed before the period on all paths but a few.
    """
    named = (figure.issuer, figure.period, figure.metric)
    draws, net = found.sample(*named)
    if draws.size < FEW:
        problem = f"{figure.issuer} has failed before {figure.period} on all paths but {draws.size}"
        raise TableError(figure.actual.place, problem, "leave the row out")
    crps, logs = (score(draws, figure.value) for score in (crps_of_draws, log_score_of_draws))
    return Placed(
        percentile=found.place(*named, figure.value),
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


def place_among_cells(results: Results, figure: Figure) -> Placed:
    """Place a figure in a histogram of the run.

    The errors are those of as many independent paths: the histogram is of all nets together, which
    are more exact, if anything.
    """
    table = results.distributions
    rows = (table["issuer"] == figure.issuer) & (table["metric"] == figure.metric)
    cells = table[rows & (table["period"] == figure.period)]
    lower, upper = (cells[end].to_numpy(float) for end in ("lower", "upper"))
    counts = cells["count"].to_numpy(float)
    n = int(counts.sum())
    edges = np.stack([lower, upper], axis=1).ravel()
    end = np.cumsum(counts)
    below = np.stack([end - counts, end], axis=1).ravel()
    hits = _below(figure.value, edges, below)
    quantiles = np.interp(np.array(QUANTILES) * n, below, edges)
    influence = influence_of_cells(lower, upper, counts, figure.value)
    log_score, log_error = nan, nan
    if FEW <= hits <= n - FEW:
        width = float((upper - lower)[np.searchsorted(end, hits)])
        log_score, log_error = _log_score(figure.value, edges, below, width)
    return Placed(
        percentile=independent.probability(round(hits), n),
        quantiles=quantiles,
        crps=crps_of_cells(lower, upper, counts, figure.value),
        crps_error=sqrt(float((counts * influence**2).sum())) / n,
        log_score=log_score,
        log_score_error=log_error,
    )


def _below(value: float, edges: Floats, below: Floats) -> float:
    """Paths at or below a value, spread evenly over each cell."""
    return float(np.interp(value, edges, below, left=0.0, right=float(below[-1])))


def _log_score(actual: float, edges: Floats, below: Floats, width: float) -> tuple[float, float]:
    """Logarithmic score and its error, by the paths near a value.

    Near is as far as Silverman's rule says, for a box of the same variance as its kernel, and a
    cell at least.
    """
    n = float(below[-1])
    low, high = np.interp((0.25 * n, 0.75 * n), below, edges)
    near = max(sqrt(3.0) * 0.9 * float(high - low) / 1.349 * n**-0.2, width)
    share = (_below(actual + near, edges, below) - _below(actual - near, edges, below)) / n
    if share * n < FEW or not near > 0.0:
        return nan, nan
    return -log(share / (2.0 * near)), sqrt((1.0 - share) / (share * n))
