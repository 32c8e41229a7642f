"""Failures in the first quarter: what the books rule out, and what is counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from capexrisk import path_outcomes
from capexrisk.scenario import load_scenario
from capexrisk.scenario.opening import start_of
from capexrisk.study import first_quarter
from capexrisk.study.first_quarter import PATHS, WORTH_A_WARNING, first_quarter_failures

ROOT = Path(__file__).parents[3]
DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"
LIBRARY = sorted((ROOT / "configs").glob("*.toml"))
# Each multiplies the hazards: share of the market, spread, idle capacity.
FEARS = [
    "market.vigilante_share=0.1",
    "market.fear_spread_bp=60",
    "market.comfort_utilisation=0.99",
]


def _counted(scenario):
    """Share of paths that fail in the first quarter, by issuer, whatever the books say."""
    dates = [f"tiers/F4/{issuer.name}" for issuer in scenario.issuers]
    return (path_outcomes(scenario, dates, paths=PATHS, n_jobs=1) == 0.0).mean().tolist()


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_the_books_of_the_library_rule_them_out(path, monkeypatch):
    """Without a simulation, so that `validate` answers at once; and a simulation agrees.

    Bond vigilantes may shut the market in the first quarter, so that one is counted.
    """
    scenario = load_scenario(path)
    if path.stem == "bond-vigilantes":
        assert max(first_quarter_failures(scenario).values()) <= WORTH_A_WARNING
        return
    with monkeypatch.context() as patched:
        patched.delattr("capexrisk.study.outcomes.path_outcomes")
        assert first_quarter_failures(scenario) == {}
    assert max(_counted(scenario)) <= WORTH_A_WARNING


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        (["market.run_quarters=[2, 2, 2]"], 0.06, 0.10),
        (['market.regime0="shut"'], 0.20, 0.26),
        (
            ["issuers.CoreWeave.cash_usd_bn=1", "market.run_quarters=[0.5, 1, 2]"],
            0.06,
            0.10,
        ),
    ],
)
def test_runs_that_the_quarter_itself_brings(changes, low, high):
    """Opening cash would do for each of these; what is left after the quarter is paid does not.

    Shares of 131,072 paths: 0.078, 0.231 and 0.078.
    """
    shares = first_quarter_failures(load_scenario(DEFAULT, changes))
    assert low < shares["CoreWeave"] < high
    assert shares["Alphabet"] == 0.0


@pytest.mark.parametrize("change", ["cash_usd_bn=2", "revolver_usd_bn=0.5", "committed=0.9"])
def test_the_books_never_rule_out_what_happens(change):
    """The share passes 1 % somewhere on the way, as lenders want to see more."""
    counted = []
    for quarters in (0.25, 0.5, 0.75, 1.0, 1.25, 1.5):
        changes = [f"issuers.CoreWeave.{change}", f"market.run_quarters=[0, {quarters}, 2]"]
        scenario = load_scenario(DEFAULT, changes)
        counted.append(max(_counted(scenario)))
        assert counted[-1] <= WORTH_A_WARNING or first_quarter_failures(scenario) != {}
    assert min(counted) <= WORTH_A_WARNING < max(counted)


def test_an_event_of_the_first_quarter_is_not_foreseen(tmp_path):
    path = tmp_path / "shut.toml"
    path.write_text(
        DEFAULT.read_text("utf-8")
        + '[[events]]\nquarter = "2026Q1"\nwhat = "market_regime"\nregime = "shut"\n',
        "utf-8",
    )
    assert first_quarter_failures(load_scenario(path))["CoreWeave"] > WORTH_A_WARNING


@pytest.mark.parametrize("shock_rate", [0.0, 100.0])
@pytest.mark.parametrize("regime", ["open", "stressed", "shut"])
def test_chances_of_regimes_are_those_of_a_path(regime, shock_rate):
    """Exact: without shocks, or with one on every path, all paths have the same chances."""
    changes = [*FEARS, f'market.regime0="{regime}"', f"market.shock_rate_per_year={shock_rate}"]
    scenario = load_scenario(DEFAULT, changes)
    market = scenario.parameters["market"]
    names = [f"regime_chance/{name}/2026Q1" for name in ("open", "stressed", "shut")]
    paths = path_outcomes(scenario, names, paths=64, n_jobs=1)
    chances = first_quarter._regime_chances(market, start_of(scenario.parameters))
    assert paths.min().to_numpy() == pytest.approx(chances, rel=1e-9)
    assert paths.max().to_numpy() == pytest.approx(chances, rel=1e-9)
