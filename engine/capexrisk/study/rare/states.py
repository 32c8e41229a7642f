"""What the market and the issuers of an event went through on paths of given draws."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.simulate import trace_block
from capexrisk.lowering import LoweredScenario
from capexrisk.points.draws import SuppliedDraws
from capexrisk.points.layout import supplied_order
from capexrisk.study.rare.failure import Event
from capexrisk.study.rare.limit_state import Floats, Integers
from capexrisk.study.rare.on_model import uniforms_of

OF_MARKET = {
    "market_spread": m.LOG_SPREAD,
    "regime": m.REGIME,
    "utilisation": m.UTILISATION,
    "demand": m.DEMAND,
}
OF_ISSUER = {
    "operating_cash_flow": s.OCF,
    "capex": s.SPENT,
    "free_cash_flow": s.FREE_CASH_FLOW,
    "cash": s.CASH,
    "debt": s.DEBT,
}
SHUT = 2  # of the regimes


@dataclass(frozen=True)
class States:
    """States of paths by the end of each quarter until that of the event.

    Attributes
    ----------
    market : dict of str to ndarray, shape (paths, quarters)
        market_spread in bp, shut as 0 or 1, utilisation, demand.
    issuer : dict of (str, int) to ndarray, shape (paths, quarters)
        In $bn, by name and issuer; NaN after its failure.
    failed : dict of int to ndarray, shape (paths,)
        Quarter in which an issuer fails; as many as there are quarters where it does not.
    cause : dict of int to ndarray, shape (paths,)
        Number of the failure's binding cause, see `model.vocabulary.CAUSES`; 0 for none.
    """

    market: dict[str, Floats]
    issuer: dict[tuple[str, int], Floats]
    failed: dict[int, Integers]
    cause: dict[int, Integers]


def whole_draws(lowered: LoweredScenario, draws: Floats, quarters: int) -> Floats:
    """Draws of the whole horizon (paths, all dimensions): those after the event stand at 0."""
    issuers = len(lowered.issuers)
    every = supplied_order(issuers, len(lowered.quarters))
    whole = np.zeros((len(draws), len(every.places)))
    places = supplied_order(issuers, quarters).places
    whole[:, [every.of(place) for place in places]] = draws
    return whole


def trace_states(lowered: LoweredScenario, event: Event, draws: Floats) -> States:
    """Trace paths of standard normal draws (paths, dimensions) until the event's quarter."""
    quarters = event.quarters
    shape = (len(draws), quarters)
    market = {name: np.empty(shape) for name in OF_MARKET}
    issuer = {(name, i): np.empty(shape) for i in event.members for name in OF_ISSUER}
    failed = {i: np.empty(len(draws), dtype=np.int64) for i in event.members}
    cause = {i: np.empty(len(draws), dtype=np.int64) for i in event.members}
    for begin in range(0, len(draws), BLOCK):
        here = slice(begin, min(begin + BLOCK, len(draws)))
        width = here.stop - begin
        uniforms = uniforms_of(whole_draws(lowered, draws[here], quarters))
        supplied = SuppliedDraws(uniforms, len(lowered.issuers), len(lowered.quarters))
        trace, _ = trace_block(
            lowered.market, lowered.schedule, lowered.layout, source=supplied.source(0)
        )
        for name, row in OF_MARKET.items():
            market[name][here] = trace[:quarters, row : row + width].T
        for i in event.members:
            own = trace[:, m.SIZE + i * s.SIZE : m.SIZE + (i + 1) * s.SIZE]
            date = own[-1, s.FAILURE_QUARTER : s.FAILURE_QUARTER + width]
            failed[i][here] = np.minimum(np.nan_to_num(date, nan=quarters), quarters)
            cause[i][here] = np.nan_to_num(own[-1, s.FAILURE_CAUSE : s.FAILURE_CAUSE + width])
            gone = np.arange(quarters) > failed[i][here, None]
            for name, row in OF_ISSUER.items():
                amounts = own[:quarters, row : row + width].T
                issuer[name, i][here] = np.where(gone, nan, amounts)
    market["market_spread"] = np.exp(market["market_spread"])
    market["shut"] = (market.pop("regime") == SHUT).astype(np.float64)
    return States(market, issuer, failed, cause)
