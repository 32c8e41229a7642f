"""Quarterly capex, maturities and leases of an issuer, expanded from the form in its file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

from .issuer import Issuer
from .quarters import parse_quarter
from .section import Refused, by_year_key

__all__ = ["capex_plan", "leases", "maturities"]

_DIGITS = Context(prec=30)


def capex_plan(
    issuer: Issuer, start: str, quarters: int, exp: Callable[[Any], Any] | None = None
) -> list[float]:
    """Planned capex, $bn in each quarter (MODEL.md, step 9).

    A guided year is split by ``capex_quarter_split``. The j-th quarter after the last guided one
    is that of the quarter before, times exp(D (g_long + (g_first - g_long) exp(-j D / fade))),
    D = 1/4 year. Without `exp`: with correctly rounded exponentials, so that a digest is the same
    on every machine; the machine's take a hundredth of the time, and may be of columns.

    Raises
    ------
    Refused
        A list of another length, a guided year before the start, or a gap between years.
    """
    if issuer.capex_plan_usd_bn is not None:
        return _listed(issuer.capex_plan_usd_bn, "capex_plan_usd_bn", quarters)
    guided = issuer.capex_by_year_usd_bn
    first_year, first_quarter = parse_quarter(start)
    _refuse_past(guided, "capex_by_year_usd_bn", first_year)
    for year in range(first_year, max(guided)):
        if year not in guided:
            raise Refused(
                "missing",
                "give every year from the start year on",
                ("capex_by_year_usd_bn", year),
            )
    split, first, long_run, fade = (
        issuer.capex_quarter_split,
        issuer.capex_growth_first_per_year,
        issuer.capex_growth_long_run_per_year,
        issuer.capex_growth_fade_years,
    )
    assert split is not None  # the record saw to these
    assert first is not None
    assert long_run is not None
    assert fade is not None
    factor = _exact_growth_factor if exp is None else functools.partial(_growth_factor, exp)
    plan: list[float] = []
    beyond = 0
    for quarter in range(first_quarter - 1, first_quarter - 1 + quarters):
        year = first_year + quarter // 4
        if year in guided:
            plan.append(guided[year] * split[quarter % 4])
        else:
            beyond += 1
            plan.append(plan[-1] * factor(beyond, first, long_run, fade))
    return plan


def maturities(issuer: Issuer, start: str, quarters: int) -> list[float]:
    """Debt falling due, $bn in each quarter: a quarter of the year's amount, 0 if not given.

    Raises
    ------
    Refused
        A list of another length, or a year before the start.
    """
    if issuer.maturities_usd_bn is not None:
        return _listed(issuer.maturities_usd_bn, "maturities_usd_bn", quarters)
    due = issuer.maturities_by_year_usd_bn
    first_year, first_quarter = parse_quarter(start)
    _refuse_past(due, "maturities_by_year_usd_bn", first_year)
    positions = range(first_quarter - 1, first_quarter - 1 + quarters)
    return [due.get(first_year + position // 4, 0.0) / 4 for position in positions]


def leases(issuer: Issuer, start: str, quarters: int) -> list[float]:
    """Payments on new leases, $bn in each quarter: total / term / 4 times a linear ramp, or none.

    Raises
    ------
    Refused
        A list of another length.
    """
    if issuer.leases_usd_bn is not None:
        return _listed(issuer.leases_usd_bn, "leases_usd_bn", quarters)
    total, term, ramp = (
        issuer.leases_not_commenced_usd_bn,
        issuer.lease_term_years,
        issuer.lease_ramp_quarters,
    )
    if total is None:
        return [0.0] * quarters
    assert term is not None  # the record saw to these
    assert ramp is not None
    return [total / term / 4 * min(1.0, (quarter + 1) / ramp) for quarter in range(quarters)]


def _growth_factor(
    exp: Callable[[Any], Any], j: int, first: float, long_run: float, fade: float
) -> Any:
    """What capex grows by in the j-th quarter after the guidance."""
    growth = long_run + (first - long_run) * exp(-j * 0.25 / fade)
    return exp(0.25 * growth)


@functools.lru_cache(maxsize=4096)  # what takes longest when one input of a scenario is changed
def _exact_growth_factor(j: int, first: float, long_run: float, fade: float) -> float:
    return float(_growth_factor(_exp, j, first, long_run, fade))


def _listed(values: tuple[float, ...], key: str, quarters: int) -> list[float]:
    if len(values) != quarters:
        raise Refused(
            f"has {len(values)} numbers", f"give {quarters}, one for each quarter", (key,)
        )
    return list(values)


def _refuse_past(by_year: dict[int, float], field: str, first_year: int) -> None:
    if by_year and min(by_year) < first_year:
        year = min(by_year)
        raise Refused(
            f"{year} is before the start year",
            f"give {by_year_key(field, first_year)} or a later year",
            (field, year),
        )


def _exp(x: float) -> float:
    """exp(x), correctly rounded: the same on every machine, and so is a scenario's digest."""
    return float(_DIGITS.exp(Decimal(x)))
