"""What a path is worth, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from capexrisk.errors import ArgumentError
from capexrisk.lowering import lower
from capexrisk.study.game.value import Payoff
from tests.unit.scenarios import ISSUERS, small_scenario

QUARTERS, YEARS = 7, 3  # 2026Q3-Q4, 2027, 2028Q1


@pytest.fixture(scope="module")
def lowered():
    return lower(small_scenario(), "means")


def one_path(lowered, payoff, cash_flow, earned, failed=QUARTERS, capex=(0.0, 0.0, 0.0)):
    """Payoff of the first issuer on a path on which all have the same years."""
    path = [*np.tile(cash_flow, 3), *np.tile(earned, 3), *np.tile(capex, 3), *([failed] * 3)]
    assert len(path) == len(payoff.names(lowered))
    return payoff.of_paths(lowered, np.array([path], dtype=float))[0, 0]


def rate_of(lowered):
    market = lowered.scenario.parameters["market"]
    return market["risk_free"] * (1 - market["tax"])


def test_a_survivor(lowered):
    """Two quarters, a year and a quarter; the last year is a mean of five quarters."""
    payoff = Payoff(discount=0.1, multiple=8.0)
    found = one_path(lowered, payoff, [-3.0, 5.0, 2.0], [4.0, 10.0, 3.0])
    middles = np.array([1.0, 4.0, 6.5])  # of quarters 0-1, 2-5, 6
    flows = np.array([-3.0, 5.0, 2.0]) @ 1.1 ** (-middles / 4)
    a_year = (10.0 + 3.0) * 4 / 5  # 2027 and 2028Q1
    piled_up = -3.0 + (5.0 + 2.0) / 2
    future = 8.0 * (a_year - rate_of(lowered) * piled_up)
    assert found == pytest.approx(flows + 1.1 ** (-7 / 4) * future, rel=1e-12)


def test_a_failure(lowered):
    payoff = Payoff(discount=0.1, failure_loss=0.2)
    found = one_path(lowered, payoff, [-3.0, 0.0, 0.0], [4.0, 0.0, 0.0], failed=1)
    cap = lowered.scenario.parameters["issuers"][0]["market_cap"]
    assert found == pytest.approx(-3.0 * 1.1**-0.25 - 0.2 * cap * 1.1 ** (-2 / 4), rel=1e-12)


def test_spending_financed_at_the_risk_free_rate_costs_once(lowered):
    """$1bn spent before the last year: its interest is in the earnings, and is taken out."""
    payoff = Payoff(discount=0.0)
    without = one_path(lowered, payoff, [0.0, 0.0, 0.0], [0.0, 10.0, 0.0])
    interest = rate_of(lowered) * 5 / 4  # of the five quarters that are the last year
    spent = one_path(lowered, payoff, [-1.0, 0.0, 0.0], [0.0, 10.0 - interest, 0.0])
    assert without - spent == pytest.approx(1.0, rel=1e-12)


def test_what_is_not_in_service_yet_is_worth_its_cost(lowered):
    """The last year begins in quarter 2; its middle is quarter 4.5."""
    payoff = Payoff(discount=0.0, unfinished=0.5)
    issuer = lowered.scenario.parameters["issuers"][0]
    found = one_path(lowered, payoff, [0.0] * 3, [0.0] * 3, capex=[10.0, 20.0, 30.0])
    stages = 2.0 * np.array([3.5, 0.5]) / 4 / issuer["build_lag"]
    waiting = [*((1 + stages) * np.exp(-stages)), 1.0]
    cost = issuer["buildout_share"] * (np.array([10.0, 20.0, 30.0]) @ waiting)
    assert found == pytest.approx(0.5 * cost, rel=1e-12)
    lost = one_path(lowered, payoff, [0.0] * 3, [0.0] * 3, failed=6, capex=[10.0, 20.0, 30.0])
    assert lost < 0.0


def test_a_survivor_is_worth_nothing_at_least(lowered):
    assert one_path(lowered, Payoff(), [0.0, 0.0, 0.0], [0.0, -9.0, 0.0]) == 0.0


def test_names_are_those_of_profit_if_asked(lowered):
    names = Payoff(terminal="profit").names(lowered)
    assert f"profit_year/{ISSUERS[0]}/2027" in names
    assert not any(name.startswith("ocf") for name in names)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("discount", -0.1), ("discount", float("nan")), ("multiple", 101.0), ("failure_loss", 11.0)],
)
def test_out_of_range(argument, value):
    with pytest.raises(ArgumentError, match=f"{argument}: .* is out of range; give 0 to"):
        Payoff(**{argument: value})


def test_unknown_terminal():
    with pytest.raises(ArgumentError, match="terminal: 'profits' is unknown; did you mean profit"):
        Payoff(terminal="profits")
