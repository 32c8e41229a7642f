"""The market's spread process, from the coordinates of a fit to what equations take."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from capexrisk.model.parameters import DELTA, Triple
from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import exp

NO_CAP = 1e9  # a history has no highest spread


class Mixing(NamedTuple):
    """What makes a normal a Student-t, as in `model.parameters.Market`."""

    scale: float
    mean: float
    sigma: float


class SpreadMarket(NamedTuple):
    """What steps 1 and 2 of MODEL.md take where no hazard is multiplied; as in `Market`."""

    log_spread_mean: Triple
    spread_decay: float
    spread_step: Triple
    log_spread_cap: float
    jump_probability: float
    jump_mean: float
    jump_sigma: float
    hazard_down: Triple
    hazard_up: Triple
    mixing_scale: float
    mixing_mean: float
    mixing_sigma: float


@scalar
def market_of(at, mixing):
    """Parameters at a point of the fit's coordinates.

    These are logs: of the speed, the open mean, ln(stressed / open mean), ln(shut / stressed mean),
    three volatilities, six hazards (row after row), the jumps' rate, mean and standard deviation.
    So means are in order, and everything is positive.
    """
    speed = exp(at[0])
    root = sqrt((1.0 - exp(-2.0 * speed * DELTA)) / (2.0 * speed))
    stressed = at[1] + exp(at[2])
    return SpreadMarket(
        (at[1], stressed, stressed + exp(at[3])),
        exp(-speed * DELTA),
        (exp(at[4]) * root, exp(at[5]) * root, exp(at[6]) * root),
        NO_CAP,
        1.0 - exp(-exp(at[13]) * DELTA),
        exp(at[14]),
        exp(at[15]),
        (exp(at[7]), exp(at[9]), exp(at[11])),
        (exp(at[8]), exp(at[10]), exp(at[12])),
        mixing.scale,
        mixing.mean,
        mixing.sigma,
    )
