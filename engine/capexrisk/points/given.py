"""The order of draws that are given: which draw stands in which row."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.draws import EVENT_DRAWS, ISSUER_PATH_DRAWS, MARKET_DRAWS, PATH_DRAWS
from capexrisk.kernel.given import Given


def given_draws(uniforms: NDArray[np.float64], issuers: int, quarters: int) -> Given:
    """Draws of a scenario of this size from numbers of (0, 1), (dimensions, paths)."""
    sizes = (PATH_DRAWS, ISSUER_PATH_DRAWS * issuers, EVENT_DRAWS * quarters)
    return Given(uniforms, issuers, *accumulate((*sizes, MARKET_DRAWS * quarters)))
