"""The default scenario with groups of one's own in the place of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from capexrisk.scenario import Scenario, load_scenario
from capexrisk.scenario.uncertainty import Uncertainty

DEFAULT = Path(__file__).parents[3] / "configs" / "hyperscalers-2026.toml"
Table = dict[str, Any]
WithGroups = Callable[..., Scenario]


@pytest.fixture(scope="session")
def base() -> Scenario:
    return load_scenario(DEFAULT).model_copy(update={"uncertainty": Uncertainty()})


@pytest.fixture
def with_groups(base: Scenario) -> WithGroups:
    return partial(scenario_with, base)


def scenario_with(
    base: Scenario, *correlations: tuple[str, str, float], **groups: Table
) -> Scenario:
    """Groups by name, a normal law of spread 0.01 that is added where nothing else is said."""
    usual: Table = {"how": "add", "evidence": "assumed: a test"}
    tables = {}
    for name, group in groups.items():
        law: Table = {} if "law" in group else {"law": "normal", "sd": 0.01}
        tables[name] = usual | law | group
    pairs = tuple(
        {"groups": (one, other), "correlation": size, "evidence": "assumed: a test"}
        for one, other, size in correlations
    )
    content = {"groups": tables, "correlations": pairs}
    return base.model_copy(update={"uncertainty": Uncertainty.model_validate(content)})
