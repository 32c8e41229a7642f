"""Exact likelihood of a history of log spreads: Hamilton's filter over Ornstein-Uhlenbeck steps.

The regime moves first, by the chances of step 1 of MODEL.md; the log spread then takes its exact
step to the new regime's mean (step 2). The step's normal is multiplied by the factor that makes it
a Student-t, so its density is a mean of normal ones over that factor: a sum over the nodes of a
quadrature. A jump adds its own mean and variance to each of them.

References
----------
Hamilton, J. D. (1989). A new approach to the economic analysis of nonstationary time series and the
business cycle. Econometrica 57(2), 357-384.
Kim, C.-J. (1994). Dynamic linear models with Markov-switching. Journal of Econometrics 60, 1-22.
"""

from __future__ import annotations

from math import log, sqrt

import numpy as np

from capexrisk.calibration.compiled.process import market_of
from capexrisk.model.market import regime_changes
from capexrisk.numeric.jit import entry, loop, section
from capexrisk.numeric.vecmath import exp

ROOT_TWO_PI = 2.5066282746310002
LEAST_DENSITY = 1e-290  # its products with chances stay normal; no history has so unlikely a step


@section
def step_densities(x, factors, weights, market):
    """Density of each quarter's log spread given the last one, by regime: (3, T - 1)."""
    found = np.zeros((3, x.size - 1))
    for s in range(3):
        mean, step = market.log_spread_mean[s], market.spread_step[s]
        for node in range(2 * factors.size):
            jumped = node >= factors.size
            base = node - factors.size if jumped else node
            variance = (step * factors[base]) ** 2
            shift, chance = 0.0, 1.0 - market.jump_probability
            if jumped:
                variance += market.jump_sigma**2
                shift, chance = market.jump_mean, market.jump_probability
            height = chance * weights[base] / (sqrt(variance) * ROOT_TWO_PI)
            half_precision = 0.5 / variance
            for t in range(x.size - 1):
                off = x[t + 1] - mean - (x[t] - mean) * market.spread_decay - shift
                found[s, t] += height * exp(-half_precision * off * off)
    return found


@section
def quarterly_chances(market):
    """Chances of each regime (column) after a quarter, from each (row)."""
    chances = np.empty((3, 3))
    for start in range(3):
        leave, to_lower, to_upper = regime_changes(float(start), 1.0, market)
        chances[start, start] = 1.0 - leave
        chances[start, 1 if start == 0 else 0] = to_lower
        chances[start, 1 if start == 2 else 2] = to_upper
    return chances


@section
def lasting_shares(chances):
    """Shares of time in the regimes: those that a quarter leaves as they are."""
    shares = np.empty(3)
    for s in range(3):
        a, b = (s + 1) % 3, (s + 2) % 3
        shares[s] = (1.0 - chances[a, a]) * (1.0 - chances[b, b]) - chances[a, b] * chances[b, a]
    return shares / shares.sum()


@loop
def filter_quarters(at, x, factors, weights, mixing, predicted, updated):
    """Log-likelihood of a history given its first value; the chances of `smoothed_regimes`."""
    market = market_of(at, mixing)
    chances = quarterly_chances(market)
    densities = step_densities(x, factors, weights, market)
    predicted[0] = lasting_shares(chances)
    updated[0] = predicted[0]
    total = 0.0
    for t in range(1, x.size):
        seen = 0.0
        for s in range(3):
            p = 0.0
            for r in range(3):
                p += updated[t - 1, r] * chances[r, s]
            predicted[t, s] = p
            updated[t, s] = p * densities[s, t - 1]
            seen += updated[t, s]
        if not seen > LEAST_DENSITY:
            return -np.inf
        for s in range(3):
            updated[t, s] /= seen
        total += log(seen)
    return total


@entry
def log_likelihoods(points, x, factors, weights, mixing):
    """Log-likelihood of a history given its first value, at each of many points.

    Parameters
    ----------
    points : (N, 16) array
        Coordinates of `market_of`.
    x : (T,) array
        Log spreads of successive quarters. The regime of the first has the lasting shares.
    factors, weights : (Q,) arrays
        Nodes of the Student-t's factor, and their weights.
    mixing : Mixing

    Returns
    -------
    (N,) array
        Minus infinity where a quarter is next to impossible.
    """
    predicted, updated = np.empty((x.size, 3)), np.empty((x.size, 3))
    found = np.empty(points.shape[0])
    for n in range(points.shape[0]):
        found[n] = filter_quarters(points[n], x, factors, weights, mixing, predicted, updated)
    return found


@entry
def smoothed_regimes(at, x, factors, weights, mixing):
    """Chances of the regimes in each quarter given the whole history (Kim 1994): (T, 3)."""
    predicted, updated = np.empty((x.size, 3)), np.empty((x.size, 3))
    filter_quarters(at, x, factors, weights, mixing, predicted, updated)
    chances = quarterly_chances(market_of(at, mixing))
    smoothed = updated.copy()
    for t in range(x.size - 2, -1, -1):
        for r in range(3):
            ahead = 0.0
            for s in range(3):
                if predicted[t + 1, s] > 0.0:
                    ahead += chances[r, s] * smoothed[t + 1, s] / predicted[t + 1, s]
            smoothed[t, r] = updated[t, r] * ahead
    return smoothed
