"""Scenarios some of whose inputs have distributions."""

from __future__ import annotations

from typing import Any

from capexrisk.scenario import Scenario
from capexrisk.scenario.uncertainty import Uncertainty
from tests.unit.scenarios import small_scenario

EVIDENCE = "assumed: for a test"
GROUPS: dict[str, dict[str, Any]] = {
    "growth of the core": {
        "inputs": ("issuers.*.core_growth_per_year",),
        "how": "add",
        "draw": "each",
        "law": "normal",
        "sd": 0.04,
    },
    "cash flow": {
        "inputs": ("issuers.*.ocf_usd_bn_per_year",),
        "how": "multiply",
        "law": "lognormal",
        "sigma": 0.1,
    },
    "the shut market": {
        "inputs": ("market.oas_mean_bp[2]", "market.access.*"),
        "how": "multiply",
        "law": "uniform",
        "low": 0.6,
        "high": 1.0,
    },
    "demand": {
        "inputs": ("market.demand_saturation_usd_bn_per_year",),
        "how": "multiply",
        "law": "lognormal",
        "sigma": 0.3,
    },
}


def uncertain(scenario: Scenario | None = None, groups: Any = GROUPS) -> Scenario:
    """A scenario, the small one by default, with these groups of inputs."""
    scenario = small_scenario() if scenario is None else scenario
    told = {name: {**group, "evidence": EVIDENCE} for name, group in groups.items()}
    return scenario.model_copy(update={"uncertainty": Uncertainty.model_validate({"groups": told})})
