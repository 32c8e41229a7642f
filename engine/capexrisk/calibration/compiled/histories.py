"""Histories of the spread process, by the scalar equations that a run's paths take."""

from __future__ import annotations

import numpy as np

from capexrisk.calibration.compiled.process import market_of
from capexrisk.model.market import market_log_spread, mixing_factor, next_regime
from capexrisk.model.parameters import Scheduled
from capexrisk.numeric.jit import entry

NOTHING = Scheduled(0.0, 0.0, -1.0, 0.0, 0.0, 0.0)


@entry
def simulate_histories(at, uniforms, normals, burn_in, mixing):
    """Log spreads and regimes of the process, after a burn-in from the open regime's mean.

    Parameters
    ----------
    at : (16,) array
        Coordinates of `market_of`.
    uniforms : (N, T, 2) array
        Of the regime and of the jump.
    normals : (N, T, 3) array
        Of the spread, of the Student-t's factor and of the jump's size.
    burn_in : int
        Quarters that are dropped, below T.
    mixing : Mixing

    Returns
    -------
    x, regimes : (N, T - burn_in) arrays
    """
    market = market_of(at, mixing)
    number, quarters = uniforms.shape[0], uniforms.shape[1]
    spreads = np.empty((number, quarters - burn_in))
    regimes = np.empty((number, quarters - burn_in))
    for n in range(number):
        x, regime = market.log_spread_mean[0], 0.0
        for t in range(quarters):
            regime = next_regime(regime, uniforms[n, t, 0], 1.0, market)
            z = normals[n, t, 0] * mixing_factor(normals[n, t, 1], market)
            x = market_log_spread(
                x, regime, z, uniforms[n, t, 1], normals[n, t, 2], 0.0, NOTHING, market
            )
            if t >= burn_in:
                spreads[n, t - burn_in] = x
                regimes[n, t - burn_in] = regime
    return spreads, regimes
