"""What nobody reports, brought forward by the model's own equations (MODEL.md, steps 3 and 4)."""

from __future__ import annotations

import datetime as dt
from math import exp

from capexrisk.scenario.issuer import Issuer
from capexrisk.scenario.market import Market
from capexrisk.scenario.quarters import quarter_labels

from .found import Found, shown
from .plans import Plan

__all__ = ["capital_of", "demand_of"]

QUARTER = 0.25  # of a year


def capital_of(issuer: Issuer, market: Market, plan: Plan, day: dt.date) -> dict[str, Found]:
    """Build-out capital in service and under construction at the new start.

    Spending enters service through the two stages of step 4, with the scenario's decay.
    """
    keys = ("buildout_capital_usd_bn", "construction_usd_bn")
    old = [getattr(issuer, key) for key in keys]
    if sum(old) == 0.0:
        return {}
    in_service, under_way = old
    first = second = under_way / 2
    leaving = 1.0 - exp(-2.0 * QUARTER / issuer.build_lag_years)
    kept = exp(-market.depreciation_per_year * QUARTER)
    for spent in plan.spent.values():
        from_first, from_second = leaving * first, leaving * second
        second += from_first - from_second
        first += issuer.buildout_share * spent - from_first
        in_service = in_service * kept + from_second
    spending = ", ".join(
        f"{shown(spent)}{'' if quarter in plan.reported else ' (plan)'}"
        for quarter, spent in plan.spent.items()
    )
    return {
        key: Found(
            day,
            new,
            f"assumed: {shown(before)} at the old start, brought forward by the model's pipeline "
            f"and decay with spending of {spending}",
        )
        for key, before, new in zip(keys, old, (in_service, first + second), strict=True)
    }


def demand_of(market: Market, start: str, elapsed: int, day: dt.date) -> Found:
    """Demand at the new start, on the path of step 3 on which nothing surprises."""
    demand = market.demand0_usd_bn_per_year
    for _ in range(elapsed):
        growth = market.demand_speed_per_year * (
            1.0 - demand / market.demand_saturation_usd_bn_per_year
        )
        demand *= exp((growth - 0.5 * market.demand_sigma_per_sqrt_year**2) * QUARTER)
    labels = quarter_labels(start, elapsed)
    return Found(
        day,
        demand,
        f"assumed: {shown(market.demand0_usd_bn_per_year)} at the old start, grown by the model's "
        f"equation without surprises over {labels[0]} to {labels[-1]}",
    )
