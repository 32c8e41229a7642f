"""Values of inputs at which an answer is reached: found on the model, and refused."""

from __future__ import annotations

import re
from math import hypot

import pytest
from matplotlib.figure import Figure

import capexrisk as cr
from capexrisk.errors import ArgumentError, UnknownName
from capexrisk.scenario import change_inputs
from tests.unit.scenarios import small_scenario

SCENARIO = small_scenario(quarters=4)
FAILS = "funding_failure/CoreWeave"
CAPEX = "issuers.CoreWeave.capex_2026_usd_bn"


def value_of(path: str) -> float:
    (one,) = (one for one in cr.scenario.inputs(SCENARIO) if one.path == path)
    return float(one.value)


@pytest.fixture(scope="module")
def found() -> cr.Solution:
    base = cr.simulate(SCENARIO, paths=8192, seed=1).estimate(FAILS).value
    return cr.solve(SCENARIO, FAILS, equals=base, by=CASH, points=64, seed=2)


CASH = "issuers.CoreWeave.cash_usd_bn"


def test_the_scenario_s_own_value_brings_its_own_answer(found):
    (one,) = found.crossings
    low, high = (
        end - side * one.standard_error for end, side in ((one.ci_low, 2), (one.ci_high, -2))
    )
    assert low < value_of(CASH) < high
    assert not found.turns and not found.refused


@pytest.mark.slow
def test_other_paths_confirm_it(found):
    """4 errors: one false alarm in 16,000 over fresh seeds."""
    (one,) = found.crossings
    there = change_inputs(SCENARIO, {CASH: one.value})
    again = cr.simulate(there, paths=8192, seed=99).estimate(FAILS)
    error = hypot(again.standard_error, one.answer.standard_error)
    assert abs(again.value - found.equals) < 4.0 * error


def test_every_value_tried_is_kept_with_its_answer(found):
    assert found.tried["value"].is_monotonic_increasing
    assert (found.tried["ci_low"] <= found.tried["answer"]).all()
    (row,) = found.to_frame().to_dict("records")
    assert row["of"].startswith("funding_failure/CoreWeave/") and row["by"] == CASH
    assert row["ci_low"] < row["value"] < row["ci_high"]
    assert row["answer"] == pytest.approx(found.equals, abs=row["answer_standard_error"])


def test_the_same_bits_for_any_number_of_threads(found):
    again = cr.solve(SCENARIO, FAILS, equals=found.equals, by=CASH, points=64, seed=2, n_jobs=1)
    assert again.to_frame().equals(found.to_frame())


def test_the_curve_passes_through_what_was_found(found):
    ax = found.plot.curve(ax=Figure().subplots())
    (one,) = found.crossings
    marks = [
        (line.get_xdata()[0], line.get_ydata()[0])
        for line in ax.lines
        if len(line.get_xdata()) == 1
    ]
    assert marks == [(one.value, pytest.approx(100.0 * found.equals))]
    assert ax.get_xlabel() == CASH
    assert found.plot.curve().figure.get_supxlabel() == "small · 2,048 paths · seed 2"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"equals": "5"}, "equals: 5 is no chance that an input can bring about; did you mean 5%?"),
        ({"equals": "0%"}, "equals: 0% is no chance that an input can bring about; give more than"),
        ({"equals": "120%"}, "equals: 120% is no chance"),
        ({"equals": 10}, "equals: 10 is no chance"),
        ({"equals": "ten"}, "equals: 'ten' is no number; give one such as 10%"),
        ({"equals": "nan"}, "equals: 'nan' is no number"),
        (
            {"of": "free_cash_flow/Oracle", "equals": "10%"},
            "equals: '10%': the answer is in $bn; give a number of it",
        ),
        ({"by": "issuers.CoreWeave.cash"}, "did you mean issuers.CoreWeave.cash_usd_bn?"),
        ({"by": 3}, "by: 3 is not a path of keys; join keys with dots"),
        ({"by": "market.regime0"}, "market.regime0 is no number but 'open'; give an input that is"),
        ({"by": "market.oas_mean_bp"}, "market.oas_mean_bp is a list of numbers; give an input"),
        ({"between": (5, 2)}, "between: 5 to 2: give the lower end first"),
        (
            {"between": (-1, 2)},
            "between: -1 to 2 leaves the input's bounds; stay within 0 to 1e+08",
        ),
        ({"between": 7}, "between: 7 are not two numbers; give two"),
        ({"between": (1, float("nan"))}, "between: 1 to nan is no range"),
    ],
)
def test_wrong_questions_get_a_line_before_a_path_is_simulated(monkeypatch, changed, words):
    monkeypatch.delattr("capexrisk.study.solve.Session")
    asked = {"of": FAILS, "equals": "10%", "by": CASH, **changed}
    with pytest.raises(ArgumentError) as refused:
        cr.solve(SCENARIO, **asked)
    assert words in str(refused.value) and "\n" not in str(refused.value)


def test_an_answer_that_is_not_there():
    with pytest.raises(UnknownName, match="did you mean CoreWeave"):
        cr.solve(SCENARIO, "funding_failure/CoreWeve", equals="10%", by=CASH)


def test_a_target_out_of_reach_says_what_is_reached():
    with pytest.raises(ArgumentError) as refused:
        cr.solve(SCENARIO, FAILS, equals="99%", by=CASH, points=64)
    assert re.search(
        r"^equals: 99 % is not reached: issuers\.CoreWeave\.cash_usd_bn from .* brings .* % "
        r"\[.*\] \(at .*\) to .* give another target, or a range \(between\) within 0 to 1e\+08$",
        str(refused.value),
    )


def test_a_target_that_only_the_error_of_the_answer_reaches_is_not_called_out_of_reach():
    ends = (value_of(CASH), 1.5 * value_of(CASH))
    with cr.Session(SCENARIO, [FAILS], points=64) as session:
        highest = session.estimate({CASH: ends[0]})[FAILS].estimate
    target = highest.value + 0.5 * highest.standard_error
    with pytest.raises(ArgumentError) as refused:
        cr.solve(SCENARIO, FAILS, equals=target, by=CASH, points=64, between=ends)
    assert re.search(
        r"^equals: whether .* % is reached cannot be told: .* is within its error of it with .* at "
        rf"{ends[0]:g}.*; give more points, or a wider range \(between\)$",
        str(refused.value),
    )


def test_an_input_without_effect():
    with pytest.raises(
        ArgumentError, match=r"by: .* has no effect on .*: it is .* give another input"
    ):
        cr.solve(
            SCENARIO,
            FAILS,
            equals="10%",
            by="thresholds.group_profit_usd_bn_per_year",
            points=16,
            between=(1.0, 9.0),
        )


def test_a_target_that_is_met_everywhere():
    with cr.Session(SCENARIO, [FAILS], points=64) as session:
        answer = session.estimate()[FAILS].estimate.value
    narrow = (value_of(CASH), 1.01 * value_of(CASH))
    with pytest.raises(ArgumentError, match=r"(within its error at all values|has no effect)"):
        cr.solve(SCENARIO, FAILS, equals=answer, by=CASH, points=64, between=narrow)


def test_a_chance_too_rare_for_the_paths():
    with pytest.raises(
        ArgumentError, match=r"0\.1 % of 512 paths are too few to tell; take 313 points"
    ):
        cr.solve(SCENARIO, FAILS, equals="0.1%", by=CASH, points=16)
