"""The race as a game: payoffs are those of runs, however they are computed; what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.errors import ArgumentError, BudgetExceeded, ScenarioError, UnknownName
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.scenario import change_inputs
from capexrisk.study.game.choices import Choices
from capexrisk.study.game.phase import phases
from capexrisk.study.game.race import game
from capexrisk.study.game.simulated import SpendingGame
from capexrisk.study.game.value import Payoff
from capexrisk.study.outcomes import path_outcomes
from tests.unit.scenarios import ISSUERS, small_scenario

TWO = Choices(players=("Oracle", "CoreWeave"), levels=(0.5, 1.0))
POINTS, MORE, SEED = 8, 32, 3


@pytest.fixture(scope="module")
def scenario():
    return small_scenario()


@pytest.fixture(scope="module")
def found(scenario):
    return game(scenario, choices=TWO, points=POINTS, more_points=MORE, seed=SEED, n_jobs=2)


def oracle_of(scenario, choices=TWO):
    plan = RunPlan(paths=REPLICATES, seed=SEED, backend="sequential")
    return SpendingGame(scenario, choices, Payoff(), plan)


def test_payoffs_are_those_of_single_paths(scenario):
    """The plans: the mean over a net of what each path is worth."""
    oracle = oracle_of(scenario)
    values = oracle.payoffs([(1, 1)], MORE)[0]
    lowered, payoff = oracle.lowered((1, 1)), Payoff()
    paths = path_outcomes(scenario, payoff.names(lowered), paths=REPLICATES * MORE, seed=SEED)
    worth = payoff.of_paths(lowered, paths.to_numpy()).mean(axis=0)
    order = [ISSUERS.index(name) for name in TWO.players]
    assert values.mean(axis=0) == pytest.approx(worth[order], rel=1e-12)


def test_a_level_multiplies_the_plan_and_nothing_else(scenario):
    oracle = oracle_of(scenario)
    lowered, base = oracle.lowered((0, 1)), oracle.lowered((1, 1))
    oracle_row = ISSUERS.index("Oracle")
    assert lowered.schedule.capex_plan[oracle_row] == pytest.approx(
        0.5 * base.schedule.capex_plan[oracle_row]
    )
    others = [row for row in range(3) if row != oracle_row]
    assert (lowered.schedule.capex_plan[others] == base.schedule.capex_plan[others]).all()


def test_the_same_bits_for_one_thread_and_two(scenario, found):
    alone = game(scenario, choices=TWO, points=POINTS, more_points=MORE, seed=SEED, n_jobs=1)
    assert alone.table.equals(found.table) and alone.profiles.equals(found.profiles)


def test_the_table_adds_up(found):
    table = found.table.set_index(["profile", "measure", "issuer"])["value"]
    for profile in found.profiles.index:
        payoffs = [table.loc[(profile, "payoff", name)] for name in TWO.players]
        welfare = table.loc[(profile, "welfare", "system")]
        assert sum(payoffs) == pytest.approx(welfare)
        assert table.loc[(profile, "lost", "system")] >= 0.0
    assert "1/1" in found.profiles.index


def test_failures_are_reported_for_plans_and_best(found):
    rows = found.table[found.table["measure"] == "funding_failure"]
    assert {"1/1", found.named(found.solution.cooperation)} <= set(rows["profile"])
    assert set(rows["issuer"]) == set(ISSUERS)


def test_phases_judge_the_plans_in_every_cell(scenario):
    grid = {"market.depreciation_per_year": [0.1, 0.3]}
    diagram = phases(scenario, grid, choices=TWO, points=POINTS, seed=SEED, n_jobs=2)
    assert list(diagram.table["market.depreciation_per_year"]) == [0.1, 0.3]
    second = change_inputs(scenario, {"market.depreciation_per_year": 0.3})
    values = oracle_of(second).payoffs([(1, 1), (0, 1), (1, 0)], POINTS)
    gains = [(values[1] - values[0])[:, 0].mean(), (values[2] - values[0])[:, 1].mean()]
    row = diagram.table.iloc[1]
    assert row["value"] == pytest.approx(max(gains), rel=1e-12)
    assert row["issuer"] == TWO.players[int(np.argmax(gains))]


@pytest.mark.parametrize(
    ("choices", "error", "message"),
    [
        (
            {"players": ("Oracle",)},
            ArgumentError,
            "players: Oracle: make no game; give two or more",
        ),
        ({"players": ("Oracle", "Orakel")}, UnknownName, "Orakel: is no issuer here; did you mean"),
        ({"levels": (0.0, 1.0)}, ArgumentError, "levels: 0 is out of range; give more than 0"),
        ({"levels": (1.0,)}, ArgumentError, "levels: 1; give two to 9, 1 among them"),
        ({"levels": (0.5, 0.7)}, ArgumentError, "1 among them"),
        ({"multiplied": ("cash",)}, UnknownName, "cash: is no input of Amazon"),
        ({"multiplied": ("high_yield",)}, UnknownName, "is no amount that could be multiplied"),
        ({"multiplied": ("buildout_share",)}, ScenarioError, "buildout_share"),
    ],
)
def test_bad_choices(scenario, choices, error, message):
    with pytest.raises(error, match=message):
        game(scenario, choices=Choices(**choices), points=POINTS, more_points=MORE)


def test_a_game_larger_than_the_budget(scenario):
    """Size and a forecast."""
    levels = tuple(np.linspace(0.6, 1.4, 9))
    with pytest.raises(BudgetExceeded, match=r"3 firms on 9 levels are 729 profiles.* minutes"):
        game(scenario, choices=Choices(levels=levels), points=2**16)


@pytest.mark.parametrize("points", [0, 1, 2**21])
def test_points_out_of_range(scenario, points):
    with pytest.raises(ArgumentError, match=r"points: .* is out of range; give 2 to"):
        game(scenario, points=points)


def test_inputs_of_an_axis_move_together(scenario):
    both = "market.depreciation_per_year+market.book_depreciation_per_year"
    lasting = Payoff(terminal="profit")
    options = {"choices": TWO, "payoff": lasting, "points": POINTS, "seed": SEED, "n_jobs": 1}
    diagram = phases(scenario, {both: [0.3]}, **options)
    changes = dict.fromkeys(both.split("+"), 0.3)
    own = {"market.tax": [scenario.parameters["market"]["tax"]]}
    alone = phases(change_inputs(scenario, changes), own, **options)
    only_one = phases(scenario, {both.split("+")[0]: [0.3]}, **options)
    change_inputs(scenario, {"market.tax": 0.21})
    assert diagram.over == (both,)
    assert diagram.table["value"].tolist() == alone.table["value"].tolist()
    assert diagram.table["value"].tolist() != only_one.table["value"].tolist()


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({}, "over: 0 inputs"),
        ({"market.tax": [0.1], "market.tax+market.fixed_cost": [0.1]}, "market.tax: is given twic"),
        ({"market.tax": np.linspace(0.1, 0.2, 401)}, "401 cells; give one or two, 400 at most"),
    ],
)
def test_phases_refuse_a_grid(scenario, over, message):
    with pytest.raises(ArgumentError, match=message):
        phases(scenario, over)


def test_phases_larger_than_the_budget(scenario):
    """Size and a forecast."""
    over = {"market.tax": np.linspace(0.1, 0.2, 100)}
    with pytest.raises(BudgetExceeded, match=r"100 cells of 7 profiles .* minutes of a core"):
        phases(scenario, over, points=2**14)


def test_phases_refuse_a_value(scenario):
    with pytest.raises(ScenarioError, match="depreciation"):
        phases(scenario, {"market.depreciation_per_year": [-1.0]})
