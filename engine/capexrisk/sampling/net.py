"""The Sobol sequence of a scenario: which draw has which dimension.

Low dimensions of a sequence are spread more evenly than high ones, together as well, so they go to
the draws that decide most: those made once a path, then the market's, which move all issuers at
once, then the issuers', each by quarter, since the first quarters are felt in all that follow.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate

from capexrisk.errors import CapexriskError
from capexrisk.kernel.points import Net
from capexrisk.sampling.directions import MOST_DIMENSIONS, direction_numbers

OF_PATH, OF_ISSUER_PATH, OF_MARKET, OF_ISSUER = 4, 2, 12, 4  # draws, as in `kernel.points.Net`


class DimensionError(CapexriskError):
    """A scenario with more draws a path than there are direction numbers."""


def dimensions(issuers: int, quarters: int) -> int:
    """Draws of a path."""
    once = OF_PATH + OF_ISSUER_PATH * issuers
    return once + quarters * (OF_MARKET + OF_ISSUER * issuers)


@cache
def sobol_net(issuers: int, quarters: int) -> Net:
    """The sequence for a scenario of this size.

    Raises
    ------
    DimensionError
        If a path has more than 21,201 draws.
    """
    count = dimensions(issuers, quarters)
    if count > MOST_DIMENSIONS:
        raise DimensionError(
            f"sampler: {issuers} issuers over {quarters} quarters make {count:,} draws a path, "
            f"and Sobol's sequence has {MOST_DIMENSIONS:,} dimensions; take the plain sampler"
        )
    sizes = (OF_PATH, OF_ISSUER_PATH * issuers, OF_MARKET * quarters)
    return Net(direction_numbers(count), issuers, *accumulate(sizes, initial=0))
