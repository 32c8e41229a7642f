"""A small run with each sampler that many tests read."""

from __future__ import annotations

import pytest

from capexrisk.archive.results import Results
from capexrisk.scenario import Scenario
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario

PATHS = 20_000
# Two chunks, the second one short; and 32 nets of 1,024 points.
RUN_PATHS = {"plain": 20_000, "sobol": 32_768}


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return small_scenario()


@pytest.fixture(scope="session", params=["sobol", "plain"])
def sampler(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def results(scenario: Scenario, sampler: str) -> Results:
    return simulate(scenario, paths=PATHS, seed=4, sampler=sampler)
