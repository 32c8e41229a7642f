"""Money in another unit: no amount of a scenario is large or small by itself.

Money is scaled by powers of ten, so that every figure is rounded anew, and no path is to the bit
what it was.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from capexrisk.archive.results import Results
from capexrisk.scenario import Scenario, change_inputs, inputs, load_scenario
from capexrisk.study.simulation import simulate
from tests.unit.three_issuers import three_issuers

ROOT = Path(__file__).parents[2]
FACTORS = (1e-4, 1e-2, 1e2, 1e4)
PATHS = 8_192
OF_MONEY = ("$bn", "$bn a year")
KEY = ["issuer", "period", "metric", "statistic"]
SCENARIOS = {
    "three": three_issuers,
    "carriers": lambda: load_scenario(ROOT / "tests" / "unit" / "carriers.toml"),
    "default": lambda: load_scenario(ROOT / "configs" / "hyperscalers-2026.toml"),
}


def scaled(scenario: Scenario, factor: float) -> Scenario:
    """The scenario with all its money times a factor."""

    def times(value: Any) -> Any:
        return tuple(map(times, value)) if isinstance(value, tuple) else value * factor

    money = {one.path: times(one.value) for one in inputs(scenario) if one.unit in OF_MONEY}
    assert len(money) > 30
    return change_inputs(scenario, money)


@pytest.fixture(scope="module", params=SCENARIOS)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return SCENARIOS[request.param]()


@pytest.fixture(scope="module", params=["sobol", "plain"])
def sampler(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def run(scenario: Scenario, sampler: str) -> Results:
    return simulate(scenario, paths=PATHS, seed=11, sampler=sampler, n_jobs=1)


@pytest.fixture(scope="module")
def expected(scenario: Scenario, sampler: str) -> Results:
    return run(scenario, sampler)


@pytest.fixture(scope="module", params=FACTORS)
def both(
    request: pytest.FixtureRequest, scenario: Scenario, sampler: str, expected: Results
) -> tuple[float, pd.DataFrame]:
    """The factor, and the rows of both runs side by side."""
    found = run(scaled(scenario, request.param), sampler)
    rows = expected.summary.merge(found.summary, on=KEY, suffixes=("", "_scaled"))
    assert len(rows) == len(expected.summary) == len(found.summary)
    return request.param, rows


def of_money(rows: pd.DataFrame) -> pd.Series:
    pure = r"spread|utilisation|share_of_bond_market|regime_|anchor_lost|expected_failures"
    share = rows["statistic"].isin(["probability", "upper_bound", "lower_bound"])
    return ~share & ~rows["metric"].str.contains(pure)


def test_probabilities_are_the_same(both) -> None:
    """Rounding decides a path's event with a chance of some 1e-11: not once in 8,192 paths."""
    _, rows = both
    shares = rows[rows["statistic"].isin(["probability", "upper_bound", "lower_bound"])]
    assert len(shares) > 150
    for column in ("value", "ci_low", "ci_high"):
        np.testing.assert_allclose(shares[f"{column}_scaled"], shares[column], rtol=0, atol=1e-12)


def test_nothing_but_rounding_is_no_buyback() -> None:
    """Who raises all the cash it lacks just meets its target, and has no surplus left."""
    path = Path(__file__).parents[2] / "configs" / "hyperscalers-2026.toml"
    ahead = change_inputs(load_scenario(path), {"market.prefund_speed": 1.0})
    expected, found = (run(one, "plain") for one in (ahead, scaled(ahead, 1e-2)))
    rows = expected.estimates("no_buyback").merge(
        found.estimates("no_buyback"), on=KEY, suffixes=("", "_scaled")
    )
    assert rows["value"].between(0.01, 0.99).any()
    np.testing.assert_allclose(rows["value_scaled"], rows["value"], rtol=0, atol=1e-12)


def test_what_is_no_money_is_the_same(both) -> None:
    _, rows = both
    pure = rows[~of_money(rows)]
    np.testing.assert_allclose(pure["value_scaled"], pure["value"], rtol=1e-9, atol=1e-12)


def test_means_are_in_proportion(both) -> None:
    factor, rows = both
    means = rows[of_money(rows) & (rows["statistic"] == "mean")]
    assert len(means) > 100
    size = means["value"].abs() + means["standard_error"].fillna(0.0)
    assert ((means["value_scaled"] / factor - means["value"]).abs() <= 1e-9 * size).all()


def test_quantiles_are_in_proportion(both) -> None:
    """Within their intervals: unless the factor is a power of two, the edges of cells are others.

    That of the lowest cash may lie beside a point mass, the cash of the start, and share its cell:
    it is known to that cell, 1/64 of its value at most.
    """
    factor, rows = both
    ranks = rows[of_money(rows) & rows["statistic"].str.fullmatch(r"p[0-9]+|cfar95|es95")]
    assert len(ranks) > 100
    assert ((ranks["value"] == 0.0) == (ranks["value_scaled"] == 0.0)).all()
    apart = (ranks["value_scaled"] / factor - ranks["value"]).abs()
    allowed = 0.5 * (ranks["ci_high"] - ranks["ci_low"])
    shared = (ranks["metric"] == "lowest_cash").map({False: 1e-9, True: 1.0 / 64.0})
    outside = apart > allowed + shared * ranks["value"].abs()
    assert not outside.any(), ranks[outside]
