"""What a roll leaves as it was: stale figures, judgements, and ranges of what has passed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from capexrisk.scenario import Scenario
from capexrisk.scenario.issuer import BY_YEAR
from capexrisk.scenario.section import Section, by_year_field

__all__ = ["Change", "Stale", "moved_groups", "stale_of"]

# Figures that are of a day; all others are judgements, which a later day does not change.
OF_A_DAY: Final = frozenset(
    {
        *("core_revenue_usd_bn_per_year", "ocf_usd_bn_per_year", "seasonality"),
        *("depreciation_amortisation_usd_bn_per_year", "depreciation_other_usd_bn_per_year"),
        *("cash_usd_bn", "bonds_usd_bn", "secured_debt_usd_bn", "private_debt_usd_bn"),
        *("coupon_per_year", "maturities_usd_bn", "maturities_by_year_usd_bn", "leases_usd_bn"),
        *("leases_not_commenced_usd_bn", "revolver_usd_bn", "market_cap_usd_bn", "spread_bp"),
        *("buildout_capital_usd_bn", "construction_usd_bn", "other_capital_usd_bn"),
        *("capex_plan_usd_bn", "capex_by_year_usd_bn", "high_yield", "finance_lease_share"),
        *("dividends_usd_bn_per_year", "buybacks_usd_bn_per_year"),
        *("regime0", "oas0_bp", "risk_free_per_year", "demand0_usd_bn_per_year"),
        *("issuance0_usd_bn_per_year", "bond_market_usd_bn", "boom_debt_share0"),
    }
)


class Change(NamedTuple):
    """A figure that changes: its table, key, value before (None if there was none) and after."""

    table: tuple[str, ...]
    key: str
    old: object
    new: object
    evidence: str


class Stale(NamedTuple):
    """A figure of a day that nothing newer was found for."""

    table: tuple[str, ...]
    key: str
    value: object
    evidence: str


def stale_of(scenario: Scenario, changes: Sequence[Change], to: str) -> tuple[list[Stale], int]:
    """Figures of a day without news, and how many others there are."""
    changed = {(change.table, by_year_field(change.key)) for change in changes}
    replaced = {("maturities_by_year_usd_bn", "maturities_usd_bn")}
    stale: list[Stale] = []
    judgements = 0
    sections: list[tuple[tuple[str, ...], Section]] = [(("market",), scenario.market)]
    sections += [(("issuers", issuer.name), issuer) for issuer in scenario.issuers]
    for table, section in sections:
        for key, value in section.inputs.items():
            field = by_year_field(key)
            newer = {field, *(new for old, new in replaced if old == field)}
            if any((table, name) in changed for name in newer):
                continue
            year = BY_YEAR.fullmatch(key)
            if year is not None and int(year[2]) < int(to[:4]):
                continue
            if field not in OF_A_DAY:
                judgements += 1
                continue
            stale.append(Stale(table, key, value, section.evidence.get(key, "")))
    return stale, judgements


def moved_groups(scenario: Scenario, changes: Sequence[Change], year: int) -> dict[str, list[str]]:
    """Groups that move a figure of a passed year, or one that a list replaces."""
    lists = {change.key for change in changes if change.key.endswith("s_usd_bn")}
    moved = {}
    for name, group in scenario.uncertainty.groups.items():
        inputs = [_moved_input(path, year, lists) for path in group.inputs]
        if inputs != list(group.inputs):
            moved[name] = list(dict.fromkeys(inputs))
    return moved


def _moved_input(path: str, year: int, lists: set[str]) -> str:
    match = BY_YEAR.search(path)
    if match is None:
        return path
    if match[1] == "maturities" and "maturities_usd_bn" in lists:
        return path[: match.start()] + "maturities_usd_bn"
    if int(match[2]) >= year:
        return path
    return path[: match.start()] + f"{match[1]}_{year}_usd_bn"
