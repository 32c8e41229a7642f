"""Rare failures of known probability, by each method; failures that one direction would miss."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from capexrisk.scenario import Scenario, load_scenario, scenario_from_case
from capexrisk.study.rare.on_model import rare_event
from capexrisk.study.rare.search import estimate_rare
from tests.cli.command import DEFAULT
from tests.statistical.test_closed_forms import quiet_case
from tests.unit.kernel.blocks import reference_case
from tests.unit.study.rare.limit_states import KNOWN, two_regions, two_slopes

pytestmark = pytest.mark.slow


def estimates(problem, method: str, seeds: range, *, error: float = 0.1, most: int = 200_000):
    return [
        estimate_rare(problem, method=method, relative_error=error, max_paths=most, seed=seed)
        for seed in seeds
    ]


def pooled_score(found, known: float) -> float:
    """Standard errors between the mean of independent estimates and the truth."""
    values = np.array([one.estimate.value for one in found])
    errors = np.array([one.estimate.standard_error for one in found])
    return float((values.mean() - known) / np.sqrt((errors**2).sum()) * len(found))


@pytest.mark.parametrize("name", KNOWN)
def test_importance_sampling_of_known_problems(name):
    """Eight seeds together, within 4.5 errors: 1e-5 each, were they normal; 1e-4 over all allows
    for the errors, which are known to a few per cent.
    """
    problem, known = KNOWN[name]
    found = estimates(problem, "auto", range(8), error=0.05, most=500_000)
    assert {one.method for one in found} == {"importance"}
    assert abs(pooled_score(found, known)) < 4.5
    if known < 1e-3:
        assert all(one.paths < 0.05 * 400 / known for one in found)  # a twentieth of counting
    assert not any(one.warnings for one in found)


@pytest.mark.parametrize("name", ["plane 3", "RP8", "RP22", "four branches"])
def test_splitting_of_known_problems(name):
    """As above: four seeds, of 16 repetitions or more."""
    problem, known = KNOWN[name]
    found = estimates(problem, "splitting", range(4), most=500_000)
    assert abs(pooled_score(found, known)) < 4.5


def test_two_regions_in_many_dimensions_are_covered_by_splitting():
    """One direction sees neither; every seed of ten goes over to splitting and is right.

    The pilot's 51 nearest paths would all have to lie on one side but for a fifth: 1e-5 a seed.
    """
    problem, known = two_regions(4.0, 50, bursts=False)
    found = estimates(problem, "auto", range(10))
    assert {one.method for one in found} == {"splitting"}
    assert abs(pooled_score(found, known)) < 4.5


def test_two_regions_of_few_draws_are_covered_by_a_burst():
    """As known problems: within 4.5 errors, 1e-5 were they normal."""
    problem, known = two_regions(4.0, 2)
    found = estimates(problem, "importance", range(10))
    assert abs(pooled_score(found, known)) < 4.5
    assert not any(one.warnings for one in found)


def test_a_region_that_is_missed_is_warned_of():
    """Of 40 seeds some miss one of two equal regions; most of those warn, and of the others none.

    The pilot's nearest 51 paths hold 5 on the average that lead to the region that is missed: two
    or more of them warn. The seeds are fixed: a change of the search may fail this by chance.
    """
    problem, known = two_slopes(50, slope=0.6)
    found = estimates(problem, "importance", range(40))
    missed = [one.estimate.value < 0.7 * known for one in found]
    warned = [bool(one.warnings) for one in found]
    silent = sum(m and not w for m, w in zip(missed, warned, strict=True))
    assert sum(missed) >= 3  # or the case tests nothing
    assert silent <= sum(missed) // 2
    assert not any(w and not m for m, w in zip(missed, warned, strict=True))


def run_of_lenders(score: float) -> Scenario:
    """One issuer that fails by a run where the normal number of its cash flow is below `score`.

    One quarter in a stressed market; nothing but cash flow is uncertain, nobody lends. Liquidity at
    its end is what there was, less planned capex, plus cash flow; there is cash left where it runs
    out of lenders.
    """
    wanted, committed, planned, flow, sigma = 1.0, 0.9, 20.0, 60.0, 0.3
    fails_at = flow / 4.0 * np.exp(sigma * score - 0.5 * sigma**2)
    burn = 0.5 * (committed * planned - flow / 4.0) + 0.5 * (committed * planned - fails_at)
    liquidity = wanted * burn + planned - fails_at
    case = quiet_case(
        1,
        regime0=1,
        run_quarters=[0.0, wanted, wanted],
        access={channel: [0.0] * 3 for channel in reference_case()["market"]["access"]},
        variable_cost=1.0,  # the build-out earns nothing
        fixed_cost=0.0,
        prefund_speed=0.0,
    )
    case["issuers"][0] |= {
        "ocf": flow,
        "cash_flow_noise": sigma,
        "seasonality": [1.0] * 4,
        "core_growth": 0.0,
        "core_growth_sigma": 0.0,
        "core_sigma": 0.0,
        "capex_plan": [planned],
        "committed": committed,
        "capex_sigma": 0.0,
        "capex_growth_sigma": 0.0,
        "maturities": [0.0],
        "leases": [0.0],
        "bonds": 0.0,
        "dividends": 0.0,
        "buybacks": 0.0,
        "investments": 0.0,
        "revolver": 1.0,
        "cash_min": 2.0,
        "cash_target": 2.0,
        "cash_cover": 0.0,
        "cash": liquidity + 2.0 - 1.0,
    }
    return scenario_from_case(case, start="2026Q1")


@pytest.mark.parametrize(
    ("method", "score"), [("importance", -3.0), ("importance", -4.5), ("splitting", -3.0)]
)
def test_runs_of_known_probability(method, score):
    """One in 740 and one in 300,000; four seeds together, within 4.5 errors as above."""
    scenario = run_of_lenders(score)
    found = [
        rare_event(scenario, "funding_failure/Alphabet", method=method, seed=seed)
        for seed in range(4)
    ]
    assert abs(pooled_score([one.found for one in found], norm.cdf(score))) < 4.5
    assert not any(one.found.warnings for one in found)


def test_failures_of_the_whole_model_take_fewer_paths_than_counting():
    """Against 2**24 counted paths, with an error of 0.4 % and 1.7 %; three seeds each.

    Nearly all of Microsoft's failures are runs. False-alarm rate as above. Measured over six seeds
    each: 5.4 to 9 and 21 to 37 times fewer paths than counting, so a mean of three below 4.5 and
    below 17 is no chance.
    """
    scenario = load_scenario(DEFAULT)
    for issuer, known, times_fewer in (("Microsoft", 3.5272e-3, 4.5), ("Meta", 2.0105e-4, 17.0)):
        event = f"funding_failure/{issuer}"
        found = [rare_event(scenario, event, seed=seed) for seed in range(3)]
        assert abs(pooled_score([one.found for one in found], known)) < 4.5
        assert np.mean([one.paths_to_count / one.found.paths for one in found]) > times_fewer
