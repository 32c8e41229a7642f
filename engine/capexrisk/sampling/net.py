"""The Sobol sequence of a scenario: which draw has which dimension.

Low dimensions of a sequence are spread more evenly than high ones, together as well, so they go to
the draws that decide most: those made once a path; then the market's events, which make results
jump; then its other draws, which move all issuers at once; then the issuers'. Each by quarter,
since the first quarters are felt in all that follow.

Measured on the default scenario, 2**16 points and 32 replicates, as variance of independent paths
over that of the points, for free cash flow of 2026 of the five large issuers: 490 to 1,460; 240 to
690 without events first. For the median of 109 probabilities between 0.05 and 0.95: 2.4 and 2.5. A
Brownian bridge or principal components over the market's quarters gained nothing beside either: few
results depend on where the market's shocks end rather than on each of them.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate

from capexrisk.errors import CapexriskError
from capexrisk.kernel.draws import (
    EVENT_DRAWS,
    ISSUER_DRAWS,
    ISSUER_PATH_DRAWS,
    MARKET_DRAWS,
    PATH_DRAWS,
)
from capexrisk.kernel.points import Net
from capexrisk.sampling.directions import MOST_DIMENSIONS, direction_numbers


class DimensionError(CapexriskError):
    """A scenario with more draws a path than there are direction numbers."""


def dimensions(issuers: int, quarters: int) -> int:
    """Draws of a path."""
    return sum(_sizes(issuers, quarters))


def _sizes(issuers: int, quarters: int) -> tuple[int, ...]:
    """Draws by kind, in the order of their dimensions."""
    return (
        PATH_DRAWS,
        ISSUER_PATH_DRAWS * issuers,
        EVENT_DRAWS * quarters,
        MARKET_DRAWS * quarters,
        ISSUER_DRAWS * issuers * quarters,
    )


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
    *first, _ = accumulate(_sizes(issuers, quarters), initial=0)
    return Net(direction_numbers(count), issuers, *first)
