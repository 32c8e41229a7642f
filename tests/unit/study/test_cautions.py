"""What is said of a scenario before it is run."""

from __future__ import annotations

import shutil
from pathlib import Path

from capexrisk.scenario import change_inputs, inputs, load_scenario
from capexrisk.scenario.inputs import without_source
from capexrisk.study.cautions import cautions, without_effect
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
    due, *rest = rest
    assert "no bond falls due in 2009" in due
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


def test_the_input_that_is_named_is_the_first_that_two_groups_move(tmp_path):
    """In the order of the groups, whichever of several others moves it."""
    shutil.copy(DEFAULT, tmp_path)
    group = (
        f'extends = "{DEFAULT.name}"\n[uncertainty.groups.calibrated]\n'
        'inputs = ["market.tax", "market.oas_speed_per_year"]\n'
        'how = "multiply"\nlaw = "lognormal"\ncovariance = [[0.04, 0], [0, 0.09]]\n'
        'evidence = "assumed: a test"\n'
    )
    (tmp_path / "x.toml").write_text(group, "utf-8")
    line, *_ = sorted(cautions(load_scenario(tmp_path / "x.toml")))
    assert line.startswith(
        'uncertainty.groups."calibrated": what it moves (market.oas_speed_per_year and so on) '
        "is moved as well by 'spread process', 'tax', so that "
    )


def test_inputs_of_events_are_counted_once():
    scenario = load_scenario(DEFAULT.with_name("deepseek-moment.toml"))
    assert scenario.events
    assert without_source(scenario) == ([], len(inputs(scenario)))


def test_a_scenario_with_all_its_sources_needs_no_word():
    assert cautions(load_scenario(DEFAULT)) == []


def test_figures_in_other_units_are_asked_about():
    """$ millions among billions, and the other way round; no firm of the library is."""
    mixed = {"core_revenue_usd_bn_per_year": 57_400.0, "cash_usd_bn": 19_770.0}
    scenario = change_inputs(
        load_scenario(DEFAULT), {f"issuers.Oracle.{key}": value for key, value in mixed.items()}
    )
    asked = [line for line in out_of_proportion(scenario) if line.endswith("is it in millions?")]
    words = "is more than any firm has; give $bn: is it in millions?"
    assert asked == [
        f"issuers.Oracle.core_revenue_usd_bn_per_year: 57,400 {words}",
        f"issuers.Oracle.cash_usd_bn: 19,770 {words}",
    ]
    for key, words in (
        ("cash_usd_bn", "times cash flow and capex"),
        ("ocf_usd_bn_per_year", "times revenue and cash"),
    ):
        changed = change_inputs(load_scenario(CARRIERS), {f"issuers.Heron.{key}": 1_400.0})
        assert any(words in line for line in out_of_proportion(changed))


def test_years_in_which_nothing_falls_due_are_told():
    short = load_scenario(DEFAULT, ["quarters=16"])
    (line,) = (line for line in cautions(short) if "falls due" in line)
    assert line == (
        "issuers.Alphabet.maturities_2028_usd_bn: the last one given, so that no bond falls due in "
        "2029; give these years (so too Amazon, Microsoft, Meta, Oracle, CoreWeave)"
    )
    (longer,) = (x for x in cautions(load_scenario(DEFAULT, ["quarters=80"])) if "falls due" in x)
    assert " falls due in 2029 to 2045; give these years" in longer


def test_years_after_the_horizon_are_told():
    assert without_effect(load_scenario(DEFAULT)) == []
    (line,) = without_effect(load_scenario(DEFAULT, ["quarters=8"]))
    assert line == (
        "issuers.Alphabet.maturities_2028_usd_bn and 5 more: after the horizon, which ends in "
        "2027, so without effect"
    )
