"""Backtests of small runs: what is placed, counted and refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, kstest

from capexrisk.archive.results import Results
from capexrisk.errors import CapexriskError, TableError
from capexrisk.scenario import load_scenario
from capexrisk.study.backtest.against import Backtest, backtest
from capexrisk.study.backtest.matching import Figure, match
from capexrisk.study.backtest.placed import LEVELS, place_among_cells, place_among_paths
from capexrisk.study.quarters import quarters
from capexrisk.study.simulation import simulate
from capexrisk.tables.actuals import Actual, read_actuals
from tests.unit.scenarios import ISSUERS, small_scenario
from tests.unit.uncertain import uncertain

PATHS = 4_096


def figure(issuer="Oracle", period="2026Q3", metric="capex", value=10.0, unit="USD bn", **more):
    return Actual("a.csv: row 2", issuer, period, metric, value, unit, **more)


def fate(issuer="Oracle", period="2027Q4", value=0.0, unit="event"):
    return Actual("a.csv: row 3", issuer, period, "funding_failure", value, unit)


def placeable(run, row) -> Figure:
    (found,), _, _ = match(run, [row])
    return found


@pytest.fixture(scope="module")
def run() -> Results:
    return simulate(small_scenario(), paths=PATHS, seed=4)


@pytest.fixture(scope="module")
def rows() -> list[Actual]:
    figures = [
        figure(issuer, period, metric, value, year_before=8.0, growth=0.25)
        for issuer, value in (("Amazon", 30.0), ("Oracle", 8.0))
        for period in ("2026Q3", "2026Q4")
        for metric in ("capex", "operating_cash_flow")
    ]
    others = [
        figure("Oracle", "2027", "capex", 50.0),
        figure("Amazon", "2026Q4", "cash", 60.0),
        figure("system", "2026Q4", "market_spread_bp", 95.0, "bp"),
        figure("Oracle", "2027", "profit_while_alive", 4.0),
    ]
    fates = [fate("Amazon"), fate("Oracle", "2027Q2", 1.0), fate("CoreWeave", "2026Q4", 1.0)]
    return [*figures, *others, *fates]


@pytest.fixture(scope="module")
def found(run, rows) -> Backtest:
    return backtest(run, rows, paths=PATHS)


def test_percentiles_are_those_of_quarters(run, found):
    traced = quarters(run, paths=PATHS)
    for row in found.figures[found.figures["method"] == "paths"].itertuples():
        told = traced.place(row.issuer, row.period, row.metric, row.actual)
        assert (row.percentile, row.percentile_low) == (told.observed, told.ci_low)
        draws, _ = traced.sample(row.issuer, row.period, row.metric)
        assert row.inside_80 == (
            np.quantile(draws, 0.1, method="inverted_cdf")
            <= row.actual
            <= np.quantile(draws, 0.9, method="inverted_cdf")
        )


def test_a_whole_year_is_written_as_a_year(found):
    years = found.figures.query("issuer == 'Oracle' and metric == 'capex' and span == 'year'")
    assert list(years["period"]) == ["2027Q1-Q4"]


def test_histograms_place_as_paths_do(run):
    """Free cash flow of a quarter is in both: of the same 4,096 paths here."""
    traced = quarters(run, paths=PATHS)
    amounts, _ = traced.sample("Amazon", "2027Q1", "free_cash_flow")
    value = float(np.quantile(amounts, 0.37))
    actual = placeable(run, figure("Amazon", "2027Q1", "free_cash_flow", value))
    paths = place_among_paths(traced, actual)
    cells = place_among_cells(run, actual._replace(metric="free_cash_flow_while_alive"))
    assert cells.percentile.value == pytest.approx(paths.percentile.value, abs=2e-3)
    assert cells.crps == pytest.approx(paths.crps, rel=5e-3)
    assert cells.log_score == pytest.approx(paths.log_score, abs=0.1)
    np.testing.assert_allclose(cells.quantiles, paths.quantiles, rtol=0.02, atol=0.05)


def test_coverage_counts_what_lies_inside(found):
    for row in found.coverage.itertuples():
        part = found.figures.query("metric == @row.metric and span == @row.span")
        assert row.figures == len(part)
        assert row.inside == part[f"inside_{100 * row.level:g}"].sum()
        if not np.isnan(row.effective):
            assert 1.0 <= row.effective <= row.figures
            # Cash often lies at its target, an end of the interval that many paths share.
            least = row.level * row.figures
            most = row.figures if row.metric == "cash" else least
            assert least - 0.01 * row.figures <= row.expected <= most + 0.01 * row.figures
            assert row.chance_of_so_few + row.chance_of_so_many >= 1.0
    spread = found.coverage.query("metric == 'market_spread_bp'")
    assert spread["effective"].isna().all()


def test_the_naive_figure_is_last_year_s_grown(found):
    row = found.figures.iloc[0]
    assert (row["naive"], row["off_naive"]) == (10.0, 20.0)
    scores = found.scores.query("metric == 'capex' and span == 'quarter'").iloc[0]
    assert scores["with_naive"] == 4 and scores["off_naive"] == pytest.approx((20 + 20 + 2 + 2) / 4)
    assert found.scores.query("metric == 'cash'")["off_naive"].isna().all()


def test_failures_are_scored_by_the_run_s_chances(run, found):
    last = found.issuers[found.issuers["period"] == "2027Q4"].set_index("issuer")
    for issuer in ISSUERS:
        told = run.estimate(f"funding_failure/{issuer}/2027Q4").observed
        assert last.loc[issuer, "chance"] == told
    assert dict(last["failed"]) == {"Amazon": False, "Oracle": True, "CoreWeave": True}
    row = found.failures.query("period == '2027Q4' and forecast == 'the run'").iloc[0]
    square = np.mean((last["chance"] - last["failed"]) ** 2)
    assert row["brier"] == pytest.approx(square)
    assert list(found.issuers["period"].unique()) == ["2026Q4", "2027Q4"]
    first = found.issuers[found.issuers["period"] == "2026Q4"].set_index("issuer")
    assert dict(first["failed"]) == {"Amazon": False, "Oracle": False, "CoreWeave": True}


def test_reliability_classes_add_up(found):
    for _, part in found.reliability.groupby("period"):
        whole = (part["chance_from"] == 0.0) & (part["chance_to"] == 1.0)
        for column in ("issuers", "failed", "expected"):
            assert part[~whole][column].sum() == pytest.approx(part[whole][column].iloc[0])


def test_rivals_are_those_of_the_books(run, found):
    """Of these three CoreWeave has the most net debt for its revenue, Amazon the least."""
    part = found.failures[found.failures["period"] == "2027Q4"].set_index("forecast")
    assert part.loc["net debt / revenue", "auc"] == 1.0
    assert part.loc["smaller revenue", "auc"] == 1.0
    assert part.loc["base rate, known in hindsight", "brier"] == pytest.approx(2 / 9)
    assert part.loc["base rate, known in hindsight", "auc"] == 0.5


def test_tables_are_written(found, tmp_path):
    found.write(tmp_path)
    names = ("figures", "coverage", "scores", "issuers", "failures", "reliability")
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(f"{name}.csv" for name in names)
    assert len(pd.read_csv(tmp_path / "figures.csv")) == 12
    assert repr(found) == "Backtest('small': 12 figures, 3 issuers)"


def test_figures_or_failures_alone(run, tmp_path):
    only = backtest(run, [fate()], paths=64)
    assert only.figures.empty and only.coverage.empty and len(only.failures)
    only.write(tmp_path)
    assert not (tmp_path / "figures.csv").exists()
    assert backtest(run, [figure()], paths=64).failures.empty


def test_of_a_run_over_the_inputs_all_is_told_twice():
    results = simulate(uncertain(), paths=512, seed=4, outer=32, inner=128)
    issuer, quarter = results.issuers[0], results.quarters[0]
    rows = [figure(issuer, quarter, "capex", 10.0), fate(issuer, results.quarters[-1])]
    found = backtest(results, rows, paths=512)
    for table in (found.figures, found.coverage, found.scores, found.issuers, found.failures):
        assert set(table["inputs"]) == {"as they stand", "drawn"}
    told = results.inputs.estimate(
        f"funding_failure/{issuer}/{results.quarters[-1]}", "predictive"
    ).observed
    drawn = found.issuers[found.issuers["inputs"] == "drawn"]
    assert drawn["chance"].iloc[-1] == told


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([figure("Orakle")], "a.csv: row 2: no issuer is named 'Orakle'; did you mean Oracle?"),
        ([figure(unit="percent")], "row 2: capex in 'percent'; give it in USD bn or USD mn"),
        ([figure("system", metric="market_spread_bp")], "in 'USD bn'; give it in bp, percent"),
        ([fate("system")], "row 3: funding_failure of the system; name an issuer"),
        ([fate(period="2027")], "funding_failure in '2027'; the run has 2026Q3 to 2028Q1; give"),
        ([fate(unit="USD bn")], "funding_failure in 'USD bn'; give it in event"),
        ([fate(value=1.0), fate(period="2026Q4")], "Oracle's fate is told by row 3 already; give"),
        ([], "there is no row"),
        ([figure(metric="capx")], "no row can be scored: the run has no distribution of: capx (1)"),
    ],
)
def test_what_the_run_does_not_have_is_refused(run, rows, words):
    with pytest.raises(CapexriskError) as refused:
        backtest(run, rows)
    assert words in str(refused.value)


def test_what_the_run_does_not_tell_is_left_out_and_named(run):
    rows = [
        figure(),
        *(figure(metric="revenue"), figure(metric="revenue", period="2026Q4")),
        *(figure("system", metric="capex"), figure(period="2025Q4"), figure(period="2028")),
        figure(period="2026-09-30"),
        *(figure(period="2027"), figure(period="2027Q1-Q4", value=11.0)),
    ]
    figures, fates, left_out = match(run, rows)
    assert [(one.period, one.value) for one in figures] == [("2026Q3", 10.0), ("2027Q1-Q4", 11.0)]
    assert fates == []
    assert left_out == [
        "the run has no distribution of: revenue (2), capex (1)",
        "of periods that the run does not tell: capex (3)",
        "told again by a later row, which counts: Oracle capex 2027Q1-Q4 (1)",
    ]


def test_rows_are_read_in_any_unit_and_of_a_firm_s_own_quarter(run):
    rows = [
        figure(period="FQ Aug-2026", value=8_500.0, unit="USD mn", year_before=4_000.0),
        figure(period="2026-11-30", metric="cash_and_securities"),
        figure("system", "2026-09-30", "ig_oas", 0.84, "percentage points"),
        figure("system", "2026-11-30", "ig_oas", 0.9, "percentage points"),
        figure(period="2027H1"),
    ]
    figures, _, left_out = match(run, rows)
    assert [(one.metric, one.period, one.value, one.unit, one.span) for one in figures] == [
        ("capex", "2026Q3", 8.5, "USD bn", "quarter"),
        ("cash", "2026Q4", 10.0, "USD bn", "quarter"),
        ("market_spread_bp", "2026Q3", 84.0, "bp", "quarter"),
        ("capex", "2027Q1-Q2", 10.0, "USD bn", "to date"),
    ]
    assert figures[0].naive == 4.0
    assert left_out == ["of periods that the run does not tell: ig_oas (1)"]


@pytest.mark.parametrize("actual", [None, 3, [1.5], ["a.csv"], b"a.csv"])
def test_other_types_are_refused(run, actual):
    with pytest.raises(TypeError, match="give the path of a table, or the rows"):
        backtest(run, actual)


def test_an_issuer_that_never_lives_cannot_be_placed(run):
    traced = quarters(run, paths=64)
    dead = traced.__class__(
        traced.issuers, traced.spans, "sobol", traced._amounts, traced._last * 0, traced._sound
    )
    with pytest.raises(TableError, match="Oracle has failed before 2027Q1 on all paths but 0"):
        place_among_paths(dead, placeable(run, figure(period="2027Q1")))


@pytest.mark.slow
def test_a_run_is_calibrated_against_its_own_paths(run):
    """Percentiles of 2,000 figures drawn from the model are uniform, intervals hold as they say.

    Kolmogorov and Smirnov's test at 5e-5; three binomial counts at 1.6e-5 each: fails for one seed
    in 10,000. The 4,096 paths add an error of 0.008 to a percentile at most: a distance of 0.05 is
    what 2,000 figures can see at this level.
    """
    traced = quarters(run, paths=PATHS)
    other = simulate(small_scenario(), paths=2_048, seed=77, sampler="plain")
    drawn, _ = quarters(other, paths=2_048).sample("Oracle", "2026Q4", "operating_cash_flow")
    cash_flow = placeable(run, figure("Oracle", "2026Q4", "operating_cash_flow"))
    placed = [
        place_among_paths(traced, cash_flow._replace(value=float(value))) for value in drawn[:2_000]
    ]
    assert kstest([one.percentile.observed for one in placed], "uniform").pvalue > 5e-5
    for level in LEVELS:
        ends = np.array([one.interval(level) for one in placed])
        inside = int(((ends[:, 0] <= drawn[:2_000]) & (drawn[:2_000] <= ends[:, 1])).sum())
        count = binom(2_000, level)
        assert count.cdf(inside) > 8e-6 and count.sf(inside - 1) > 8e-6


def test_figures_of_the_library_can_be_placed():
    """The files of actuals name issuers, quarters and metrics that their scenarios have."""
    configs = Path(__file__).parents[4] / "configs"
    files = {
        "hyperscalers-2026": ("actual_2026",),
        "telecom-2000": ("actual_telecom_2000", "actual_telecom_2000_broad"),
    }
    for scenario, names in files.items():
        results = simulate(load_scenario(configs / f"{scenario}.toml"), paths=64, seed=1)
        for name in names:
            rows, _ = read_actuals(configs / "data" / f"{name}.csv")
            figures, fates, left_out = match(results, rows)
            assert len(figures) + len(fates) == len(rows) and not left_out
            assert all(row.source_title and row.confidence for row in rows)
            assert {one.issuer for one in fates} == set(results.issuers)


def test_a_roll_s_table_is_scored_as_far_as_the_run_tells_it():
    """Both tables of 2026 tell the same cash flow but for Oracle's to May, to the last digits."""
    configs = Path(__file__).parents[4] / "configs"
    results = simulate(load_scenario(configs / "hyperscalers-2026.toml"), paths=64, seed=1)
    rolled, scored = (
        {
            (one.issuer, one.metric, one.period): one.value
            for one in match(results, read_actuals(configs / "data" / f"{name}.csv")[0]).figures
        }
        for name in ("realised_2026", "actual_2026")
    )
    both = {key for key in rolled.keys() & scored.keys() if key[1] == "operating_cash_flow"}
    assert len(both) == 12
    differ = {key: (rolled[key], scored[key]) for key in both if rolled[key] != scored[key]}
    assert differ == {("Oracle", "operating_cash_flow", "2026Q2"): (14.64, 14.617)}
    assert rolled["system", "market_spread_bp", "2026Q3"] == 84.0


def test_telecom_s_outcomes_are_those_of_the_reference():
    root = Path(__file__).parents[4]
    table = pd.read_csv(root / "tests/reference/telecom-2000-outcomes.csv", comment="#")
    columns = {"": "failed_by_2003Q2", "_broad": "failed_or_distressed_exchange"}
    for name, column in columns.items():
        rows, _ = read_actuals(root / f"configs/data/actual_telecom_2000{name}.csv")
        assert {row.issuer: row.value for row in rows} == dict(
            zip(table["firm"], table[column], strict=True)
        )
