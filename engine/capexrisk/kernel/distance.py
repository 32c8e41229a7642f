"""Distance of an issuer to failure: negative exactly where it has failed.

There are two ways to fail, and the distance is to the nearer one. To unmet need: what rungs 5 to 9
of the waterfall could give, plus a surplus, minus the need that the markets have left. To a run:
liquidity beyond what lenders want to see. Both are in quarters of what the issuer plans to spend of
its own. The minimum over a path shows how near it came, which the date of a failure does not:
searches for rare failures follow it. In quarters of the cash flow at the start, paths on which
little is built, and so little cash held, would seem near failing, which they are not.
"""

from __future__ import annotations

from math import inf

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.model.market import by_regime
from capexrisk.numeric.jit import loop, scalar
from capexrisk.numeric.vecmath import positive_part

FAR = inf  # before the first quarter


@loop
def start_distance(own):
    """Reset the distance, before the first quarter."""
    for p in range(BLOCK):
        own[s.DISTANCE + p] = FAR


@scalar
def keep_distance(own, p, issuer, market):
    """Update the minimum with the distance to unmet need; called before the last rungs."""
    flexible = (1.0 - issuer.committed) * (1.0 - issuer.finance_lease_share)
    net = own[s.NET + p]
    spare = (
        positive_part(own[s.CASH + p] - issuer.cash_min)
        + positive_part(issuer.revolver - own[s.REVOLVER.balance + p])
        + own[s.SALEABLE + p]
        + flexible * own[s.PLANNED + p]
        + issuer.dividends
        + positive_part(-net)
        + market.fail_tolerance * positive_part(net)
    )
    keep_nearest(own, p, in_quarters(own, p, spare - own[s.LEFT + p], issuer))


@scalar
def keep_run_distance(state, own, p, issuer, market):
    """Update the minimum with the distance to a run; called at the quarter's end.

    In a regime in which nobody runs there is none: the margin could only reach 0.
    """
    wanted = by_regime(state[m.REGIME + p], market.run_quarters)
    distance = in_quarters(own, p, own[s.RUN_MARGIN + p], issuer)
    keep_nearest(own, p, distance if wanted > 0.0 else FAR)


@scalar
def in_quarters(own, p, amount, issuer):
    """An amount in quarters of own-funded planned capex, or of the least of it that counts."""
    outlay = (1.0 - issuer.finance_lease_share) * own[s.PLANNED + p]
    return amount / (outlay if outlay > issuer.distance_least else issuer.distance_least)


@scalar
def keep_nearest(own, p, distance):
    """Update the minimum of a path on which the issuer has not failed before."""
    nearest = own[s.DISTANCE + p]
    nearer = own[s.ALIVE + p] > 0.0 and distance < nearest
    own[s.DISTANCE + p] = distance if nearer else nearest
