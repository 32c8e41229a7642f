"""From a scenario to the read-only numbers the compiled core takes.

Everything that is the same on every path is worked out here, once: factors of a quarter, logs,
the triangular root of the correlation, what is known at the start (section "Start" of MODEL.md).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Any

import numpy as np

from capexrisk.errors import ScenarioError
from capexrisk.kernel.outcomes import Collect, OutcomeLayout
from capexrisk.kernel.schedule import Floats, Schedule
from capexrisk.model.parameters import DELTA, Issuer, Market, Scheduled, Triple
from capexrisk.scenario import Scenario

REVENUE_LEAD = 0.375  # years from the middle of the base year to its last quarter


@dataclass(frozen=True)
class LoweredScenario:
    """What `kernel.simulate.simulate_chunk` needs of a scenario.

    Attributes
    ----------
    market : Market
    schedule : Schedule
        n issuers, T quarters.
    layout : OutcomeLayout
    issuers, quarters, years : tuple of str
        Labels of the axes.
    """

    market: Market
    schedule: Schedule
    layout: OutcomeLayout
    issuers: tuple[str, ...]
    quarters: tuple[str, ...]
    years: tuple[str, ...]


def lower(scenario: Scenario, collect: Collect = "everything") -> LoweredScenario:
    """Lower a scenario.

    Parameters
    ----------
    scenario : Scenario
    collect : {"everything", "figures"}
        What its paths leave behind; see `simulate`.

    Raises
    ------
    ScenarioError
        If the names of two issuers share a key for their draws (one chance in 2**32 a pair).
    """
    case = scenario.model_case()
    names = tuple(issuer["name"] for issuer in case["issuers"])
    calendar = scenario.calendar_years()
    market = _market(case)
    layout = OutcomeLayout.of(
        quarters=case["quarters"], years=len(calendar), issuers=len(names), collect=collect
    )
    return LoweredScenario(
        market=market,
        schedule=_schedule(case, market, scenario),
        layout=layout,
        issuers=names,
        quarters=tuple(scenario.quarter_labels()),
        years=tuple(year.label for year in calendar),
    )


def issuer_key(name: str) -> int:
    """Word of an issuer in the address of its draws: 32 bits of a hash of its name.

    The name, not the place in the list: an issuer keeps its draws when others come and go.
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")


def _triple(values: list[float]) -> Triple:
    first, second, third = (float(value) for value in values)
    return first, second, third


def _debt(issuer: dict[str, Any]) -> float:
    return float(issuer["bonds"] + issuer["secured_debt"] + issuer["private_debt"])


def _start_utilisation(case: dict[str, Any]) -> tuple[float, float]:
    """(U_0, S_0) from the capacity and demand at the start."""
    m = case["market"]
    capacity = m["revenue_yield"] * sum(
        issuer["relative_yield"] * issuer["ai_capital"] for issuer in case["issuers"]
    )
    glut = capacity / m["demand0"]
    p = m["util_power"]
    # As in model.capacity: the larger of 1 and G is taken out, so that G^p cannot overflow.
    used = (1.0 + min(glut, 1.0 / glut) ** p) ** (-1.0 / p) / max(glut, 1.0)
    return used, used * max(1.0, 1.0 / glut) ** m["scarcity"]


def _ornstein_uhlenbeck_step(sigma: float, speed: float) -> float:
    """Standard deviation of a quarter's step."""
    return sigma * sqrt(-np.expm1(-2.0 * speed * DELTA) / (2.0 * speed))


def _calm_chances(hazard: list[list[float]]) -> list[list[float]]:
    """Chances to be in each regime after a quarter, from each, if no hazard is multiplied."""
    rates = np.array(hazard, dtype=float)
    np.fill_diagonal(rates, 0.0)
    total = rates.sum(axis=1)
    leave = -np.expm1(-total * DELTA)
    chances = rates * (leave / np.where(total > 0.0, total, 1.0))[:, None]
    np.fill_diagonal(chances, 1.0 - leave)
    return [list(column) for column in chances.T]


def _market(case: dict[str, Any]) -> Market:
    m = case["market"]
    nu = m["tail_dof"]
    root = np.linalg.cholesky(np.array(m["correlation"], dtype=float))
    hazard = m["hazard"]
    calm = _calm_chances(hazard)
    absorb = m["absorb"]
    premium_decay = exp(-m["premium_speed"] * DELTA)
    premium_lost = -float(np.expm1(-m["premium_speed"] * DELTA))
    used, _ = _start_utilisation(case)
    return Market(
        saturation=float(m["demand_saturation"]),
        saturation_sigma=float(m["demand_saturation_sigma"]),
        speed=float(m["demand_speed"]),
        speed_sigma=float(m["demand_speed_sigma"]),
        log_revenue_yield=log(m["revenue_yield"]),
        revenue_yield_sigma=float(m["revenue_yield_sigma"]),
        root=tuple(float(root[row, column]) for row in range(5) for column in range(row + 1)),
        mixing_scale=sqrt((nu - 2.0) / nu),
        mixing_mean=1.0 - 2.0 / (9.0 * nu),
        mixing_sigma=sqrt(2.0 / (9.0 * nu)),
        log_spread_start=log(m["oas0_bp"]),
        log_spread_mean=_triple([log(level) for level in m["oas_mean_bp"]]),
        spread_decay=exp(-m["oas_speed"] * DELTA),
        spread_step=_triple(
            [_ornstein_uhlenbeck_step(sigma, m["oas_speed"]) for sigma in m["oas_sigma"]]
        ),
        log_spread_cap=log(m["oas_cap_bp"]),
        jump_probability=-float(np.expm1(-m["jump_rate"] * DELTA)),
        jump_mean=float(m["jump_mean"]),
        jump_sigma=float(m["jump_sigma"]),
        regime_start=float(m["regime0"]),
        hazard_down=_triple([hazard[0][1], hazard[1][0], hazard[2][0]]),
        hazard_up=_triple([hazard[0][2], hazard[1][2], hazard[2][1]]),
        calm_to_open=_triple(calm[0]),
        calm_to_stressed=_triple(calm[1]),
        calm_to_shut=_triple(calm[2]),
        technology_probability=-float(np.expm1(-m["tech_rate"] * DELTA)),
        technology_loss=float(m["tech_loss_mean"]),
        technology_multiple=float(m["tech_hazard_multiple"]),
        vigilante=float(m["vigilante"]),
        vigilante_share=float(m["vigilante_share"]),
        fear_spread=float(m["fear_spread"]),
        log_fear_spread=log(m["fear_spread_bp"]),
        fear_glut=float(m["fear_glut"]),
        fear_software=float(m["fear_software"]),
        fear_failure=float(m["fear_failure"]),
        comfort_utilisation=float(m["comfort_utilisation"]),
        demand_start=float(m["demand0"]),
        log_demand_start=log(m["demand0"]),
        demand_sigma=float(m["demand_sigma"]),
        demand_step=m["demand_sigma"] * sqrt(DELTA),
        software_decay=exp(-m["software_speed"] * DELTA),
        software_beta=float(m["software_beta"]),
        software_step=m["software_sigma"] * sqrt(DELTA),
        capital_decay=exp(-m["depreciation"] * DELTA),
        utilisation_power=float(m["util_power"]),
        utilisation_start=used,
        scarcity=float(m["scarcity"]),
        variable_cost=float(m["ai_variable_cost"]),
        fixed_cost=float(m["ai_fixed_cost"]),
        tenant_hazard=float(m["tenant_hazard"]),
        tenant_glut=float(m["tenant_glut"]),
        calm_tenant=-float(np.expm1(-m["tenant_hazard"] * DELTA)),
        tenant_recovery=float(m["tenant_recovery"]),
        tenant_share=float(m["tenant_share"]),
        log_without_tenant=log(1.0 - m["tenant_share"]) if m["tenant_share"] < 1.0 else -inf,
        obsolescence=float(m["obsolescence"]),
        tax=float(m["tax"]),
        cash_flow_noise=float(m["cash_flow_noise"]),
        book_depreciation=float(m["book_depreciation"]),
        idio_decay=exp(-m["idio_speed"] * DELTA),
        spread_leverage=float(m["spread_leverage"]),
        leverage_cap=float(m["leverage_cap_spread"]),
        lease_multiple=float(m["lease_multiple"]),
        spread_cap=float(m["spread_cap_bp"]),
        rivalry=float(m["rivalry"]),
        race=float(m["race"]),
        discipline_cap=float(m["discipline_cap"]),
        glut_discipline=float(m["glut_discipline"]),
        access_bonds=_triple(m["access"]["bonds"]),
        access_secured=_triple(m["access"]["secured"]),
        access_private=_triple(m["access"]["private"]),
        access_equity=_triple(m["access"]["equity"]),
        absorb_bonds=absorb["bonds"] * DELTA,
        absorb_secured=absorb["secured"] * DELTA,
        absorb_private=absorb["private"] * DELTA,
        private_gamma=float(m["private_gamma"]),
        private_glut=float(m["private_glut"]),
        prefund_until=float(m["prefund_until"]),
        equity_beta=float(m["equity_beta"]),
        fail_tolerance=float(m["fail_tolerance"]),
        debt_share_start=float(m["ai_debt_share0"]),
        ig_market=float(m["ig_market"]),
        risk_free=float(m["risk_free"]),
        secured_extra=float(m["secured_extra_bp"]),
        private_extra=m["private_extra_bp"] * 1e-4,
        revolver_extra=m["revolver_extra_bp"] * 1e-4,
        premium_start=m["premium_beta"] * m["issuance0"] / absorb["bonds"] / premium_lost,
        premium_decay=premium_decay,
        premium_beta=float(m["premium_beta"]),
        failure_jump=float(m["failure_jump"]),
        failure_jump_cap=float(m["failure_jump_cap"]),
        debt_start=sum(_debt(issuer) for issuer in case["issuers"]),
    )


def _issuer(i: dict[str, Any], case: dict[str, Any], market: Market) -> Issuer:
    m = case["market"]
    weights = [other["relative_yield"] * other["ai_capital"] for other in case["issuers"]]
    _, spot = _start_utilisation(case)
    b = i["contracted_share"]
    capacity = m["revenue_yield"] * i["relative_yield"] * i["ai_capital"]
    ai_profit = capacity * (
        (1.0 - m["ai_variable_cost"]) * (b + (1.0 - b) * spot) - m["ai_fixed_cost"]
    )
    debt = _debt(i)
    interest = i["coupon"] * debt
    owed = debt + m["lease_multiple"] * 4.0 * i["leases"][0]
    net_leverage = max(owed - i["cash"], 0.0) / max(i["ocf"], 0.05 * i["ocf"])
    access = [level ** i["credit_tier"] for level in m["access"]["bonds"]]
    share = i["relative_yield"] * i["ai_capital"] / sum(weights)
    core_step, capex_step = i["core_sigma"] * sqrt(DELTA), i["capex_sigma"] * sqrt(DELTA)
    return Issuer(
        core_revenue_start=i["core_revenue"] * DELTA * exp(REVENUE_LEAD * i["core_growth"]),
        core_margin=(i["ocf"] + (1.0 - m["tax"]) * (interest - ai_profit)) / i["core_revenue"],
        ocf=i["ocf"],
        cash=i["cash"],
        bonds=i["bonds"],
        secured_debt=i["secured_debt"],
        private_debt=i["private_debt"],
        coupon=i["coupon"],
        ai_capital=i["ai_capital"],
        construction=i["construction"],
        dividends=i["dividends"] * DELTA,
        buybacks=i["buybacks"] * DELTA,
        market_cap=i["market_cap"],
        spread=i["spread_bp"],
        log_spread_offset=log(i["spread_bp"] / m["oas0_bp"])
        - market.spread_leverage * min(m["leverage_cap_spread"], net_leverage)
        - market.premium_start,
        bond_access_open=access[0],
        bond_access_stressed=access[1],
        bond_access_shut=access[2],
        leverage_limit=i["leverage_limit"],
        prefund=i["prefund"],
        finance_lease_share=i["finance_lease_share"],
        depreciation_amortisation=i["depreciation_amortisation"] * DELTA,
        depreciation_other=i["depreciation_other"] * DELTA,
        cash_target=i["cash_target"],
        cash_min=i["cash_min"],
        revolver=i["revolver"],
        core_growth=i["core_growth"],
        core_growth_sigma=i["core_growth_sigma"],
        core_sigma=i["core_sigma"],
        core_market_step=core_step * i["core_beta"],
        core_own_step=core_step * sqrt(1.0 - i["core_beta"] ** 2),
        capex_growth_sigma=i["capex_growth_sigma"],
        capex_sigma=i["capex_sigma"],
        capex_market_step=capex_step * i["capex_beta"],
        capex_own_step=capex_step * sqrt(1.0 - i["capex_beta"] ** 2),
        relative_yield=i["relative_yield"],
        log_capacity_share_start=log(share) if share > 0.0 else -inf,
        contracted_share=b,
        idio_step=i["idio_sigma"] * sqrt(DELTA),
        discipline=i["discipline"] * (1.0 - i["committed"]),
        committed=i["committed"],
        ai_share=i["ai_share"],
        bond_quarter_cap=i["bond_quarter_cap"],
        pipeline_outflow=-float(np.expm1(-2.0 * DELTA / i["build_lag"])),
        secured_advance=i["secured_advance"],
        private_advance=i["private_advance"],
        equity_access=i["equity_access"] * DELTA,
        within_limit=float(owed <= i["leverage_limit"] * i["ocf"]),
    )


def _schedule(case: dict[str, Any], market: Market, scenario: Scenario) -> Schedule:
    issuers = case["issuers"]
    quarters = case["quarters"]
    k = np.arange(quarters)
    calendar = scenario.calendar_years()
    year = np.empty(quarters, dtype=np.int64)
    year_ends = np.zeros(quarters, dtype=np.int64)
    for index, calendar_year in enumerate(calendar):
        year[calendar_year.quarters] = index
        year_ends[calendar_year.quarters[-1]] = 1
    season = np.array([issuer["seasonality"] for issuer in issuers], dtype=float)
    return Schedule(
        issuers=np.array([_issuer(issuer, case, market) for issuer in issuers], dtype=float),
        issuer_keys=_issuer_keys([issuer["name"] for issuer in issuers]),
        capex_plan=np.array([issuer["capex_plan"] for issuer in issuers], dtype=float),
        maturities=np.array([issuer["maturities"] for issuer in issuers], dtype=float),
        leases=np.array([issuer["leases"] for issuer in issuers], dtype=float),
        season=np.ascontiguousarray(season[:, (scenario.start_quarter - 1 + k) % 4]),
        events=_events(case),
        growth=(1.0 + case["market"]["ig_growth"]) ** (k * DELTA),
        year=year,
        year_ends=year_ends,
        smallest=int(np.argmin([issuer["market_cap"] for issuer in issuers])),
        group_profit_threshold=float(case["thresholds"]["group_profit"]),
        outside_funding_threshold=float(case["thresholds"]["outside_funding"]),
    )


def _events(case: dict[str, Any]) -> Floats:
    """What happens in each quarter, a row each."""
    nothing = Scheduled(0.0, 0.0, -1.0, 0.0, 0.0, 0.0)
    rows = [nothing] * case["quarters"]
    for event in case.get("events", ()):
        k = event["quarter"]
        rows[k] = rows[k]._replace(**_scheduled(event))
    return np.array(rows, dtype=float)


def _scheduled(event: dict[str, Any]) -> dict[str, float]:
    match event["what"]:
        case "technology_shock":
            return {"shock": 1.0, "loss": -float(np.log1p(-event["size"]))}
        case "spread_jump":
            return {"jump": float(np.log1p(event["size"]))}
        case "market_regime":
            return {"regime": float(event["regime"])}
        case "software_stress":
            return {"software": float(event["size"])}
        case "tenant_loss":
            return {"tenant_loss": 1.0}
    raise ValueError(f"event {event['what']!r} is not known")


def _issuer_keys(names: list[str]) -> np.ndarray[Any, np.dtype[np.uint64]]:
    keys = [issuer_key(name) for name in names]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            raise ScenarioError(
                f"issuers.{names[index]}",
                f"draws the same random numbers as {names[keys.index(key)]!r}",
                "spell the name a little differently",
            )
    return np.array(keys, dtype=np.uint64)
