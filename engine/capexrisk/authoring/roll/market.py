"""The market at the new start: spreads and rates as reported, its size as the scenario grows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from capexrisk.scenario.market import Market
from capexrisk.tables.actuals import ALSO, Actual

from .capital import demand_of
from .found import Found, latest, shown

__all__ = ["market_of"]

QUARTERS = 4
# Keys of the market to the names that rows may give them.
REPORTED: Final = {
    "oas0_bp": ("market_spread_bp", *ALSO["market_spread_bp"]),
    "risk_free_per_year": ("risk_free_per_year", "ust10y"),
}


def market_of(
    market: Market,
    rows: Sequence[Actual],
    start: str,
    elapsed: int,
    days: tuple[dt.date, dt.date],
    more_bonds: float,
) -> dict[str, Found]:
    """Figures of the market that change, by key.

    Parameters
    ----------
    market : Market
        Of the old scenario.
    rows : sequence of Actual
    start : str
        The old start.
    elapsed : int
        Quarters since.
    days : tuple of date
        The days before the old start and before the new one.
    more_bonds : float
        By how much the issuers' bonds grew, as far as it is known, $bn.
    """
    opened, until = days
    found = {"demand0_usd_bn_per_year": demand_of(market, start, elapsed, until)}
    for key, metrics in REPORTED.items():
        own = latest(
            Found(row.dates.last, row.as_key(key), row.evidence, (row,))
            for row in reversed(rows)
            if row.metric in metrics and opened < row.dates.last <= until
        )
        if own is not None:
            found[key] = own
    years = elapsed / QUARTERS
    size = market.bond_market_usd_bn * (1.0 + market.bond_market_growth_per_year) ** years
    if market.bond_market_growth_per_year:
        found["bond_market_usd_bn"] = Found(
            until,
            size,
            f"assumed: {shown(market.bond_market_usd_bn)} at the old start, "
            f"{shown(years)} years' growth on",
        )
    if market.boom_debt_share0 and more_bonds:
        share = (market.boom_debt_share0 * market.bond_market_usd_bn + more_bonds) / size
        found["boom_debt_share0"] = Found(
            until,
            share,
            f"assumed: {shown(market.boom_debt_share0)} of {shown(market.bond_market_usd_bn)} and "
            f"{shown(more_bonds)} more bonds of the issuers, over {shown(size)} (MODEL.md, step 1)",
        )
    return found
