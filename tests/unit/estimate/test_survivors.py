"""Amounts of an issuer while it is alive: the paths on which it has failed before are left out."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from capexrisk.archive.results import Results
from capexrisk.scenario import Scenario, load_scenario
from capexrisk.study.outcomes import path_outcomes
from capexrisk.study.simulation import simulate

CONFIGS = Path(__file__).parents[3] / "configs"
PATHS = 4_096
ISSUER, YEAR, QUARTER = "CoreWeave", "2028", "2028Q3"
AMOUNTS = {
    f"fcf_year/{ISSUER}/{YEAR}": ("free_cash_flow_while_alive", YEAR, 8),
    f"fcf_quarter/{ISSUER}/{QUARTER}": ("free_cash_flow_while_alive", QUARTER, 10),
    f"capex_year/{ISSUER}/{YEAR}": ("capex_while_alive", YEAR, 8),
}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(CONFIGS / "hyperscalers-2026.toml")


@pytest.fixture(scope="module", params=["sobol", "plain"])
def run(request: pytest.FixtureRequest, scenario: Scenario) -> tuple[Results, str]:
    return simulate(scenario, paths=PATHS, seed=3, sampler=request.param, n_jobs=1), request.param


@pytest.fixture(scope="module")
def paths(run: tuple[Results, str], scenario: Scenario) -> dict[str, NDArray[np.float64]]:
    names = [*AMOUNTS, f"tiers/F4/{ISSUER}"]
    found = path_outcomes(scenario, names, paths=PATHS, seed=3, sampler=run[1], n_jobs=1)
    return {name: found[name].to_numpy() for name in names}


@pytest.mark.parametrize("name", list(AMOUNTS))
def test_they_are_those_of_the_paths_alive(
    run: tuple[Results, str], paths: dict[str, NDArray[np.float64]], name: str
) -> None:
    metric, period, first = AMOUNTS[name]
    alive = paths[f"tiers/F4/{ISSUER}"] >= first
    values = paths[name]
    assert 0 < (~alive).sum() < PATHS
    assert (values[~alive] == 0.0).all()  # what the subtraction rests on
    results, sampler = run
    rows = results.estimates(metric, issuer=ISSUER, period=period).set_index("statistic")
    assert (rows["n"] == alive.sum()).all()
    assert rows.loc["mean", "value"] == pytest.approx(values[alive].mean(), rel=1e-10)
    for level in (5, 25, 50, 75, 95):
        expected = np.quantile(values[alive], level / 100)
        low, high = rows.loc[f"p{level}", ["ci_low", "ci_high"]]
        width = max(abs(expected) / 64, 1e-3)  # of the histogram's cell
        assert low - width <= expected <= high + width
    if sampler == "plain":
        error = values[alive].std(ddof=1) / np.sqrt(alive.sum())
        assert rows.loc["mean", "standard_error"] == pytest.approx(error, rel=1e-9)
    cells = results.distributions
    of_it = (cells["metric"] == metric) & (cells["issuer"] == ISSUER) & (cells["period"] == period)
    assert cells.loc[of_it, "count"].sum() == alive.sum()


def test_nothing_is_known_where_nobody_is_alive(scenario: Scenario) -> None:
    poor = {"cash_usd_bn": 0.0, "cash_min_usd_bn": 0.0, "revolver_usd_bn": 0.0}
    poor |= {"bond_quarter_cap_usd_bn": 0.0, "equity_access_per_year": 0.0}
    poor |= {"secured_advance": 0.0, "private_advance": 0.0}
    changes = {f"issuers.{ISSUER}.{key}": value for key, value in poor.items()}
    changes[f"issuers.{ISSUER}.committed"] = 1.0
    broke = simulate(load_scenario(CONFIGS / "hyperscalers-2026.toml", changes), paths=64, n_jobs=1)
    rows = broke.estimates("free_cash_flow_while_alive", issuer=ISSUER, period=YEAR)
    gone = broke.estimates("funding_failure", issuer=ISSUER, period="2027Q4")
    assert gone["statistic"].item() == "lower_bound"
    assert rows["n"].eq(0).all() and all(isnan(value) for value in rows["value"])
