"""What of a scenario starts out of proportion: allowed, but seldom meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from capexrisk.scenario import Scenario
from capexrisk.scenario.issuer import Issuer
from capexrisk.scenario.opening import Books, opening_books, start_of
from capexrisk.study.first_quarter import PATHS, WORTH_A_WARNING, first_quarter_failures

__all__ = ["out_of_proportion"]

Parameters = dict[str, Any]  # under MODEL.md's names
Warnings = Iterator[tuple[str, str]]  # key and the rest of the line

LEAST_CAPACITY, MOST_CAPACITY = 0.5, 2.0  # of demand, at the start

# A figure in millions among billions is a thousand times too large: it passes one of these.
MOST_OF_A_FIRM: Final = 1_500.0  # $bn; twice the revenue of the largest firm
MOST_OVER_FLOWS: Final = 200.0
MOST_OVER_REVENUE: Final = 50.0

# Left out, each decides what becomes of an issuer that spends more than it earns.
LIFELINES: Final = {
    "revolver_usd_bn": "there is no credit line",
    "equity_access_per_year": "no shares can be sold",
}
WRITTEN_OFF: Final = "depreciation_amortisation_usd_bn_per_year"
# Channel: the key of issuers that is in vain while the market's access is left out.
ENTRANCES: Final = {
    "secured": "secured_advance",
    "private": "private_advance",
    "equity": "equity_access",
}


def out_of_proportion(scenario: Scenario) -> list[str]:
    """Lines that warn, each with place, value and mend; none for a scenario in proportion.

    Looked for are: money in other units (revenue, cash or bonds above $1,500bn or 200 times cash
    flow and capex, or these above 50 times revenue and cash); capacity far from demand; an issuer
    without room for bonds, by leverage and by assets; a bond cap as large as the debt; failures in
    the first quarter, by a run or for want of money, on more than 1 % of paths; keys that were left
    out and decide. Of issuers with the same fault the first is spelled out, the others are named.

    Paths are simulated only where the books at the start do not rule such failures out; the first
    time on a machine that compiles.
    """
    parameters = scenario.parameters
    market, start = parameters["market"], start_of(parameters)
    first: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    for issuer, i in zip(scenario.issuers, parameters["issuers"], strict=True):
        for look in LOOKS:
            for key, rest in look(issuer, i, market, opening_books(i, market, start)):
                if key in first:
                    others[key].append(issuer.name)
                else:
                    first[key], others[key] = f"issuers.{issuer.name}.{key}: {rest}", []
    return [
        *_capacity(scenario),
        *_closed_channels(scenario),
        *_new_capital_keeps_its_value(scenario),
        *(line + _too(others[key]) for key, line in first.items()),
        *_first_quarter(scenario),
    ]


def _too(names: list[str]) -> str:
    return f" (so too {', '.join(names)})" if names else ""


def _capacity(scenario: Scenario) -> Iterator[str]:
    ratio = scenario.start_capacity_to_demand()
    if not LEAST_CAPACITY <= ratio <= MOST_CAPACITY:
        yield (
            f"market.demand0_usd_bn_per_year: capacity serves {100 * ratio:.3g} % of demand at the "
            "start; give demand nearer to revenue_yield times the build-out capital of all"
        )


def _first_quarter(scenario: Scenario) -> Iterator[str]:
    for name, share in first_quarter_failures(scenario).items():
        if share > WORTH_A_WARNING:
            yield (
                f"issuers.{name}.cash_usd_bn: too little, so that it cannot pay or loses its "
                f"lenders (a run) in the first quarter on {100 * share:.2g} % of {PATHS:,} paths; "
                "give more, or lower market.run_quarters"
            )


def _closed_channels(scenario: Scenario) -> Iterator[str]:
    for channel, key in ENTRANCES.items():
        used = any(i[key] > 0.0 for i in scenario.parameters["issuers"])
        if used and channel not in scenario.market.access.model_fields_set:
            yield f"market.access.{channel}: left out, so {key} of issuers is in vain; give it"


def _new_capital_keeps_its_value(scenario: Scenario) -> Iterator[str]:
    if "book_depreciation_per_year" not in scenario.market.inputs:
        yield (
            "market.book_depreciation_per_year: left out, so that new capital never costs profit "
            "anything; give it, 0 if that is meant"
        )


def _no_room(_: Issuer, i: Parameters, market: Parameters, books: Books) -> Warnings:
    assets = books.pledge + i["other_capital"] + i["cash"]
    by_cash_flow, by_assets = i["leverage_limit"] * max(i["ocf"], 0.0), i["asset_limit"] * assets
    if i["bond_quarter_cap"] > 0.0 and books.owed >= max(by_cash_flow, by_assets):
        # No multiple of a cash flow that is not there makes room.
        other = " or asset_limit" if i["ocf"] > 0.0 else ""
        key = "leverage_limit" if other else "asset_limit"
        line = (
            f"{books.owed:.3g} is owed, {by_cash_flow:.3g} may be on cash flow and {by_assets:.3g} "
            f"on assets, so that no bonds can be sold at the start; give a higher {key}{other}, "
            "unless that is meant"
        )
        yield key, line


def _large_cap(_: Issuer, i: Parameters, market: Parameters, books: Books) -> Warnings:
    if 0.0 < books.debt <= i["bond_quarter_cap"]:
        line = (
            f"{i['bond_quarter_cap']:.3g} is as much as all debt, {books.debt:.3g}; give what can "
            "be sold in one quarter"
        )
        yield "bond_quarter_cap_usd_bn", line


def _left_out(issuer: Issuer, i: Parameters, market: Parameters, books: Books) -> Warnings:
    spent = sum(i["capex_plan"][:4]) * (1.0 - i["finance_lease_share"]) + i["dividends"]
    if spent + sum(i["maturities"][:4]) > i["ocf"]:
        for key, consequence in LIFELINES.items():
            if key not in issuer.inputs:
                yield key, f"left out, so that {consequence}; give it, 0 if that is meant"
    if books.debt > 0.0:
        if "coupon_per_year" not in issuer.inputs:
            yield "coupon_per_year", "left out, so that debt costs nothing; give it"
        if not any(key.startswith("maturities_") for key in issuer.inputs):
            yield "maturities_usd_bn", "left out, so that no debt falls due; give it"
    if WRITTEN_OFF not in issuer.inputs:
        yield WRITTEN_OFF, "left out, so that old capital never costs profit anything; give it"


def _units(issuer: Issuer, i: Parameters, market: Parameters, books: Books) -> Warnings:
    """Figures that look like millions among billions, or the other way round."""
    flow = max(abs(i["ocf"]), sum(i["capex_plan"][:4]))
    revenue = issuer.core_revenue_usd_bn_per_year
    asked = "; give $bn: is it in millions?"
    for key, value in (
        ("core_revenue_usd_bn_per_year", revenue),
        ("cash_usd_bn", issuer.cash_usd_bn),
        ("bonds_usd_bn", issuer.bonds_usd_bn),
    ):
        if value > MOST_OF_A_FIRM:
            yield key, f"{value:,.0f} is more than any firm has{asked}"
        elif value > MOST_OVER_FLOWS * flow:
            yield key, f"{value:.4g} is over {MOST_OVER_FLOWS:g} times cash flow and capex{asked}"
    if flow > MOST_OVER_REVENUE * max(revenue, issuer.cash_usd_bn):
        key = "ocf_usd_bn_per_year" if flow == abs(i["ocf"]) else "capex_plan_usd_bn"
        yield key, f"{flow:.4g} is over {MOST_OVER_REVENUE:g} times revenue and cash{asked}"


Look = Callable[[Issuer, Parameters, Parameters, Books], Warnings]
LOOKS: Final[tuple[Look, ...]] = (_units, _no_room, _large_cap, _left_out)
