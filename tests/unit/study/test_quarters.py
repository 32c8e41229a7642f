"""Distributions of quarters, against the single paths that a run keeps."""

from __future__ import annotations

from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from capexrisk.archive.results import Results
from capexrisk.study.quarters import METRICS, Quarters, quarters
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import ISSUERS, small_scenario

PATHS = {"sobol": 8_192, "plain": 6_000}
ASKED = 3_200  # 100 points of each net: not a whole number of blocks
NETS = {"sobol": 32, "plain": 1}
KEPT = {
    "operating_cash_flow": "ocf_quarter",
    "capex": "capex_quarter",
    "free_cash_flow": "fcf_quarter",
}


@pytest.fixture(scope="module", params=["sobol", "plain"])
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Results, Quarters, pd.DataFrame]:
    """A small run, its quarters, and the single paths that they should be of."""
    folder, sampler = tmp_path_factory.mktemp("paths"), request.param
    results = simulate(
        small_scenario(), paths=PATHS[sampler], seed=4, sampler=sampler, keep_paths=folder
    )
    single = pd.read_parquet(folder).sort_values("path", ignore_index=True)
    net = single["path"] // 2**40
    place = single.groupby(net).cumcount()
    wanted = place < ASKED // NETS[sampler]
    return results, quarters(results, paths=ASKED), single[wanted].assign(net=net[wanted])


def alive(single: pd.DataFrame, issuer: str, first: int) -> pd.DataFrame:
    return single[single[f"tiers/F4/{issuer}"] >= first]


def test_they_are_the_run_s_own_paths(run):
    results, found, single = run
    assert len(single) == ASKED
    for issuer in ISSUERS:
        for k, quarter in enumerate(results.quarters):
            paths = alive(single, issuer, k)
            for metric, outcome in KEPT.items():
                amounts, net = found.sample(issuer, quarter, metric)
                np.testing.assert_allclose(
                    amounts, paths[f"{outcome}/{issuer}/{quarter}"], rtol=1e-12, atol=1e-12
                )
                np.testing.assert_array_equal(net, paths["net"])


def test_years_to_date_are_sums_of_quarters(run):
    results, found, single = run
    to_date = ["2026Q3-Q4", "2027Q1-Q2", "2027Q1-Q3", "2027Q1-Q4"]
    assert [span.label for span in found.spans] == [*results.quarters, *to_date]
    paths = alive(single, "CoreWeave", 2)
    assert len(paths) < len(single)
    total = sum(paths[f"ocf_quarter/CoreWeave/2027Q{q}"] for q in (1, 2, 3))
    amounts, _ = found.sample("CoreWeave", "2027Q1-Q3", "operating_cash_flow")
    np.testing.assert_allclose(amounts, total, rtol=1e-12, atol=1e-12)


def test_channels_add_up_to_what_the_year_raised(run):
    """A failed issuer raises nothing, so all paths count here."""
    _, found, single = run
    for channel in ("bonds", "share_programme", "finance_leases"):
        amounts, _ = found.sample("Oracle", "2026Q3", f"raised_{channel}")
        later, _ = found.sample("Oracle", "2026Q4", f"raised_{channel}")
        total = single[f"flows_year/{channel}/Oracle/2026Q3-Q4"].sum()
        assert amounts.sum() + later.sum() == pytest.approx(total, rel=1e-9)


def test_the_table_has_every_issuer_period_and_metric(run):
    results, found, _ = run
    table = found.table
    assert not table.duplicated(["issuer", "period", "metric", "statistic"]).any()
    spans = len(results.quarters) + 4
    assert len(table) == len(ISSUERS) * ((len(METRICS) - 1) * spans + len(results.quarters)) * 6
    known = table.dropna(subset=["ci_low"])
    assert (known["ci_low"] <= known["value"]).all() and (known["value"] <= known["ci_high"]).all()
    assert set(table["method"]) == {results.manifest.run.sampler}


def test_quantiles_have_the_intervals_of_their_levels(run):
    results, found, single = run
    paths = alive(single, "Oracle", 3)
    amounts = paths["fcf_quarter/Oracle/2027Q2"]
    row = found.table.query(
        "issuer == 'Oracle' and period == '2027Q2' and metric == 'free_cash_flow'"
    ).set_index("statistic")
    for level in (0.05, 0.5, 0.95):
        found_row = row.loc[f"p{100 * level:g}"]
        value = np.quantile(amounts, level, method="inverted_cdf")
        assert found_row["value"] == pytest.approx(value, rel=1e-12)
        if results.manifest.run.sampler == "plain":
            half, error = norm.ppf(0.975), sqrt(level * (1 - level) / len(amounts))
        else:
            size = paths.groupby("net").size()
            below = (amounts <= value).groupby(paths["net"]).sum()
            off = (below - below.sum() / size.sum() * size) / size.mean()
            half, error = t.ppf(0.975, 31), off.std() / sqrt(32)
        for end, sign in (("ci_low", -1), ("ci_high", 1)):
            expected = np.quantile(amounts, level + sign * half * error, method="inverted_cdf")
            assert found_row[end] == pytest.approx(expected, rel=1e-9)


def test_a_figure_is_placed_among_those_that_are_alive(run):
    _, found, single = run
    paths = alive(single, "CoreWeave", 4)
    amounts = paths["ocf_quarter/CoreWeave/2027Q3"]
    value = float(amounts.quantile(0.8))
    placed = found.place("CoreWeave", "2027Q3", "operating_cash_flow", value)
    assert placed.n == len(paths) < len(single)
    assert placed.value == pytest.approx((amounts <= value).mean(), rel=1e-12)
    assert placed.ci_low < placed.value < placed.ci_high
    own, _ = found.sample("CoreWeave", "2027Q3", "operating_cash_flow")
    middle = float(np.quantile(own, 0.5, method="inverted_cdf"))
    at_a_path = found.place("CoreWeave", "2027Q3", "operating_cash_flow", middle)
    assert at_a_path.value == pytest.approx(np.ceil(own.size / 2) / own.size, rel=1e-12)
    beyond = found.place("CoreWeave", "2027Q3", "operating_cash_flow", 1e6)
    assert beyond.statistic == "lower_bound" and beyond.ci_high == 1.0


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (("Orcale", "2027Q1", "capex"), "issuer: there is no 'Orcale'; did you mean Oracle"),
        (("Oracle", "2031Q1", "capex"), "period: there is no '2031Q1'"),
        (("Oracle", "2027Q1", "raised_bond"), "metric: there is no 'raised_bond'; did you mean"),
        (("Oracle", "2027Q1-Q2", "cash"), "period: cash is of a quarter; give one"),
    ],
)
def test_what_there_is_not_is_refused(run, place, words):
    _, found, _ = run
    with pytest.raises(ValueError, match=words):
        found.sample(*place)


def test_fewer_paths_than_asked_for_are_all_of_the_run(tmp_path: Path):
    results = simulate(small_scenario(), paths=640, seed=1)
    amounts, net = quarters(results).sample("Amazon", "2026Q3", "cash")
    assert amounts.size == results.paths and set(np.bincount(net)) == {results.paths // 32}
