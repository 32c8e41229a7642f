"""The scenario that comes with the engine, and others of any size made from it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from benchmarks.machine import ROOT

DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"
START = "2026Q1"
DEMANDS = ("demand0", "demand_saturation")
LISTS = ("capex_plan", "maturities", "leases")


def default() -> Any:
    """The default scenario."""
    from capexrisk.scenario import load_scenario

    return load_scenario(DEFAULT)


def of_size(issuers: int | None = None, quarters: int | None = None) -> Any:
    """The default scenario with other numbers of issuers and quarters."""
    from capexrisk.scenario import scenario_from_case

    case = deepcopy(default().parameters)
    if issuers is not None:
        _take_issuers(case, issuers)
    if quarters is not None:
        _take_quarters(case, quarters)
    return scenario_from_case(case, start=START, name=f"{issuers or 'all'} issuers")


def _take_issuers(case: dict[str, Any], count: int) -> None:
    """The default's issuers over and over; the market grows with them and stays as tight."""
    firms = case["issuers"]
    taken = [
        {**firm, "name": f"{firm['name']} {turn + 1}"}
        for turn in range(-(-count // len(firms)))
        for firm in firms
    ][:count]
    spending = sum(sum(f["capex_plan"]) for f in taken) / sum(sum(f["capex_plan"]) for f in firms)
    capacity = _capacity(taken) / _capacity(firms)
    market = case["market"]
    market["bond_market"] *= spending
    market["issuance0"] = [issued * spending for issued in market["issuance0"]]
    for name in DEMANDS:
        market[name] *= capacity
    market["absorb"] = {name: value * spending for name, value in market["absorb"].items()}
    case["thresholds"] = {name: value * spending for name, value in case["thresholds"].items()}
    case["issuers"] = taken


def _capacity(firms: list[dict[str, Any]]) -> float:
    return sum(firm["relative_yield"] * firm["buildout_capital"] for firm in firms)


def _take_quarters(case: dict[str, Any], count: int) -> None:
    """The first quarters; beyond the default's horizon the last plan goes on."""
    case["quarters"] = count
    for firm in case["issuers"]:
        for name in LISTS:
            plan = firm[name]
            firm[name] = (plan + [plan[-1]] * count)[:count]
