"""What is known at the start: capacity in use, and each issuer's books (MODEL.md, "Start")."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from capexrisk.model.vocabulary import BALANCES, CHANNELS

from .issuer import NEVER
from .quantities import SMALLEST
from .section import Refused

__all__ = [
    "Books",
    "Functions",
    "Start",
    "balances",
    "capacity_weight",
    "contradicts_itself",
    "opening_books",
    "refuse_books",
    "refuse_no_capacity",
    "start_of",
]

Parameters = dict[str, Any]  # under MODEL.md's names

LEAST_VALUE: Final = 1e-6  # $bn a year, of what a value of shares is divided by


class Functions(NamedTuple):
    """Functions that Python has of numbers alone; `lowering.columns` has them of columns too."""

    exp: Callable[..., Any]
    power: Callable[..., Any]
    larger: Callable[..., Any]
    smaller: Callable[..., Any]
    total: Callable[..., Any]


OF_NUMBERS: Final = Functions(math.exp, operator.pow, max, min, math.fsum)


class Start(NamedTuple):
    """Utilisation at the start, and the spot earnings per unit of capacity."""

    utilisation: float  # U_0
    spot: float  # S_0


class Books(NamedTuple):
    """Books of an issuer at the start; money in $bn, flows a year."""

    buildout_revenue: float  # A_i0
    buildout_profit: float  # π_i0
    revenue: float  # Y_i0
    floor: float  # L̲_i, of cash flow in measures of leverage
    debt: float
    owed: float  # debt and leases
    leverage: float  # v_i0
    gross_leverage: float  # owed over cash flow, which a fall is measured by
    margin: float  # m_i
    value: float  # V_i0
    burn: float  # β_i, a quarter's
    pledge: float  # of the first quarter, as planned


def capacity_weight(parameters: Parameters, of: Functions = OF_NUMBERS) -> Any:
    """What all issuers' capacity at the start is in proportion to; below `SMALLEST` it is none."""
    return of.total(i["relative_yield"] * i["buildout_capital"] for i in parameters["issuers"])


def refuse_no_capacity(parameters: Parameters) -> None:
    """Refuse a start without any capacity.

    Raises
    ------
    Refused
    """
    if capacity_weight(parameters) < SMALLEST:
        raise Refused(
            "no issuer has both buildout_capital_usd_bn and relative_yield",
            "give at least one issuer both, a product of 0.000001 or more",
            ("issuers",),
        )


def start_of(parameters: Parameters, of: Functions = OF_NUMBERS) -> Start:
    """Utilisation and spot earnings from the capacity and demand at the start."""
    m = parameters["market"]
    # Less is refused elsewhere; here it may not divide by 0, in a column of others that are sound.
    weight = of.larger(capacity_weight(parameters, of), SMALLEST)
    glut = m["revenue_yield"] * weight / m["demand0"]
    p = m["util_power"]
    # As in model.capacity: the larger of 1 and G is taken out, so that G^p cannot overflow.
    less = of.power(of.smaller(glut, 1.0 / glut), p)
    used = of.power(1.0 + less, -1.0 / p) / of.larger(glut, 1.0)
    spot = used * of.power(of.larger(1.0, 1.0 / glut), m["scarcity"])
    return Start(used, of.larger(m["spot_floor"], spot))


def balances(issuer: Parameters) -> list[Any]:
    """Balances of an issuer at the start, $bn."""
    keys = (CHANNELS[name].opening for name in BALANCES)
    return [0.0 if key is None else issuer[key] for key in keys]


def opening_books(i: Parameters, m: Parameters, start: Start, of: Functions = OF_NUMBERS) -> Books:
    """Books of an issuer; `i` and `m` are the parameters of the issuer and of the market."""
    b = i["contracted_share"]
    capacity = m["revenue_yield"] * i["relative_yield"] * i["buildout_capital"]
    earned = b + (1.0 - b) * start.spot
    profit = capacity * ((1.0 - m["variable_cost"]) * earned - m["fixed_cost"])
    revenue = i["core_revenue"] + capacity * earned
    floor = m["cash_flow_floor"] * revenue
    debt = of.total(balances(i))
    owed = debt + m["lease_multiple"] * 4.0 * i["leases"][0]
    least = of.larger(i["ocf"], floor)
    interest = i["coupon"] * debt
    own_share = 1.0 - i["finance_lease_share"]
    prepaid = i["prepaid_share"] * i["buildout_share"]
    outlay = (i["committed"] - prepaid) * own_share * i["capex_plan"][0]
    due = of.smaller(i["maturities"][0], i["bonds"] + i["secured_debt"])
    in_hand = i["buildout_capital"] + i["construction"]
    return Books(
        buildout_revenue=capacity * earned,
        buildout_profit=profit,
        revenue=revenue,
        floor=floor,
        debt=debt,
        owed=owed,
        leverage=of.larger(owed - i["cash"], 0.0) / least,
        gross_leverage=owed / least,
        margin=(i["ocf"] + (1.0 - m["tax"]) * (interest - profit)) / i["core_revenue"],
        value=of.larger(i["ocf"], 0.0) + m["value_revenue"] * revenue,
        burn=of.larger(outlay + due - i["ocf"] / 4.0, 0.0),
        pledge=in_hand + i["buildout_share"] * i["capex_plan"][0],
    )


def contradicts_itself(i: Parameters, m: Parameters, books: Books) -> Any:
    """Whether an issuer's start contradicts itself: what `refuse_books` refuses, of columns too."""
    high_yield, may_fall = bool(i["high_yield"]), i["fall_leverage"] < NEVER
    no_market = (high_yield | may_fall) & (m["absorb"]["high_yield"] == 0.0)
    too_high = i["fall_leverage"] >= i["leverage_limit"]
    too_low = books.gross_leverage >= i["fall_leverage"]
    no_grade = (not high_yield) & may_fall & (too_high | too_low)
    return (books.value < LEAST_VALUE) | no_market | no_grade


def refuse_books(index: int, i: Parameters, m: Parameters, start: Start) -> None:
    """Refuse an issuer whose start contradicts itself.

    Raises
    ------
    Refused
    """
    books = opening_books(i, m, start)
    if not contradicts_itself(i, m, books):
        return
    place = ("issuers", index)
    if books.value < LEAST_VALUE:
        raise Refused(
            f"{i['ocf']!r} $bn a year leaves shares no measure of value",
            "give market.value_revenue, the value of shares per $ of revenue",
            (*place, "ocf_usd_bn_per_year"),
        )
    may_be_high_yield = bool(i["high_yield"]) or i["fall_leverage"] < NEVER
    if may_be_high_yield and m["absorb"]["high_yield"] == 0.0:
        key = "high_yield" if i["high_yield"] else "fall_leverage"
        raise Refused(
            "there is no high-yield market",
            "give market.access.high_yield and market.absorb.high_yield_usd_bn_per_year",
            (*place, key),
        )
    if i["fall_leverage"] >= i["leverage_limit"]:
        raise Refused(
            f"{i['fall_leverage']!r} is not below leverage_limit, {i['leverage_limit']!r}: bonds "
            "would end before the grade is lost",
            "give less than the limit, or leave it out",
            (*place, "fall_leverage"),
        )
    raise Refused(
        f"{i['fall_leverage']!r} is not above the leverage at the start, "
        f"{books.gross_leverage:.3g}",
        "give more, or high_yield = true",
        (*place, "fall_leverage"),
    )
