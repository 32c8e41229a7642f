"""What is said of a scenario before it is run."""

from __future__ import annotations

from pathlib import Path

from capexrisk.scenario import inputs, load_scenario
from capexrisk.study.cautions import cautions
from capexrisk.study.proportion import out_of_proportion

ROOT = Path(__file__).parents[3]
DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"
CARRIERS = ROOT / "tests" / "unit" / "carriers.toml"


def test_inputs_without_a_source_are_counted_before_the_rest():
    scenario = load_scenario(CARRIERS, ["issuers.Heron.cash_usd_bn=1"])  # which has one: the user
    first, *rest = cautions(scenario)
    count = len(inputs(scenario))
    assert first == (
        f"evidence: {count - 1} of {count} inputs have no source, the first is "
        "market.demand0_usd_bn_per_year; give it, or say that they are assumed"
    )
    assert rest == out_of_proportion(scenario)


def test_a_scenario_with_all_its_sources_needs_no_word():
    assert cautions(load_scenario(DEFAULT)) == []
