"""The paths on which an issuer is still alive, taken out of the totals of all paths.

After its failure an issuer has no flows: its amounts are exactly 0. So the paths on which it failed
before a period are known without having been kept apart. They are as many as its failures by then,
each adds 0 to the sum and to the sum of squares, and all lie in the histogram's cell of zero.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

from capexrisk.kernel.cells import CELLS_SIDE

if TYPE_CHECKING:
    from capexrisk.estimate.totals import Integers, Totals


def without_failed(totals: Totals, row: int, failed: Integers) -> Totals:
    """Totals of one amount over the paths on which its issuer has not failed before.

    Parameters
    ----------
    totals : Totals
        Of all paths.
    row : int
        Row of the amount.
    failed : ndarray, shape (R,)
        Paths of each replicate on which the issuer failed before the amount's period.

    Returns
    -------
    Totals
        With this amount alone, as row 0; replicates may be empty.
    """
    alive = totals.paths - failed
    ratio = totals.paths / np.maximum(alive, 1)
    mean = totals.mean[:, row]
    kept = copy.copy(totals)
    kept.paths = alive
    kept.mean = (mean * ratio)[:, None]
    between = mean * mean * ratio * failed  # of the deviation, what lay between the two groups
    kept.deviation = np.maximum(totals.deviation[:, row] - between, 0.0)[:, None]
    kept.nonzero = totals.nonzero[:, [row]]
    kept.histogram = totals.histogram[:, row : row + 1].copy()  # empty for a mean
    at_zero = failed.sum(keepdims=True) if totals.independent else failed
    kept.histogram[:, :, CELLS_SIDE] -= at_zero[:, None].astype(kept.histogram.dtype)
    return kept
