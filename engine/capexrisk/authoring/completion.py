"""What stands in a new scenario where a firm tells nothing: rules, and what it must tell itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from capexrisk.errors import MISSING, ScenarioError
from capexrisk.scenario.issuer import OTHER_FORM
from capexrisk.scenario.section import by_year_field, by_year_key

from .firms import Firm, Given
from .surroundings import NEUTRAL, Surroundings

__all__ = ["ASSUMED", "CAPITAL", "OWN", "PLAN", "RULE", "completed", "missing", "number_of"]

RULE: Final = "a rule"  # the place of a figure that nobody gave
# What a firm itself must tell: nothing else says it.
OWN: Final = ("core_revenue_usd_bn_per_year", "ocf_usd_bn_per_year", "cash_usd_bn")
PLAN: Final = "capex_by_year_usd_bn"
LISTED_PLAN: Final = next(one for one, other in OTHER_FORM.items() if other == PLAN)
SPENT: Final = "capex_usd_bn_per_year"  # of filings: history, no key of an issuer
CAPITAL: Final = ("buildout_capital_usd_bn", "construction_usd_bn")
DEBT: Final = ("bonds_usd_bn", "secured_debt_usd_bn", "private_debt_usd_bn")
ROOM: Final = 1.5  # limit of leverage over today's, where the market's habit is tighter
MOST_AT_ONCE: Final = 0.5  # of all debt, in a quarter, where the market's habit is all of it
VALUE_OF_REVENUE: Final = 2.0
# What rules give where a firm tells nothing, in words.
ASSUMED: Final = {
    "market_cap_usd_bn": "a multiple of operating cash flow",
    "spread_bp": "the index's spread",
    **dict.fromkeys(CAPITAL, "a multiple of planned capex"),
}


def missing(firm: Firm, year: int) -> Iterator[ScenarioError]:
    """Refusals of what a firm must tell and does not: revenue, cash flow, cash, a plan.

    Spending of the last four quarters stands for a plan. Each refusal names the cell that is empty.
    """
    lacking = {key: key for key in OWN if key not in firm.figures}
    if firm.spent is None and not _planned(firm):
        lacking[by_year_key(PLAN, year)] = SPENT
    for key, refused in lacking.items():
        reason = firm.refused.get(refused)
        cell = firm.cells.get(key)
        yield ScenarioError(
            f"{firm.place}: {firm.name}.{key}" if cell is None else f"{cell} ({firm.name}.{key})",
            f"{MISSING}: {reason}" if reason else MISSING,
            "give it in a table (--from-table)" if cell is None else "fill the cell",
        )


def _planned(firm: Firm) -> list[str]:
    return [key for key in firm.figures if by_year_field(key) in (PLAN, LISTED_PLAN)]


def completed(firm: Firm, around: Surroundings, year: int) -> Firm:
    """A firm with what an issuer needs and it did not tell; each rule says so in its evidence.

    Parameters
    ----------
    firm : Firm
        Of which nothing is `missing`.
    around : Surroundings
    year : int
        That the scenario starts in.
    """
    planned = _planned(firm)
    spent = _first_year(firm.figures, planned) if firm.spent is None and planned else firm.spent
    assert spent is not None  # nothing is missing
    ocf, revenue = (number_of(firm.figures[key]) for key in (OWN[1], OWN[0]))
    debt = sum(number_of(firm.figures[key]) for key in DEBT if key in firm.figures)
    whose = NEUTRAL if around.name == NEUTRAL else f"the median of {around.name}"
    rules: dict[str, tuple[float, str]] = {}
    if not planned:
        told = "no plan was given; as in the last four quarters"
        rules[by_year_key(PLAN, year)] = spent, told
    rules["market_cap_usd_bn"] = (
        (around.value * ocf, f"{around.value:.3g} times operating cash flow, {whose}")
        if ocf > 0
        else (VALUE_OF_REVENUE * revenue, "twice revenue, as cash flow is negative")
    )
    rules["spread_bp"] = float(around.market["oas0_bp"]), "the index's spread"
    for key, times in zip(CAPITAL, (around.in_service, around.under_way), strict=True):
        rules[key] = times * spent, f"{times:.3g} times a year's capex, {whose}"
    habits = around.issuer_defaults
    if ocf > 0 and ROOM * debt > ocf * habits.get("leverage_limit", 0.0):
        rules["leverage_limit"] = ROOM * debt / ocf, f"{ROOM:g} times its debt over cash flow"
    if 0 < debt <= habits.get("bond_quarter_cap_usd_bn", 0.0):
        rules["bond_quarter_cap_usd_bn"] = MOST_AT_ONCE * debt, f"{MOST_AT_ONCE:g} of its debt"
    by_rule = {
        key: Given(round(value, 6), f"assumed: {reason}, to be replaced", RULE)
        for key, (value, reason) in rules.items()
    }
    return replace(firm, figures=by_rule | firm.figures, spent=spent)


def number_of(given: Given) -> float:
    """The number that a figure is."""
    assert isinstance(given.value, float)
    return given.value


def _first_year(figures: Mapping[str, Given], planned: Sequence[str]) -> float:
    """Planned spending of the first year."""
    plan = figures[min(planned)].value
    return sum(plan[:4]) if isinstance(plan, tuple | list) else number_of(figures[min(planned)])
