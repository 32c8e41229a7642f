"""What stands around the firms of a new scenario: its market, and what firms are taken to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from capexrisk.scenario import Scenario, load_scenario
from capexrisk.scenario.files.load import read_tables
from capexrisk.scenario.files.paths import Table
from capexrisk.scenario.issuer import Issuer

__all__ = ["NEUTRAL", "Surroundings", "neutral_surroundings", "surroundings_of"]

NEUTRAL: Final = "neutral"
OPEN: Final = "assumed: neutral, a market that stays open and still"
# Market value over cash flow, capital in service and under construction over a year's capex, where
# no issuer of a scenario shows them.
VALUE, IN_SERVICE, UNDER_WAY = 15.0, 1.0, 0.5
FREE: Final = "assumed: neutral, nothing keeps the firm from its plan"

# A market in which nothing happens: what the firms' own figures come to. Every other key is left
# out, so that its mechanism is off. Demand is set to what capacity serves.
STILL: Final[Table] = {
    "demand_speed_per_year": 0.0,
    "revenue_yield_per_year": 0.4,
    "util_power": 4.0,
    "comfort_utilisation": 0.8,
    "depreciation_per_year": 0.1,
    "book_depreciation_per_year": 0.1,
    "regime0": "open",
    "hazard_per_year": [[0.0] * 3] * 3,
    "oas0_bp": 100.0,
    "oas_mean_bp": [100.0] * 3,
    "oas_speed_per_year": 1.0,
    "oas_sigma_per_sqrt_year": [0.0] * 3,
    "oas_cap_bp": 1000.0,
    "bond_market_usd_bn": 9000.0,
    "access": {"bonds": [1.0] * 3, "equity": [1.0] * 3},
    "absorb": {"bonds_usd_bn_per_year": 1000.0},
    "risk_free_per_year": 0.04,
    "cash_flow_floor": 0.05,
    "value_revenue": 0.1,
    "spread_cap_bp": 3000.0,
    "capex_speed_per_year": 1.0,
    "tail_dof": 8.0,
}
UNBOUND: Final[Table] = {
    "capex_quarter_split": [0.25] * 4,
    "capex_growth_first_per_year": 0.0,
    "capex_growth_long_run_per_year": 0.0,
    "capex_growth_fade_years": 1.0,
    "build_lag_years": 1.0,
    "buildout_share": 1.0,
    "committed": 0.5,
    "coupon_per_year": 0.045,
    "leverage_limit": 4.0,
    "bond_quarter_cap_usd_bn": 50.0,
    "equity_access_per_year": 0.03,
    "lease_term_years": 15.0,
    "lease_ramp_quarters": 20,
}


@dataclass(frozen=True)
class Surroundings:
    """Market and habits.

    Attributes
    ----------
    name : str
        Of the scenario that they are from, or ``neutral``.
    market, thresholds, issuer_defaults : dict
        Tables as in a file, with their evidence. Of the market demand, its ceiling and the
        thresholds are per $ of revenue capacity that the firms have.
    words, uncertainty, run : dict
        Tables as in a file.
    value : float
        Market value over operating cash flow.
    in_service, under_way : float
        Build-out capital over a year's spending.
    """

    name: str
    market: Table
    thresholds: Table
    issuer_defaults: Table
    words: Table
    uncertainty: Table
    run: Table
    value: float
    in_service: float
    under_way: float


def neutral_surroundings() -> Surroundings:
    """A market that stays open and still, and firms that do as they plan."""
    scaled = {
        "demand0_usd_bn_per_year": 1.0,
        "demand_saturation_usd_bn_per_year": 1.0,
    }
    return Surroundings(
        name=NEUTRAL,
        market=_with_evidence({**scaled, **STILL}, OPEN),
        thresholds=_with_evidence(
            {"group_profit_usd_bn_per_year": 1.0, "outside_funding_usd_bn": 1.0},
            "assumed: neutral, as much as the firms' capacity can earn in a year",
        ),
        issuer_defaults=_with_evidence(UNBOUND, FREE),
        words={},
        uncertainty={},
        run={},
        value=VALUE,
        in_service=IN_SERVICE,
        under_way=UNDER_WAY,
    )


def surroundings_of(path: Path) -> Surroundings:
    """The market of a scenario, and what its issuers have in common.

    Raises
    ------
    ScenarioError
        The file is no scenario.
    """
    scenario = load_scenario(path)
    tables = read_tables(path)
    market = dict(tables["market"])
    capacity = scenario.start_capacity_to_demand() * scenario.market.demand0_usd_bn_per_year
    for key in ("demand0_usd_bn_per_year", "demand_saturation_usd_bn_per_year"):
        market[key] = market[key] / capacity
    thresholds = {
        key: value if key == "evidence" else value / capacity
        for key, value in tables["thresholds"].items()
    }

    def typical(
        of: Callable[[Issuer], float], over: Callable[[Issuer], float], otherwise: float
    ) -> float:
        return median(
            [of(one) / over(one) for one in scenario.issuers if over(one) > 0] or [otherwise]
        )

    def spent(one: Issuer) -> float:
        return _first_year(scenario, one)

    return Surroundings(
        name=scenario.name,
        market=market,
        thresholds=thresholds,
        issuer_defaults=dict(tables.get("issuer_defaults", {})),
        words=dict(tables.get("words", {})),
        uncertainty=dict(tables.get("uncertainty", {})),
        run=dict(tables.get("run", {})),
        value=typical(
            lambda one: one.market_cap_usd_bn, lambda one: one.ocf_usd_bn_per_year, VALUE
        ),
        in_service=typical(lambda one: one.buildout_capital_usd_bn, spent, IN_SERVICE),
        under_way=typical(lambda one: one.construction_usd_bn, spent, UNDER_WAY),
    )


def _first_year(scenario: Scenario, issuer: Issuer) -> float:
    """Planned spending of the first four quarters, $bn."""
    index = scenario.issuers.index(issuer)
    plan: list[float] = scenario.parameters["issuers"][index]["capex_plan"][:4]
    return sum(plan) * 4 / len(plan)


def _with_evidence(table: Mapping[str, Any], evidence: str) -> Table:
    keys: list[str] = []
    for key, value in table.items():
        keys += [f"{key}.{inner}" for inner in value] if isinstance(value, dict) else [key]
    return {**table, "evidence": dict.fromkeys(keys, evidence)}
