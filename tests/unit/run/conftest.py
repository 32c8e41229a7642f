"""One small run that many tests read."""

from __future__ import annotations

import pytest

from capexrisk.run.results import Results, simulate
from capexrisk.scenario import Scenario
from tests.unit.run.scenarios import small_scenario

PATHS = 20_000  # two chunks, the second one short


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return small_scenario()


@pytest.fixture(scope="session")
def results(scenario: Scenario) -> Results:
    return simulate(scenario, paths=PATHS, seed=4)
