"""A scenario of as many issuers as one may have."""

from __future__ import annotations

from capexrisk.scenario import Scenario, load_scenario
from tests.cli.command import DEFAULT

MOST = 64


def crowd() -> Scenario:
    """Sixty-four firms, each one of the default six under another name; no ranges."""
    scenario = load_scenario(DEFAULT)
    firms = scenario.issuers * MOST
    issuers = tuple(
        firm.model_copy(update={"name": f"{firm.name} {number:02d}"})
        for number, firm in enumerate(firms[:MOST])
    )
    none = type(scenario.uncertainty)()
    return scenario.model_copy(update={"issuers": issuers, "uncertainty": none})
