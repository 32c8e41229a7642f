"""What would have to happen on the default scenario: the same story from other seeds."""

from __future__ import annotations

from itertools import combinations
from math import hypot

import numpy as np
import pytest

import capexrisk as cr
from tests.cli.command import DEFAULT

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=["funding_failure/Amazon", "failure_with:Amazon/Oracle"])
def found(request):
    scenario = cr.load_scenario(DEFAULT)
    return [cr.reverse(scenario, request.param, seed=seed) for seed in SEEDS]


@pytest.mark.slow
def test_the_likeliest_path_fails(found):
    for one in found:
        ends = one.path.groupby("issuer").tail(1).set_index("issuer")["failed"]
        assert all(ends[one.scenario.issuers[i].name] for i in one.event.members)


@pytest.mark.slow
def test_it_is_the_same_story_from_every_seed(found):
    """Bounds are those of docs/reverse.md with some room: several ways lie nearly as near."""
    norms = [one.design.norm for one in found]
    assert max(norms) < 1.15 * min(norms)
    for first, second in combinations(found, 2):
        likeness = first.likeness(second)
        assert likeness["mean_shock"] > 0.94 and likeness["stories"] > 0.5


@pytest.mark.slow
def test_conditional_means_are_those_of_a_plain_count(found):
    """Four comparisons of 4.6 errors, for two events: one false alarm in 30,000."""
    one, quarters = found[0], ("2026Q4", "2027Q4", "2028Q2", "2028Q4")
    members = [one.scenario.issuers[i].name for i in one.event.members]
    names = [f"market_spread/{quarter}" for quarter in quarters]
    dates = [f"tiers/F4/{name}" for name in members]
    plain = cr.path_outcomes(
        one.scenario, [*names, *dates], paths=2_000_000, seed=7, sampler="plain"
    )
    failed = plain[(plain[dates] < one.scenario.quarters).all(axis=1)][names].to_numpy()
    weighted = one.states.query(
        "name == 'market_spread' and whose == 'failing' and statistic == 'mean'"
    ).set_index("quarter")
    for spreads, quarter in zip(failed.T, quarters, strict=True):
        error = hypot(
            weighted.loc[quarter, "standard_error"], spreads.std() / np.sqrt(spreads.size)
        )
        assert abs(weighted.loc[quarter, "value"] - spreads.mean()) < 4.6 * error
