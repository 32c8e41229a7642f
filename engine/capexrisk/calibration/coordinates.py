"""Coordinates of the spread process: their priors, and the inputs of a scenario that they give.

A fit moves logs, so that all is positive and regimes keep their order. The prior of each is normal.
Where it is wide a history decides; where no history of one series can tell, it says what other
evidence there is, and the estimate repeats it.
"""

from __future__ import annotations

from math import log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["COORDINATES", "INPUTS", "OPEN_MEAN", "Coordinate", "log_inputs", "priors"]

Floats = NDArray[np.float64]


class Coordinate(NamedTuple):
    """One parameter.

    Attributes
    ----------
    words : str
    unit : str
    median : float
        Of the prior, of what `words` says; the open mean's is 0.86 of the series' median.
    sd : float
        Of the prior, of the coordinate.
    why : str
        Where the prior's median comes from.
    """

    words: str
    unit: str
    median: float
    sd: float
    why: str


WIDE: Final = "wide: the history decides"
CLOSURES: Final = "two long closures in 1997-2025, taken as two quarters each"
COORDINATES: Final = (
    Coordinate("speed of the pull", "a year", 0.5, 0.8, WIDE),
    Coordinate("mean, open", "bp", 0.0, 1.0, WIDE),
    Coordinate("log of stressed over open mean", "", 0.75, 0.4, "troughs and peaks of six spells"),
    Coordinate("log of shut over stressed mean", "", 0.64, 0.4, "the peak of early 2020"),
    Coordinate("volatility, open", "a year", 0.17, 0.5, WIDE),
    Coordinate("volatility, stressed", "a year", 0.4, 0.5, WIDE),
    Coordinate("volatility, shut", "a year", 0.66, 0.4, "four times the open one"),
    Coordinate("hazard, open to stressed", "a year", 0.25, 0.8, "six spells in 1997-2025"),
    Coordinate("hazard, open to shut", "a year", 0.02, 1.0, CLOSURES),
    Coordinate("hazard, stressed to open", "a year", 1.5, 0.7, "a spell lasts eight months"),
    Coordinate("hazard, stressed to shut", "a year", 0.25, 0.8, CLOSURES),
    Coordinate("hazard, shut to open", "a year", 0.3, 0.8, CLOSURES),
    Coordinate("hazard, shut to stressed", "a year", 1.5, 0.8, CLOSURES),
    Coordinate("jumps", "a year", 0.13, 0.6, "one sudden repricing in eight years"),
    Coordinate("jump, mean", "log points", 0.2, 0.5, "a jump widens spreads by a fifth"),
    Coordinate("jump, standard deviation", "log points", 0.2, 0.5, "as uncertain as it is large"),
)
OPEN_MEAN: Final = 1
STRESSED: Final = 2
SHUT: Final = 3
OPEN_OVER_MEDIAN: Final = 0.86  # a series is below its median most of the time

# Inputs of the scenario in the order of the coordinates; means are multiples of the open one.
INPUTS: Final = (
    "market.oas_speed_per_year",
    *(f"market.oas_mean_bp[{regime}]" for regime in range(3)),
    *(f"market.oas_sigma_per_sqrt_year[{regime}]" for regime in range(3)),
    *(f"market.hazard_per_year[{a}][{b}]" for a in range(3) for b in range(3) if a != b),
    "market.jump_rate_per_year",
    "market.jump_mean",
    "market.jump_sigma",
)


def priors(log_bp: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each coordinate's prior, for a series."""
    middle = np.array([log(one.median) if one.median else 0.0 for one in COORDINATES])
    middle[OPEN_MEAN] = float(np.median(log_bp)) + log(OPEN_OVER_MEDIAN)
    return middle, np.array([one.sd for one in COORDINATES])


def log_inputs(points: Floats) -> Floats:
    """Logs of what `INPUTS` names at each point; of the stressed and shut means over the open one.

    Parameters
    ----------
    points : (..., 16) array
    """
    found = points.copy()
    found[..., STRESSED] = np.exp(points[..., STRESSED])
    found[..., SHUT] = found[..., STRESSED] + np.exp(points[..., SHUT])
    return found
