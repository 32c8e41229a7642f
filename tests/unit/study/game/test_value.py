"""What a path is worth, by hand; and that it does not hang on how spending is financed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from capexrisk.errors import ArgumentError
from capexrisk.lowering import lower
from capexrisk.model.capacity import pipeline
from capexrisk.scenario import change_inputs
from capexrisk.study.game.value import AMOUNTS, Payoff
from capexrisk.study.outcomes import path_outcomes
from tests.unit.scenarios import ISSUERS, small_scenario

QUARTERS = 7
YEARS = (range(2), range(2, 6), range(6, 7))  # 2026Q3-Q4, 2027, 2028Q1
MIDDLES = np.array([1.0, 4.0, 6.5])
TRAILING = range(2, 7)
LEASED = {"issuers.Amazon.finance_lease_share": 0.5}


@pytest.fixture(scope="module")
def lowered():
    return lower(small_scenario(), "means")


def one_path(lowered, payoff, failed=QUARTERS, **amounts):
    """Payoff of the first issuer on a path on which all have the same years; 0 if not given."""
    rows = [np.tile(amounts.get(name, (0.0, 0.0, 0.0)), 3) for name in AMOUNTS]
    path = np.concatenate([*rows, [failed] * 3])
    assert len(path) == len(payoff.names(lowered))
    return payoff.of_paths(lowered, path[None])[0, 0]


def waiting(lowered):
    """Of each year's spending, what is not in service in the trailing five quarters, replayed."""
    lag = lowered.scenario.parameters["issuers"][0]["build_lag"]
    firm = SimpleNamespace(pipeline_outflow=1.0 - np.exp(-0.5 / lag))
    market = SimpleNamespace(capital_decay=1.0)
    shares = []
    for spending in YEARS:
        late = []
        for spent in spending:
            in_service, first, second = 0.0, 0.0, 0.0
            for quarter in range(QUARTERS):
                moved = pipeline.py_func(in_service, first, second, firm, market)
                in_service, first, second = moved
                if quarter in TRAILING:
                    late.append(1.0 - in_service)
                first += float(quarter == spent)
        shares.append(np.mean(late))
    return lowered.scenario.parameters["issuers"][0]["buildout_share"] * np.array(shares)


def test_a_survivor(lowered):
    """Two quarters, a year and a quarter; the last year is a mean of five quarters."""
    payoff = Payoff(discount=0.1, multiple=8.0, unfinished=0.5)
    capex = np.array([7.0, 5.0, 1.0])
    found = one_path(lowered, payoff, ocf_year=[4.0, 10.0, 3.0], capex_year=capex)
    factors = 1.1 ** (-MIDDLES / 4)
    flows = (np.array([4.0, 10.0, 3.0]) - capex) @ factors
    future = 8.0 * (10.0 + 3.0) * 4 / 5 * 1.1 ** (-7 / 4)  # 2027 and 2028Q1
    late = 0.5 * (capex * waiting(lowered)) @ factors
    assert found == pytest.approx(flows + future + late, rel=1e-12)


def test_a_failure(lowered):
    payoff = Payoff(discount=0.1, failure_loss=0.2)
    flows = {"ocf_year": [4.0, 0.0, 0.0], "capex_year": [7.0, 0.0, 0.0]}
    found = one_path(lowered, payoff, failed=1, **flows)
    cap = lowered.scenario.parameters["issuers"][0]["market_cap"]
    assert found == pytest.approx(-3.0 * 1.1**-0.25 - 0.2 * cap * 1.1 ** (-2 / 4), rel=1e-12)


def test_profit_is_before_interest_too(lowered):
    """As if it had no debt; flows are cash, whatever is multiplied."""
    payoff = Payoff(discount=0.0, multiple=2.0, terminal="profit")
    amounts = {"ocf_year": [0.0, 5.0, 0.0], "profit_year": [0.0, 3.0, 0.0]}
    found = one_path(lowered, payoff, interest_year=[0.0, 1.0, 0.0], **amounts)
    assert found == pytest.approx(5.0 + 1.0 + 2.0 * (3.0 + 1.0) * 4 / 5, rel=1e-12)


def test_a_survivor_is_worth_nothing_at_least(lowered):
    payoff = Payoff(discount=0.0)
    assert one_path(lowered, payoff, ocf_year=[0.0, -9.0, 0.0]) == -9.0


def project(lowered, payoff, way):
    """Amounts of a project that spends 1 in quarter 0 and earns the cost of capital, quarterly.

    What is spent beyond cash flow is borrowed, or missing from cash, at 6 % a year after tax.
    """
    factors = (1 + payoff.discount) ** (-MIDDLES / 4)
    served = factors[1:] @ [4, 1] / 4 + payoff.multiple * (1 + payoff.discount) ** (-7 / 4)
    in_service = 1.0 - payoff.unfinished * waiting(lowered)[0]
    a_year = factors[0] * in_service / served
    amounts = {name: np.zeros(3) for name in AMOUNTS}
    amounts["capex_year"][0] = 1.0
    owed, advance = 0.0, 0.0
    for year, quarters in enumerate(YEARS):
        for quarter in quarters:
            received = 1.0 if way == "advances" and quarter == 0 else 0.0
            earned = advance * 0.25 / 3.0
            interest = 0.0 if way == "advances" else 0.06 / 4 * owed
            advance += received - earned
            cash_flow = (a_year / 4 if year > 0 else 0.0) - interest + received - earned
            owed += (1.0 if quarter == 0 else 0.0) - cash_flow
            amounts["ocf_year"][year] += cash_flow
            amounts["profit_year"][year] += cash_flow - received + earned
            amounts["interest_year"][year] += interest
            amounts["advances_year"][year] += received - earned
    return amounts


@pytest.mark.parametrize("unfinished", [0.0, 1.0])
@pytest.mark.parametrize("terminal", ["ocf", "profit"])
@pytest.mark.parametrize("way", ["cash or bonds", "advances", "lease"])
def test_what_earns_the_cost_of_capital_is_worth_nothing(way, terminal, unfinished):
    """However it is financed: the change of the payoff is 0, to rounding."""
    scenario = small_scenario()
    lowered = lower(change_inputs(scenario, LEASED) if way == "lease" else scenario, "means")
    payoff = Payoff(terminal=terminal, unfinished=unfinished)
    base = {name: np.array([4.0, 10.0, 3.0]) for name in AMOUNTS}
    added = project(lowered, payoff, way)
    both = {name: base[name] + added[name] for name in AMOUNTS}
    gain = one_path(lowered, payoff, **both) - one_path(lowered, payoff, **base)
    assert gain == pytest.approx(0.0, abs=1e-12)
    assert sum(added["advances_year"]) > 0.5 or sum(added["interest_year"]) > 0.05


# Spending and demand do not look at spreads, and markets stay open.
ALIKE = {
    "market.chase_per_year": 0.0,
    "market.rivalry_per_year": 0.0,
    "market.hazard_per_year": ((0.0, 0.0, 0.0),) * 3,
    **{f"issuers.{name}.discipline_per_year": 0.0 for name in ISSUERS},
}


@pytest.mark.parametrize("terminal", ["ocf", "profit"])
def test_a_simulated_firm_is_worth_the_same_however_it_is_financed(terminal):
    """Modigliani and Miller, path by path; interest, advances and leases are the engine's."""
    base = change_inputs(small_scenario(), ALIKE | {"issuers.Amazon.prepaid_share": 0.0})
    ways = {
        "cash": {"issuers.Amazon.cash_usd_bn": 400.0},
        "dearer bonds": {"issuers.Amazon.spread_bp": 300.0},
        "advances": {"issuers.Amazon.prepaid_share": 0.5},
        "leases": LEASED,
    }
    payoff = Payoff(terminal=terminal)

    def of(changes):
        scenario = change_inputs(base, changes)
        lowered = lower(scenario, "means")
        paths = path_outcomes(scenario, payoff.names(lowered), paths=128, seed=3, sampler="plain")
        assert (paths["tiers/F4/Amazon"] == QUARTERS).all()
        return payoff.of_paths(lowered, paths.to_numpy())[:, 0], paths

    worth, paths = of({})
    for way, changes in ways.items():
        other, others = of(changes)
        np.testing.assert_allclose(other, worth, rtol=1e-10, err_msg=way)
        financed = [f"{name}/Amazon/2027" for name in ("interest_year", "advances_year")]
        assert np.abs(others[financed] - paths[financed]).to_numpy().max() > 0.1, way


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
