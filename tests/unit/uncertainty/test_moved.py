"""Numbers are moved without reading the scenario anew, and it is the scenario with these inputs."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.lowering import lower, with_parameters
from capexrisk.scenario import Scenario, change_inputs, load_scenario
from capexrisk.scenario.section import Refused
from capexrisk.uncertainty.design import input_design
from capexrisk.uncertainty.moved import MovedScenario
from tests.unit.uncertain import uncertain

# Every kind of place: a number, an entry of a list and of a matrix, of a table, of a year; numbers
# that a plan by quarter is made of.
INPUTS = (
    "market.oas0_bp",
    "market.oas_mean_bp[1]",
    "market.hazard_per_year[0][2]",
    "market.access.bonds[1]",
    "market.absorb.private_usd_bn_per_year",
    "issuers.Oracle.cash_usd_bn",
    "issuers.*.capex_2026_usd_bn",
    "issuers.Meta.capex_growth_first_per_year",
    "issuers.Oracle.maturities_2027_usd_bn",
    "issuers.Oracle.leases_not_commenced_usd_bn",
    "issuers.Oracle.committed",
)
NOT_LOWERED_ANEW = {"money_units"}


def close(found: object, expected: object, at: str = "") -> None:
    """Equal but for the last bit of a plan by quarter, whose exponentials are the machine's."""
    assert type(found) is type(expected), at
    if isinstance(expected, dict):
        assert isinstance(found, dict)
        assert list(found) == list(expected), at
        for key in expected:
            close(found[key], expected[key], f"{at}.{key}")
    elif isinstance(expected, list):
        assert isinstance(found, list)
        assert len(found) == len(expected), at
        for index, (one, other) in enumerate(zip(found, expected, strict=True)):
            close(one, other, f"{at}[{index}]")
    elif "capex_plan" in at:
        assert found == pytest.approx(expected, rel=1e-14), at
    else:
        assert found == expected, at


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    down = {"how": "multiply", "law": "uniform", "low": 0.9, "high": 1}
    groups = {f"input {k}": {"inputs": (path,), **down} for k, path in enumerate(INPUTS)}
    return uncertain(load_scenario("configs/hyperscalers-2026.toml"), groups)


@pytest.fixture(scope="module")
def entries(scenario):
    return input_design(scenario).entries


def changed(scenario: Scenario, entries, row) -> Scenario:
    """The same by the long way: each input whole, checked and read anew."""
    inputs: dict[str, object] = {}
    for entry, number in zip(entries, row, strict=True):
        path = ".".join(entry.path)
        inputs[path] = placed(
            inputs.get(path, given(scenario, entry.path)), entry.positions, number
        )
    return change_inputs(scenario, inputs)


def given(scenario: Scenario, path):
    section = scenario.market
    if path[0] == "issuers":
        section = next(issuer for issuer in scenario.issuers if issuer.name == path[1])
    return section.inputs[".".join(path[2 if path[0] == "issuers" else 1 :])]


def placed(value, positions, number):
    if not positions:
        return float(number)
    inner = list(value)
    inner[positions[0]] = placed(value[positions[0]], positions[1:], number)
    return inner


@pytest.mark.parametrize("seed", range(3))
def test_moved_numbers_are_those_of_the_changed_scenario(scenario, entries, seed):
    factors = np.random.default_rng(seed).uniform(0.9, 1.0, len(entries))
    row = [entry.base * factor for entry, factor in zip(entries, factors, strict=True)]
    expected = changed(scenario, entries, row)
    close(MovedScenario(scenario, entries).parameters(row), expected.parameters)


def test_it_is_lowered_like_the_changed_scenario(scenario, entries):
    row = [entry.base * 0.95 for entry in entries]
    expected = lower(changed(scenario, entries, row))
    base = lower(scenario)
    (found,) = with_parameters(
        base, MovedScenario(scenario, entries).parameters(row), scenario.start_quarter
    )
    assert found.market == expected.market
    for name in set(found.schedule._fields) - NOT_LOWERED_ANEW:
        one, other = getattr(found.schedule, name), getattr(expected.schedule, name)
        np.testing.assert_allclose(one, other, rtol=1e-14, err_msg=name)
    # Histograms of both can be added.
    assert found.schedule.money_units is base.schedule.money_units


@pytest.mark.parametrize("points", [1, 7])
def test_points_lowered_together_are_those_lowered_alone(scenario, entries, points):
    factors = np.random.default_rng(4).uniform(0.9, 1.0, (points, len(entries)))
    numbers = factors * [entry.base for entry in entries]
    moved, base = MovedScenario(scenario, entries), lower(scenario)
    parameters, sound = moved.columns(numbers)
    assert sound.all()
    together = with_parameters(base, parameters, scenario.start_quarter, points)
    for row, found in zip(numbers.tolist(), together, strict=True):
        (alone,) = with_parameters(base, moved.parameters(row), scenario.start_quarter)
        assert found.market == alone.market
        for name, table in alone.schedule._asdict().items():
            np.testing.assert_array_equal(getattr(found.schedule, name), table, err_msg=name)


def test_the_numbers_as_they_stand_change_nothing(scenario, entries):
    row = [entry.base for entry in entries]
    close(MovedScenario(scenario, entries).parameters(row), scenario.parameters)


def test_numbers_that_contradict_each_other_are_refused():
    path = "issuers.Oracle.fall_leverage"
    group = {"inputs": (path,), "how": "multiply", "law": "uniform", "low": 0.8, "high": 1.1}
    scenario = uncertain(load_scenario("configs/hyperscalers-2026.toml"), {"grade": group})
    design = input_design(scenario)
    moved = MovedScenario(scenario, design.entries)
    with pytest.raises(Refused, match="leverage at the start"):
        moved.parameters([2.0])
    base = design.entries[0].base
    _, sound = moved.columns(np.array([[base], [2.0], [0.99 * base]]))
    assert sound.tolist() == [True, False, True]
