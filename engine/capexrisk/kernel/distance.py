"""Distance of an issuer to failure: negative exactly where it has failed.

It is what rungs 5 to 9 of the waterfall could give, plus a surplus, minus the need that the markets
have left, in quarters of the operating cash flow at the start. The minimum over a path shows how
near it came, which the date of a failure does not: searches for rare failures follow it.
"""

from __future__ import annotations

from math import inf

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.model.funding import equity_limit
from capexrisk.model.market import by_regime
from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import loop, scalar
from capexrisk.numeric.vecmath import positive_part

FAR = inf  # before the first quarter


@loop
def start_distance(own):
    """Reset the distance, before the first quarter."""
    for p in range(BLOCK):
        own[s.DISTANCE + p] = FAR


@scalar
def keep_distance(state, own, p, issuer, market):
    """Update the minimum of a path; called between the rationed channels and the last rungs."""
    flexible = (1.0 - issuer.committed) * (1.0 - issuer.finance_lease_share)
    net = own[s.NET + p]
    access = by_regime(state[m.REGIME + p], market.channel_access[s.EQUITY.number])
    saleable = equity_limit(own[s.CASH_FLOW_YEAR + p], state[m.EQUITY_PRICE + p], issuer)
    spare = (
        positive_part(own[s.CASH + p] - issuer.cash_min)
        + positive_part(issuer.revolver - own[s.REVOLVER.balance + p])
        + saleable * access
        + flexible * own[s.PLANNED + p]
        + issuer.dividends
        + positive_part(-net)
        + market.fail_tolerance * positive_part(net)
    )
    distance = (spare - own[s.LEFT + p]) * (1.0 / (issuer.ocf * DELTA))
    nearest = own[s.DISTANCE + p]
    nearer = own[s.ALIVE + p] > 0.0 and distance < nearest
    own[s.DISTANCE + p] = distance if nearer else nearest
