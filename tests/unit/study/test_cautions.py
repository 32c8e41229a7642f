"""What is said of a scenario before it is run."""

from __future__ import annotations

import shutil
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


def test_doubt_that_is_counted_twice(tmp_path):
    shutil.copy(DEFAULT, tmp_path)
    group = (
        f'extends = "{DEFAULT.name}"\n[uncertainty.groups.calibrated]\n'
        'inputs = ["market.oas_speed_per_year", "market.jump_rate_per_year"]\n'
        'how = "multiply"\nlaw = "lognormal"\ncovariance = [[0.04, 0], [0, 0.09]]\n'
        'evidence = "assumed: a test"\n'
    )
    (tmp_path / "x.toml").write_text(group, "utf-8")
    line, other = sorted(cautions(load_scenario(tmp_path / "x.toml")))
    assert other.startswith('uncertainty.groups."spread process": ')
    assert line.startswith(
        'uncertainty.groups."calibrated": what it moves (market.oas_speed_per_year and so on) '
        "is moved as well by 'spread process', so that "
    )


def test_a_scenario_with_all_its_sources_needs_no_word():
    assert cautions(load_scenario(DEFAULT)) == []
