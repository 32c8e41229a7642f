"""One path looked at again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from capexrisk.archive.results import Results, load_results
from capexrisk.model.vocabulary import AHEAD_OF_NEED, CAUSES, CHANNELS, FLOWS, REGIMES, RUNGS
from capexrisk.scenario import scenario_from_case
from capexrisk.study.replay import replay
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import reference_case, small_scenario

# Independent paths in three chunks, which are batches and no nets.
PATHS = {"sobol": 2_048, "plain": 40_000}
BY_QUARTER = {"fcf_quarter": "free_cash_flow", "ocf_quarter": "operating_cash_flow"} | {
    "capex_quarter": "capex",
    "profit_quarter": "profit",
}
MARKET = {
    "market_spread": "market_spread_bp",
    "utilisation": "utilisation",
    "demand": "demand",
    "bond_share": "boom_share_of_bond_market",
}


@pytest.fixture(scope="module", params=["sobol", "plain"])
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Results, pd.DataFrame]:
    """A small run, and all its paths in the order in which `replay` counts them."""
    folder = tmp_path_factory.mktemp("paths")
    paths = PATHS[request.param]
    results = simulate(
        small_scenario(), paths=paths, seed=4, sampler=request.param, n_jobs=1, keep_paths=folder
    )
    paths = pd.concat(pd.read_parquet(file) for file in sorted(folder.iterdir()))
    return results, paths.sort_values("path", ignore_index=True)


def telling(paths: pd.DataFrame) -> list[int]:
    """First, middle and last path, one where Oracle fails, one where it cuts capex and survives."""
    fails = paths["tiers/F4/Oracle"] < 7
    cuts = (paths["tiers/F3/Oracle"] < 7) & ~fails
    return [
        0,
        len(paths) // 2,
        len(paths) - 1,
        int(fails.to_numpy().argmax()),
        int(cuts.to_numpy().argmax()),
    ]


def test_a_replay_is_the_path_that_was_counted(kept: tuple[Results, pd.DataFrame]) -> None:
    results, paths = kept
    for index in telling(paths):
        table, path = replay(results, index), paths.iloc[index]
        wide = table.set_index(["issuer", "quarter"])
        for issuer in results.issuers:
            rows = wide.loc[issuer].loc[results.quarters]
            for name, column in BY_QUARTER.items():
                kept_values = [path[f"{name}/{issuer}/{quarter}"] for quarter in results.quarters]
                np.testing.assert_allclose(rows[column], kept_values, rtol=1e-12, atol=1e-12)
            for flow in FLOWS:
                if flow not in AHEAD_OF_NEED:
                    total = path[f"flows_total/{flow}/{issuer}"]
                    assert rows[flow].sum() == pytest.approx(total, rel=1e-12, abs=1e-12)
            ahead = rows[list(AHEAD_OF_NEED)].to_numpy().sum() + rows["raised_to_cash"].sum()
            total = sum(path[f"flows_total/{flow}/{issuer}"] for flow in AHEAD_OF_NEED)
            assert ahead == pytest.approx(total, rel=1e-12, abs=1e-12)
            assert rows["advance"].iloc[-1] == pytest.approx(path[f"final_advance/{issuer}"])
            assert rows["failed"].sum() == 7 - path[f"tiers/F4/{issuer}"]
            assert rows["spread_bp"].iloc[-1] == pytest.approx(path[f"final_spread/{issuer}"])
        first = table.drop_duplicates("quarter").set_index("quarter")
        for name, column in MARKET.items():
            kept_values = [path[f"{name}/{quarter}"] for quarter in results.quarters]
            np.testing.assert_allclose(first.loc[results.quarters, column], kept_values, rtol=1e-12)
        regimes = [REGIMES[int(path[f"regime/{quarter}"])] for quarter in results.quarters]
        assert first["regime"].to_list() == regimes


def test_sources_add_up_to_the_need(kept: tuple[Results, pd.DataFrame]) -> None:
    results, paths = kept
    for index in telling(paths):
        table = replay(results, index)
        assert table["need"].max() > 0.0
        np.testing.assert_allclose(table[list(RUNGS)].sum(axis=1), table["need"], atol=1e-11)
        net = table[["capex_to_fund", "dividends", "investments", "due"]].sum(axis=1)
        net -= table["operating_cash_flow"]
        np.testing.assert_allclose(table["need"] - table["surplus"], net, atol=1e-11)
        cash = table.pivot_table(index="quarter", columns="issuer", values="cash", sort=False)
        change = (
            table["raised_to_cash"]
            + table["surplus_to_cash"]
            - table["cash_above_target"]
            - table["cash_to_minimum"]
        )
        change = change.to_numpy().reshape(len(results.quarters), -1)[1:]
        np.testing.assert_allclose(cash[results.issuers].diff().iloc[1:], change, atol=1e-9)
        assert (table[[*RUNGS, "surplus_to_cash", "raised_to_cash"]] > -1e-11).all(axis=None)


def test_causes_stand_where_they_bind(kept: tuple[Results, pd.DataFrame]) -> None:
    results, paths = kept
    index = telling(paths)[3]
    path = paths.iloc[index]
    rows = replay(results, index).query("issuer == 'Oracle'").reset_index()
    failure = int(path["tiers/F4/Oracle"])
    assert rows["cause"][failure] == list(CAUSES)[int(path["failure_cause/Oracle"]) - 1]
    ran = rows["liquidity"][failure] < rows["burn"][failure]
    assert (rows["unmet"][failure] > 0.0) if rows["cause"][failure] != "run" else ran
    later = rows.iloc[failure + 1 :]
    assert (later["cause"] == "").all()
    assert (later[["need", "surplus", "capex", "operating_cash_flow"]] == 0.0).all(axis=None)


def test_a_run_read_from_disk_replays_the_same(
    kept: tuple[Results, pd.DataFrame], tmp_path: Path
) -> None:
    results, paths = kept
    results.write(tmp_path)
    index = len(paths) - 1
    expected = replay(results, index)
    pd.testing.assert_frame_equal(replay(load_results(tmp_path), index), expected)
    number = int(paths["path"].iloc[index])
    pd.testing.assert_frame_equal(replay(results, number), expected)
    sampler = results.manifest.run.sampler
    again = replay(small_scenario(), number, seed=4, sampler=sampler)
    pd.testing.assert_frame_equal(again, expected)
    assert set(CHANNELS) <= set(expected.columns)


def test_a_path_that_the_run_has_not_is_refused(kept: tuple[Results, pd.DataFrame]) -> None:
    results, paths = kept
    beyond = int(paths["path"].iloc[-1]) + 1
    for path in (-1, len(paths), beyond, 2**50):
        with pytest.raises(
            ValueError, match=f"path: {path} is not in this run; give 0 to {len(paths) - 1:,}"
        ):
            replay(results, path)
    with pytest.raises(ValueError, match="path: -1 is out of range"):
        replay(small_scenario(), -1)


def test_events_are_replayed() -> None:
    case = reference_case(7, ("Amazon", "Oracle"))
    case["events"] = [{"quarter": 3, "what": "spread_jump", "size": 0.5}]
    scenario = scenario_from_case(case, start="2026Q1")
    results = simulate(scenario, paths=64, seed=4, sampler="plain", n_jobs=1)
    table = replay(results, 5)
    pd.testing.assert_frame_equal(table, replay(scenario, 5, seed=4, sampler="plain"))
    del case["events"]
    calm = replay(scenario_from_case(case, start="2026Q1"), 5, seed=4, sampler="plain")
    jump = np.log(table["market_spread_bp"] / calm["market_spread_bp"])[6]  # the fourth quarter
    assert jump == pytest.approx(np.log(1.5))
